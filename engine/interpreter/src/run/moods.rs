//! The customer's mood during a step: it is remembered, and may set a whole-flow handler off.

use model::spec::PortRole;
use model::{Mood, Trigger};

use super::Run;
use crate::plan::Rule;
use crate::size::cut;

/// As much of a handler's name as a conversation remembers.
const MAX_PLACE_BYTES: usize = 160;

impl Run<'_> {
    /// Remembers the mood of a message, before its words are remembered.
    pub(crate) fn feel(&mut self, mood: Option<&Mood>, words: &str) {
        if let Some(mood) = mood {
            self.state.mood.get_or_insert_default().feel(mood, words, &self.state.heard);
        }
    }

    /// Lets a handler for the customer's mood interrupt; says whether one did. Only a message with a mood can.
    pub(crate) fn interrupt_by_mood(&mut self, mood: Option<&Mood>) -> bool {
        let (Some(_), Some(mut moods)) = (mood, self.state.mood.take()) else { return false };
        let n_heard = self.state.n_heard;
        let wanted = self.state.frames.iter().rev().find_map(|frame| {
            let rules = &self.program.find(&frame.flow)?.rules;
            let fires = |rule: &&Rule| {
                let Trigger::Mood { emotions, at_least, once_per } = &rule.handler.on else { return false };
                let place = cut(&format!("{}/{}", frame.flow, rule.handler.id), MAX_PLACE_BYTES).to_owned();
                moods.shows(emotions) >= at_least.max(0.01) && moods.may_fire(place, n_heard, *once_per)
            };
            rules.iter().find(fires).map(|rule| (frame.flow.clone(), rule.handler.id.clone()))
        });
        self.state.mood = Some(moods);
        let Some((flow, handler)) = wanted else { return false };
        let caught = self.catch_in(|of, rule| *of == flow && rule.handler.id == handler);
        if caught.is_some() {
            self.enter();
        }
        caught.is_some()
    }

    /// An exit that says "not understood" upsets a customer a little, where moods are known.
    pub(super) fn note_misunderstanding(&mut self, role: Option<PortRole>) {
        if role == Some(PortRole::Invalid)
            && let Some(moods) = &mut self.state.mood
        {
            moods.misunderstood();
        }
    }
}
