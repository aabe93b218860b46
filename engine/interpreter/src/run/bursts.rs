//! Bursts: short messages in a row, taken as one where the flow says so.
//!
//! Each text waits in [`State::burst`] for the next one; the flow hears them together, a line each, when the customer
//! has paused. What cannot wait is not kept waiting: words that a whole-flow handler listens for, buttons, forms, files.

use model::{Act, ActKind, Input, MAX_GATHER_MS, Mood, Status};

use super::{Run, phrases};
use crate::size::{MAX_WORDS_BYTES, size_of_text};
use crate::{Burst, Happened, Pending, State, Timer, TimerId};

impl State {
    /// A burst of so many texts is over, whether the customer pauses or not.
    pub const MAX_BURST: usize = 20;
    /// Whoever goes on writing has an answer by then.
    pub const LONGEST_BURST_MS: i64 = 30_000;
}

impl Run<'_> {
    /// Keeps a text until the customer pauses. False when it is to be heard at once, with what was kept before it.
    pub(crate) fn gather(&mut self, text: &str, mood: Option<&Mood>, act: Option<&Act>) -> bool {
        let pause_ms = i64::from(self.gather_ms());
        let is_awaited = matches!(self.state.pending, Pending::Customer) && self.state.status == Status::Waiting;
        let stops = act.is_some_and(|act| matches!(act.kind, ActKind::Cancel | ActKind::Restart));
        if pause_ms == 0 || !is_awaited || stops || self.is_interruption(text) {
            return false;
        }
        let (mut words, began, before) = match self.state.burst.take() {
            Some(burst) => (burst.words, burst.began, burst.mood),
            None => (Vec::new(), self.now, None),
        };
        words.push(text.to_owned());
        let mood = mood.cloned().or(before);
        // What several do together, nobody has looked at.
        let act = act.filter(|_| words.len() == 1).cloned();
        let n_bytes: usize = words.iter().map(|words| size_of_text(words)).sum();
        let due = self.now.saturating_add(pause_ms).min(began.saturating_add(State::LONGEST_BURST_MS));
        self.state.n_timers += 1;
        let timer = Timer { id: TimerId(format!("t{}", self.state.n_timers)), due };
        self.state.burst = Some(Burst { words, mood, act, began, timer });
        if self.state.burst.as_ref().is_some_and(|burst| burst.words.len() >= State::MAX_BURST)
            || n_bytes >= MAX_WORDS_BYTES
        {
            self.hear_burst();
        }
        true
    }

    /// The burst is over: a handler for the customer's mood takes it, repair, or the waiting node. Says whether there was
    /// one.
    pub(crate) fn hear_burst(&mut self) -> bool {
        let Some((input, burst)) = self.end_burst() else { return false };
        if !self.interrupt_by_mood(burst.mood.as_ref()) && !self.mend(&input, burst.act.as_ref()) {
            self.resume(Happened::Said(input));
        }
        true
    }

    /// The burst is over and is remembered; somebody else answers it.
    pub(crate) fn end_burst(&mut self) -> Option<(Input, Burst)> {
        let burst = self.state.burst.take()?;
        let words = burst.words.join("\n");
        self.hear(&words);
        Some((Input::Text(words), burst))
    }

    /// The pause that the flow of the whole conversation wants.
    fn gather_ms(&self) -> u32 {
        self.program.flow().gather_ms.min(MAX_GATHER_MS)
    }

    /// Is this something that a whole-flow handler listens for?
    fn is_interruption(&self, text: &str) -> bool {
        let said = phrases::Said::new(text);
        let flows = self.state.frames.iter().filter_map(|frame| self.program.find(&frame.flow));
        flows.flat_map(|plan| &plan.rules).any(|rule| said.says_one_of(&rule.phrases))
    }
}
