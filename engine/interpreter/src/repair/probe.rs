//! Tries a question with an answer on a copy of the conversation: would it take it?

use std::collections::BTreeMap;

use model::spec::PortRole;
use model::{Content, Input, NodeId, PortId, Texts, VarName};
use serde_json::Value;

use crate::run::{Run, unharmed};
use crate::{Ctx, Effect, Happened, Next, Pending};

/// How well what the customer said answers a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is an answer.
    #[default]
    Fits,
    /// It is one, though the step looks for more in the words.
    Sure,
    /// Any words would be one.
    Freely,
    /// The step has to understand the words first.
    Open,
    /// It breaks the step off, by an exit for that.
    Stops,
    /// It is none.
    NotValid,
}

/// What a question would do.
pub(super) struct Probe {
    pub(super) fit: Fit,
    pub(super) changed: BTreeMap<VarName, Value>,
    pub(super) port: Option<PortId>,
    pub(super) said: Vec<Content>,
}

impl Run<'_> {
    /// Would the question that waits, or an earlier one as it was, take this as its answer?
    pub(super) fn probe(&mut self, earlier: Option<(&NodeId, &Value)>, input: &Input) -> Probe {
        self.probe_happened(earlier, Happened::Said(input.clone()))
    }

    pub(super) fn probe_happened(&mut self, earlier: Option<(&NodeId, &Value)>, happened: Happened) -> Probe {
        let mut probe = Probe { fit: Fit::Fits, changed: BTreeMap::new(), port: None, said: Vec::new() };
        let plan = self.plan();
        let mut state = self.state.clone();
        let Some(frame) = state.frames.last_mut() else { return probe };
        if let Some((node, memory)) = earlier {
            frame.node = Some(node.clone());
            frame.memory = memory.clone();
        }
        let Some(Ok(node)) = frame.node.as_ref().map(|id| plan.node(id)) else { return probe };
        state.pending = Pending::Nothing;
        let mut effects = Vec::new();
        let mut ctx = Ctx {
            plan,
            node,
            state: &mut state,
            now: self.now,
            effects: &mut effects,
            why: Texts::default(),
            fit: Fit::Fits,
            changed: BTreeMap::new(),
            before: BTreeMap::new(),
        };
        let outcome = unharmed(|| node.built.resume(&mut ctx, happened));
        let fit = ctx.fit;
        probe.changed = std::mem::take(&mut ctx.changed);
        probe.said = effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Say { content, .. } => Some(content),
                _ => None,
            })
            .collect();
        probe.fit = match outcome {
            Ok(Next::Go(port)) => {
                let is_none = matches!(node.role(&port), Some(PortRole::Invalid | PortRole::Otherwise));
                probe.port = Some(port);
                match fit {
                    Fit::Stops => Fit::Stops,
                    _ if is_none => Fit::NotValid,
                    Fit::Sure => Fit::Fits,
                    fit => fit,
                }
            }
            Ok(Next::Wait) if fit == Fit::Fits && matches!(state.pending, Pending::Effect { .. }) => Fit::Open,
            Ok(Next::Wait) if fit == Fit::Sure => Fit::Fits,
            Ok(Next::Wait) => fit,
            // A step that fails on the words fails for real.
            _ => Fit::Fits,
        };
        probe
    }
}
