//! One event happens to a state: `step`, bounded in time, with a panic as an outcome of the conversation.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use interpreter::{Answer, Effect, Event, Pending, Program, State, Step, TimerId, Verdict, step};
use model::{Act, Content, HandOffPacket, Input, Mark, Moment, NodeId, Status, Texts, Visit};

/// No event may compute longer than this; the interpreter's own limits are far below.
const BOUND: Duration = Duration::from_secs(2);

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// What an event led to, sorted for whoever stores it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) said: Vec<(Content, NodeId)>,
    pub(crate) trace: Vec<Visit>,
    pub(crate) set_timers: Vec<(TimerId, Moment)>,
    pub(crate) gone_timers: Vec<TimerId>,
    pub(crate) handed_off: Option<HandOffPacket>,
    pub(crate) is_withdrawn: bool,
    pub(crate) rated: Option<(u8, String)>,
    pub(crate) judged: Vec<(String, Verdict)>,
    pub(crate) ended: Option<String>,
    /// The effect to perform before the conversation goes on.
    pub(crate) asked: Option<Effect>,
}

/// What typed words do beside answering, where the program mends the dialogue. It is part of the event from then on.
pub(crate) fn act_of(program: &Program, input: &Input) -> Option<Act> {
    match input {
        Input::Text(text) if program.mends() => nlu::acts::act(text),
        _ => None,
    }
}

/// Lets an event happen to a state that is kept meanwhile.
pub(crate) fn happen(program: &Program, state: &State, event: &Event, now: Moment) -> (State, Outcome) {
    happen_to(program, state.clone(), event, now)
        .unwrap_or_else(|Panicked| happen_after_panic(program, state.clone(), event, now))
}

/// The step panicked, and the state it was given is gone.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Lets an event happen. To copy every state for the case of a panic would cost more than all else done here: whoever
/// has another way to the state as it was goes on with [`happen_after_panic`].
pub(crate) fn happen_to(
    program: &Program,
    state: State,
    event: &Event,
    now: Moment,
) -> Result<(State, Outcome), Panicked> {
    match catch_unwind(AssertUnwindSafe(|| bounded(|| step(program, state, event, now)))) {
        Ok(step) => Ok(sorted(step)),
        Err(_) => {
            tracing::error!(flow = %program.flow().key, "a step panicked; the conversation goes on by its failed exit");
            Err(Panicked)
        }
    }
}

/// What an event comes to that panicked, with the state as it was before.
pub(crate) fn happen_after_panic(program: &Program, before: State, event: &Event, now: Moment) -> (State, Outcome) {
    sorted(after_panic(program, before, event, now))
}

fn sorted(step: Step) -> (State, Outcome) {
    let mut outcome = Outcome { trace: step.trace, ..Outcome::default() };
    for effect in step.effects {
        match effect {
            Effect::Say { content, node } => outcome.said.push((content, node)),
            Effect::SetTimer { id, due } => outcome.set_timers.push((id, due)),
            Effect::CancelTimer { id } => outcome.gone_timers.push(id),
            Effect::HandOff { packet } => {
                outcome.handed_off = Some(packet);
                outcome.is_withdrawn = false;
            }
            Effect::WithdrawHandOff => {
                outcome.handed_off = None;
                outcome.is_withdrawn = true;
            }
            Effect::Rated { score, reason } => outcome.rated = Some((score, reason)),
            Effect::Judged { found, verdict } => outcome.judged.push((found, verdict)),
            Effect::End { result } => outcome.ended = Some(result),
            asked => outcome.asked = Some(asked),
        }
    }
    (step.state, outcome)
}

/// A step that waited for an effect fails by its exit; any other conversation goes to a person.
fn after_panic(program: &Program, before: State, event: &Event, now: Moment) -> Step {
    let why = Texts::new("这个步骤在程序内部出错", "the step failed inside the program");
    if let (Event::Done { effect, answer }, Pending::Effect { .. }) = (event, &before.pending)
        && !matches!(answer, Answer::Failed { .. })
    {
        let failed = Event::Done { effect: effect.clone(), answer: Answer::Failed { why: why.clone() } };
        let kept = before.clone();
        if let Ok(step) = catch_unwind(AssertUnwindSafe(|| bounded(|| step(program, kept, &failed, now)))) {
            return step;
        }
    }
    let mut state = before;
    let node = state.current().cloned().unwrap_or_default();
    let cancel = |timer: &interpreter::Timer| Effect::CancelTimer { id: timer.id.clone() };
    let mut effects: Vec<_> = state.timers().map(cancel).collect();
    (state.timer, state.burst) = (None, None);
    state.status = Status::Queued;
    state.pending = Pending::Agent;
    let details = state.values().cloned().unwrap_or_default();
    let reason = why.get(&state.language, &[]).to_owned();
    let path = state.path.clone();
    let packet = HandOffPacket { reason, priority: "high".into(), details, path, ..HandOffPacket::default() };
    effects.push(Effect::HandOff { packet });
    let flow = program.flow().key.0.clone();
    let visit = Visit { flow, node, visit: 1, mark: Mark::Failed, why, changed: Default::default() };
    Step { state, effects, trace: vec![visit] }
}

fn bounded<R>(work: impl FnOnce() -> R) -> R {
    DEADLINE.set(Some(Instant::now() + BOUND));
    let result = expr::with_bound(is_too_late, work);
    DEADLINE.set(None);
    result
}

fn is_too_late() -> bool {
    DEADLINE.get().is_some_and(|deadline| Instant::now() > deadline)
}
