//! The customer opened the chat.

use expr::Values;
use model::Language;

use crate::run::Run;
use crate::size::{cut, fits_a_variable, too_large};

/// Keys of channels are short.
const MAX_CHANNEL_BYTES: usize = 80;

/// Begins the conversation's flow. Opening twice changes nothing.
pub(crate) fn open(run: &mut Run<'_>, language: Option<&Language>, values: &Values, channel: &str) {
    if !run.state.frames.is_empty() {
        return;
    }
    cut(channel, MAX_CHANNEL_BYTES).clone_into(&mut run.state.channel);
    let plan = run.plan();
    if let Some(language) = language
        && plan.flow.languages.contains(language)
    {
        run.state.language = language.clone();
    }
    let flow = plan.flow.key.clone();
    // Only what the flow declares comes in, so that a caller cannot invent variables.
    let declared = |name: &model::VarName| plan.flow.variables.iter().any(|variable| &variable.name == name);
    let given = values.iter().filter(|(name, value)| declared(name) && fits_a_variable(value).is_ok());
    let given: Values = given.map(|(name, value)| (name.clone(), value.clone())).collect();
    if !run.begin(&flow, &given, Vec::new()) {
        return;
    }
    if run.state.has_room() {
        run.enter();
    } else {
        run.forget_values();
        run.give_up(&too_large());
    }
}
