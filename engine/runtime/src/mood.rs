//! The mood a customer's message comes in with: read from its words once, and kept with the event.

use model::{Input, Mood};

/// The mood of typed words; buttons, forms and files have none.
pub(crate) fn mood_of(input: &Input) -> Option<Mood> {
    match input {
        Input::Text(text) => Some(nlu::emotion::mood(text)),
        Input::Choice(_) | Input::Form(_) | Input::File(_) => None,
    }
}
