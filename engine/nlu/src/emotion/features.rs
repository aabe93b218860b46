//! A message as hashed features: words, pairs of words, pieces of words, Chinese characters, and the signs of a mood.

use super::signs::{Signs, signs};
use super::text::{Kind, Text, Word};

/// Features of a message: hash and value, ascending, each hash once.
pub(super) type Features = Vec<(u64, f32)>;

/// Everything that is read from a message.
pub(super) struct Read {
    pub(super) text: Text,
    pub(super) signs: Signs,
    pub(super) features: Features,
}

/// Reads a message.
pub(super) fn read(message: &str) -> Read {
    let text = Text::new(message);
    let signs = signs(&text);
    let mut features = Features::new();
    let mut block: Vec<u64> = Vec::with_capacity(text.letters.len() * 4);
    word_features(&text, &mut block);
    add_block(&mut features, &mut block, 1.0);
    piece_features(&text, &mut block);
    add_block(&mut features, &mut block, if text.has_cjk { 1.4 } else { 0.8 });
    sign_features(&text, &signs, &mut features);
    features.sort_unstable_by_key(|(hash, _)| *hash);
    Read { text, signs, features }
}

/// Takes a block over with length one times `scale`; what is there often counts a little more.
fn add_block(features: &mut Features, block: &mut Vec<u64>, scale: f32) {
    block.sort_unstable();
    let first = features.len();
    for hash in block.drain(..) {
        match features[first..].last_mut() {
            Some(last) if last.0 == hash => last.1 += 0.3,
            _ => features.push((hash, 1.0)),
        }
    }
    let length = features[first..].iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    for (_, value) in &mut features[first..] {
        *value *= scale / length.max(1.0);
    }
}

fn word_features(text: &Text, block: &mut Vec<u64>) {
    const NEGATIONS: [&str; 14] = [
        "not", "no", "never", "don't", "doesn't", "didn't", "isn't", "can't", "won't", "wasn't", "dont", "cant",
        "without", "nothing",
    ];
    let mut denied = 0;
    for (at, Word { text: word }) in text.words.iter().enumerate() {
        let hash = hash_of(1, word);
        block.push(hash);
        if denied > 0 {
            block.push(mix(hash, 99));
            denied -= 1;
        }
        if NEGATIONS.contains(&word.as_str()) {
            denied = 3;
        }
        if let Some(Word { text: next }) = text.words.get(at + 1) {
            block.push(mix(hash, hash_of(2, next)));
        }
    }
    if let (Some(first), Some(last)) = (text.words.first(), text.words.last()) {
        block.push(mix(hash_of(1, &first.text), 101));
        block.push(mix(hash_of(1, &last.text), 102));
    }
    for (c, _) in text.letters.iter().zip(&text.kinds).filter(|(_, kind)| **kind == Kind::Sign) {
        block.push(mix(SEED ^ 7, u64::from(*c)));
    }
}

fn piece_features(text: &Text, block: &mut Vec<u64>) {
    for Word { text: word } in text.words.iter().take(400) {
        let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain([' ']).collect();
        for start in 0..letters.len() {
            let mut hash = SEED ^ 0x77;
            for (n, c) in letters[start..].iter().take(5).enumerate() {
                hash = mix(hash, u64::from(*c));
                if n >= 2 {
                    block.push(hash);
                }
            }
        }
    }
    if !text.has_cjk {
        return;
    }
    let letters: Vec<char> = text.letters.iter().copied().filter(|c| *c != ' ').collect();
    for start in 0..letters.len() {
        let mut hash = SEED ^ 0x33;
        for c in letters[start..].iter().take(3) {
            let c = if c.is_ascii_digit() { '0' } else { *c };
            hash = mix(hash, u64::from(c));
            block.push(hash);
        }
    }
}

/// The signs as features of their own.
fn sign_features(text: &Text, signs: &Signs, features: &mut Features) {
    let mut add = |name: u64, value: f32| {
        if value > 0.0 {
            features.push((mix(SEED ^ 0x55, name), value));
        }
    };
    for (mood, (shown, strongest)) in (0..).zip(signs.shown.iter().zip(&signs.strongest)) {
        add(mood, (shown / 4.0).min(1.5));
        add(10 + mood, strongest / 4.0);
        add(20 + mood, if *shown > 0.0 { 0.4 } else { 0.0 });
    }
    let is_set = |yes: bool| if yes { 0.5 } else { 0.0 };
    add(30, is_set(signs.exclaims == 1));
    add(31, is_set(signs.exclaims >= 2));
    add(32, is_set(signs.asks == 1));
    add(33, is_set(signs.asks >= 2));
    add(34, is_set(signs.asks >= 1 && signs.exclaims >= 1));
    add(35, is_set(signs.is_shouting));
    add(36, is_set(signs.denies_good));
    add(37, is_set(signs.wants_person));
    add(38, is_set(signs.shown.iter().all(|shown| *shown == 0.0)));
    let negative = signs.shown[0] + signs.shown[1] + signs.shown[2];
    add(39, is_set(negative > 0.0 && signs.shown[3] > 0.0));
    let n = text.letters.len();
    add(40, is_set(n <= 8));
    add(41, is_set((9..=30).contains(&n)));
    add(42, is_set(n > 120));
}

const SEED: u64 = 0xA24B_AED4_963E_E407;

fn hash_of(family: u64, word: &str) -> u64 {
    word.chars().fold(SEED ^ family.wrapping_mul(0x9E37_79B9), |hash, c| mix(hash, u64::from(c)))
}

pub(super) fn mix(hash: u64, value: u64) -> u64 {
    let mixed = (hash.rotate_left(7) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

/// The hash of a word as a feature, for saying which words decided.
pub(super) fn word_hash(word: &str) -> u64 {
    hash_of(1, word)
}

/// The hash of some Chinese characters in a row.
pub(super) fn letters_hash(letters: &[char]) -> u64 {
    letters.iter().fold(SEED ^ 0x33, |hash, c| mix(hash, u64::from(*c)))
}
