//! The way through the innermost flow, as corrections need it: which step set what, and left by which exit.

use std::collections::BTreeSet;

use model::{NodeId, PortId, VarName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::Run;
use crate::size::size_of;
use crate::{Answer, Effect, Happened, Next};

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trod {
    /// How deep in called flows.
    pub depth: usize,
    /// The step.
    pub node: NodeId,
    /// The variables it set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<VarName>,
    /// The exit it left by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<PortId>,
    /// Did the customer answer it?
    #[serde(default, skip_serializing_if = "is_false")]
    pub answered: bool,
    /// Did the customer give it a value directly?
    #[serde(default, skip_serializing_if = "is_false")]
    pub given: bool,
    /// Did it do something that cannot be undone: a call that changes something, a hand-off?
    #[serde(default, skip_serializing_if = "is_false")]
    pub did: bool,
    /// What it remembered when the customer answered, where that is small.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub memory: Value,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// How many steps are remembered, and how many bytes they take together, at most.
const MOST_STEPS: usize = 40;
const MAX_BYTES: usize = 6 * 1024;
const MAX_MEMORY_BYTES: usize = 1024;

impl Trod {
    fn size(&self) -> usize {
        const NAMES: usize = 96;
        let sets: usize = self.sets.iter().map(|name| name.as_str().len() + 3).sum();
        let port = self.port.as_ref().map_or(0, |port| port.as_str().len());
        NAMES + self.node.as_str().len() + port + sets + size_of(&self.memory)
    }
}

/// A visit of a step, for the trail.
pub(crate) struct Visited<'v> {
    /// What happened to it; nothing when it was entered.
    pub(crate) happened: Option<&'v Happened>,
    /// What it remembered before.
    pub(crate) memory: Value,
    /// Where it goes.
    pub(crate) next: &'v Next,
    /// What it set.
    pub(crate) sets: Vec<VarName>,
    /// Where its effects begin.
    pub(crate) n_effects: usize,
}

impl Run<'_> {
    /// Adds a visit of the current step to the trail.
    pub(crate) fn note_visit(&mut self, node: &NodeId, visited: Visited<'_>) {
        let depth = self.state.frames.len();
        let did = self.effects.iter().skip(visited.n_effects).any(has_consequences);
        let trail = &mut self.state.mending.trail;
        trail.retain(|trod| trod.depth <= depth);
        if visited.happened.is_none() || !trail.iter().any(|trod| trod.depth == depth && trod.node == *node) {
            let trod = Trod {
                depth,
                node: node.clone(),
                sets: Vec::new(),
                port: None,
                answered: false,
                given: false,
                did: false,
                memory: Value::Null,
            };
            trail.push(trod);
        }
        let Some(trod) = trail.iter_mut().rev().find(|trod| trod.depth == depth && trod.node == *node) else { return };
        // What was found in the customer's words is given by the customer, whoever looked for it.
        let is_given = matches!(
            visited.happened,
            Some(Happened::Said(_) | Happened::Answered(Answer::Extracted { .. } | Answer::Generated(_)))
        );
        trod.given |= is_given && !visited.sets.is_empty();
        trod.sets.extend(visited.sets.into_iter().filter(|name| !trod.sets.contains(name)).collect::<Vec<_>>());
        trod.did |= did;
        if let Next::Go(port) = visited.next {
            trod.port = Some(port.clone());
        }
        if matches!(visited.happened, Some(Happened::Said(_))) {
            trod.answered = true;
            trod.memory = Some(visited.memory).filter(|memory| size_of(memory) <= MAX_MEMORY_BYTES).unwrap_or_default();
        }
        while trail.len() > MOST_STEPS || trail.iter().map(Trod::size).sum::<usize>() > MAX_BYTES {
            trail.remove(0);
        }
    }

    /// The exit of a question that a path run again need not ask.
    pub(crate) fn known_exit(&mut self, node: &NodeId) -> Option<PortId> {
        let depth = self.state.frames.len();
        let mending = &mut self.state.mending;
        let at = mending.known.iter().position(|trod| trod.depth == depth && trod.node == *node)?;
        let trod = mending.known.remove(at);
        let port = trod.port.clone();
        mending.trail.push(trod);
        port
    }

    /// A flow begins or ends: what deeper flows did is nobody's to correct.
    pub(crate) fn forget_deeper_steps(&mut self) {
        let depth = self.state.frames.len();
        self.state.mending.trail.retain(|trod| trod.depth < depth || (trod.depth == depth && depth == 1));
    }

    /// Has the customer given anything that would be lost?
    pub(super) fn has_collected(&self) -> bool {
        self.state.mending.trail.iter().any(|trod| trod.given)
    }

    /// A called flow gives these variables back to the step that called it.
    pub(crate) fn note_given_back<'n>(&mut self, names: impl Iterator<Item = &'n VarName>) {
        if self.repair().is_none() {
            return;
        }
        let depth = self.state.frames.len();
        let Some(node) = self.state.current().cloned() else { return };
        let trod = self.state.mending.trail.iter_mut().rev().find(|trod| trod.depth == depth && trod.node == node);
        if let Some(trod) = trod {
            trod.sets.extend(names.filter(|name| !trod.sets.contains(name)).cloned().collect::<Vec<_>>());
        }
    }

    /// Takes back what the steps of the flow at this depth have set: whoever starts it again begins with nothing.
    pub(super) fn forget_given(&mut self, depth: usize) {
        self.keep_frames(depth);
        let initial = self.plan().initial_values();
        let mut sets = BTreeSet::new();
        self.state.mending.trail.retain_mut(|trod| {
            if trod.depth == depth {
                sets.extend(trod.sets.drain(..));
            }
            trod.depth < depth
        });
        if let Some(frame) = self.state.frames.last_mut() {
            for name in sets {
                let value = initial.get(&name).cloned().unwrap_or(Value::Null);
                frame.values.insert(name, value);
            }
        }
        self.forget_heard();
    }

    /// Which of these steps use one of the variables, or one that such a step sets.
    pub(super) fn dependents(&self, steps: &[Trod], changed: BTreeSet<VarName>) -> BTreeSet<NodeId> {
        let mut tainted = changed;
        let mut dependents = BTreeSet::new();
        for trod in steps {
            let config = self.plan().flow.node(&trod.node).map(|node| &node.config);
            if config.is_some_and(|config| tainted.iter().any(|name| mentions(config, name.as_str()))) {
                dependents.insert(trod.node.clone());
                tainted.extend(trod.sets.iter().cloned());
            }
        }
        dependents
    }
}

fn has_consequences(effect: &Effect) -> bool {
    match effect {
        Effect::Call { request, .. } => request.at_most_once || !request.method.is_safe(),
        Effect::HandOff { .. } => true,
        _ => false,
    }
}

/// Do settings use a variable anywhere: in a text, an expression, a script, or by name?
fn mentions(config: &Value, name: &str) -> bool {
    match config {
        Value::String(text) => text.match_indices(name).any(|(at, _)| {
            let is_edge = |c: Option<char>| c.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '_'));
            is_edge(text[..at].chars().next_back()) && is_edge(text[at + name.len()..].chars().next())
        }),
        Value::Array(items) => items.iter().any(|item| mentions(item, name)),
        Value::Object(fields) => fields.values().any(|value| mentions(value, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_variable_is_found_wherever_settings_use_it() {
        assert!(mentions(&json!({ "path": "/orders/{{upper(order_no)}}" }), "order_no"));
        assert!(mentions(&json!({ "rows": [{ "left": "days" }] }), "days"));
        assert!(!mentions(&json!({ "text": { "zh": "{{ old_order_no }}" } }), "order_no"));
        assert!(!mentions(&json!({ "n": 3 }), "order_no"));
    }
}
