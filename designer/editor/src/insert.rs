//! New steps: where they stand, what leads to them, and what makes room.

use std::collections::BTreeSet;

use model::spec::{PortRole, references};
use model::{KindName, Node, NodeId, NodeSpec, PortId, Texts, VarName, VarType, Variable};
use serde_json::{Value, json};

use crate::change::Change;
use crate::edit::{Outcome, about};
use crate::geometry::{CARD_WIDTH, GRID, Point, Rect, card_rect, snap};
use crate::{Document, Op, Selection, pointer};

/// Free space between two cards in a row.
pub const GAP_X: f64 = 96.0;
/// Free space between two cards in a column.
pub const GAP_Y: f64 = 40.0;
/// The least space a card that comes in needs before the next one.
const ROOM: f64 = 64.0;

/// A step at a place.
pub(crate) fn add(change: &mut Change<'_>, kind: &KindName, at: [i32; 2], from: Option<&(NodeId, PortId)>) -> Outcome {
    let Some(spec) = change.document.specs.get(kind).cloned() else { return Outcome::default() };
    let node = new_node(change, &spec);
    let id = node.id.clone();
    change.add_node(node, at);
    if let Some((from, port)) = from
        && change.document.objection(from, &id).is_none()
    {
        change.connect(from, port, &id);
    }
    let label = about("添加", "Add", &change.document.titles(&id));
    Outcome { label, select: Selection::node(id), ..Outcome::default() }
}

/// A step to the right of the exit that leads to it, in free space.
pub(crate) fn add_after(change: &mut Change<'_>, kind: &KindName, from: &NodeId, port: &PortId) -> Outcome {
    let at = place_after(change.document, from);
    add(change, kind, at, Some(&(from.clone(), port.clone())))
}

/// A step between the two ends of a path. What stands in its way, and all that follows, moves right.
pub(crate) fn on_path(change: &mut Change<'_>, kind: &KindName, from: &NodeId, port: &PortId) -> Outcome {
    let Some(edge) = change.document.flow.edge(from, port).cloned() else { return Outcome::default() };
    let Some(spec) = change.document.specs.get(kind).cloned() else { return Outcome::default() };
    let source = change.document.position(from);
    let target = change.document.position(&edge.to);
    let at = if target.x >= source.x + CARD_WIDTH {
        Point::new(source.x + CARD_WIDTH + ROOM, target.y)
    } else {
        free_place(change.document, Point::new(source.x + CARD_WIDTH + GAP_X, source.y))
    };
    let at = snap(at);
    let node = new_node(change, &spec);
    let id = node.id.clone();
    change.add_node(node, at);
    thread(change, &id, from, port, &edge.to);
    make_room(change, &id, &edge.to);
    let label = about("在走向中插入", "Insert", &change.document.titles(&id));
    Outcome { label, select: Selection::node(id), ..Outcome::default() }
}

/// A free step is dropped on a path.
pub(crate) fn splice(change: &mut Change<'_>, node: &NodeId, at: [i32; 2], from: &NodeId, port: &PortId) -> Outcome {
    let Some(edge) = change.document.flow.edge(from, port).cloned() else { return Outcome::default() };
    if !can_splice(change.document, node) || edge.to == *node || from == node {
        return Outcome::default();
    }
    change.apply(Op::Place(node.clone(), Some(at)));
    thread(change, node, from, port, &edge.to);
    make_room(change, node, &edge.to);
    let label = about("接入走向", "Put into the path", &change.document.titles(node));
    Outcome { label, select: Selection::node(node.clone()), ..Outcome::default() }
}

/// Is this step free of paths, and can a path come in and go on?
pub fn can_splice(document: &Document, id: &NodeId) -> bool {
    document.is_enterable(id)
        && document.incoming(id).next().is_none()
        && document.outgoing(id).next().is_none()
        && main_exit(document, id).is_some()
}

/// Where a step after this card would stand, in free space.
pub fn place_after(document: &Document, id: &NodeId) -> [i32; 2] {
    let source = document.position(id);
    snap(free_place(document, Point::new(source.x + CARD_WIDTH + GAP_X, source.y)))
}

/// The exit a new path would leave by: the first free usual one, else the first free one.
pub fn main_exit(document: &Document, id: &NodeId) -> Option<PortId> {
    let node = document.flow.node(id)?;
    let ports = document.ports_of(node);
    let free = || ports.iter().filter(|port| !document.is_linked(id, &port.id));
    free().find(|port| port.role == PortRole::Next).or_else(|| free().next()).map(|port| port.id.clone())
}

/// Where a note of this size hides behind no card and covers no note: at `wanted` or below.
pub fn place_for_note(document: &Document, wanted: Point, width: f64, height: f64) -> [i32; 2] {
    let notes = document.flow.notes.iter().map(|note| {
        let [x, y, w, h] = note.place.map(f64::from);
        Rect::new(x, y, w, h)
    });
    let taken: Vec<Rect> = cards(document).chain(notes).collect();
    snap(first_free(&taken, Rect::new(wanted.x, wanted.y, width, height)))
}

/// The first place at or below `wanted` where a card touches no other.
fn free_place(document: &Document, wanted: Point) -> Point {
    let taken: Vec<Rect> = cards(document).collect();
    first_free(&taken, Rect::new(wanted.x, wanted.y, CARD_WIDTH, 160.0))
}

fn cards(document: &Document) -> impl Iterator<Item = Rect> {
    document.flow.nodes.iter().map(|node| card_rect(document, &node.id))
}

fn first_free(taken: &[Rect], mut wanted: Rect) -> Point {
    while let Some(hit) = taken.iter().find(|rect| rect.grown(16.0).touches(&wanted)) {
        wanted.y = ((hit.y + hit.h + GAP_Y) / GRID).ceil() * GRID;
    }
    Point::new(wanted.x, wanted.y)
}

/// from → node → to, by the node's main exit.
fn thread(change: &mut Change<'_>, node: &NodeId, from: &NodeId, port: &PortId, to: &NodeId) {
    change.connect(from, port, node);
    if let Some(exit) = main_exit(change.document, node)
        && change.document.objection(node, to).is_none()
    {
        change.connect(node, &exit, to);
    }
}

/// Moves `next` and everything that follows it right until the new card has room.
fn make_room(change: &mut Change<'_>, node: &NodeId, next: &NodeId) {
    let card = card_rect(change.document, node);
    let target = card_rect(change.document, next);
    if target.x < card.x || target.x >= card.x + card.w + ROOM || !card.grown(ROOM).touches(&target) {
        return;
    }
    let by = ((card.x + card.w + ROOM - target.x) / GRID).ceil() * GRID;
    let mut moving = BTreeSet::from([next.clone()]);
    let mut open = vec![next.clone()];
    while let Some(id) = open.pop() {
        for edge in change.document.flow.edges.iter().filter(|edge| edge.from == id) {
            let is_right_of_it = change.document.position(&edge.to).x >= target.x;
            if edge.to != *node && is_right_of_it && moving.insert(edge.to.clone()) {
                open.push(edge.to.clone());
            }
        }
    }
    for id in moving {
        let place = change.document.position(&id);
        change.apply(Op::Place(id, Some(snap(Point::new(place.x + by, place.y)))));
    }
}

/// A node of this kind with its defaults, a title no other card has, and the variables it saves to.
fn new_node(change: &mut Change<'_>, spec: &NodeSpec) -> Node {
    let id = change.document.fresh_node_id(&spec.kind);
    let title = change.document.fresh_title(&spec.label);
    let mut config = spec.defaults.clone();
    declare_variables(change, spec, &mut config);
    Node {
        id,
        kind: spec.kind.clone(),
        v: spec.version,
        title: if title == spec.label { Texts::default() } else { title },
        config,
        note: String::new(),
    }
}

/// Declares the variables the defaults name. One that is saved to gets a name of its own, so that two questions never
/// write the same variable by accident.
fn declare_variables(change: &mut Change<'_>, spec: &NodeSpec, config: &mut Value) {
    let defaults = config.clone();
    for reference in references(&spec.schema, &defaults).into_iter().filter(|found| found.what == "variable") {
        let Some(name) = reference.value.as_str().map(VarName::from).filter(VarName::is_valid) else { continue };
        let field = reference.pointer.rsplit('/').next().unwrap_or_default();
        let is_saved_to = field.contains("save");
        let wanted = if is_saved_to { change.document.fresh_variable(&name) } else { name.clone() };
        if change.document.variable(wanted.as_str()).is_none() {
            let mut variables = change.document.flow.variables.clone();
            variables.push(Variable {
                name: wanted.clone(),
                kind: VarType::Text,
                scope: model::Scope::Conversation,
                label: Texts::default(),
                initial: Value::Null,
            });
            change.apply(Op::SetVariables(variables));
        }
        if wanted != name {
            pointer::set(config, &reference.pointer, Some(json!(wanted)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edit, Editor, samples};

    fn run(edit: Edit) -> (Editor, Outcome) {
        let mut editor = Editor::new(samples::refund());
        let outcome = editor.run(&edit, &Selection::default(), 0.0);
        (editor, outcome)
    }

    #[test]
    fn a_step_put_into_a_path_pushes_what_follows() {
        let (editor, outcome) =
            run(Edit::InsertOnPath { kind: "say".into(), from: "ask".into(), port: "answered".into() });

        let document = editor.document();
        let id = NodeId::from("say_2");
        assert_eq!(outcome.select, Selection::node(id.clone()));
        assert_eq!(document.flow.edge(&"ask".into(), &"answered".into()).map(|edge| &edge.to), Some(&id));
        assert_eq!(document.flow.edge(&id, &"next".into()).map(|edge| edge.to.as_str()), Some("say"));
        let (new, next) = (card_rect(document, &id), card_rect(document, &"say".into()));
        assert!(next.x >= new.x + new.w + ROOM, "{new:?} {next:?}");
        assert!(document.position(&"end".into()).x > next.x + next.w);
    }

    #[test]
    fn a_second_question_saves_to_a_variable_of_its_own() {
        let (editor, _) = run(Edit::AddNode { kind: "ask".into(), at: [0, 400], from: None });

        let node = editor.document().flow.node(&"ask_2".into()).expect("was added");
        assert_eq!(node.config["save_to"], "answer");
        assert!(editor.document().variable("answer").is_some());
        assert_eq!(node.title, Texts::new("提问 2", "Ask 2"));
    }

    #[test]
    fn a_note_hides_behind_no_card_and_covers_no_note() {
        let mut document = samples::refund();
        let mut places = Vec::new();
        for n in 0..2 {
            let [x, y] = place_for_note(&document, document.position(&"ask".into()), 240.0, 120.0);
            let rect = Rect::new(x.into(), y.into(), 240.0, 120.0);
            assert!(!cards(&document).any(|card| card.touches(&rect)), "{rect:?}");
            document.flow.notes.push(model::Note {
                id: n.to_string(),
                text: String::new(),
                place: [x, y, 240, 120],
                colour: String::new(),
            });
            places.push([x, y]);
        }
        assert_ne!(places[0], places[1]);
    }

    #[test]
    fn a_step_after_another_stands_in_free_space() {
        let (editor, _) = run(Edit::AddAfter { kind: "say".into(), from: "ask".into(), port: "silent".into() });

        let document = editor.document();
        let new = card_rect(document, &"say_2".into());
        for node in document.flow.nodes.iter().filter(|node| node.id != *"say_2") {
            assert!(!card_rect(document, &node.id).touches(&new), "{} is under the new card", node.id);
        }
    }
}
