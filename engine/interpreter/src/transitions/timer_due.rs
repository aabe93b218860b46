//! A timer is due.

use crate::run::Run;
use crate::{Happened, TimerId};

/// Resumes the node that set the timer, or ends a burst. A timer that was cancelled meanwhile changes nothing.
pub(crate) fn timer_due(run: &mut Run<'_>, timer: &TimerId) {
    if run.state.burst.as_ref().is_some_and(|burst| &burst.timer.id == timer) {
        run.hear_burst();
        return;
    }
    let is_current = run.state.timer.as_ref().is_some_and(|current| &current.id == timer);
    if is_current {
        run.state.timer = None;
        // Whoever is in the middle of writing is not silent.
        if !run.hear_burst() && !run.nudge() {
            run.resume(Happened::TimeUp);
        }
    }
}
