//! Sentences that are usually about nothing a bot is for: they show what "something else" looks like,
//! and which words are said in any sentence.

use crate::features::Counted;
use crate::normalise::normalise;
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

const ENGLISH: &str = include_str!("background/en.txt");
const CHINESE: &str = include_str!("background/zh.txt");
