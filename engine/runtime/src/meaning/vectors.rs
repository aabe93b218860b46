//! Vectors of many texts, one byte per number, and how alike each is to a question's: all of them are looked at, which a
//! hundred thousand take well.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use sha2::{Digest, Sha256};

/// Names a text.
pub(crate) type Hash = [u8; 16];

/// By the names of texts, which need no mixing: they are hashes already.
pub(crate) type ByName<T> = HashMap<Hash, T, BuildHasherDefault<Mixed>>;

/// Takes the first bytes of a name as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    fn write_usize(&mut self, _length: usize) {}
}

/// Rows that lie together.
const ROWS: usize = 1_024;

/// The name of a text.
pub(crate) fn hash(text: &str) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    hash
}

/// A name in hexadecimal.
pub(crate) fn written(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What was written.
pub(crate) fn read(written: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if written.len() != 2 * hash.len() || !written.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&written[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(hash)
}

/// The vector with length 1; none when it has no direction.
pub(crate) fn unit(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|number| f64::from(*number) * f64::from(*number)).sum::<f64>().sqrt();
    if !length.is_finite() || length < 1e-12 {
        return None;
    }
    vector.iter_mut().for_each(|number| *number = (f64::from(*number) / length) as f32);
    Some(vector)
}

/// A vector of length 1, one byte per number. The largest number is 127; what that stands for is the scale.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Small {
    scale: f32,
    numbers: Vec<i8>,
}

impl Small {
    /// A vector made small.
    pub(crate) fn of(vector: &[f32]) -> Self {
        let most = vector.iter().fold(0.0_f32, |most, number| most.max(number.abs())).max(f32::MIN_POSITIVE);
        let scale = most / 127.0;
        Self { scale, numbers: vector.iter().map(|number| (number / scale).round() as i8).collect() }
    }

    /// As it is kept.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.numbers.iter().map(|number| number.to_le_bytes()[0]);
        self.scale.to_le_bytes().into_iter().chain(numbers).collect()
    }

    /// What was kept.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (scale, numbers) = bytes.split_first_chunk()?;
        let scale = f32::from_le_bytes(*scale);
        let is_whole = scale.is_finite() && !numbers.is_empty();
        is_whole.then(|| Self { scale, numbers: numbers.iter().map(|byte| i8::from_le_bytes([*byte])).collect() })
    }

    /// How many numbers it has.
    pub(crate) fn dimension(&self) -> usize {
        self.numbers.len()
    }
}

/// The vectors of texts, all of one dimension.
#[derive(Default)]
pub(crate) struct Vectors {
    dimension: usize,
    rows: ByName<usize>,
    hashes: Vec<Hash>,
    scales: Vec<f32>,
    /// `ROWS` rows in each.
    numbers: Vec<Vec<i8>>,
}

impl Vectors {
    /// Adds the vector of a text; false when it has another dimension than those before.
    pub(crate) fn add(&mut self, hash: Hash, vector: &Small) -> bool {
        if self.hashes.is_empty() {
            self.dimension = vector.dimension();
        }
        if vector.dimension() != self.dimension {
            return false;
        }
        if self.rows.contains_key(&hash) {
            return true;
        }
        let row = self.hashes.len();
        if row.is_multiple_of(ROWS) {
            self.numbers.push(Vec::with_capacity(ROWS * self.dimension));
        }
        if let Some(last) = self.numbers.last_mut() {
            last.extend_from_slice(&vector.numbers);
        }
        self.rows.insert(hash, row);
        self.hashes.push(hash);
        self.scales.push(vector.scale);
        true
    }

    /// Is the vector of this text there?
    pub(crate) fn has(&self, hash: &Hash) -> bool {
        self.rows.contains_key(hash)
    }

    /// How many numbers each has; 0 while there is none.
    pub(crate) fn dimension(&self) -> usize {
        self.dimension
    }

    /// The names of all texts.
    pub(crate) fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The cosine of a question with each text; none when the question's vector has another dimension.
    pub(crate) fn cosines<'a>(&'a self, question: &'a Small) -> Option<impl Iterator<Item = (&'a Hash, f32)>> {
        let is_one = question.dimension() == self.dimension && self.dimension > 0;
        let cosine = |(dot, (hash, scale)): (i32, (&'a Hash, &f32))| (hash, dot as f32 * scale * question.scale);
        is_one.then(|| {
            // With what this very processor can do: four times as fast as what all of its kind can.
            let dots = pulp::Arch::new().dispatch(Dots { rows: &self.numbers, question: &question.numbers });
            dots.into_iter().zip(self.hashes.iter().zip(&self.scales)).map(cosine)
        })
    }
}

/// The products of a question with all rows.
struct Dots<'a> {
    rows: &'a [Vec<i8>],
    question: &'a [i8],
}

impl pulp::WithSimd for Dots<'_> {
    type Output = Vec<i32>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _processor: S) -> Vec<i32> {
        let mut dots = Vec::with_capacity(self.rows.len() * ROWS);
        for rows in self.rows {
            for row in rows.chunks_exact(self.question.len()) {
                dots.push(dot(row, self.question));
            }
        }
        dots
    }
}

/// No overflow: 8,192 times 127 times 127 is far below two thousand million.
#[inline(always)]
fn dot(a: &[i8], b: &[i8]) -> i32 {
    let mut sum = 0;
    for (a, b) in a.iter().zip(b) {
        sum += i32::from(*a) * i32::from(*b);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like chance and are always the same.
    fn vector(seed: u64, dimension: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let numbers = (0..dimension).map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        });
        unit(numbers.collect()).expect("it has a direction")
    }

    #[test]
    fn small_vectors_say_the_same_as_large_ones() {
        let question = vector(1, 384);
        let (mut vectors, mut exact) = (Vectors::default(), Vec::new());
        for n in 0..2_500_u64 {
            let other = vector(n + 2, 384);
            // Some are near.
            let near: Vec<f32> = other.iter().zip(&question).map(|(a, b)| a + b * (n % 7) as f32 * 0.2).collect();
            let near = unit(near).expect("it has a direction");
            exact.push(near.iter().zip(&question).map(|(a, b)| a * b).sum::<f32>());
            let small = Small::from_bytes(&Small::of(&near).to_bytes()).expect("it was kept");
            assert!(vectors.add(hash(&n.to_string()), &small));
        }

        let question = Small::of(&question);
        let all: Vec<_> = vectors.cosines(&question).expect("the same dimension").collect();

        assert_eq!(all.len(), exact.len());
        for (n, ((name, cosine), exact)) in all.iter().zip(&exact).enumerate() {
            assert_eq!(**name, hash(&n.to_string()));
            assert!((cosine - exact).abs() < 0.005, "{cosine} for {exact}");
        }
    }

    #[test]
    fn another_dimension_is_refused() {
        let mut vectors = Vectors::default();
        assert!(vectors.add(hash("a"), &Small::of(&[1.0, 0.0])));
        assert!(!vectors.add(hash("b"), &Small::of(&[1.0])));
        assert!(vectors.cosines(&Small::of(&[1.0, 0.0, 0.0])).is_none());
        assert_eq!((vectors.hashes().len(), vectors.dimension(), vectors.has(&hash("a"))), (1, 2, true));
        assert_eq!(Small::from_bytes(&[0, 0, 0]), None);
        assert_eq!(Small::from_bytes(&[0, 0, 0xc0, 0x7f, 1]), None, "not a number");
        assert_eq!(read(&written(&hash("a"))), Some(hash("a")));
        assert_eq!(read("zz"), None);
    }

    /// How long a question takes over a hundred thousand texts; run it in a release build.
    #[test]
    #[ignore = "a measurement"]
    fn a_hundred_thousand_texts() {
        for dimension in [384, 1_024] {
            let mut vectors = Vectors::default();
            for n in 0..100_000_u64 {
                vectors.add(hash(&n.to_string()), &Small::of(&vector(n, dimension)));
            }
            let question = Small::of(&vector(7, dimension));
            let mut times: Vec<_> = (0..50)
                .map(|_| {
                    let began = std::time::Instant::now();
                    let best = vectors.cosines(&question).expect("the same dimension").map(|(_, cosine)| cosine);
                    assert!(best.fold(0.0, f32::max) > 0.99);
                    began.elapsed()
                })
                .collect();
            times.sort_unstable();
            println!("{dimension} numbers: median {:?}, longest {:?}", times[25], times[49]);
        }
    }
}
