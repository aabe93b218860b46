//! The classifier of one set of intents, and the signals from which its confidence is judged.

use crate::background::{rarity, telling};
use crate::features::{Block, Counted, SEED, mix};
use crate::linear::{Effort, Linear, Sparse};
use crate::vectors::{Neighbours, Vocabulary, Weighed, cosine};

/// An example sentence of a class.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) class: usize,
    pub(super) counted: Counted,
}

/// The number of signals.
pub(super) const N_SIGNALS: usize = 9;

/// What is known about the best class of a message, each figure around 0 to 1.
pub(super) type Signals = [f64; N_SIGNALS];

/// The verdict on a message.
pub(super) struct Judged {
    /// Classes, best first, with their odds against the best one: 1 for the best, less for the others.
    pub(super) ranked: Vec<(usize, f64)>,
    pub(super) signals: Signals,
}

#[derive(Debug)]
pub(super) struct Model {
    vocabulary: Vocabulary,
    linear: Linear,
    /// The examples of each class: as many of them as are looked through for the nearest one.
    examples: Vec<Vec<Sparse>>,
}

/// From this many examples per class on, single ones are trusted less.
const MANY_EXAMPLES: usize = 30;
const WITH_MANY: Effort = Effort { cost: 20.0, max_rounds: 12 };
const WITH_FEW: Effort = Effort { cost: 50.0, max_rounds: 4 };
/// More examples of a class are not looked through: a message has to be judged in microseconds.
const MAX_COMPARED: usize = 200;
/// A background sentence as near as this to an example may well mean the same.
const TOO_CLOSE: f32 = 0.6;

impl Model {
    /// Whether there are so many examples per class that single ones are trusted less.
    pub(super) fn has_many(n_examples: usize, n_classes: usize) -> bool {
        n_examples >= MANY_EXAMPLES * n_classes.max(1)
    }

    /// Learns from examples, with the background as what belongs to no class.
    pub(super) fn fit(examples: &[&Example], background: &[&Counted], n_classes: usize) -> Model {
        let vocabulary =
            Vocabulary::with_others(examples.iter().map(|example| &example.counted), background.iter().copied());
        let mut vectors: Vec<Sparse> =
            examples.iter().map(|example| vocabulary.weigh(&example.counted).vector).collect();
        let mut labels: Vec<usize> = examples.iter().map(|example| example.class).collect();
        let neighbours = Neighbours::new(&vectors, vocabulary.len());
        let effort = if Model::has_many(examples.len(), n_classes) { WITH_MANY } else { WITH_FEW };
        for counted in background {
            let weighed = vocabulary.weigh(counted);
            let is_apart = neighbours.cosines(&weighed).iter().all(|cosine| *cosine < TOO_CLOSE);
            if is_apart && !weighed.vector.is_empty() {
                vectors.push(weighed.vector);
                labels.push(n_classes);
            }
        }
        let also = also_of(examples);
        let linear = Linear::train(&vectors, &labels, &also, n_classes, vocabulary.len(), effort);
        let mut of_classes = vec![Vec::new(); n_classes];
        for (mut vector, class) in vectors.into_iter().zip(labels).take(examples.len()) {
            if of_classes[class].len() < MAX_COMPARED {
                vector.shrink_to_fit();
                of_classes[class].push(vector);
            }
        }
        Model { vocabulary, linear, examples: of_classes }
    }

    /// Judges a message among the allowed classes; nothing when it shares no feature with any example.
    pub(super) fn judge(&self, counted: &Counted, allowed: &[bool]) -> Option<Judged> {
        let weighed = self.vocabulary.weigh(counted);
        if weighed.vector.is_empty() {
            return None;
        }
        let margins = self.linear.margins(&weighed.vector);
        let mut ranked: Vec<(usize, f64)> = margins
            .iter()
            .enumerate()
            .filter(|(class, _)| allowed[*class] && !self.examples[*class].is_empty())
            .map(|(class, margin)| (class, f64::from(*margin)))
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let (best, top) = *ranked.first()?;
        let second = ranked.get(1).map_or(-1.0, |second| unit_margin(second.1));
        let said = self.said(&weighed, best);
        let signals = [
            unit_margin(top),
            unit_margin(top) - second,
            1.0 / ranked.iter().map(|(_, margin)| (*margin - top).exp()).sum::<f64>(),
            said.spoken_for / USUAL_SUM,
            said.spoken_against / USUAL_SUM,
            self.supported(counted, best),
            self.nearest(&weighed, best),
            self.apart(counted, best),
            (counted.features.len() as f64).ln_1p() / USUAL_LENGTH,
        ];
        for (_, margin) in &mut ranked {
            *margin = (*margin - top).exp();
        }
        Some(Judged { ranked, signals })
    }

    /// The cosine of a message with the nearest example of a class.
    fn nearest(&self, weighed: &Weighed, class: usize) -> f64 {
        f64::from(self.examples[class].iter().map(|example| cosine(weighed, example)).fold(0.0, f32::max))
    }

    /// How much a feature of a message speaks for a class, against another one.
    pub(super) fn weight(&self, block: Block, hash: u64, class: usize, against: Option<usize>) -> f32 {
        let Some(number) = self.vocabulary.number(block, hash) else {
            return 0.0;
        };
        let of = |class: usize| self.linear.weight(number, class);
        let value = self.vocabulary.idf(number) * self.vocabulary.share(number);
        value * (of(class) - against.map_or(0.0, |other| of(other).max(0.0) * 0.5))
    }

    /// What the parts of a message that speak for a class add up to, and those that speak against it.
    fn said(&self, weighed: &Weighed, class: usize) -> Said {
        let mut said = Said { spoken_for: 0.0, spoken_against: 0.0 };
        for (feature, value) in &weighed.vector {
            let part = f64::from(self.linear.weight(*feature, class) * value);
            let side = if part > 0.0 { &mut said.spoken_for } else { &mut said.spoken_against };
            *side += part;
        }
        said
    }

    /// The share of a message, by what each feature tells, that speaks for a class. What no example has speaks for
    /// nothing: a message about something else mostly consists of that.
    fn supported(&self, counted: &Counted, class: usize) -> f64 {
        let (mut supported, mut all) = (0.0f32, 0.0f32);
        for (block, hash, _) in &counted.features {
            match self.vocabulary.number(*block, *hash) {
                Some(number) => {
                    let tells = self.vocabulary.idf(number);
                    all += tells;
                    if self.linear.weight(number, class) > 0.0 {
                        supported += tells;
                    }
                }
                None => all += self.vocabulary.unseen_idf,
            }
        }
        f64::from(supported / all.max(1e-6))
    }

    /// The share of a message's words, by how seldom everyday sentences say them, that do not speak for a class.
    fn apart(&self, counted: &Counted, class: usize) -> f64 {
        let (mut apart, mut all) = (0.0, 0.0);
        for (block, hash) in telling(counted) {
            let rarity = rarity(block, hash);
            all += rarity;
            let number = self.vocabulary.number(block, hash);
            if number.is_none_or(|number| self.linear.weight(number, class) <= 0.0) {
                apart += rarity;
            }
        }
        apart / f64::max(all, 1e-9)
    }
}

/// Examples that stand in several classes word for word, each with every other class; ascending.
fn also_of(examples: &[&Example]) -> Vec<(usize, usize)> {
    let key = |example: &Example| {
        let features = example.counted.features.iter();
        features.fold(SEED, |key, (_, hash, count)| mix(mix(key, *hash), u64::from(count.to_bits())))
    };
    let mut keys: Vec<(u64, usize)> = examples.iter().enumerate().map(|(at, example)| (key(example), at)).collect();
    keys.sort_unstable();
    let mut also = Vec::new();
    for alike in keys.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        for (_, at) in alike {
            let others = alike.iter().map(|(_, other)| examples[*other].class);
            also.extend(others.filter(|class| *class != examples[*at].class).map(|class| (*at, class)));
        }
    }
    also.sort_unstable();
    also.dedup();
    also
}

/// The logarithm of a message's length is told in this unit.
const USUAL_LENGTH: f64 = 4.0;

/// Sums of weights are told in this unit, so that they are around one like the other signals.
const USUAL_SUM: f64 = 6.0;

/// A margin on the scale of -1 to 1.
fn unit_margin(margin: f64) -> f64 {
    (margin / 3.0).tanh()
}

struct Said {
    spoken_for: f64,
    /// Zero or less.
    spoken_against: f64,
}
