//! The customer said something.

use model::{Input, Status};

use crate::run::Run;
use crate::{Happened, Pending};

/// How many messages may wait while a step is at work.
const MAX_INBOX: usize = 32;

/// Whole-flow handlers come first, then the waiting node. While an agent talks, the words are the agent's to answer.
pub(crate) fn said(run: &mut Run<'_>, input: &Input) {
    if run.state.frames.is_empty() {
        return;
    }
    let words = input.as_text();
    if matches!(run.state.pending, Pending::Effect { .. } | Pending::Time) {
        if run.state.inbox.len() < MAX_INBOX {
            run.state.inbox.push(input.clone());
        }
        return;
    }
    run.hear(&words);
    if matches!(run.state.status, Status::Queued | Status::WithAgent) {
        return;
    }
    if matches!(input, Input::Text(_)) && run.interrupt_by_words(&words) {
        return;
    }
    run.resume(Happened::Said(input.clone()));
}
