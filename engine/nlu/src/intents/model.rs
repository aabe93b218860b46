//! The classifier of one set of intents, and the signals from which its confidence is judged.

use crate::features::{Block, Counted};
use crate::linear::{Linear, Sparse};
use crate::vectors::{Neighbours, Probe, Vocabulary, Weighed, unit};

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
    /// The examples of each class, as vectors.
    examples: Vec<Vec<Sparse>>,
    has_examples: Vec<bool>,
}

/// From this many examples per class on, single ones are trusted less.
const MANY_EXAMPLES: usize = 30;
const COST_OF_MANY: f32 = 20.0;
const COST_OF_FEW: f32 = 50.0;
/// Of the likeliest classes, as many examples are compared with a message.
const MAX_COMPARED: usize = 120;
const MAX_COMPARED_OF_A_CLASS: usize = 60;
/// A background sentence as near as this to an example may well mean the same.
const TOO_CLOSE: f32 = 0.6;

impl Model {
    /// Learns from examples, with the background as what belongs to no class.
    pub(super) fn fit(examples: &[&Example], background: &[&Counted], n_classes: usize) -> Model {
        let vocabulary =
            Vocabulary::with_others(examples.iter().map(|example| &example.counted), background.iter().copied());
        let mut vectors: Vec<Sparse> =
            examples.iter().map(|example| vocabulary.weigh(&example.counted).vector).collect();
        let mut labels: Vec<usize> = examples.iter().map(|example| example.class).collect();
        let neighbours = Neighbours::new(&vectors, vocabulary.len());
        let mut of_class: Vec<Vec<Sparse>> = vec![Vec::new(); n_classes];
        for (vector, label) in vectors.iter().zip(&labels) {
            of_class[*label].push(unit(vector));
        }
        let cost = if examples.len() >= MANY_EXAMPLES * n_classes.max(1) { COST_OF_MANY } else { COST_OF_FEW };
        for counted in background {
            let weighed = vocabulary.weigh(counted);
            let is_apart = neighbours.cosines(&weighed).iter().all(|cosine| *cosine < TOO_CLOSE);
            if is_apart && !weighed.vector.is_empty() {
                vectors.push(weighed.vector);
                labels.push(n_classes);
            }
        }
        let linear = Linear::train(&vectors, &labels, n_classes, vocabulary.len(), cost);
        let mut has_examples = vec![false; n_classes];
        for example in examples {
            has_examples[example.class] = true;
        }
        Model { vocabulary, linear, examples: of_class, has_examples }
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
            .filter(|(class, _)| allowed[*class] && self.has_examples[*class])
            .map(|(class, margin)| (class, f64::from(*margin)))
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let (_, top) = *ranked.first()?;
        let near = self.nearest(&weighed, &ranked);
        let second = ranked.get(1).map_or(-1.0, |second| unit_margin(second.1));
        let signals = [
            unit_margin(top),
            unit_margin(top) - second,
            near.same,
            near.other,
            near.agreement,
            f64::from(weighed.known),
            (counted.features.len() as f64).ln() / 6.0,
            1.0 / ranked.iter().map(|(_, margin)| (*margin - top).exp()).sum::<f64>(),
            f64::from(self.known_words(counted)),
        ];
        for (_, margin) in &mut ranked {
            *margin = (*margin - top).exp();
        }
        Some(Judged { ranked, signals })
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

    /// The share of the message's words and pairs of words that examples know, by what each tells.
    fn known_words(&self, counted: &Counted) -> f32 {
        let (mut known, mut all) = (0.0f32, 1e-6);
        for (block, hash, _) in &counted.features {
            if *block == Block::Words {
                match self.vocabulary.number(*block, *hash) {
                    Some(number) => {
                        known += self.vocabulary.idf(number);
                        all += self.vocabulary.idf(number);
                    }
                    None => all += self.vocabulary.unseen_idf,
                }
            }
        }
        known / all
    }

    /// The nearest examples of the likeliest classes.
    fn nearest(&self, weighed: &Weighed, ranked: &[(usize, f64)]) -> Near {
        let query = Probe::new(weighed, self.vocabulary.len());
        let best = ranked[0].0;
        let mut near = Near { same: 0.0, other: 0.0, agreement: 0.0 };
        let mut three = [(0.0f32, usize::MAX); 3];
        let mut n_compared = 0;
        for (class, _) in ranked {
            let examples = &self.examples[*class];
            let every = examples.len().div_ceil(MAX_COMPARED_OF_A_CLASS).max(1);
            for example in examples.iter().step_by(every) {
                let cosine = query.cosine(example);
                let side = if *class == best { &mut near.same } else { &mut near.other };
                *side = side.max(f64::from(cosine));
                if cosine > three[2].0 {
                    three[2] = (cosine, *class);
                    three.sort_by(|a, b| b.0.total_cmp(&a.0));
                }
                n_compared += 1;
            }
            if n_compared >= MAX_COMPARED {
                break;
            }
        }
        near.agreement = three.iter().filter(|(_, class)| *class == best).count() as f64 / 3.0;
        near
    }
}

/// A margin on the scale of -1 to 1.
fn unit_margin(margin: f64) -> f64 {
    (margin / 3.0).tanh()
}

struct Near {
    /// Cosine of the nearest example of the best class.
    same: f64,
    /// Cosine of the nearest example of any other class.
    other: f64,
    /// Share of the three nearest examples that are of the best class.
    agreement: f64,
}
