//! What is counted of a text: stems of Latin words, Chinese characters and pairs of them.

use crate::background;
use crate::features::{SEED, is_telling, mix};
use crate::normalise::{Normal, is_cjk, normalise};
use crate::stem::stem;
use crate::traditional::TRADITIONAL;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// Names a term in the lists of an index.
pub(super) type Key = u64;

/// The terms of a text in reading order, with repetitions.
pub(super) fn terms(normal: &Normal) -> Vec<String> {
    let mut terms = Vec::new();
    each_term(normal, |term| terms.push(term.to_owned()));
    terms
}

/// Tells every term of a text, in reading order.
pub(super) fn each_term(normal: &Normal, mut tell: impl FnMut(&str)) {
    each_placed_term(normal, |term, _| tell(term));
}

/// Tells every term of a text and where it stands there; of a stem, where its word does.
pub(super) fn each_placed_term(normal: &Normal, mut tell: impl FnMut(&str, Range<usize>)) {
    let mut word = String::new();
    let mut before: Option<char> = None;
    for (at, c) in normal.text.char_indices().chain([(normal.text.len(), ' ')]) {
        if !is_cjk(c) && (c.is_alphanumeric() || c == '\'') {
            word.push(c);
            before = None;
            continue;
        }
        if !word.is_empty() {
            tell(stem(&word), at - word.len()..at);
            word.clear();
        }
        let mut letter = [0; 4];
        let letter: &str = c.encode_utf8(&mut letter);
        let end = at + c.len_utf8();
        if is_cjk(c) {
            tell(letter, at..end);
            if let Some(before) = before {
                let mut pair = [0; 8];
                let first = before.encode_utf8(&mut pair).len();
                let len = first + c.encode_utf8(&mut pair[first..]).len();
                tell(std::str::from_utf8(&pair[..len]).unwrap_or_default(), at - first..end);
            }
        } else if is_telling(letter) {
            tell(letter, at..end);
        }
        before = Some(c).filter(|c| is_cjk(*c));
    }
}

/// The key of a term.
pub(super) fn key(term: &str) -> Key {
    term.chars().fold(SEED, |hash, c| mix(hash, c as u64))
}

/// Names how texts become terms and terms become lists: another number where either changes.
pub(super) fn way() -> u64 {
    /// Grows when lists are written in another way.
    const FORMAT: u64 = 1;
    const MORE: &str =
        "第3章 Ｆｕｌｌ width 寬體 don't stopped running SO-20231107 13800138000 a@b.cn https://c.cn/d 👍 ½";
    static WAY: OnceLock<u64> = OnceLock::new();
    *WAY.get_or_init(|| {
        let mut way = mix(SEED, FORMAT);
        for text in background::sentences().chain([MORE, TRADITIONAL]) {
            each_term(&normalise(text), |term| way = mix(way, key(term)));
        }
        way
    })
}

/// How much a term says: little when it is said in any sentence.
pub(super) fn weight_in_general(term: &str) -> f64 {
    let general = General::usual();
    (general.n_sentences / (1.0 + general.counts.get(term).copied().unwrap_or(0.0))).ln().max(0.1)
}

/// What a term says that no everyday sentence says.
pub(super) fn most_in_general() -> f64 {
    General::usual().n_sentences.ln()
}

/// In how many everyday sentences each term stands.
#[derive(Debug, Default)]
struct General {
    n_sentences: f64,
    counts: HashMap<String, f64>,
}

impl General {
    fn usual() -> &'static General {
        static USUAL: OnceLock<General> = OnceLock::new();
        USUAL.get_or_init(|| {
            let mut general = General::default();
            for sentence in background::sentences() {
                general.n_sentences += 1.0;
                let mut terms = terms(&normalise(sentence));
                terms.sort_unstable();
                terms.dedup();
                for term in terms {
                    *general.counts.entry(term).or_default() += 1.0;
                }
            }
            general
        })
    }
}
