//! The interpreter with three tiny kinds: what holds for every conversation, whatever the kinds are.

mod bursts;
mod checks;
mod conversation;
mod kinds;
mod repair;
mod schema;
