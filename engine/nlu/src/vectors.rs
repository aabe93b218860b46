//! Messages as vectors over the features that training has seen, and how alike two of them are.

use crate::features::{Block, Counted, SEED, mix};
use crate::linear::Sparse;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The features seen in training, with their weights.
///
/// Features that stand in the same texts, as often in each, cannot be told apart by training: they share one number.
/// A vector has one entry for all of them, of the length that they have together, so that it is much shorter and its
/// products with other vectors are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    numbers: ByHash<u32>,
    idf: Vec<f32>,
    /// What one feature is of the entry of its number: one over the root of how many share it.
    shares: Vec<f32>,
    pub(crate) unseen_idf: f32,
}

/// A message as a vector, and how much of it the vocabulary knows.
#[derive(Debug, Clone)]
pub(crate) struct Weighed {
    pub(crate) vector: Sparse,
    /// The length of the vector: more than that of its entries, where features that share a number are not all there.
    pub(crate) length: f32,
    /// The length that the known part has in the whole message: 0 to 1.
    pub(crate) known_length: f32,
}

impl Vocabulary {
    pub(crate) fn new<'a>(examples: impl Iterator<Item = &'a Counted>) -> Vocabulary {
        Vocabulary::with_others(examples, [].into_iter())
    }

    /// The features of the examples, where others are trained with too: features that differ in those keep numbers of
    /// their own.
    pub(crate) fn with_others<'a>(
        examples: impl Iterator<Item = &'a Counted>,
        others: impl Iterator<Item = &'a Counted>,
    ) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        let mut columns: Vec<Column> = Vec::new();
        let mut n_examples = 0u32;
        for example in examples {
            for (block, hash, count) in &example.features {
                let next = columns.len() as u32;
                let number = *vocabulary.numbers.entry(key(*block, *hash)).or_insert(next);
                if number == next {
                    columns.push(Column { n_examples: 0, stands_in: SEED ^ *block as u64 });
                }
                columns[number as usize].n_examples += 1;
                columns[number as usize].stand_in(n_examples, *count);
            }
            n_examples += 1;
        }
        for (idx, other) in others.enumerate() {
            for (block, hash, count) in &other.features {
                if let Some(number) = vocabulary.number(*block, *hash) {
                    columns[number as usize].stand_in(n_examples + idx as u32, *count);
                }
            }
        }
        let idf = |count: u32| ((1.0 + n_examples as f32) / (1.0 + count as f32)).ln() + 1.0;
        let mut shared: ByHash<u32> = ByHash::default();
        let renumbered: Vec<u32> = columns
            .iter()
            .map(|column| {
                let next = vocabulary.idf.len() as u32;
                let number = *shared.entry(column.stands_in).or_insert(next);
                if number == next {
                    vocabulary.idf.push(idf(column.n_examples));
                    vocabulary.shares.push(0.0);
                }
                vocabulary.shares[number as usize] += 1.0;
                number
            })
            .collect();
        vocabulary.numbers.values_mut().for_each(|number| *number = renumbered[*number as usize]);
        vocabulary.shares.iter_mut().for_each(|share| *share = 1.0 / share.sqrt());
        vocabulary.unseen_idf = idf(0);
        vocabulary
    }

    /// How many entries a vector may have.
    pub(crate) fn len(&self) -> usize {
        self.idf.len()
    }

    pub(crate) fn number(&self, block: Block, hash: u64) -> Option<u32> {
        self.numbers.get(&key(block, hash)).copied()
    }

    pub(crate) fn idf(&self, number: u32) -> f32 {
        self.idf[number as usize]
    }

    /// What one feature is of the entry of its number.
    pub(crate) fn share(&self, number: u32) -> f32 {
        self.shares[number as usize]
    }

    /// Sublinear counts times inverse document frequency, length one per family.
    pub(crate) fn weigh(&self, counted: &Counted) -> Weighed {
        self.weigh_with(counted, &Few::default()).0
    }

    /// The same, where a few more examples are known: with the vector over their features.
    pub(crate) fn weigh_with(&self, counted: &Counted, few: &Few) -> (Weighed, Sparse) {
        let mut vector: Sparse = Vec::with_capacity(counted.features.len());
        let mut beside: Sparse = Vec::new();
        let (mut known_square, mut unknown_square) = (0.0f32, 0.0f32);
        let mut n_families = 0u8;
        for features in counted.families() {
            let (start, start_beside) = (vector.len(), beside.len());
            let mut square = 0.0f32;
            for (block, hash, count) in features {
                let number = self.number(*block, *hash);
                let of_few = few.number(*block, *hash);
                let known = number.map(|number| self.idf[number as usize]);
                let Some(idf) = known.or_else(|| Some(few.idf[of_few? as usize])) else {
                    unknown_square += self.unseen_idf * self.unseen_idf;
                    continue;
                };
                let value = if *count == 1.0 { idf } else { (1.0 + count.ln()) * idf };
                vector.extend(number.map(|number| (number, value * self.shares[number as usize])));
                beside.extend(of_few.map(|number| (number, value)));
                square += value * value;
                known_square += idf * idf;
            }
            if square > 0.0 {
                n_families += 1;
                let scale = 1.0 / square.sqrt();
                vector[start..].iter_mut().for_each(|(_, value)| *value *= scale);
                beside[start_beside..].iter_mut().for_each(|(_, value)| *value *= scale);
            }
        }
        if n_families == 0 {
            return (Weighed { vector, length: 0.0, known_length: 0.0 }, beside);
        }
        vector.sort_unstable_by_key(|(number, _)| *number);
        add_up(&mut vector);
        beside.sort_unstable_by_key(|(number, _)| *number);
        let known_length = (known_square / (known_square + unknown_square)).sqrt();
        (Weighed { vector, length: f32::from(n_families).sqrt(), known_length }, beside)
    }
}

/// The features of a few examples beside those of a vocabulary, each with a number of its own.
#[derive(Debug, Default)]
pub(crate) struct Few {
    numbers: ByHash<u32>,
    idf: Vec<f32>,
}

impl Few {
    /// What the vocabulary of so many examples knows says what it says there.
    pub(crate) fn new(examples: &[Counted], vocabulary: &Vocabulary, n_examples: usize) -> Few {
        let mut few = Few::default();
        let mut counts: Vec<u32> = Vec::new();
        for (block, hash, _) in examples.iter().flat_map(|example| &example.features) {
            let number = *few.numbers.entry(key(*block, *hash)).or_insert(counts.len() as u32) as usize;
            if number == counts.len() {
                counts.push(0);
                few.idf.push(vocabulary.number(*block, *hash).map_or(0.0, |number| vocabulary.idf(number)));
            }
            counts[number] += 1;
        }
        let n = (n_examples + examples.len()) as f32;
        for (idf, count) in few.idf.iter_mut().zip(counts).filter(|(idf, _)| **idf == 0.0) {
            *idf = ((1.0 + n) / (1.0 + count as f32)).ln() + 1.0;
        }
        few
    }

    fn number(&self, block: Block, hash: u64) -> Option<u32> {
        if self.idf.is_empty() { None } else { self.numbers.get(&key(block, hash)).copied() }
    }
}

/// In which texts a feature stands, and how often in each.
struct Column {
    n_examples: u32,
    stands_in: u64,
}

impl Column {
    fn stand_in(&mut self, text: u32, count: f32) {
        self.stands_in = mix(self.stands_in, u64::from(text) << 32 | u64::from(count.to_bits()));
    }
}

/// Makes one entry of those with the same number; they stand side by side.
fn add_up(vector: &mut Sparse) {
    vector.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
}

/// Names a feature.
pub(crate) fn key(block: Block, hash: u64) -> u64 {
    mix(hash, block as u64 + 1)
}

/// Values by keys that are hashes already.
pub(crate) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<Hashed>>;

/// A hash as it is.
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
    pub(crate) fn cosines(&self, weighed: &Weighed) -> Vec<f32> {
        let mut sums = vec![0.0f32; self.scales.len()];
        for (feature, value) in &weighed.vector {
            let range = self.starts[*feature as usize] as usize..self.starts[*feature as usize + 1] as usize;
            for (example, weight) in &self.postings[range] {
                sums[*example as usize] += value * weight;
            }
        }
        let scale = 1.0 / weighed.length.max(1e-6);
        for (sum, example_scale) in sums.iter_mut().zip(&self.scales) {
            *sum *= scale * example_scale;
        }
        sums
    }
}

/// The exact cosine of a message with an example.
pub(crate) fn cosine(a: &Weighed, b: &Sparse) -> f32 {
    product(&a.vector, b) / (a.length * length(b)).max(1e-6)
}

/// The sum of the products of entries with the same number.
pub(crate) fn product(a: &Sparse, b: &Sparse) -> f32 {
    let (mut sum, mut at) = (0.0, 0);
    for (feature, value) in a {
        while b.get(at).is_some_and(|(other, _)| other < feature) {
            at += 1;
        }
        if let Some((_, weight)) = b.get(at).filter(|(other, _)| other == feature) {
            sum += value * weight;
        }
    }
    sum
}

/// The length of an example: all features that share a number are in it.
fn length(vector: &Sparse) -> f32 {
    vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;

    #[test]
    fn an_example_is_its_own_nearest_neighbour() {
        let counted: Vec<Counted> =
            ["我要退款", "查物流", "where is my order 👍"].iter().map(|text| Counted::new(&normalise(text))).collect();
        let vocabulary = Vocabulary::new(counted.iter());
        let vectors: Vec<Sparse> = counted.iter().map(|example| vocabulary.weigh(example).vector).collect();
        let neighbours = Neighbours::new(&vectors, vocabulary.len());
        for (idx, example) in counted.iter().enumerate() {
            let cosines = neighbours.cosines(&vocabulary.weigh(example));
            assert!((cosines[idx] - 1.0).abs() < 1e-5, "{cosines:?}");
        }
    }

    #[test]
    fn features_that_share_a_number_change_no_product() {
        let texts = ["i want my money back", "where is my parcel", "my money is gone", "退款退款", "我要退款"];
        let counted: Vec<Counted> = texts.iter().map(|text| Counted::new(&normalise(text))).collect();
        let vocabulary = Vocabulary::new(counted.iter());
        let vectors: Vec<Sparse> = counted.iter().map(|example| vocabulary.weigh(example).vector).collect();
        let n_features = vocabulary.numbers.len();
        assert!(vocabulary.len() < n_features / 2, "{} of {n_features}", vocabulary.len());

        for message in ["money for a parcel", "parcels", "退货款", "i want my money back"] {
            let message = Counted::new(&normalise(message));
            let weighed = vocabulary.weigh(&message);
            for (example, vector) in counted.iter().zip(&vectors) {
                let expected = product(&vocabulary, &message, example);
                assert!((cosine(&weighed, vector) - expected).abs() < 1e-5, "{expected}");
            }
        }
    }

    /// The cosine, feature by feature.
    fn product(vocabulary: &Vocabulary, a: &Counted, b: &Counted) -> f32 {
        let one_by_one = |counted: &Counted| -> Vec<(u64, f32)> {
            let mut all = Vec::new();
            for features in counted.families() {
                let known = features.iter().filter_map(|(block, hash, count)| {
                    let number = vocabulary.number(*block, *hash)?;
                    Some((key(*block, *hash), (1.0 + count.ln()) * vocabulary.idf(number)))
                });
                let known: Vec<(u64, f32)> = known.collect();
                let length = known.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
                all.extend(known.into_iter().map(|(key, value)| (key, value / length)));
            }
            all
        };
        let (a, b) = (one_by_one(a), one_by_one(b));
        let length = |vector: &[(u64, f32)]| vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        let sum: f32 = a
            .iter()
            .flat_map(|(key, value)| {
                b.iter().filter(move |(other, _)| other == key).map(move |(_, other)| value * other)
            })
            .sum();
        sum / (length(&a) * length(&b)).max(1e-6)
    }
}
