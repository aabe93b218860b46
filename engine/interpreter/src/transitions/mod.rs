//! What each event does to a conversation: one file per event.

mod agent;
mod done;
mod open;
mod said;
mod timer_due;

pub(crate) use agent::agent;
pub(crate) use done::done;
pub(crate) use open::open;
pub(crate) use said::said;
pub(crate) use timer_due::timer_due;
