//! What differs between two states of a flow, in words for the person who publishes.

use std::collections::BTreeMap;

use model::{Edge, Flow, Language, Node, NodeId, Texts};

/// What is different in the newer flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Titles of steps that are new.
    pub(crate) added: Vec<String>,
    /// Titles of steps with other settings or another name.
    pub(crate) changed: Vec<String>,
    /// Titles of steps that are gone.
    pub(crate) removed: Vec<String>,
    /// Titles of steps whose exits lead elsewhere, of those that are in both.
    pub(crate) rewired: Vec<String>,
    /// Parts of the flow as a whole that differ, in both languages.
    pub(crate) whole: Vec<Texts>,
}

impl Changes {
    /// From the older to the newer flow. `kind_label` names a step without a title.
    pub(crate) fn between(
        older: &Flow,
        newer: &Flow,
        language: &Language,
        kind_label: impl Fn(&Node) -> String,
    ) -> Self {
        let title = |node: &Node| {
            let own = node.title.get(language, &[]);
            if own.is_empty() { kind_label(node) } else { own.to_owned() }
        };
        let before: BTreeMap<&NodeId, &Node> = older.nodes.iter().map(|node| (&node.id, node)).collect();
        let after: BTreeMap<&NodeId, &Node> = newer.nodes.iter().map(|node| (&node.id, node)).collect();
        let mut changes = Self::default();
        for node in &newer.nodes {
            match before.get(&node.id) {
                None => changes.added.push(title(node)),
                Some(old) if !same_step(old, node) => changes.changed.push(title(node)),
                Some(_) if exits(older, &node.id) != exits(newer, &node.id) => changes.rewired.push(title(node)),
                Some(_) => {}
            }
        }
        changes.removed = older.nodes.iter().filter(|node| !after.contains_key(&node.id)).map(title).collect();
        changes.whole = whole(older, newer);
        changes
    }

    /// Is nothing different that customers could notice?
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Notes for colleagues and places on the canvas are not what customers get.
fn same_step(old: &Node, new: &Node) -> bool {
    old.kind == new.kind && old.v == new.v && old.config == new.config && old.title == new.title
}

fn exits<'a>(flow: &'a Flow, id: &NodeId) -> Vec<&'a Edge> {
    let mut edges: Vec<&Edge> = flow.edges.iter().filter(|edge| &edge.from == id).collect();
    edges.sort_by(|a, b| a.port.cmp(&b.port));
    edges
}

fn whole(older: &Flow, newer: &Flow) -> Vec<Texts> {
    let parts = [
        (older.name != newer.name || older.key != newer.key, "名称", "name"),
        (older.languages != newer.languages, "语言", "languages"),
        (older.variables != newer.variables, "变量", "variables"),
        (older.handlers != newer.handlers, "全流程处理", "whole-flow handling"),
        (older.repair != newer.repair, "对话照顾", "dialogue repair"),
        (older.inputs != newer.inputs || older.outputs != newer.outputs, "输入和输出", "inputs and outputs"),
    ];
    parts.into_iter().filter(|(differs, ..)| *differs).map(|(_, zh, en)| Texts::new(zh, en)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn steps_are_counted_as_added_changed_removed_and_rewired() {
        let older = flow(
            json!([{ "id": "a", "kind": "say" }, { "id": "b", "kind": "say" }, { "id": "c", "kind": "end" }]),
            "b",
        );
        let newer = flow(
            json!([{ "id": "a", "kind": "say" }, { "id": "c", "kind": "end", "config": { "say": 1 } }, { "id": "d", "kind": "say" }]),
            "d",
        );

        let changes = Changes::between(&older, &newer, &Language::en(), |node| node.id.to_string());

        assert_eq!(changes.added, ["d"]);
        assert_eq!(changes.changed, ["c"]);
        assert_eq!(changes.removed, ["b"]);
        assert_eq!(changes.rewired, ["a"]);
        assert!(Changes::between(&older, &older, &Language::en(), |node| node.id.to_string()).is_empty());
    }

    fn flow(nodes: serde_json::Value, to: &str) -> Flow {
        serde_json::from_value(json!({
            "format": 1, "id": "f", "key": "f", "name": { "en": "F" }, "languages": ["en"],
            "nodes": nodes, "edges": [{ "from": "a", "port": "next", "to": to }]
        }))
        .expect("a flow")
    }
}
