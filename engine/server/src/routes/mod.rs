//! The routes: one file per area.

pub(crate) mod channels;
pub(crate) mod chat;
mod chat_stream;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod desk_events;
mod desk_moods;
pub(crate) mod details;
pub(crate) mod directory;
pub(crate) mod documents;
pub(crate) mod drafts;
pub(crate) mod flows;
mod following;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod intents;
pub(crate) mod kinds;
pub(crate) mod libraries;
pub(crate) mod members;
pub(crate) mod models;
pub(crate) mod pages;
pub(crate) mod phrases;
pub(crate) mod session;
mod socket;
pub(crate) mod synonyms;
pub(crate) mod test_chat;
pub(crate) mod versions;
