//! The interpreter: `step(program, state, event, now)` gives the next state, effects and a trace.
//!
//! It is a pure function. It does no I/O, reads no clock, makes no random choice and has no `Result`: whatever goes
//! wrong in a conversation is an outcome of the conversation. Time, ids, recognition, search results and replies of
//! other systems enter as events, so that the same events give the same conversation, byte for byte.
//!
//! How to use it:
//! 1. [`Program::compile`] checks a flow against a [`Catalogue`] of kinds and the workspace's resources.
//! 2. [`State::new`] and [`step`] with [`Event::Open`] begin a conversation.
//! 3. The caller performs the effects in order, and feeds the answer of each asked effect back as [`Event::Done`];
//!    it stores the state between events. When no effect is asked, the conversation waits: see [`State::waits_for`].
//!
//! Node kinds implement [`Kind`]; they see the conversation through [`Ctx`] only.

mod catalogue;
pub mod check;
mod ctx;
mod effect;
mod event;
mod generate;
mod kind;
mod mood;
mod packet;
mod plan;
mod program;
mod repair;
mod run;
mod size;
mod state;
mod step;
mod transitions;

pub use catalogue::{Built, Catalogue, Entry};
pub use ctx::{Ctx, Failure};
pub use effect::{Effect, EffectId, HttpRequest, Method, TimerId, Verdict};
pub use event::{AgentAct, Answer, Event, Found, FoundDetail, HttpReply, IntentScore, Recognised, Source};
pub use generate::{Generated, Line, Passage, Purpose, Task, ToolCall, ToolSpec, Usage};
pub use kind::{Happened, Kind, KindInfo, Next};
pub use mood::{Felt, Moods};
pub use program::{Callees, Program, SYSTEM_VARIABLES, is_system};
pub use repair::{Asked, Looking, Mending, Offer, Trod};
pub use size::read_value;
pub use state::{Burst, Frame, Pending, State, Timer, WaitsFor};
pub use step::{BEHAVIOUR, MAX_VISITS_PER_TURN, Step, step};
