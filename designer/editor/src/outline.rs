//! The steps in reading order: along the paths from the start, then what whole-flow handlers lead to, then the rest.

use std::collections::BTreeSet;

use model::NodeId;

use crate::Document;

/// A line of the outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The step.
    pub node: NodeId,
    /// How far it is set in: one more for each decision on the way to it.
    pub depth: usize,
}

/// All steps, each once.
pub fn lines(document: &Document) -> Vec<Line> {
    let flow = &document.flow;
    let starts = flow.nodes.iter().filter(|node| !document.is_enterable(&node.id)).map(|node| &node.id);
    let roots =
        starts.chain(flow.handlers.iter().map(|handler| &handler.to)).chain(flow.nodes.iter().map(|node| &node.id));
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for root in roots {
        let mut open = vec![(root.clone(), 0)];
        while let Some((id, depth)) = open.pop() {
            let Some(node) = flow.node(&id) else { continue };
            if !seen.insert(id.clone()) {
                continue;
            }
            let targets: Vec<NodeId> = document
                .ports_of(node)
                .iter()
                .filter_map(|port| flow.edge(&id, &port.id))
                .map(|edge| edge.to.clone())
                .filter(|to| !seen.contains(to))
                .collect();
            let inner = if targets.len() > 1 { depth + 1 } else { depth };
            open.extend(targets.into_iter().rev().map(|to| (to, inner)));
            lines.push(Line { node: id, depth });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn steps_come_along_the_paths() {
        let mut document = samples::refund();
        document.flow.nodes.reverse();

        let ids: Vec<_> = lines(&document).into_iter().map(|line| line.node.0).collect();

        assert_eq!(ids, ["start", "ask", "say", "end"]);
    }
}
