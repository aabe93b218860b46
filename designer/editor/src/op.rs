//! The smallest changes of a flow; applying one answers with the one that takes it back.

use model::{Edge, Flow, FlowKey, Handler, Language, Node, NodeId, Note, PortId, Repair, Texts, VarName, Variable};
use serde_json::Value;

/// What a flow says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The key.
    pub key: FlowKey,
    /// The name on the screens.
    pub name: Texts,
    /// What it is for.
    pub description: Texts,
    /// The languages customers are served in.
    pub languages: Vec<Language>,
    /// Variables a caller gives.
    pub inputs: Vec<VarName>,
    /// Variables a caller gets back.
    pub outputs: Vec<VarName>,
    /// What the engine mends by itself.
    pub repair: Option<Repair>,
    /// The pause that ends a burst of short messages.
    pub gather_ms: u32,
}

impl Head {
    /// What this flow says of itself.
    pub fn of(flow: &Flow) -> Self {
        Self {
            key: flow.key.clone(),
            name: flow.name.clone(),
            description: flow.description.clone(),
            languages: flow.languages.clone(),
            inputs: flow.inputs.clone(),
            outputs: flow.outputs.clone(),
            repair: flow.repair.clone(),
            gather_ms: flow.gather_ms,
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A node comes, at this place in the list.
    InsertNode(usize, Box<Node>),
    /// A node goes; its paths and its place are removed by their own ops.
    RemoveNode(NodeId),
    /// The name of a node.
    SetTitle(NodeId, Texts),
    /// The colleagues' note of a node.
    SetNote(NodeId, String),
    /// All settings of a node.
    SetConfig(NodeId, Value),
    /// Where a card stands, or nowhere.
    Place(NodeId, Option<[i32; 2]>),
    /// A path comes, at this place in the list.
    InsertEdge(usize, Edge),
    /// The path of an exit goes.
    RemoveEdge(NodeId, PortId),
    /// A path leads elsewhere.
    Retarget(NodeId, PortId, NodeId),
    /// All variables.
    SetVariables(Vec<Variable>),
    /// All whole-flow handlers.
    SetHandlers(Vec<Handler>),
    /// All notes.
    SetNotes(Vec<Note>),
    /// What the flow says of itself.
    SetHead(Box<Head>),
    /// Another flow altogether.
    Replace(Box<Flow>),
}

impl Op {
    /// Changes the flow; the answer takes the change back. `None`: there was nothing to change.
    pub fn apply(self, flow: &mut Flow) -> Option<Self> {
        match self {
            Self::InsertNode(index, node) => {
                if flow.node(&node.id).is_some() {
                    return None;
                }
                let id = node.id.clone();
                flow.nodes.insert(index.min(flow.nodes.len()), *node);
                Some(Self::RemoveNode(id))
            }
            Self::RemoveNode(id) => {
                let index = flow.nodes.iter().position(|node| node.id == id)?;
                Some(Self::InsertNode(index, Box::new(flow.nodes.remove(index))))
            }
            Self::SetTitle(id, title) => {
                let node = node_mut(flow, &id)?;
                changed(&mut node.title, title).map(|old| Self::SetTitle(id, old))
            }
            Self::SetNote(id, note) => {
                let node = node_mut(flow, &id)?;
                changed(&mut node.note, note).map(|old| Self::SetNote(id, old))
            }
            Self::SetConfig(id, config) => {
                let node = node_mut(flow, &id)?;
                changed(&mut node.config, config).map(|old| Self::SetConfig(id, old))
            }
            Self::Place(id, place) => {
                let old = match place {
                    Some(place) => flow.layout.insert(id.clone(), place),
                    None => flow.layout.remove(&id),
                };
                (old != place).then_some(Self::Place(id, old))
            }
            Self::InsertEdge(index, edge) => {
                if flow.edge(&edge.from, &edge.port).is_some() {
                    return None;
                }
                let undo = Self::RemoveEdge(edge.from.clone(), edge.port.clone());
                flow.edges.insert(index.min(flow.edges.len()), edge);
                Some(undo)
            }
            Self::RemoveEdge(from, port) => {
                let index = flow.edges.iter().position(|edge| edge.from == from && edge.port == port)?;
                Some(Self::InsertEdge(index, flow.edges.remove(index)))
            }
            Self::Retarget(from, port, to) => {
                let edge = flow.edges.iter_mut().find(|edge| edge.from == from && edge.port == port)?;
                changed(&mut edge.to, to).map(|old| Self::Retarget(from, port, old))
            }
            Self::SetVariables(variables) => changed(&mut flow.variables, variables).map(Self::SetVariables),
            Self::SetHandlers(handlers) => changed(&mut flow.handlers, handlers).map(Self::SetHandlers),
            Self::SetNotes(notes) => changed(&mut flow.notes, notes).map(Self::SetNotes),
            Self::SetHead(head) => {
                let old = Head::of(flow);
                if *head == old {
                    return None;
                }
                let Head { key, name, description, languages, inputs, outputs, repair, gather_ms } = *head;
                flow.key = key;
                flow.name = name;
                flow.description = description;
                flow.languages = languages;
                flow.inputs = inputs;
                flow.outputs = outputs;
                flow.repair = repair;
                flow.gather_ms = gather_ms;
                Some(Self::SetHead(Box::new(old)))
            }
            Self::Replace(other) => changed(flow, *other).map(|old| Self::Replace(Box::new(old))),
        }
    }
}

fn node_mut<'a>(flow: &'a mut Flow, id: &NodeId) -> Option<&'a mut Node> {
    flow.nodes.iter_mut().find(|node| &node.id == id)
}

/// Puts the new value in place; the old one, when it was another.
fn changed<T: PartialEq>(place: &mut T, value: T) -> Option<T> {
    (*place != value).then(|| std::mem::replace(place, value))
}
