//! Payloads of the channels customers write on, translated to and from the product's own messages: one file per channel.
//!
//! Translation only: no network, no clock, no store.

pub mod resume;
pub mod web;
