//! Sentences that are usually about nothing a bot is for: they show what "something else" looks like,
//! and which words are said in any sentence.

use crate::features::{Block, Counted, hash_word};
use crate::normalise::normalise;
use std::collections::BTreeSet;
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

/// Whether a Latin word stands in one of the sentences.
pub(crate) fn has_word(word: &str) -> bool {
    static WORDS: OnceLock<BTreeSet<u64>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let features = background().iter().flat_map(|counted| &counted.features);
        features.filter(|(block, ..)| *block == Block::Words).map(|(_, hash, _)| *hash).collect()
    });
    words.contains(&hash_word(word))
}

const ENGLISH: &str = include_str!("background/en.txt");
const CHINESE: &str = include_str!("background/zh.txt");
