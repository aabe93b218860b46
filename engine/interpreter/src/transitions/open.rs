//! The customer opened the chat.

use expr::Values;
use model::Language;

use crate::run::Run;

/// Begins the conversation's flow. Opening twice changes nothing.
pub(crate) fn open(run: &mut Run<'_>, language: Option<&Language>, values: &Values) {
    if !run.state.frames.is_empty() {
        return;
    }
    let program = run.program();
    if let Some(language) = language
        && program.flow.languages.contains(language)
    {
        run.state.language = language.clone();
    }
    let flow = program.flow.key.clone();
    // Only what the flow declares comes in, so that a caller cannot invent variables.
    let declared = |name: &model::VarName| program.flow.variables.iter().any(|variable| &variable.name == name);
    let given = values.iter().filter(|(name, _)| declared(name)).map(|(name, value)| (name.clone(), value.clone()));
    let given: Values = given.collect();
    if run.begin(&flow, &given, Vec::new()) {
        run.enter();
    }
}
