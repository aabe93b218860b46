//! Reads mistyped words beside what was meant: an unknown word one edit away from a word of the examples is read as
//! both, and so are two words of the examples written as one.
//!
//! Near words are found by SymSpell's idea (Wolf Garbe): words one edit apart have a form in common when up to one
//! letter of each is left out.

use crate::background;
use crate::features::{SEED, Word, mix};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Shorter words have too many neighbours: "my", "by", "me".
const MIN_LETTERS: usize = 4;
/// Longer ones are no words.
const MAX_LETTERS: usize = 32;
/// A near word is taken when it is said this many times as often as the next one.
const LEAD: u32 = 2;
/// Words written as one are told apart when the examples have each of them at least so often.
const MIN_OF_PARTS: u32 = 2;

/// The Latin words of the examples, and how often they stand there.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    words: BTreeMap<String, u32>,
    /// Made when the first unknown word is met: until then, it costs no time.
    forms: OnceLock<Forms>,
}

/// Which words have a form.
#[derive(Debug)]
struct Forms {
    words: Vec<(Box<str>, u32)>,
    /// Hashes of the words and of what is left of them without one letter, ascending, with the numbers of the words.
    forms: Vec<(u32, u32)>,
}

impl Spelling {
    /// Takes the words of an example.
    pub(super) fn add(&mut self, words: &[Word<'_>]) {
        for word in words {
            match self.words.get_mut(word.text) {
                Some(n) => *n += 1,
                None => drop(self.words.insert(word.text.to_owned(), 1)),
            }
        }
    }

    /// The words of a message, with those that were most likely meant before each that is mistyped. Known words, and
    /// those of everyday sentences, are not mistyped. What is written stays, as it may be right after all.
    pub(super) fn read<'a>(&'a self, words: Vec<Word<'a>>) -> Vec<Word<'a>> {
        let mut read = Vec::with_capacity(words.len());
        for word in words {
            let is_known = self.words.contains_key(word.text) || background::has_word(word.text);
            let letters: Vec<char> = if is_known { Vec::new() } else { word.text.chars().collect() };
            let may_be_mistyped =
                (MIN_LETTERS..=MAX_LETTERS).contains(&letters.len()) && letters.iter().all(|c| c.is_alphabetic());
            if may_be_mistyped {
                let meant = self.nearest(&letters).map(|nearest| [Some(nearest), None]);
                let meant = meant.or_else(|| self.parts(word.text).map(|(first, second)| [Some(first), Some(second)]));
                let meant = meant.into_iter().flatten().flatten();
                read.extend(meant.map(|text| Word { text, range: word.range.clone() }));
            }
            read.push(word);
        }
        read
    }

    /// The word that is one edit away, when there is one that is said much more often than the others. Its first letter
    /// is right, or the second one: that is rarely mistyped, and names and other words differ in it.
    fn nearest(&self, letters: &[char]) -> Option<&str> {
        let known = self.forms.get_or_init(|| Forms::new(&self.words));
        let mut near: Vec<(u32, &str)> = Vec::new();
        for form in forms_of(letters) {
            let first = known.forms.partition_point(|(other, _)| *other < form);
            for (_, number) in known.forms[first..].iter().take_while(|(other, _)| *other == form) {
                let (word, n) = &known.words[*number as usize];
                if is_one_edit_apart(letters, word) {
                    near.push((*n, &**word));
                }
            }
        }
        near.sort_unstable();
        near.dedup();
        let (n, word) = near.pop()?;
        let is_ahead = near.last().is_none_or(|(n_next, _)| n >= LEAD * n_next);
        is_ahead.then_some(word)
    }

    /// The two words that a word consists of; of several ways, the one whose rarer word is the most frequent.
    fn parts(&self, word: &str) -> Option<(&str, &str)> {
        let mut best: Option<(u32, (&str, &str))> = None;
        for (at, _) in word.char_indices().skip(1) {
            let (first, second) = word.split_at(at);
            let (Some((first, n_first)), Some((second, n_second))) =
                (self.words.get_key_value(first), self.words.get_key_value(second))
            else {
                continue;
            };
            let n = *n_first.min(n_second);
            if n >= MIN_OF_PARTS && best.is_none_or(|(most, _)| n > most) {
                best = Some((n, (first.as_str(), second.as_str())));
            }
        }
        best.map(|(_, parts)| parts)
    }
}

impl Forms {
    fn new(words: &BTreeMap<String, u32>) -> Forms {
        let mut known = Forms { words: Vec::new(), forms: Vec::new() };
        for (word, n) in words {
            let letters: Vec<char> = word.chars().collect();
            if (MIN_LETTERS..=MAX_LETTERS).contains(&letters.len()) && letters.iter().all(|c| c.is_alphabetic()) {
                let number = known.words.len() as u32;
                known.forms.extend(forms_of(&letters).map(|form| (form, number)));
                known.words.push((word.as_str().into(), *n));
            }
        }
        known.forms.sort_unstable();
        known.forms.dedup();
        known
    }
}

/// The hashes of a word and of what is left of it without one letter.
fn forms_of(letters: &[char]) -> impl Iterator<Item = u32> {
    (0..=letters.len()).map(|left_out| {
        let kept = letters.iter().enumerate().filter(|(at, _)| *at != left_out);
        let hash = kept.fold(SEED, |hash, (_, c)| mix(hash, *c as u64));
        (hash ^ (hash >> 32)) as u32
    })
}

/// Whether one letter more, less or changed after the first one, or two neighbours that change places, make one word of
/// the other.
fn is_one_edit_apart(a: &[char], b: &str) -> bool {
    let b: Vec<char> = b.chars().collect();
    let same_start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same_start..], &b[same_start..]);
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - same_end], &b[..b.len() - same_end]) {
        ([_], []) | ([], [_]) | ([_], [_]) => same_start > 0,
        ([a_first, a_second], [b_first, b_second]) => a_first == b_second && a_second == b_first,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::words;
    use crate::normalise::normalise;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        let mut spelling = Spelling::default();
        for example in [
            "transfer my balance",
            "what is my balance",
            "transfer money",
            "transfers",
            "我的订单 status",
            "plane",
            "plant",
        ] {
            spelling.add(&words(&normalise(example)));
        }
        let normal = normalise(message);
        let read: Vec<&str> = spelling.read(words(&normal)).iter().map(|word| word.text).collect();
        assert_eq!(read.join(" "), expected);
    }

    #[test]
    fn one_edit_is_mended() {
        check("my blance", "my balance blance");
        check("my balaance", "my balance balaance");
        check("my bakance", "my balance bakance");
        check("my ablance", "my balance ablance");
        check("订单 statsu", "status statsu");
        check("my blanxe", "my blanxe");
        check("my valance", "my valance");
    }

    #[test]
    fn the_word_said_most_often_is_taken() {
        check("transferr", "transfer transferr");
        // As near to "plane" as to "plant", and each is said once.
        check("planx", "planx");
    }

    #[test]
    fn two_words_written_as_one_are_told_apart() {
        check("mybalance", "my balance mybalance");
        check("transfer mymoney", "transfer mymoney");
    }

    #[test]
    fn known_short_and_everyday_words_stay() {
        check("transfers", "transfers");
        check("mx by 12345 a1b2", "mx by \u{E002} a1b2");
        // One edit from "plane" and "plant", but a word of an everyday sentence.
        check("which planet", "which planet");
    }

    #[test]
    fn words_of_any_length_do_no_harm() {
        check(&"a".repeat(4_000), &"a".repeat(4_000));
        check("", "");
    }
}
