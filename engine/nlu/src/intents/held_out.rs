//! Messages that were left out of training, and what became of them: from that a curve and its thresholds are fitted.

use crate::logistic::{Curve, Sample};
use crate::round4;

/// Into how many parts examples and classes are cut.
pub(super) const N_FOLDS: usize = 5;
/// Fewer topics, or examples of each, say too little of how far a judgement can be trusted.
pub(super) const MIN_CLASSES: usize = 5;
pub(super) const MIN_EXAMPLES_PER_CLASS: usize = 3;
/// Above this many examples two folds tell enough.
pub(super) const MANY_EXAMPLES: usize = 300;
/// Above this many examples one fold does.
const PLENTY_OF_EXAMPLES: usize = 500;
const ENOUGH_OF_A_CLASS: usize = 60;
/// Messages about something else, for each message that is about an intent.
const SHARE_OF_OTHERS: f64 = 0.5;

/// How many of the folds tell enough.
pub(super) fn n_folds(n_examples: usize) -> usize {
    match n_examples {
        PLENTY_OF_EXAMPLES.. => 1,
        MANY_EXAMPLES.. => 2,
        _ => N_FOLDS,
    }
}

/// Where an example belongs while a fold is judged.
pub(super) enum Part {
    /// It is learnt from.
    Kept,
    /// It is asked; its whole topic may be away, so that it is about something else.
    Apart { is_other: bool },
}

/// Deals examples out, class by class.
pub(super) struct Dealer {
    fold: usize,
    seen: Vec<usize>,
}

impl Dealer {
    pub(super) fn new(n_classes: usize, fold: usize) -> Self {
        Self { fold, seen: vec![0; n_classes] }
    }

    /// The part of the next example of a class; none when there are enough of it.
    pub(super) fn deal(&mut self, class: usize) -> Option<Part> {
        let turn = self.seen[class];
        self.seen[class] += 1;
        let is_other = class % N_FOLDS == self.fold;
        (turn < ENOUGH_OF_A_CLASS).then_some(if is_other || turn % N_FOLDS == self.fold {
            Part::Apart { is_other }
        } else {
            Part::Kept
        })
    }
}

/// Signals of held-out messages.
pub(super) struct Outcomes<const N: usize> {
    /// Of messages of a trained intent, and whether it came out best.
    pub(super) known: Vec<([f64; N], bool)>,
    /// Of messages about something else.
    pub(super) others: Vec<[f64; N]>,
}

impl<const N: usize> Outcomes<N> {
    pub(super) fn new() -> Self {
        Self { known: Vec::new(), others: Vec::new() }
    }

    pub(super) fn samples(&self) -> Vec<Sample<N>> {
        let weight = SHARE_OF_OTHERS * self.known.len() as f64 / self.others.len().max(1) as f64;
        let known =
            self.known.iter().map(|(signals, is_good)| Sample { signals: *signals, is_good: *is_good, weight: 1.0 });
        known.chain(self.others.iter().map(|signals| Sample { signals: *signals, is_good: false, weight })).collect()
    }

    /// From where on a message is sure, but not below `at_least`, and from where on close: the 10 % and the 2 % point of
    /// right answers. None where no answer was right.
    pub(super) fn thresholds(&self, curve: &Curve<N>, at_least: f64) -> Option<(f64, f64)> {
        let right = self.known.iter().filter(|(_, is_right)| *is_right);
        let mut right: Vec<f64> = right.map(|(signals, _)| curve.of(signals)).collect();
        right.sort_by(f64::total_cmp);
        let last = right.len().checked_sub(1)?;
        let point = |share: f64| right[(last as f64 * share) as usize];
        Some((round4(point(0.10).clamp(at_least, 0.7)), round4(point(0.02).clamp(0.2, 0.4))))
    }
}
