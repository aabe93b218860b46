//! What the product remembers: sea-orm on SQLite, or on PostgreSQL.
//!
//! Each file answers the questions of one area, and its functions are named for the question:
//! `flows::draft`, `conversations::by_public_id`, `timers::next_due`. Rows never leave this crate; callers get
//! `model` types or plain structs. Conversation state is opaque JSON with a version number.
//!
//! Questions take any connection: [`Store::read`] for reading, a [`Writing`] from [`Store::write`] for changes that
//! belong together. Time is an argument. What a turn of a conversation did goes through [`turns::Committer`], which
//! gathers the turns of many conversations under one fsync.

mod connect;
mod error;
mod moment;
mod postgres;
mod probe;
mod rows;
#[cfg(test)]
mod sample;
mod shared;
#[cfg(test)]
mod shared_tests;
mod sqlite;
mod tables;
pub mod trouble;
mod upgrade;
mod writing;

pub mod archive;
pub mod backup;
pub mod channels;
pub mod circumstances;
pub mod conversations;
pub mod crash;
pub mod desk;
pub mod details;
pub mod directory;
pub mod disk;
pub mod doctor;
pub mod documents;
pub mod drafts;
pub mod figures;
pub mod flows;
pub mod intents;
pub mod judgements;
pub mod libraries;
pub mod meaning;
pub mod members;
pub mod messages;
pub mod models;
pub mod notices;
pub mod phrases;
pub mod replicas;
pub mod secrets;
pub mod sessions;
pub mod talks;
pub mod timers;
pub mod topic_sets;
pub mod turns;
pub mod upkeep;
pub mod versions;
pub mod workspaces;

pub use connect::{FILE, Store};
pub use error::{Error, Result};
pub use moment::{parse_rfc3339, rfc3339};
pub use shared::Starting;
pub use workspaces::WorkspaceId;
pub use writing::Writing;
