//! Postal addresses: of mainland China in their parts, and English street addresses.
//!
//! An address is read to its end: a courier cannot use half of one.

mod chinese;
mod english;

use super::folded::Found;

/// All addresses of a folded text, in reading order.
pub(super) fn addresses(text: &str) -> Vec<Found> {
    let mut found = chinese::addresses(text);
    found.extend(english::addresses(text));
    found.sort_by_key(|found| found.start);
    found
}

#[cfg(test)]
mod tests;
