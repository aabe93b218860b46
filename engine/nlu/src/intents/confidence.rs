//! Turns signals into a probability, fitted on the bot's own examples with some intents left out.

use super::background::background;
use super::model::{Example, Model, N_SIGNALS, Signals};

/// A logistic curve over signals, and the thresholds that go with it.
#[derive(Debug, Clone)]
pub(super) struct Confidence {
    weights: [f64; N_SIGNALS + 1],
    pub(super) sure_above: f64,
    pub(super) close_above: f64,
}

/// The weights that hold for bots too small to learn their own; the last one is the constant.
const USUAL: [f64; N_SIGNALS + 1] = [1.5, 1.5, 1.0, 4.0, -1.5, 0.5, 2.0, 0.0, -2.6];
const USUALLY_SURE_ABOVE: f64 = 0.55;
const USUALLY_CLOSE_ABOVE: f64 = 0.3;

const N_FOLDS: usize = 5;
const MIN_CLASSES: usize = 5;
const MIN_EXAMPLES_PER_CLASS: usize = 3;
/// Above this many examples two folds tell enough.
const MANY_EXAMPLES: usize = 4_000;

/// The signals of a held-out message and whether the best class was right.
type Sample = (Signals, bool);

impl Confidence {
    pub(super) fn fit(examples: &[Example], n_classes: usize) -> Confidence {
        let usual =
            Confidence { weights: USUAL, sure_above: USUALLY_SURE_ABOVE, close_above: USUALLY_CLOSE_ABOVE };
        if n_classes < MIN_CLASSES || examples.len() < n_classes * MIN_EXAMPLES_PER_CLASS {
            return usual;
        }
        let n_folds = if examples.len() > MANY_EXAMPLES { 2 } else { N_FOLDS };
        let samples: Vec<Sample> = (0..n_folds).flat_map(|fold| fold_samples(examples, n_classes, fold)).collect();
        let mut fitted = Confidence { weights: fit_logistic(&samples), ..usual };
        let mut right: Vec<f64> =
            samples.iter().filter(|(_, is_right)| *is_right).map(|(signals, _)| fitted.of(signals)).collect();
        if right.is_empty() {
            return fitted;
        }
        right.sort_by(f64::total_cmp);
        let point = |share: f64| right[((right.len() - 1) as f64 * share) as usize];
        fitted.sure_above = crate::round4(point(0.10).clamp(0.3, 0.75));
        fitted.close_above = crate::round4(point(0.02).clamp(0.1, 0.5).min(fitted.sure_above));
        fitted
    }

    /// The probability that the best class is right.
    pub(super) fn of(&self, signals: &Signals) -> f64 {
        logistic(&self.weights, signals)
    }
}

/// Trains without one part of the classes and one part of the other classes' examples, and judges those.
fn fold_samples(examples: &[Example], n_classes: usize, fold: usize) -> Vec<Sample> {
    let mut seen = vec![0usize; n_classes];
    let (mut kept, mut held_out) = (Vec::new(), Vec::new());
    for example in examples {
        let turn = seen[example.class];
        seen[example.class] += 1;
        let is_unknown = example.class % N_FOLDS == fold;
        if is_unknown || turn % N_FOLDS == fold {
            // Of a large intent, a few examples tell as much as all of them.
            if turn < 40 {
                held_out.push((example, !is_unknown));
            }
        } else {
            kept.push(example.clone());
        }
    }
    let model = Model::fit(&kept, n_classes);
    let allowed = vec![true; n_classes];
    let mut samples = Vec::new();
    for (example, is_known) in held_out {
        if let Some(judged) = model.judge(&example.counted, &allowed) {
            samples.push((judged.signals, is_known && judged.ranked[0].0 == example.class));
        }
    }
    for counted in background().iter().skip(fold).step_by(N_FOLDS) {
        if let Some(judged) = model.judge(counted, &allowed) {
            samples.push((judged.signals, false));
        }
    }
    samples
}

fn logistic(weights: &[f64; N_SIGNALS + 1], signals: &Signals) -> f64 {
    let sum: f64 = weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum();
    1.0 / (1.0 + (-(sum + weights[N_SIGNALS])).exp())
}

/// Newton's method, drawn toward the usual weights as far as the samples leave it open.
fn fit_logistic(samples: &[Sample]) -> [f64; N_SIGNALS + 1] {
    const N: usize = N_SIGNALS + 1;
    const PULL: f64 = 1.0;
    const ROUNDS: usize = 12;
    let mut weights = USUAL;
    for _ in 0..ROUNDS {
        let mut gradient = [0.0; N];
        let mut hessian = [[0.0; N]; N];
        for idx in 0..N {
            gradient[idx] = PULL * (weights[idx] - USUAL[idx]);
            hessian[idx][idx] = PULL;
        }
        for (signals, is_right) in samples {
            let chance = logistic(&weights, signals);
            let error = chance - f64::from(u8::from(*is_right));
            let curve = chance * (1.0 - chance);
            let mut row = [1.0; N];
            row[..N_SIGNALS].copy_from_slice(signals);
            for i in 0..N {
                gradient[i] += error * row[i];
                for j in 0..N {
                    hessian[i][j] += curve * row[i] * row[j];
                }
            }
        }
        let step = solve(hessian, gradient);
        let length = step.iter().map(|value| value * value).sum::<f64>().sqrt();
        let brake = (5.0 / length.max(1e-12)).min(1.0);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight -= brake * step;
        }
        if length < 1e-6 {
            break;
        }
    }
    if weights.iter().all(|weight| weight.is_finite()) { weights } else { USUAL }
}

/// Gaussian elimination; the matrix is symmetric and positive.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for pivot in 0..N {
        for row in pivot + 1..N {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            for column in pivot..N {
                matrix[row][column] -= factor * matrix[pivot][column];
            }
            right[row] -= factor * right[pivot];
        }
    }
    let mut solution = [0.0; N];
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|column| matrix[row][column] * solution[column]).sum();
        solution[row] = (right[row] - known) / matrix[row][row];
    }
    solution
}
