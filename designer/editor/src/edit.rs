//! What a person can do to a flow: one value each, with its words for the history.

use std::collections::BTreeSet;

use model::{Flow, Handler, KindName, Language, NodeId, Note, PortId, Texts, VarName, Variable};
use serde_json::Value;

use crate::change::Change;
use crate::clipboard::Clip;
use crate::{Head, Op, Selection, clipboard, insert, join, layout, pointer, variables};

/// One thing a person does.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// A new step at a place, led to by an exit when one is given.
    AddNode {
        /// Which kind.
        kind: KindName,
        /// Left and top of the card.
        at: [i32; 2],
        /// The exit that leads to it.
        from: Option<(NodeId, PortId)>,
    },
    /// A new step next to the card whose exit leads to it, in free space.
    AddAfter {
        /// Which kind.
        kind: KindName,
        /// The card.
        from: NodeId,
        /// The exit.
        port: PortId,
    },
    /// A new step in the middle of a path.
    InsertOnPath {
        /// Which kind.
        kind: KindName,
        /// The card the path leaves.
        from: NodeId,
        /// The exit the path leaves by.
        port: PortId,
    },
    /// A step without paths is put into a path.
    Splice {
        /// The step.
        node: NodeId,
        /// Where it is put.
        at: [i32; 2],
        /// The card the path leaves.
        from: NodeId,
        /// The exit the path leaves by.
        port: PortId,
    },
    /// Steps go; `join` leads the paths to them on to where they led.
    RemoveNodes {
        /// The steps.
        nodes: Vec<NodeId>,
        /// Keep the path joined?
        join: bool,
    },
    /// Cards move to these places.
    Move {
        /// Each card with its new place.
        to: Vec<(NodeId, [i32; 2])>,
    },
    /// A setting changes, by JSON pointer; `None` removes it.
    SetConfig {
        /// The step.
        node: NodeId,
        /// Where in the settings; "" is all of them.
        pointer: String,
        /// The new value.
        value: Option<Value>,
    },
    /// The name of a step in one language.
    SetTitle {
        /// The step.
        node: NodeId,
        /// The language.
        language: Language,
        /// The name; empty gives the kind's own name back.
        title: String,
    },
    /// The note for colleagues.
    SetNote {
        /// The step.
        node: NodeId,
        /// The note.
        note: String,
    },
    /// An exit leads to a step; the path it had moves.
    Connect {
        /// The card.
        from: NodeId,
        /// The exit.
        port: PortId,
        /// Where to.
        to: NodeId,
    },
    /// The path of an exit goes.
    Disconnect {
        /// The card.
        from: NodeId,
        /// The exit.
        port: PortId,
    },
    /// The paths of these exits go.
    Cut {
        /// Each by its card and exit.
        paths: Vec<(NodeId, PortId)>,
    },
    /// What an exit leads to is led to by another exit, whose own path goes.
    Rehang {
        /// The card the path leaves.
        from: NodeId,
        /// The exit it leaves by.
        port: PortId,
        /// The card and the exit it shall leave by.
        by: (NodeId, PortId),
    },
    /// A new variable; one of the same name is left as it is.
    AddVariable(Variable),
    /// A variable becomes this one; another name is put in everywhere it is used.
    ChangeVariable {
        /// Its name so far.
        name: VarName,
        /// What it becomes.
        to: Variable,
    },
    /// A variable goes; its uses stay, as problems.
    RemoveVariable(VarName),
    /// All whole-flow handlers.
    SetHandlers(Vec<Handler>),
    /// All notes.
    SetNotes(Vec<Note>),
    /// A note goes to a place or gets another size, with the cards that lie on it.
    MoveNote {
        /// Its id.
        note: String,
        /// Left, top, width, height.
        place: [i32; 4],
        /// The cards with their new places.
        to: Vec<(NodeId, [i32; 2])>,
    },
    /// Name, key, description, languages, inputs, outputs and dialogue repair.
    SetHead(Box<Head>),
    /// What the clipboard carries comes in, its left upper corner at a place.
    Paste {
        /// What is pasted.
        clip: Box<Clip>,
        /// Left and top.
        at: [i32; 2],
    },
    /// Copies of steps, with the paths among them.
    Duplicate {
        /// The steps; the start stays single.
        nodes: Vec<NodeId>,
        /// How far the copies stand from the originals.
        by: [i32; 2],
    },
    /// Cards are laid out afresh: these, or all when empty.
    Tidy {
        /// The cards.
        nodes: Vec<NodeId>,
    },
    /// Another flow takes this one's place: import, an older version.
    Replace(Box<Flow>),
}

/// What an edit did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The edit in words, for the history and toasts.
    pub label: Texts,
    /// What is selected now.
    pub select: Selection,
    /// More to say: "path joined", "two exits lead nowhere now".
    pub note: Option<Texts>,
    /// What has to be shown anew.
    pub touched: Touched,
}

/// What changed, so that only that is shown anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Touched {
    /// Cards whose face changed, came or went.
    pub nodes: BTreeSet<NodeId>,
    /// Cards that moved.
    pub places: BTreeSet<NodeId>,
    /// Did cards come or go?
    pub order: bool,
    /// Did paths change?
    pub paths: bool,
    /// Did variables, handlers, notes or the head change?
    pub rest: bool,
}

impl Touched {
    /// Did nothing change?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Did only places change?
    pub fn is_only_places(&self) -> bool {
        !self.places.is_empty() && self.nodes.is_empty() && !self.order && !self.paths && !self.rest
    }
}

impl Edit {
    /// Edits with the same key that follow each other closely are one in the history.
    pub(crate) fn merge_key(&self) -> Option<String> {
        match self {
            Self::SetConfig { node, pointer, .. } => Some(format!("config {node} {pointer}")),
            Self::SetTitle { node, language, .. } => Some(format!("title {node} {language}")),
            Self::SetNote { node, .. } => Some(format!("note {node}")),
            Self::Move { to } => {
                let ids: Vec<_> = to.iter().map(|(id, _)| id.as_str()).collect();
                Some(format!("move {}", ids.join(" ")))
            }
            Self::SetNotes(_) => Some("notes".into()),
            Self::SetHead(_) => Some("head".into()),
            Self::SetHandlers(_) => Some("handlers".into()),
            Self::ChangeVariable { name, to } if *name == to.name => Some(format!("variable {name}")),
            _ => None,
        }
    }

    /// Does it, recording what was done.
    pub(crate) fn perform(&self, change: &mut Change<'_>, selection: &Selection) -> Outcome {
        match self {
            Self::AddNode { kind, at, from } => insert::add(change, kind, *at, from.as_ref()),
            Self::AddAfter { kind, from, port } => insert::add_after(change, kind, from, port),
            Self::InsertOnPath { kind, from, port } => insert::on_path(change, kind, from, port),
            Self::Splice { node, at, from, port } => insert::splice(change, node, *at, from, port),
            Self::RemoveNodes { nodes, join } => join::remove(change, nodes, *join),
            Self::Move { to } => move_cards(change, to, selection),
            Self::SetConfig { node, pointer, value } => set_config(change, node, pointer, value.clone(), selection),
            Self::SetTitle { node, language, title } => set_title(change, node, language, title, selection),
            Self::SetNote { node, note } => {
                change.apply(Op::SetNote(node.clone(), note.clone()));
                said("修改备注", "Change note", selection)
            }
            Self::Connect { from, port, to } => connect(change, from, port, to, selection),
            Self::Disconnect { from, port } => {
                change.apply(Op::RemoveEdge(from.clone(), port.clone()));
                said("删除走向", "Delete path", &Selection { path: None, ..selection.clone() })
            }
            Self::Cut { paths } => {
                for (from, port) in paths {
                    change.apply(Op::RemoveEdge(from.clone(), port.clone()));
                }
                let n = paths.len();
                let en = format!("Cut {n} path{}", if n == 1 { "" } else { "s" });
                said(&format!("剪断 {n} 条走向"), &en, &Selection { path: None, ..selection.clone() })
            }
            Self::Rehang { from, port, by } => rehang(change, (from, port), (&by.0, &by.1), selection),
            Self::AddVariable(variable) => {
                variables::add(change, variable);
                let name = &variable.name;
                said(&format!("新建变量 {name}"), &format!("Add variable {name}"), selection)
            }
            Self::ChangeVariable { name, to } => variables::change(change, name, to, selection),
            Self::RemoveVariable(name) => {
                variables::remove(change, name);
                said(&format!("删除变量 {name}"), &format!("Delete variable {name}"), selection)
            }
            Self::SetHandlers(handlers) => {
                change.apply(Op::SetHandlers(handlers.clone()));
                said("修改全流程处理", "Change whole-flow rules", selection)
            }
            Self::SetNotes(notes) => {
                change.apply(Op::SetNotes(notes.clone()));
                said("修改便签", "Change notes", selection)
            }
            Self::MoveNote { note, place, to } => {
                let mut notes = change.document.flow.notes.clone();
                notes.iter_mut().filter(|other| other.id == *note).for_each(|moved| moved.place = *place);
                change.apply(Op::SetNotes(notes));
                move_cards(change, to, selection);
                said("移动便签", "Move note", selection)
            }
            Self::SetHead(head) => {
                change.apply(Op::SetHead(head.clone()));
                said("修改流程信息", "Change flow details", selection)
            }
            Self::Paste { clip, at } => clipboard::paste(change, clip, *at),
            Self::Duplicate { nodes, by } => clipboard::duplicate(change, nodes, *by),
            Self::Tidy { nodes } => {
                for (id, place) in layout::tidy(change.document, nodes) {
                    change.apply(Op::Place(id, Some(place)));
                }
                said("整理布局", "Tidy up", selection)
            }
            Self::Replace(flow) => {
                change.apply(Op::Replace(flow.clone()));
                said("替换整个流程", "Replace the flow", &Selection::default())
            }
        }
    }
}

/// An outcome with these words and this selection.
pub(crate) fn said(zh: &str, en: &str, select: &Selection) -> Outcome {
    Outcome { label: Texts::new(zh, en), select: select.clone(), ..Outcome::default() }
}

/// The same words in both languages around a title: `删除“问订单号”`, `Delete “Ask order number”`.
pub(crate) fn about(zh: &str, en: &str, titles: &Texts) -> Texts {
    Texts::new(format!("{zh}“{}”", titles.in_language("zh")), format!("{en} “{}”", titles.in_language("en")))
}

fn move_cards(change: &mut Change<'_>, to: &[(NodeId, [i32; 2])], selection: &Selection) -> Outcome {
    for (id, place) in to {
        if change.document.flow.node(id).is_some() {
            change.apply(Op::Place(id.clone(), Some(*place)));
        }
    }
    match to {
        [(id, _)] => {
            let label = about("移动", "Move", &change.document.titles(id));
            Outcome { label, select: selection.clone(), ..Outcome::default() }
        }
        _ => said(&format!("移动 {} 个步骤", to.len()), &format!("Move {} steps", to.len()), selection),
    }
}

fn set_config(change: &mut Change<'_>, id: &NodeId, at: &str, value: Option<Value>, selection: &Selection) -> Outcome {
    let Some(node) = change.document.flow.node(id) else { return Outcome::default() };
    let mut config = node.config.clone();
    pointer::set(&mut config, at, value);
    change.apply(Op::SetConfig(id.clone(), config));
    drop_paths_without_exit(change, id);
    let label = about("修改", "Change", &change.document.titles(id));
    Outcome { label, select: selection.clone(), ..Outcome::default() }
}

/// Paths whose exit the settings no longer give go with it, in the same change.
fn drop_paths_without_exit(change: &mut Change<'_>, id: &NodeId) {
    let Some(node) = change.document.flow.node(id) else { return };
    let exits: BTreeSet<PortId> = change.document.ports_of(node).into_iter().map(|port| port.id).collect();
    let lost: Vec<PortId> =
        change.document.outgoing(id).filter(|edge| !exits.contains(&edge.port)).map(|edge| edge.port.clone()).collect();
    for port in lost {
        change.apply(Op::RemoveEdge(id.clone(), port));
    }
}

fn set_title(change: &mut Change<'_>, id: &NodeId, language: &Language, title: &str, selection: &Selection) -> Outcome {
    let Some(node) = change.document.flow.node(id) else { return Outcome::default() };
    let mut titles = node.title.clone();
    titles.set(language.clone(), title.trim());
    change.apply(Op::SetTitle(id.clone(), titles));
    let label = about("改名为", "Rename to", &change.document.titles(id));
    Outcome { label, select: selection.clone(), ..Outcome::default() }
}

fn connect(change: &mut Change<'_>, from: &NodeId, port: &PortId, to: &NodeId, selection: &Selection) -> Outcome {
    if let Some(objection) = change.document.objection(from, to) {
        return Outcome { note: Some(objection), select: selection.clone(), ..Outcome::default() };
    }
    let moved = change.connect(from, port, to);
    let (zh, en) = if moved { ("走向改到", "Path changed to") } else { ("连接到", "Connect to") };
    let label = about(zh, en, &change.document.titles(to));
    Outcome { label, select: selection.clone(), ..Outcome::default() }
}

fn rehang(
    change: &mut Change<'_>,
    (from, port): (&NodeId, &PortId),
    (to_from, to_port): (&NodeId, &PortId),
    selection: &Selection,
) -> Outcome {
    let Some(target) = change.document.flow.edge(from, port).map(|edge| edge.to.clone()) else {
        return Outcome { select: selection.clone(), ..Outcome::default() };
    };
    if (from, port) == (to_from, to_port) {
        return Outcome { select: selection.clone(), ..Outcome::default() };
    }
    if let Some(objection) = change.document.objection(to_from, &target) {
        return Outcome { note: Some(objection), select: selection.clone(), ..Outcome::default() };
    }
    change.apply(Op::RemoveEdge(from.clone(), port.clone()));
    change.connect(to_from, to_port, &target);
    let label = about("走向改从", "Path now from", &change.document.titles(to_from));
    Outcome { label, select: Selection::path(to_from.clone(), to_port.clone()), ..Outcome::default() }
}
