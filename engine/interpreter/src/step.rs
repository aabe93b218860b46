//! One step: an event happens to a conversation.

use model::{Moment, Status, Visit};

use crate::run::Run;
use crate::{Effect, Event, Program, State, Timer, transitions};

/// How many nodes one event may visit. A flow that wants more goes in circles.
pub const MAX_VISITS_PER_TURN: u32 = 200;

/// The version of what [`step`] does. It is raised when the same events may lead to something else than before;
/// the recorded histories in `tests/golden` say when that is the case.
pub const BEHAVIOUR: u32 = 1;

/// What an event led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The state from here on.
    pub state: State,
    /// What to do, in this order.
    pub effects: Vec<Effect>,
    /// What was visited and why.
    pub trace: Vec<Visit>,
}

/// An event happens to a conversation at `now` (milliseconds since 1970).
///
/// An event that does not concern the conversation any more (a cancelled timer, an effect answered twice, a word after
/// the end) changes nothing.
pub fn step(program: &Program, state: State, event: &Event, now: Moment) -> Step {
    let timers_before = timers(&state);
    let mut run = Run::new(program, state, now);
    if !run.state.is_over() {
        match event {
            Event::Open { language, values, channel } => {
                transitions::open(&mut run, language.as_ref(), values, channel);
            }
            Event::Said { input, mood, act } => transitions::said(&mut run, input, mood.as_ref(), act.as_ref()),
            Event::Done { effect, answer } => transitions::done(&mut run, effect, answer),
            Event::TimerDue { timer } => transitions::timer_due(&mut run, timer),
            Event::Agent { act } => transitions::agent(&mut run, act),
        }
    }
    if run.state.status == Status::Ended {
        run.state.timer = None;
        run.state.burst = None;
    }
    let Run { state, mut effects, trace, .. } = run;
    for (before, after) in timers_before.into_iter().zip(timers(&state)) {
        if before == after {
            continue;
        }
        let due = matches!((event, &before), (Event::TimerDue { timer }, Some(before)) if *timer == before.id);
        effects.extend(before.filter(|_| !due).map(|timer| Effect::CancelTimer { id: timer.id }));
        effects.extend(after.map(|timer| Effect::SetTimer { id: timer.id, due: timer.due }));
    }
    Step { state, effects, trace }
}

/// The timer of the step, and the one that ends a burst.
fn timers(state: &State) -> [Option<Timer>; 2] {
    [state.timer.clone(), state.burst.as_ref().map(|burst| burst.timer.clone())]
}
