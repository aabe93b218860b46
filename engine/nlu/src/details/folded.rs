//! A text in half-width lower case that remembers where each part stood in the original.

use std::collections::BTreeMap;

use crate::normalise::half_width;
use serde_json::Value;

/// Details are looked for in this much of a text.
const MAX_BYTES: usize = 64 * 1024;

/// The folded text and, for each of its bytes, the byte of the original that it came from.
pub(super) struct Folded {
    pub(super) text: String,
    origins: Vec<usize>,
}

/// How far behind a place its own words are looked for: what is matched against the whole rest of a long text each time
/// would cost the square of its length.
const NEAR_BYTES: usize = 120;

/// The beginning of what stands at a place, as much as matters to the words there.
pub(super) fn near(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    &rest[..rest.floor_char_boundary(NEAR_BYTES)]
}

/// Something found, in bytes of the folded text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: Value,
}

impl Folded {
    pub(super) fn new(original: &str) -> Folded {
        let mut text = String::new();
        let mut origins = Vec::new();
        for (at, c) in original.char_indices() {
            if at >= MAX_BYTES {
                origins.push(at);
                return Folded { text, origins };
            }
            let c = crate::traditional::simplified(half_width(c)).to_ascii_lowercase();
            let c = match c {
                '\u{A0}' | '\t' => ' ',
                '\u{2018}' | '\u{2019}' | '`' => '\'',
                c => c,
            };
            text.push(c);
            origins.resize(text.len(), at);
        }
        origins.push(original.len());
        Folded { text, origins }
    }

    /// The bytes of the original for a range that starts and ends between characters.
    pub(super) fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        (self.origins[start], self.origins[end])
    }
}

/// Which characters something was found in already.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeMap<usize, usize>);

impl Taken {
    /// Takes a range unless a part of it is taken; says whether it did.
    pub(super) fn take(&mut self, start: usize, end: usize) -> bool {
        let is_free = !self.touches(start, end);
        if is_free {
            self.0.insert(start, end);
        }
        is_free
    }

    /// Is a part of the range taken?
    pub(super) fn touches(&self, start: usize, end: usize) -> bool {
        // Ranges do not overlap, so the last one that begins before the end is the only one that can reach in.
        self.0.range(..end).next_back().is_some_and(|(_, last)| *last > start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lead_back_to_the_original() {
        let original = "訂單Ａ１！👍ok";
        let folded = Folded::new(original);
        let start = folded.text.find("a1").expect("folded");

        let (start, end) = folded.origin(start, start + 2);

        assert_eq!(folded.text, "订单a1!👍ok");
        assert_eq!(&original[start..end], "Ａ１");
        assert_eq!(folded.origin(0, folded.text.len()), (0, original.len()));
    }
}
