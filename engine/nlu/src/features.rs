//! What a recogniser sees of a message: hashed pieces of words and characters, weighed by how telling they are.

use crate::linear::Sparse;
use crate::normalise::{CODE, DIGITS, EMAIL, LINK, Normal, is_cjk};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// Two families of features; each is scaled to length one on its own.
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
    let text = &normal.text;
    let mut pieces = Vec::with_capacity(text.len() * 3);
    let words = words(text, normal.has_cjk);
    for (idx, word) in words.iter().enumerate() {
        let hash = hash_word(&text[word.clone()]);
        pieces.push(Piece { block: Block::Words, hash, range: word.clone() });
        if normal.has_cjk {
            continue;
        }
        if let Some(next) = words.get(idx + 1) {
            let pair = mix(hash, hash_word(&text[next.clone()]));
            pieces.push(Piece { block: Block::Words, hash: pair, range: word.start..next.end });
        }
        padded_grams(text, word, &mut pieces);
    }
    if normal.has_cjk {
        string_grams(text, &mut pieces);
    }
    pieces
}

/// The words of a text: runs of letters and digits, masks, and single signs such as emoji.
fn words(text: &str, has_cjk: bool) -> Vec<Range<usize>> {
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
        let is_text = in_word || c.is_ascii() || c.is_whitespace() || is_punctuation(c) || (has_cjk && is_cjk(c));
        let is_sign = !is_text;
        if is_sign {
            words.push(at..at + c.len_utf8());
        }
    }
    if let Some(from) = start {
        words.push(from..text.len());
    }
    words.retain(|word| text[word.clone()] != *"'");
    words
}

fn is_punctuation(c: char) -> bool {
    matches!(c as u32, 0x2010..=0x205E | 0x3001..=0x303F | 0xA1..=0xBF)
}

fn padded_grams(text: &str, word: &Range<usize>, pieces: &mut Vec<Piece>) {
    let mut padded = [' '; 66];
    let mut len = 1;
    for c in text[word.clone()].chars().filter(|c| *c != '\'').take(64) {
        padded[len] = c;
        len += 1;
    }
    len += 1;
    for start in 0..len {
        let mut hash = SEED ^ 0x77;
        for (idx, c) in padded[start..len.min(start + 4)].iter().enumerate() {
            hash = mix(hash, *c as u64);
            if idx >= 1 {
                pieces.push(Piece { block: Block::Characters, hash, range: word.clone() });
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

fn hash_word(word: &str) -> u64 {
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
}

impl Counted {
    pub(crate) fn new(normal: &Normal) -> Counted {
        Counted::of(&pieces(normal))
    }

    pub(crate) fn of(pieces: &[Piece]) -> Counted {
        let mut keys: Vec<(Block, u64)> = pieces.iter().map(|piece| (piece.block, piece.hash)).collect();
        keys.sort_unstable();
        let mut features: Vec<(Block, u64, f32)> = Vec::with_capacity(keys.len());
        for (block, hash) in keys {
            match features.last_mut() {
                Some(last) if (last.0, last.1) == (block, hash) => last.2 += 1.0,
                _ => features.push((block, hash, 1.0)),
            }
        }
        Counted { features }
    }
}

/// The features seen in training, numbered in the order they were met, with their weights.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    numbers: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    idf: Vec<f32>,
    pub(crate) unseen_idf: f32,
}

/// A message as a vector, and how much of it the vocabulary knows.
#[derive(Debug, Clone)]
pub(crate) struct Weighed {
    pub(crate) vector: Sparse,
    /// Share of the message's features that are known, by weight: 0 to 1.
    pub(crate) known: f32,
    /// The length that the known part has in the whole message: 0 to 1.
    pub(crate) known_length: f32,
}

impl Vocabulary {
    pub(crate) fn new<'a>(examples: impl Iterator<Item = &'a Counted>) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        let mut seen_in: Vec<u32> = Vec::new();
        let mut n_examples = 0.0f32;
        for example in examples {
            n_examples += 1.0;
            for (block, hash, _) in &example.features {
                let next = seen_in.len() as u32;
                let number = *vocabulary.numbers.entry(key(*block, *hash)).or_insert(next);
                if number == next {
                    seen_in.push(0);
                }
                seen_in[number as usize] += 1;
            }
        }
        let idf = |count: f32| ((1.0 + n_examples) / (1.0 + count)).ln() + 1.0;
        vocabulary.idf = seen_in.iter().map(|count| idf(*count as f32)).collect();
        vocabulary.unseen_idf = idf(0.0);
        vocabulary
    }

    pub(crate) fn len(&self) -> usize {
        self.idf.len()
    }

    pub(crate) fn number(&self, block: Block, hash: u64) -> Option<u32> {
        self.numbers.get(&key(block, hash)).copied()
    }

    pub(crate) fn idf(&self, number: u32) -> f32 {
        self.idf[number as usize]
    }

    /// Sublinear counts times inverse document frequency, length one per block.
    pub(crate) fn weigh(&self, counted: &Counted) -> Weighed {
        let mut vector: Vec<(u32, f32)> = Vec::with_capacity(counted.features.len());
        let (mut known, mut unknown) = (0.0f32, 0.0f32);
        let (mut known_square, mut unknown_square) = (0.0f32, 0.0f32);
        let mut block_start = 0;
        let mut block = Block::Words;
        for (feature_block, hash, count) in &counted.features {
            if *feature_block != block {
                scale_to_one(&mut vector[block_start..]);
                block_start = vector.len();
                block = *feature_block;
            }
            match self.number(*feature_block, *hash) {
                Some(number) => {
                    let idf = self.idf[number as usize];
                    vector.push((number, (1.0 + count.ln()) * idf));
                    known += idf;
                    known_square += idf * idf;
                }
                None => {
                    unknown += self.unseen_idf;
                    unknown_square += self.unseen_idf * self.unseen_idf;
                }
            }
        }
        scale_to_one(&mut vector[block_start..]);
        vector.sort_unstable_by_key(|(number, _)| *number);
        if vector.is_empty() {
            return Weighed { vector, known: 0.0, known_length: 0.0 };
        }
        let known_length = (known_square / (known_square + unknown_square)).sqrt();
        Weighed { vector, known: known / (known + unknown), known_length }
    }
}

fn scale_to_one(values: &mut [(u32, f32)]) {
    let length = values.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for (_, value) in values {
            *value /= length;
        }
    }
}

fn key(block: Block, hash: u64) -> u64 {
    mix(hash, block as u64 + 1)
}

/// The keys are hashes already.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0, u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Examples as lists of who contains a feature: the nearest ones are found without looking at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neighbours {
    starts: Vec<u32>,
    postings: Vec<(u32, f32)>,
    /// One over each example's length.
    scales: Vec<f32>,
    is_whole: bool,
}

impl Neighbours {
    pub(crate) fn new(vectors: &[Sparse], n_features: usize) -> Neighbours {
        Neighbours::of_telling(vectors, n_features, usize::MAX)
    }

    /// The same, without the features that more than so many examples have.
    pub(crate) fn of_telling(vectors: &[Sparse], n_features: usize, most: usize) -> Neighbours {
        let mut starts = vec![0u32; n_features + 1];
        for (feature, _) in vectors.iter().flatten() {
            starts[*feature as usize + 1] += 1;
        }
        let is_telling: Vec<bool> = starts[1..].iter().map(|count| *count as usize <= most).collect();
        for (count, is_telling) in starts[1..].iter_mut().zip(&is_telling) {
            *count *= u32::from(*is_telling);
        }
        for idx in 1..starts.len() {
            starts[idx] += starts[idx - 1];
        }
        let mut next = starts.clone();
        let mut postings = vec![(0, 0.0); starts.last().copied().unwrap_or(0) as usize];
        for (example, vector) in vectors.iter().enumerate() {
            for (feature, value) in vector.iter().filter(|(feature, _)| is_telling[*feature as usize]) {
                let at = &mut next[*feature as usize];
                postings[*at as usize] = (example as u32, *value);
                *at += 1;
            }
        }
        let scales = vectors.iter().map(|vector| 1.0 / length(vector).max(1e-6)).collect();
        Neighbours { starts, postings, scales, is_whole: is_telling.iter().all(|is_telling| *is_telling) }
    }

    /// Whether every feature is in the lists, so that cosines are exact.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The cosine of a vector with every example, as far as the lists tell.
    pub(crate) fn cosines(&self, vector: &Sparse) -> Vec<f32> {
        let mut sums = vec![0.0f32; self.scales.len()];
        for (feature, value) in vector {
            let range = self.starts[*feature as usize] as usize..self.starts[*feature as usize + 1] as usize;
            for (example, weight) in &self.postings[range] {
                sums[*example as usize] += value * weight;
            }
        }
        let scale = 1.0 / length(vector).max(1e-6);
        for (sum, example_scale) in sums.iter_mut().zip(&self.scales) {
            *sum *= scale * example_scale;
        }
        sums
    }
}

/// A vector that is compared with many: one bit per feature says at once what they do not share.
pub(crate) struct Probe<'a> {
    vector: &'a Sparse,
    bits: Vec<u64>,
    scale: f32,
}

impl Probe<'_> {
    pub(crate) fn new(vector: &Sparse, n_features: usize) -> Probe<'_> {
        let mut bits = vec![0u64; n_features / 64 + 1];
        for (feature, _) in vector {
            bits[*feature as usize / 64] |= 1 << (feature % 64);
        }
        Probe { vector, bits, scale: 1.0 / length(vector).max(1e-6) }
    }

    /// The cosine with a vector of length one.
    pub(crate) fn cosine(&self, unit: &Sparse) -> f32 {
        let mut sum = 0.0;
        for (feature, weight) in unit {
            if self.bits[*feature as usize / 64] >> (feature % 64) & 1 == 1
                && let Ok(at) = self.vector.binary_search_by_key(feature, |(feature, _)| *feature)
            {
                sum += self.vector[at].1 * weight;
            }
        }
        sum * self.scale
    }
}

/// The vector, scaled to length one.
pub(crate) fn unit(vector: &Sparse) -> Sparse {
    let scale = 1.0 / length(vector).max(1e-6);
    vector.iter().map(|(feature, value)| (*feature, value * scale)).collect()
}

/// The exact cosine of two vectors.
pub(crate) fn cosine(a: &Sparse, b: &Sparse) -> f32 {
    let (mut sum, mut at) = (0.0, 0);
    for (feature, value) in a {
        while b.get(at).is_some_and(|(other, _)| other < feature) {
            at += 1;
        }
        if let Some((_, weight)) = b.get(at).filter(|(other, _)| other == feature) {
            sum += value * weight;
        }
    }
    sum / (length(a) * length(b)).max(1e-6)
}

fn length(vector: &Sparse) -> f32 {
    vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt()
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
    fn an_example_is_its_own_nearest_neighbour() {
        let counted: Vec<Counted> =
            ["我要退款", "查物流", "where is my order 👍"].iter().map(|text| Counted::new(&normalise(text))).collect();
        let vocabulary = Vocabulary::new(counted.iter());
        let vectors: Vec<Sparse> = counted.iter().map(|example| vocabulary.weigh(example).vector).collect();
        let neighbours = Neighbours::new(&vectors, vocabulary.len());
        for (idx, vector) in vectors.iter().enumerate() {
            let cosines = neighbours.cosines(vector);
            assert!((cosines[idx] - 1.0).abs() < 1e-5, "{cosines:?}");
        }
    }
}
