//! What a recogniser sees of a message: hashed pieces of words and characters, weighed by how telling they are.

use crate::normalise::{CODE, DIGITS, EMAIL, LINK, Normal, is_cjk};
use std::ops::Range;

/// Two families of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Block {
    Words = 0,
    Characters = 1,
}

/// One feature of a message and where its readable form stands in the normal text.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) block: Block,
    pub(crate) hash: u64,
    pub(crate) range: Range<usize>,
}

/// All features of a message, in reading order, with repetitions.
///
/// Latin text gives words, pairs of words and 2 to 4 characters of padded words.
/// Text with any Chinese gives 1 to 3 characters of the whole string, spaces left out, and its Latin words.
pub(crate) fn pieces(normal: &Normal) -> Vec<Piece> {
    pieces_of(normal, &words(normal))
}

/// The same, with words that are read in another way than they are written.
pub(crate) fn pieces_of(normal: &Normal, words: &[Word<'_>]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(normal.text.len() * 3);
    for (idx, word) in words.iter().enumerate() {
        let hash = hash_word(word.text);
        pieces.push(Piece { block: Block::Words, hash, range: word.range.clone() });
        if normal.has_cjk {
            continue;
        }
        if let Some(next) = words.get(idx + 1) {
            let pair = mix(hash, hash_word(next.text));
            pieces.push(Piece { block: Block::Words, hash: pair, range: word.range.start..next.range.end });
        }
        padded_grams(word, &mut pieces);
    }
    if normal.has_cjk {
        string_grams(&normal.text, &mut pieces);
    }
    pieces
}

/// A word as it is read, and where it stands in the normal text.
#[derive(Debug, Clone)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) range: Range<usize>,
}

/// The words of a text: runs of letters and digits, masks, and single signs such as emoji.
pub(crate) fn words(normal: &Normal) -> Vec<Word<'_>> {
    let text = normal.text.as_str();
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let in_word = (c.is_alphanumeric() && !is_cjk(c)) || c == '\'';
        match (in_word, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
        let is_text =
            in_word || c.is_ascii() || c.is_whitespace() || is_punctuation(c) || (normal.has_cjk && is_cjk(c));
        let is_sign = !is_text;
        if is_sign {
            words.push(at..at + c.len_utf8());
        }
    }
    if let Some(from) = start {
        words.push(from..text.len());
    }
    let words = words.into_iter().map(|range| Word { text: &text[range.clone()], range });
    words.filter(|word| word.text != "'").collect()
}

fn is_punctuation(c: char) -> bool {
    matches!(c as u32, 0x2010..=0x205E | 0x3001..=0x303F | 0xA1..=0xBF)
}

fn padded_grams(word: &Word<'_>, pieces: &mut Vec<Piece>) {
    let mut padded = [' '; 66];
    let mut len = 1;
    for c in word.text.chars().filter(|c| *c != '\'').take(64) {
        padded[len] = c;
        len += 1;
    }
    len += 1;
    for start in 0..len {
        let mut hash = SEED ^ 0x77;
        for (idx, c) in padded[start..len.min(start + 4)].iter().enumerate() {
            hash = mix(hash, *c as u64);
            if idx >= 1 {
                pieces.push(Piece { block: Block::Characters, hash, range: word.range.clone() });
            }
        }
    }
}

fn string_grams(text: &str, pieces: &mut Vec<Piece>) {
    let letters: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| *c != ' ').collect();
    for start in 0..letters.len() {
        let mut hash = SEED ^ 0x33;
        for (at, c) in &letters[start..letters.len().min(start + 3)] {
            hash = mix(hash, *c as u64);
            let range = letters[start].0..at + c.len_utf8();
            pieces.push(Piece { block: Block::Characters, hash, range });
        }
    }
}

/// Whether a piece of normal text says something to a person who asks what decided.
pub(crate) fn is_telling(piece: &str) -> bool {
    piece.chars().any(|c| {
        c.is_alphanumeric() || matches!(c, LINK | EMAIL | DIGITS | CODE) || (!c.is_ascii() && !is_punctuation(c))
    })
}

pub(crate) const SEED: u64 = 0xCBF2_9CE4_8422_2325;

pub(crate) fn hash_word(word: &str) -> u64 {
    word.chars().filter(|c| *c != '\'').fold(SEED, |hash, c| mix(hash, c as u64))
}

pub(crate) fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x517C_C1B7_2722_0A95).rotate_left(23) ^ value
}

/// A message as counts of features: what training keeps of an example.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    /// Block, hash and count; ascending, each feature once.
    pub(crate) features: Vec<(Block, u64, f32)>,
    /// Whether the families are scaled to length one together. In Chinese, Latin words are in the characters already:
    /// a price or a name of a model would outweigh the whole sentence.
    pub(crate) is_one_family: bool,
}

impl Counted {
    pub(crate) fn new(normal: &Normal) -> Counted {
        Counted::of(normal, &pieces(normal))
    }

    /// Counts the pieces of a text.
    pub(crate) fn of(normal: &Normal, pieces: &[Piece]) -> Counted {
        let mut features: Vec<(Block, u64, f32)> = Vec::with_capacity(pieces.len());
        let mut hashes: Vec<u64> = Vec::with_capacity(pieces.len());
        for block in [Block::Words, Block::Characters] {
            hashes.clear();
            hashes.extend(pieces.iter().filter(|piece| piece.block == block).map(|piece| piece.hash));
            hashes.sort_unstable();
            features.extend(hashes.chunk_by(|a, b| a == b).map(|same| (block, same[0], same.len() as f32)));
        }
        Counted { features, is_one_family: normal.has_cjk }
    }

    /// The features of each family that is scaled by itself.
    pub(crate) fn families(&self) -> impl Iterator<Item = &[(Block, u64, f32)]> {
        self.features.chunk_by(|a, b| a.0 == b.0 || self.is_one_family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;

    fn texts(message: &str) -> Vec<String> {
        let normal = normalise(message);
        pieces(&normal)
            .iter()
            .filter(|piece| piece.block == Block::Words || normal.has_cjk)
            .map(|piece| normal.text[piece.range.clone()].to_owned())
            .collect()
    }

    #[test]
    fn latin_text_gives_words_and_pairs() {
        assert_eq!(texts("Where's my order?"), ["where's", "where's my", "my", "my order", "order"]);
    }

    #[test]
    fn chinese_text_gives_characters_of_the_whole_string() {
        assert_eq!(texts("退 款!"), ["退", "退 款", "退 款!", "款", "款!", "!"]);
        assert!(texts("买 iPhone").contains(&"iphone".to_owned()));
    }

    #[test]
    fn a_chinese_message_is_one_family() {
        let families = |message: &str| Counted::new(&normalise(message)).families().count();

        assert_eq!(families("推荐 300 元的餐馆"), 1);
        assert_eq!(families("a meal for 300 yuan"), 2);
    }
}
