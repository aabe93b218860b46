//! A timer is due.

use crate::run::Run;
use crate::{Happened, TimerId};

/// Resumes the node that set the timer. A timer that was cancelled meanwhile changes nothing.
pub(crate) fn timer_due(run: &mut Run<'_>, timer: &TimerId) {
    let is_current = run.state.timer.as_ref().is_some_and(|current| &current.id == timer);
    if is_current {
        run.state.timer = None;
        if !run.nudge() {
            run.resume(Happened::TimeUp);
        }
    }
}
