//! Whole-flow handlers: they interrupt wherever the conversation is.

use model::{FlowKey, Handler, Status};

use super::{MAX_DEPTH, Run, Todo, phrases};
use crate::plan::Rule;
use crate::{Effect, Frame};

impl Run<'_> {
    /// Lets a handler whose phrases the customer's words match interrupt; says whether one did.
    pub(crate) fn interrupt_by_words(&mut self, words: &str) -> bool {
        let said = phrases::Said::new(words);
        let caught = self.catch(|rule| said.says_one_of(&rule.phrases));
        if caught.is_some() {
            self.enter();
        }
        caught.is_some()
    }

    /// Would a handler's phrases match these words?
    pub(crate) fn has_handler_for(&self, words: &str) -> bool {
        self.depth_of_handler(words).is_some()
    }

    /// How deep in called flows the handler is whose phrases match these words.
    pub(crate) fn depth_of_handler(&self, words: &str) -> Option<usize> {
        let said = phrases::Said::new(words);
        let has_one = |frame: &Frame| {
            let rules = self.program.find(&frame.flow).map(|plan| plan.rules.as_slice()).unwrap_or_default();
            rules.iter().any(|rule| said.says_one_of(&rule.phrases))
        };
        self.state.frames.iter().rposition(has_one).map(|at| at + 1)
    }

    /// Goes to the first handler, of this flow or the flows that called it, that `wanted` accepts.
    pub(crate) fn catch(&mut self, wanted: impl Fn(&Rule) -> bool) -> Option<Todo> {
        self.catch_in(|_, rule| wanted(rule))
    }

    /// The same where the flow matters, too.
    pub(super) fn catch_in(&mut self, wanted: impl Fn(&FlowKey, &Rule) -> bool) -> Option<Todo> {
        let program = self.program;
        let (depth, rule) = self.state.frames.iter().enumerate().rev().find_map(|(depth, frame)| {
            let rule = program.find(&frame.flow)?.rules.iter().find(|rule| wanted(&frame.flow, rule))?;
            Some((depth, rule))
        })?;
        self.keep_frames(depth + 1);
        self.interrupt(&rule.handler);
        Some(Todo::Enter)
    }

    /// Goes to a handler's node, remembering what it interrupted when it returns.
    fn interrupt(&mut self, handler: &Handler) {
        let was_queued = matches!(self.state.status, Status::Queued | Status::WithAgent);
        if was_queued {
            self.effects.push(Effect::WithdrawHandOff);
            self.state.status = Status::Waiting;
        }
        if let Some(frame) = self.state.frames.last_mut()
            && handler.returns
            && let Some(node) = frame.node.clone()
            && frame.interrupted.len() < MAX_DEPTH
        {
            frame.interrupted.push(node);
        }
        self.go_to(handler.to.clone());
    }
}
