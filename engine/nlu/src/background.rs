//! Sentences that are usually about nothing a bot is for: they show what "something else" looks like,
//! and which words are said in any sentence.

use crate::features::{Block, Counted, hash_word};
use crate::normalise::normalise;
use crate::vectors::{ByHash, key};
use std::sync::OnceLock;

/// The sentences themselves.
pub(crate) fn sentences() -> impl Iterator<Item = &'static str> {
    ENGLISH.lines().chain(CHINESE.lines()).filter(|line| !line.is_empty())
}

/// The sentences, as features.
pub(crate) fn background() -> &'static [Counted] {
    static COUNTED: OnceLock<Vec<Counted>> = OnceLock::new();
    COUNTED.get_or_init(|| sentences().map(|line| Counted::new(&normalise(line))).collect())
}

/// In how many of the sentences a word stands, or a pair of words; in Chinese, one to three characters.
fn n_sentences(block: Block, hash: u64) -> Option<u32> {
    static COUNTS: OnceLock<ByHash<u32>> = OnceLock::new();
    let counts = COUNTS.get_or_init(|| {
        let features = background().iter().flat_map(telling);
        let mut counts = ByHash::default();
        features.for_each(|(block, hash)| *counts.entry(key(block, hash)).or_default() += 1);
        counts
    });
    counts.get(&key(block, hash)).copied()
}

/// The features of a message that are words or, in Chinese, characters.
pub(crate) fn telling(counted: &Counted) -> impl Iterator<Item = (Block, u64)> {
    let is_telling = |block: Block| block == Block::Words || counted.is_one_family;
    counted.features.iter().filter(move |(block, ..)| is_telling(*block)).map(|(block, hash, _)| (*block, *hash))
}

/// How seldom the sentences say something: near 0 for what every sentence has, 1 for what none has.
pub(crate) fn rarity(block: Block, hash: u64) -> f64 {
    // Half of them are in the language of the message.
    let n = background().len() as f64 / 2.0;
    let n_with = f64::from(n_sentences(block, hash).unwrap_or_default());
    ((n / (1.0 + n_with)).ln() / n.ln()).max(LEAST_RARITY)
}

/// Nothing that is said says nothing.
const LEAST_RARITY: f64 = 0.02;

/// Whether a Latin word stands in one of the sentences.
pub(crate) fn has_word(word: &str) -> bool {
    n_sentences(Block::Words, hash_word(word)).is_some()
}

const ENGLISH: &str = include_str!("background/en.txt");
const CHINESE: &str = include_str!("background/zh.txt");
