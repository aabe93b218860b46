//! A logistic curve over a few signals: how figures become a probability.

/// Signals seen once, whether the outcome was good, and how much the sample counts.
pub(crate) struct Sample<const N: usize> {
    pub(crate) signals: [f64; N],
    pub(crate) is_good: bool,
    pub(crate) weight: f64,
}

/// Weights for N signals; the constant is apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Curve<const N: usize> {
    pub(crate) weights: [f64; N],
    pub(crate) constant: f64,
}

impl<const N: usize> Curve<N> {
    /// The probability of a good outcome.
    pub(crate) fn of(&self, signals: &[f64; N]) -> f64 {
        let sum: f64 = self.weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum();
        1.0 / (1.0 + (-(sum + self.constant)).exp())
    }

    /// The curve that fits the samples, drawn toward this one as far as they leave it open: Newton's method.
    pub(crate) fn fitted(&self, samples: &[Sample<N>], pull: f64) -> Curve<N> {
        const ROUNDS: usize = 25;
        const LONGEST_STEP: f64 = 5.0;
        const HALVINGS: usize = 6;
        let mut curve = *self;
        for _ in 0..ROUNDS {
            // The constant is the last row of each.
            let mut gradient = vec![0.0; N + 1];
            let mut hessian = vec![vec![0.0; N + 1]; N + 1];
            for idx in 0..=N {
                gradient[idx] = pull * (curve.part(idx) - self.part(idx));
                hessian[idx][idx] = pull;
            }
            for sample in samples {
                let chance = curve.of(&sample.signals);
                let error = sample.weight * (chance - f64::from(u8::from(sample.is_good)));
                let slope = sample.weight * chance * (1.0 - chance);
                let signal = |idx: usize| sample.signals.get(idx).copied().unwrap_or(1.0);
                for i in 0..=N {
                    gradient[i] += error * signal(i);
                    for (j, cell) in hessian[i].iter_mut().enumerate() {
                        *cell += slope * signal(i) * signal(j);
                    }
                }
            }
            let step = solve(hessian, gradient);
            let length = step.iter().map(|value| value * value).sum::<f64>().sqrt();
            let mut brake = (LONGEST_STEP / length.max(1e-12)).min(1.0);
            // A whole step may lead past the lowest point; a shorter one does not.
            let before = self.misfit(&curve, samples, pull);
            let mut next = curve.moved(&step, brake);
            for _ in 0..HALVINGS {
                if self.misfit(&next, samples, pull) <= before {
                    break;
                }
                brake /= 2.0;
                next = curve.moved(&step, brake);
            }
            curve = next;
            if length < 1e-7 {
                break;
            }
        }
        let is_sound = curve.constant.is_finite() && curve.weights.iter().all(|weight| weight.is_finite());
        if is_sound { curve } else { *self }
    }

    fn moved(&self, step: &[f64], share: f64) -> Curve<N> {
        let mut moved = *self;
        for (weight, step) in moved.weights.iter_mut().zip(step) {
            *weight -= share * step;
        }
        moved.constant -= share * step[N];
        moved
    }

    /// How badly another curve fits the samples, its distance from this one included.
    fn misfit(&self, other: &Curve<N>, samples: &[Sample<N>], pull: f64) -> f64 {
        let distance: f64 = (0..=N).map(|idx| (other.part(idx) - self.part(idx)).powi(2)).sum();
        let surprise = |sample: &Sample<N>| {
            let chance = other.of(&sample.signals);
            let seen = if sample.is_good { chance } else { 1.0 - chance };
            -sample.weight * seen.max(1e-300).ln()
        };
        pull / 2.0 * distance + samples.iter().map(surprise).sum::<f64>()
    }

    fn part(&self, idx: usize) -> f64 {
        self.weights.get(idx).copied().unwrap_or(self.constant)
    }
}

/// Gaussian elimination; the matrix is symmetric and positive.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for pivot in 0..n {
        let pivot_row = matrix[pivot].clone();
        for row in pivot + 1..n {
            let factor = matrix[row][pivot] / pivot_row[pivot];
            for column in pivot..n {
                matrix[row][column] -= factor * pivot_row[column];
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_learns_the_share_of_good_outcomes() {
        let start = Curve { weights: [0.0], constant: 0.0 };
        let sample = |signal: f64, is_good: bool| Sample { signals: [signal], is_good, weight: 100.0 };
        let samples = [
            sample(0.0, false),
            sample(0.0, false),
            sample(0.0, true),
            sample(1.0, true),
            sample(1.0, true),
            sample(1.0, false),
        ];

        let curve = start.fitted(&samples, 1e-3);

        assert!((curve.of(&[0.0]) - 1.0 / 3.0).abs() < 0.01);
        assert!((curve.of(&[1.0]) - 2.0 / 3.0).abs() < 0.01);
        assert_eq!(start.fitted(&[], 1.0), start);
    }
}
