//! Understanding what a customer writes, in Chinese and English, without a model: intents, details, articles.
//!
//! - [`intents`]: train a [`intents::Recogniser`] from example sentences, ask it what a message wants.
//! - [`details`]: find numbers, dates, phones, e-mails, order numbers, yes and no inside a message.
//! - [`emotion`]: read the mood of a message.
//! - [`search`]: build a [`search::Index`] over questions and answers, ask it for the best articles.
//! - [`evaluate`]: measure the first and the third on labelled lines.
//!
//! Everything here is a pure function of its arguments: no files, no network, no clock, no randomness.
//! The same examples give the same recogniser, and the same message the same figures, on every machine;
//! confidences are rounded so that they are stable in a conversation's journal.
//! Nothing here fails or panics on any text: at worst it finds nothing.

/// Grows whenever the same examples would make another recogniser.
pub const VERSION: u32 = 3;

pub mod acts;
mod background;
pub mod details;
pub mod emotion;
pub mod evaluate;
mod features;
pub mod intents;
mod linear;
mod logistic;
mod normalise;
pub mod search;
mod stem;
mod traditional;
mod vectors;

/// The text in simplified characters, for comparing words.
pub fn simplified(text: &str) -> String {
    text.chars().map(traditional::simplified).collect()
}

/// Rounds to four decimals, so that figures read well and stay stable in a journal.
fn round4(value: f64) -> f64 {
    if value.is_finite() { (value * 10_000.0).round() / 10_000.0 } else { 0.0 }
}
