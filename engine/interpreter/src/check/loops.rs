//! Loops without a customer's turn in them: a conversation would go in circles.

use std::collections::{BTreeMap, BTreeSet};

use model::{Flow, NodeId, Place, Problem, Texts};

use super::graph::jump;
use crate::Catalogue;

/// One problem for each group of steps that lead to each other without waiting (Tarjan's strongly connected components).
pub(super) fn check(flow: &Flow, catalogue: &Catalogue) -> Vec<Problem> {
    let busy: BTreeSet<&NodeId> = flow
        .nodes
        .iter()
        .filter(|node| catalogue.get(&node.kind).is_some_and(|entry| !entry.spec.waits))
        .map(|node| &node.id)
        .collect();
    let mut next: BTreeMap<&NodeId, Vec<&NodeId>> = busy.iter().map(|&id| (id, Vec::new())).collect();
    for edge in &flow.edges {
        if busy.contains(&edge.to)
            && let Some(targets) = next.get_mut(&edge.from)
        {
            targets.push(&edge.to);
        }
    }
    for node in &flow.nodes {
        let target = jump(&node.config).and_then(|target| busy.iter().find(|id| id.as_str() == target));
        if let (Some(target), Some(targets)) = (target, next.get_mut(&node.id)) {
            targets.push(target);
        }
    }
    components(&next)
        .into_iter()
        .filter(|group| group.len() > 1 || next[group[0]].contains(&group[0]))
        .map(|group| {
            let first = flow.nodes.iter().map(|node| &node.id).find(|id| group.contains(id)).unwrap_or(group[0]);
            Problem::error(
                "loop-without-turn",
                Place::node(first),
                Texts::new(
                    format!("从这里开始的 {} 个步骤绕成一圈，中间没有等客户说话", group.len()),
                    format!("{} steps from here lead back to themselves without waiting for the customer", group.len()),
                ),
                Texts::new("请在圈里加一个“提问”或“等待”", "put an “Ask” or “Wait” step into the circle"),
            )
        })
        .collect()
}

/// Tarjan's algorithm without recursion, so that a long flow cannot exhaust the stack.
fn components<'a>(next: &BTreeMap<&'a NodeId, Vec<&'a NodeId>>) -> Vec<Vec<&'a NodeId>> {
    struct Seen {
        index: usize,
        low: usize,
        is_open: bool,
    }
    let mut seen: BTreeMap<&NodeId, Seen> = BTreeMap::new();
    let (mut open, mut groups) = (Vec::new(), Vec::new());
    for &root in next.keys() {
        if seen.contains_key(root) {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((node, child)) = work.pop() {
            if child == 0 {
                let index = seen.len();
                seen.insert(node, Seen { index, low: index, is_open: true });
                open.push(node);
            }
            let low_of = |seen: &BTreeMap<&NodeId, Seen>, id: &NodeId| seen.get(id).map_or(0, |s| s.low);
            if child > 0 {
                let low = low_of(&seen, next[node][child - 1]);
                let is_open = seen.get(next[node][child - 1]).is_some_and(|s| s.is_open);
                if let Some(mine) = seen.get_mut(node)
                    && is_open
                {
                    mine.low = mine.low.min(low);
                }
            }
            if let Some(&target) = next[node].get(child) {
                work.push((node, child + 1));
                if !seen.contains_key(target) {
                    work.push((target, 0));
                }
                continue;
            }
            if seen.get(node).is_some_and(|s| s.low == s.index) {
                let mut group = Vec::new();
                while let Some(member) = open.pop() {
                    if let Some(s) = seen.get_mut(member) {
                        s.is_open = false;
                    }
                    group.push(member);
                    if member == node {
                        break;
                    }
                }
                groups.push(group);
            }
        }
    }
    groups
}
