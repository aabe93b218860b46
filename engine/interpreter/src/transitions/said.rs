//! The customer said something.

use std::collections::BTreeMap;

use model::{Act, Input, Mood, Status};

use crate::run::Run;
use crate::size::{MAX_WORDS_BYTES, cut, fit, size_of, size_of_text};
use crate::{Happened, Pending};

/// How many messages may wait while a step is at work.
const MAX_INBOX: usize = 32;

/// The mood of the message counts whatever becomes of it. Where the flow collects short messages, a text waits for the next
/// one; what cannot wait comes after what waited. Whole-flow handlers come first, then dialogue repair, then the waiting
/// node. While an agent talks, the words are the agent's to answer.
pub(crate) fn said(run: &mut Run<'_>, input: &Input, mood: Option<&Mood>, act: Option<&Act>) {
    if run.state.frames.is_empty() {
        return;
    }
    let input = &bounded(input);
    let words = input.as_text();
    run.feel(mood, &words);
    if let Input::Text(text) = input
        && run.gather(text, mood, act)
    {
        return;
    }
    if matches!(input, Input::Text(_)) {
        run.end_burst();
    } else {
        run.hear_burst();
    }
    if run.state.is_over() {
        return;
    }
    if matches!(run.state.pending, Pending::Effect { .. } | Pending::Time) {
        let n_bytes: usize = run.state.inbox.iter().map(size_of_input).sum();
        if run.state.inbox.len() < MAX_INBOX && n_bytes + size_of_input(input) <= MAX_WORDS_BYTES {
            run.put_in_inbox(input.clone(), act.cloned());
        }
        return;
    }
    run.hear(&words);
    if matches!(run.state.status, Status::Queued | Status::WithAgent) {
        return;
    }
    let is_text = matches!(input, Input::Text(_));
    if is_text && !run.has_handler_for(&words) && run.interrupt_by_mood(mood) {
        return;
    }
    // A handler that stops the flow is asked about by repair first, when something would be lost.
    if run.mend(input, act) || (is_text && run.interrupt_by_words(&words)) {
        return;
    }
    run.resume(Happened::Said(input.clone()));
}

/// Channels bound messages long before; a state stays small whoever feeds it.
fn bounded(input: &Input) -> Input {
    match input {
        Input::Text(text) => Input::Text(cut(text, MAX_WORDS_BYTES).to_owned()),
        Input::Choice(id) => Input::Choice(cut(id, MAX_WORDS_BYTES).to_owned()),
        Input::File(url) => Input::File(cut(url, MAX_WORDS_BYTES).to_owned()),
        Input::Form(fields) => match fit(fields.values(), size_of_input(input), MAX_WORDS_BYTES) {
            Ok(()) => input.clone(),
            Err(_) => Input::Form(BTreeMap::new()),
        },
    }
}

fn size_of_input(input: &Input) -> usize {
    const NAMES: usize = 20;
    NAMES
        + match input {
            Input::Text(text) | Input::Choice(text) | Input::File(text) => size_of_text(text),
            Input::Form(fields) => fields.iter().map(|(id, value)| size_of_text(id) + size_of(value) + 2).sum(),
        }
}
