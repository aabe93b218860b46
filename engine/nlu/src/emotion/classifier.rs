//! A softmax classifier over hashed features, trained in a fixed order: the same examples give the same classifier.

use super::features::{Features, read};
use crate::vectors::ByHash;

/// One example: what it says, the number of its class, how much it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// The number of its class.
    pub class: usize,
    /// 1 counts as one example.
    pub weight: f32,
}

/// How a classifier is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// How often every example is looked at.
    pub epochs: usize,
    /// The first step's size.
    pub rate: f32,
    /// How strongly weights are drawn to zero.
    pub decay: f32,
    /// How far rare classes are made up for: 0 not at all, 1 wholly.
    pub balance: f32,
    /// Features seen in fewer examples are left out, where there are many examples.
    pub least: u32,
}

impl Default for Training {
    fn default() -> Self {
        Self { epochs: 12, rate: 0.05, decay: 1e-2, balance: 0.6, least: 2 }
    }
}

/// With fewer examples than this, everything that is seen counts.
const FEW: usize = 1_000;

/// A trained classifier.
#[derive(Debug, Clone)]
pub struct Classifier {
    n_classes: usize,
    numbers: ByHash<u32>,
    /// The features in the order of their numbers.
    hashes: Vec<u64>,
    /// In how many examples each was seen.
    seen: Vec<u32>,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Classifier {
    /// Learns from examples; classes are numbered from 0.
    pub fn train(examples: &[Example], n_classes: usize, training: Training) -> Self {
        let n_classes = n_classes.max(1);
        let rows: Vec<Features> = examples.iter().map(|example| read(&example.text).features).collect();
        let least = if examples.len() < FEW { 1 } else { training.least };
        let (numbers, hashes, seen) = vocabulary(&rows, least);
        let rows: Vec<Vec<(u32, f32)>> = rows
            .iter()
            .map(|row| row.iter().filter_map(|(hash, value)| Some((*numbers.get(hash)?, *value))).collect())
            .collect();
        let class_weights = class_weights(examples, n_classes, training.balance);
        let mut classifier = Self {
            n_classes,
            weights: vec![0.0; numbers.len() * n_classes],
            bias: vec![0.0; n_classes],
            numbers,
            hashes,
            seen,
        };
        classifier.descend(examples, &rows, &class_weights, training);
        classifier
    }

    /// AdaGrad: each weight has a step of its own that grows smaller with what it has moved.
    fn descend(&mut self, examples: &[Example], rows: &[Vec<(u32, f32)>], class_weights: &[f32], training: Training) {
        let k = self.n_classes;
        let mut moved = vec![1e-4_f32; self.weights.len()];
        let mut moved_bias = vec![1e-4_f32; k];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut seed = 0x2545_F491_4F6C_DD1D_u64;
        for _ in 0..training.epochs {
            shuffle(&mut order, &mut seed);
            for &at in &order {
                let (row, example) = (&rows[at], &examples[at]);
                let mut errors = self.probabilities(row);
                errors[example.class.min(k - 1)] -= 1.0;
                let weight = example.weight * class_weights[example.class.min(k - 1)];
                for error in &mut errors {
                    *error *= weight;
                }
                for (class, error) in errors.iter().enumerate() {
                    moved_bias[class] += error * error;
                    self.bias[class] -= training.rate * 0.2 * error / moved_bias[class].sqrt();
                }
                for &(feature, value) in row {
                    let start = feature as usize * k;
                    for (class, error) in errors.iter().enumerate() {
                        let idx = start + class;
                        let gradient = error * value + training.decay * self.weights[idx];
                        moved[idx] += gradient * gradient;
                        self.weights[idx] -= training.rate * gradient / moved[idx].sqrt();
                    }
                }
            }
        }
    }

    /// How likely each class is.
    pub fn classify(&self, text: &str) -> Vec<f32> {
        let row = read(text).features;
        let row: Vec<(u32, f32)> =
            row.iter().filter_map(|(hash, value)| Some((*self.numbers.get(hash)?, *value))).collect();
        self.probabilities(&row)
    }

    fn probabilities(&self, row: &[(u32, f32)]) -> Vec<f32> {
        let mut margins = self.bias.clone();
        for &(feature, value) in row {
            let start = feature as usize * self.n_classes;
            for (margin, weight) in margins.iter_mut().zip(&self.weights[start..start + self.n_classes]) {
                *margin += value * weight;
            }
        }
        softmax(&mut margins);
        margins
    }

    /// The features that say most, often enough, with their weights; and the bias.
    pub(super) fn strongest(&self, most: usize) -> (Vec<(u64, Vec<f32>)>, Vec<f32>) {
        let weights = self.weights.chunks_exact(self.n_classes).map(<[f32]>::to_vec);
        let strength = |weights: &[f32], n: u32| {
            weights.iter().fold(0.0f32, |most, weight| most.max(weight.abs())) * (n as f32).sqrt()
        };
        let rows = self.hashes.iter().copied().zip(weights).zip(&self.seen);
        let mut rows: Vec<(f32, u64, Vec<f32>)> =
            rows.map(|((hash, weights), n)| (strength(&weights, *n), hash, weights)).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        rows.truncate(most);
        (rows.into_iter().map(|(_, hash, weights)| (hash, weights)).collect(), self.bias.clone())
    }
}

/// Margins as probabilities.
pub(super) fn softmax(margins: &mut [f32]) {
    let largest = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for margin in margins.iter_mut() {
        *margin = (*margin - largest).exp();
        sum += *margin;
    }
    for margin in margins {
        *margin /= sum;
    }
}

/// The features that are seen often enough, numbered in the order they are met.
fn vocabulary(rows: &[Features], least: u32) -> (ByHash<u32>, Vec<u64>, Vec<u32>) {
    let mut seen: ByHash<u32> = ByHash::default();
    for (hash, _) in rows.iter().flatten() {
        *seen.entry(*hash).or_default() += 1;
    }
    let mut numbers: ByHash<u32> = ByHash::default();
    let (mut hashes, mut often) = (Vec::new(), Vec::new());
    for (hash, _) in rows.iter().flatten() {
        if seen.get(hash).is_some_and(|n| *n >= least) && !numbers.contains_key(hash) {
            numbers.insert(*hash, hashes.len() as u32);
            hashes.push(*hash);
            often.push(seen.get(hash).copied().unwrap_or(1));
        }
    }
    (numbers, hashes, often)
}

fn class_weights(examples: &[Example], n_classes: usize, balance: f32) -> Vec<f32> {
    let mut totals = vec![0.0_f32; n_classes];
    for example in examples {
        totals[example.class.min(n_classes - 1)] += example.weight;
    }
    let all: f32 = totals.iter().sum();
    totals.iter().map(|total| (all / (n_classes as f32 * total.max(1.0))).powf(balance)).collect()
}

fn shuffle(order: &mut [usize], seed: &mut u64) {
    for at in (1..order.len()).rev() {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        order.swap(at, (*seed % (at as u64 + 1)) as usize);
    }
}
