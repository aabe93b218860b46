//! Crashes of every kind, and what must hold after them: an accepted message is never lost, nothing happens twice.
//!
//! The product runs as a process of its own; customers with a memory talk to it ([`ledger`]); it is killed at random
//! ([`rounds`]), at named places ([`points`]), or loses what it had not written to the disk ([`power`]); then a copy
//! of its data is compared with what the customers were told ([`checker`]).
//!
//! `HELIU_TEST_DATABASE=postgres` runs those that are not about SQLite's files on PostgreSQL ([`postgres`]).
//! `HELIU_LONG=1` runs the long forms, `HELIU_SEED=n` repeats a run, `HELIU_ROUNDS=n` sets the rounds of [`rounds`].

#![expect(clippy::print_stdout, reason = "a run prints its seed, its figures, and what it skips")]

mod away;
mod checker;
mod customer;
mod data;
mod dedupe;
mod flow;
mod image;
mod ledger;
mod migration;
mod mobile;
mod mock;
mod order;
mod pinning;
mod points;
mod postgres;
mod power;
mod random;
mod recording;
mod rounds;
mod server;
mod snapshot;
mod window;
