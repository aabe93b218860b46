//! An asked effect is answered.

use crate::run::Run;
use crate::{Answer, EffectId, Happened, Pending};

/// Resumes the node that asked. An answer nobody waits for changes nothing.
pub(crate) fn done(run: &mut Run<'_>, effect: &EffectId, answer: &Answer) {
    let is_awaited = matches!(&run.state.pending, Pending::Effect { id, .. } if id == effect);
    if is_awaited && !run.mend_answered(effect, answer) {
        run.resume(Happened::Answered(answer.clone()));
    }
}
