//! Deleting steps so that the path stays joined: a gap is a dead end.

use std::collections::BTreeSet;

use model::spec::PortRole;
use model::{NodeId, PortId, Texts};

use crate::change::Change;
use crate::edit::{Outcome, about};
use crate::{Document, Op, Selection};

/// Removes steps. Joined: each island of removed steps that has one way on hands its incoming paths to it.
pub(crate) fn remove(change: &mut Change<'_>, nodes: &[NodeId], join: bool) -> Outcome {
    let removed: BTreeSet<NodeId> =
        nodes.iter().filter(|id| change.document.flow.node(id).is_some()).cloned().collect();
    let label = match removed.first() {
        None => return Outcome::default(),
        Some(only) if removed.len() == 1 => about("删除", "Delete", &change.document.titles(only)),
        Some(_) => Texts::new(format!("删除 {} 个步骤", removed.len()), format!("Delete {} steps", removed.len())),
    };

    let mut joined = 0;
    let mut stubs: Vec<(NodeId, PortId)> = Vec::new();
    for island in islands(change.document, &removed) {
        let way_on = if join { way_on(change.document, &island, &removed) } else { None };
        let incoming: Vec<(NodeId, PortId)> = change
            .document
            .flow
            .edges
            .iter()
            .filter(|edge| island.contains(&edge.to) && !removed.contains(&edge.from))
            .map(|edge| (edge.from.clone(), edge.port.clone()))
            .collect();
        for (from, port) in incoming {
            match &way_on {
                Some(to) if change.document.objection(&from, to).is_none() => {
                    change.apply(Op::Retarget(from, port, to.clone()));
                    joined += 1;
                }
                _ => stubs.push((from, port)),
            }
        }
        if let Some(to) = &way_on {
            lead_handlers_on(change, &island, to);
        }
    }
    take_away(change, &removed);

    Outcome { label, select: Selection::default(), note: note(joined, stubs.len()), ..Outcome::default() }
}

/// The removed steps in groups that are connected among themselves, in the document's order.
fn islands(document: &Document, removed: &BTreeSet<NodeId>) -> Vec<BTreeSet<NodeId>> {
    let mut islands: Vec<BTreeSet<NodeId>> = Vec::new();
    for node in document.flow.nodes.iter().filter(|node| removed.contains(&node.id)) {
        if islands.iter().any(|island| island.contains(&node.id)) {
            continue;
        }
        let mut island = BTreeSet::from([node.id.clone()]);
        let mut open = vec![node.id.clone()];
        while let Some(id) = open.pop() {
            for edge in &document.flow.edges {
                let other = match (edge.from == id, edge.to == id) {
                    (true, _) => &edge.to,
                    (_, true) => &edge.from,
                    _ => continue,
                };
                if removed.contains(other) && island.insert(other.clone()) {
                    open.push(other.clone());
                }
            }
        }
        islands.push(island);
    }
    islands
}

/// Where an island leads: its one target; with several, the one target of the usual exits.
fn way_on(document: &Document, island: &BTreeSet<NodeId>, removed: &BTreeSet<NodeId>) -> Option<NodeId> {
    let leaving: Vec<_> =
        document.flow.edges.iter().filter(|edge| island.contains(&edge.from) && !removed.contains(&edge.to)).collect();
    let all: BTreeSet<&NodeId> = leaving.iter().map(|edge| &edge.to).collect();
    let usual: BTreeSet<&NodeId> = leaving
        .iter()
        .filter(|edge| {
            document.flow.node(&edge.from).is_some_and(|node| {
                document.ports_of(node).iter().any(|port| port.id == edge.port && port.role == PortRole::Next)
            })
        })
        .map(|edge| &edge.to)
        .collect();
    [all, usual].into_iter().find(|targets| targets.len() == 1)?.first().map(|&target| target.clone())
}

fn lead_handlers_on(change: &mut Change<'_>, island: &BTreeSet<NodeId>, to: &NodeId) {
    let mut handlers = change.document.flow.handlers.clone();
    for handler in handlers.iter_mut().filter(|handler| island.contains(&handler.to)) {
        handler.to = to.clone();
    }
    change.apply(Op::SetHandlers(handlers));
}

fn take_away(change: &mut Change<'_>, removed: &BTreeSet<NodeId>) {
    let edges: Vec<(NodeId, PortId)> = change
        .document
        .flow
        .edges
        .iter()
        .filter(|edge| removed.contains(&edge.from) || removed.contains(&edge.to))
        .map(|edge| (edge.from.clone(), edge.port.clone()))
        .collect();
    for (from, port) in edges {
        change.apply(Op::RemoveEdge(from, port));
    }
    for id in removed {
        change.apply(Op::Place(id.clone(), None));
        change.apply(Op::RemoveNode(id.clone()));
    }
}

fn note(joined: usize, stubs: usize) -> Option<Texts> {
    match (joined, stubs) {
        (0, 0) => None,
        (_, 0) => Some(Texts::new("走向已接好", "path joined")),
        (_, 1) => Some(Texts::new("有 1 个出口现在没有去处", "1 exit now leads nowhere")),
        (_, n) => Some(Texts::new(format!("有 {n} 个出口现在没有去处"), format!("{n} exits now lead nowhere"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edit, Editor, samples};

    #[test]
    fn a_deleted_step_hands_its_paths_on() {
        let mut editor = Editor::new(samples::refund());

        let outcome =
            editor.run(&Edit::RemoveNodes { nodes: vec!["say".into()], join: true }, &Selection::default(), 0.0);

        let flow = &editor.document().flow;
        assert_eq!(flow.edge(&"ask".into(), &"answered".into()).map(|edge| edge.to.as_str()), Some("end"));
        assert!(flow.node(&"say".into()).is_none() && !flow.layout.contains_key(&NodeId::from("say")));
        assert_eq!(outcome.note, Some(Texts::new("走向已接好", "path joined")));
    }

    #[test]
    fn without_joining_exits_become_stubs() {
        let mut editor = Editor::new(samples::refund());

        let outcome =
            editor.run(&Edit::RemoveNodes { nodes: vec!["say".into()], join: false }, &Selection::default(), 0.0);

        assert!(!editor.document().is_linked(&"ask".into(), &"answered".into()));
        assert_eq!(outcome.note.map(|note| note.in_language("en").to_owned()), Some("1 exit now leads nowhere".into()));
    }
}
