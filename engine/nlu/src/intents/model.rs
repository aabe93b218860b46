//! The classifier of one set of intents, and the signals from which its confidence is judged.

use crate::features::{Block, Counted, Neighbours, Vocabulary};
use crate::linear::{Linear, Loss, Sparse};

/// An example sentence of a class.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) class: usize,
    pub(super) counted: Counted,
}

/// The number of signals.
pub(super) const N_SIGNALS: usize = 7;

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
    loss: Loss,
    neighbours: Neighbours,
    neighbour_classes: Vec<usize>,
    has_examples: Vec<bool>,
}

/// From this many examples per class the support vector machine is the better choice.
const MANY_EXAMPLES: usize = 30;
/// Looking for near examples in more than this many costs more than it tells.
const MAX_NEIGHBOURS: usize = 1_000;
/// A background sentence as near as this to an example may well mean the same.
const TOO_CLOSE: f32 = 0.6;

impl Model {
    /// Learns from examples, with the background as what belongs to no class.
    pub(super) fn fit(examples: &[&Example], background: &[&Counted], n_classes: usize) -> Model {
        let vocabulary = Vocabulary::new(examples.iter().map(|example| &example.counted));
        let mut vectors: Vec<Sparse> =
            examples.iter().map(|example| vocabulary.weigh(&example.counted).vector).collect();
        let mut labels: Vec<usize> = examples.iter().map(|example| example.class).collect();
        let every = examples.len().div_ceil(MAX_NEIGHBOURS).max(1);
        let near: Vec<Sparse> = vectors.iter().step_by(every).cloned().collect();
        let neighbours = Neighbours::new(&near, vocabulary.len());
        let neighbour_classes = labels.iter().copied().step_by(every).collect();
        let (loss, cost) = if examples.len() >= MANY_EXAMPLES * n_classes.max(1) {
            (Loss::SquaredHinge, 1.0)
        } else {
            (Loss::Logistic, 20.0)
        };
        for counted in background {
            let vector = vocabulary.weigh(counted).vector;
            let is_apart = neighbours.cosines(&vector).iter().all(|cosine| *cosine < TOO_CLOSE);
            if is_apart && !vector.is_empty() {
                vectors.push(vector);
                labels.push(n_classes);
            }
        }
        let linear = Linear::train(&vectors, &labels, n_classes, vocabulary.len(), loss, cost);
        let mut has_examples = vec![false; n_classes];
        for example in examples {
            has_examples[example.class] = true;
        }
        Model { vocabulary, linear, loss, neighbours, neighbour_classes, has_examples }
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
        let (best, top) = *ranked.first()?;
        let sharpness = match self.loss {
            Loss::SquaredHinge => 4.0,
            Loss::Logistic => 1.0,
        };
        let near = self.nearest(&weighed.vector, best, allowed);
        let second = ranked.get(1).map_or(-1.0, |second| self.unit(second.1));
        let signals = [
            self.unit(top),
            self.unit(top) - second,
            near.same,
            near.other,
            near.agreement,
            f64::from(weighed.known),
            (counted.features.len() as f64).ln() / 6.0,
        ];
        for (_, margin) in &mut ranked {
            *margin = (sharpness * (*margin - top)).exp();
        }
        Some(Judged { ranked, signals })
    }

    /// How much a feature of a message speaks for a class, against another one.
    pub(super) fn weight(&self, block: Block, hash: u64, class: usize, against: Option<usize>) -> f32 {
        let Some(number) = self.vocabulary.number(block, hash) else {
            return 0.0;
        };
        let of = |class: usize| self.linear.weight(number, class);
        let value = self.vocabulary.idf(number);
        value * (of(class) - against.map_or(0.0, |other| of(other).max(0.0) * 0.5))
    }

    /// A margin on the scale of -1 to 1, whatever the loss.
    fn unit(&self, margin: f64) -> f64 {
        match self.loss {
            Loss::SquaredHinge => margin.clamp(-1.5, 1.5),
            Loss::Logistic => (margin / 3.0).tanh(),
        }
    }

    fn nearest(&self, vector: &Sparse, best: usize, allowed: &[bool]) -> Near {
        let mut near = Near { same: 0.0, other: 0.0, agreement: 0.0 };
        let mut three = [(0.0f32, usize::MAX); 3];
        for (cosine, class) in self.neighbours.cosines(vector).into_iter().zip(&self.neighbour_classes) {
            if !allowed[*class] {
                continue;
            }
            let side = if *class == best { &mut near.same } else { &mut near.other };
            *side = side.max(f64::from(cosine));
            if cosine > three[2].0 {
                three[2] = (cosine, *class);
                three.sort_by(|a, b| b.0.total_cmp(&a.0));
            }
        }
        near.agreement = three.iter().filter(|(_, class)| *class == best).count() as f64 / 3.0;
        near
    }
}

struct Near {
    /// Cosine of the nearest example of the best class.
    same: f64,
    /// Cosine of the nearest example of any other class.
    other: f64,
    /// Share of the three nearest examples that are of the best class.
    agreement: f64,
}
