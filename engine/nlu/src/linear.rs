//! One-vs-rest logistic classifiers, trained by dual coordinate descent in a fixed order.

use std::array::from_fn;
use std::ops::Range;

/// A sparse vector: feature numbers, ascending, each once, with their values.
pub(crate) type Sparse = Vec<(u32, f32)>;

/// Weights of all classes, feature by feature, so that scoring adds up contiguous rows.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    n_classes: usize,
    /// Weights in steps of `step`, which is fine enough: an answer adds up a few hundred of them.
    rows: Vec<i16>,
    step: f32,
    bias: Vec<f32>,
}

/// How closely the examples are followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// What an example that is taken for another class costs, beside the size of the weights.
    pub(crate) cost: f32,
    /// How often all examples are gone through at most.
    pub(crate) max_rounds: usize,
}

impl Linear {
    /// Trains one classifier per class against all others; `also` names further classes of examples, ascending: what
    /// stands in two classes speaks against neither.
    pub(crate) fn train(
        vectors: &[Sparse],
        labels: &[usize],
        also: &[(usize, usize)],
        n_classes: usize,
        n_features: usize,
        effort: Effort,
    ) -> Linear {
        let problem = Problem { also, ..Problem::new(vectors, labels, n_features, effort) };
        let parts = solved(&problem, n_classes);
        let largest =
            parts.iter().flat_map(|part| &part.weights).fold(0.0f32, |largest, weight| largest.max(weight.abs()));
        let step = largest.max(1e-6) / f32::from(i16::MAX);
        let mut rows = vec![0i16; n_features * n_classes];
        let mut bias = vec![0.0; n_classes];
        for part in parts {
            let n = part.classes.len();
            bias[part.classes.clone()].copy_from_slice(&part.weights[n_features * n..]);
            for (row, weights) in rows.chunks_exact_mut(n_classes).zip(part.weights.chunks_exact(n)) {
                for (place, weight) in row[part.classes.clone()].iter_mut().zip(weights) {
                    *place = (weight / step).round() as i16;
                }
            }
        }
        Linear { n_classes, rows, step, bias }
    }

    /// The margin of every class.
    pub(crate) fn margins(&self, vector: &Sparse) -> Vec<f32> {
        let mut margins = self.bias.clone();
        for &(feature, value) in vector {
            let value = value * self.step;
            for (margin, weight) in margins.iter_mut().zip(self.row(feature)) {
                *margin += value * f32::from(*weight);
            }
        }
        margins
    }

    /// How much one feature speaks for a class.
    pub(crate) fn weight(&self, feature: u32, class: usize) -> f32 {
        self.row(feature).get(class).map_or(0.0, |weight| f32::from(*weight) * self.step)
    }

    fn row(&self, feature: u32) -> &[i16] {
        let start = feature as usize * self.n_classes;
        self.rows.get(start..start + self.n_classes).unwrap_or(&[])
    }
}

/// The weights of some neighbouring classes: for each feature a row with one weight per class, the bias as last row.
struct Part {
    classes: Range<usize>,
    weights: Vec<f32>,
}

/// The weights of all classes. Classes are independent of each other: threads do not change the result.
fn solved(problem: &Problem<'_>, n_classes: usize) -> Vec<Part> {
    const WORTH_A_THREAD: usize = 3_000_000;
    const MOST_THREADS: usize = 8;
    let work = problem.entries.len() * n_classes;
    let n_threads = match work {
        ..WORTH_A_THREAD => 1,
        _ => std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS),
    };
    let share = n_classes.div_ceil(n_threads).max(1);
    let parts = (0..n_classes).step_by(share).map(|first| first..n_classes.min(first + share));
    if n_threads < 2 {
        return parts.map(|classes| problem.solve(classes)).collect();
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = parts.map(|classes| scope.spawn(move || problem.solve(classes))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

/// All examples in one block of memory, shared by the classes.
struct Problem<'a> {
    labels: &'a [usize],
    /// Examples and further classes that they are of, ascending.
    also: &'a [(usize, usize)],
    starts: Vec<usize>,
    /// Features and their values, example after example.
    entries: Sparse,
    squares: Vec<f32>,
    n_features: usize,
    effort: Effort,
}

impl<'a> Problem<'a> {
    fn new(vectors: &[Sparse], labels: &'a [usize], n_features: usize, effort: Effort) -> Problem<'a> {
        let mut problem = Problem {
            labels,
            also: &[],
            starts: vec![0],
            entries: Vec::new(),
            squares: Vec::new(),
            n_features,
            effort,
        };
        for vector in vectors {
            problem.entries.extend(vector);
            problem.starts.push(problem.entries.len());
            // The constant 1 of the bias counts as a feature.
            problem.squares.push(1.0 + vector.iter().map(|(_, value)| value * value).sum::<f32>());
        }
        problem
    }

    /// Dual coordinate descent, example by example for all classes at once, so that the rows of weights are read and
    /// written in one piece.
    fn solve(&self, classes: Range<usize>) -> Part {
        let (n, n_examples) = (classes.len(), self.labels.len());
        let mut weights = vec![0.0f32; (self.n_features + 1) * n];
        let mut alphas = vec![0.0f32; n_examples * n];
        // What is near its best value rests for some rounds: for most classes, an example of another one soon is.
        let mut rests = vec![0u8; n_examples * n];
        let mut order: Vec<usize> = (0..n_examples).collect();
        let mut shuffle = Shuffle::new();
        let mut is_open = vec![true; n];
        let mut margins = vec![0.0f32; n];
        // Which classes the example at hand is of: 1, and -1 for the others.
        let mut signs = vec![0.0f32; n];
        let mut steps: Vec<(usize, f32)> = Vec::with_capacity(n);
        for round in 0..self.effort.max_rounds {
            shuffle.permute(&mut order);
            let mut has_moved = vec![false; n];
            for &example in &order {
                let of_example = example * n..(example + 1) * n;
                let (alphas, rests) = (&mut alphas[of_example.clone()], &mut rests[of_example]);
                if rests.iter().zip(&is_open).all(|(rest, is_open)| *rest > 0 || !is_open) {
                    rests.iter_mut().for_each(|rest| *rest = rest.saturating_sub(1));
                    continue;
                }
                self.margins_of(example, &weights, &mut margins);
                steps.clear();
                signs.fill(-1.0);
                for class in self.classes_of(example).filter(|class| classes.contains(class)) {
                    signs[class - classes.start] = 1.0;
                }
                for first in (0..n).step_by(LANES) {
                    let neighbours = first..n.min(first + LANES);
                    let is_due = |class: usize| is_open[class] && rests[class] == 0;
                    let next = neighbours.clone().any(is_due).then(|| {
                        let lane = |idx: usize, values: &[f32]| values.get(first + idx).copied().unwrap_or_default();
                        let of_lanes = from_fn(|idx| lane(idx, alphas));
                        let slopes = from_fn(|idx| lane(idx, &signs) * lane(idx, &margins));
                        self.next(&of_lanes, &slopes, self.squares[example])
                    });
                    for class in neighbours.filter(|class| is_open[*class]) {
                        if rests[class] > 0 {
                            rests[class] -= 1;
                            continue;
                        }
                        let Some((next, slacks)) = &next else { continue };
                        let (alpha, slack) = (next[class - first], slacks[class - first]);
                        if slack < NEAR {
                            rests[class] = if round < 2 { 1 } else { 2 };
                        } else {
                            has_moved[class] = true;
                        }
                        if alpha != alphas[class] {
                            steps.push((class, (alpha - alphas[class]) * signs[class]));
                            alphas[class] = alpha;
                        }
                    }
                }
                self.add(example, &steps, &mut weights, &mut margins);
            }
            // Each class stops by itself, so that it does not matter which ones share a thread.
            for (is_open, has_moved) in is_open.iter_mut().zip(has_moved) {
                *is_open &= has_moved;
            }
            if !is_open.contains(&true) {
                break;
            }
        }
        Part { classes, weights }
    }

    /// All classes of an example.
    fn classes_of(&self, example: usize) -> impl Iterator<Item = usize> {
        let from = self.also.partition_point(|(other, _)| *other < example);
        let others = self.also[from..].iter().take_while(move |(other, _)| *other == example);
        std::iter::once(self.labels[example]).chain(others.map(|(_, class)| *class))
    }

    fn margins_of(&self, example: usize, weights: &[f32], margins: &mut [f32]) {
        let n = margins.len();
        margins.copy_from_slice(&weights[self.n_features * n..]);
        for (feature, value) in &self.entries[self.starts[example]..self.starts[example + 1]] {
            let row = &weights[*feature as usize * n..(*feature as usize + 1) * n];
            for (margin, weight) in margins.iter_mut().zip(row) {
                *margin += value * weight;
            }
        }
    }

    /// Adds an example to some classes, so many times of it to each; `dense` is a row to work with.
    fn add(&self, example: usize, steps: &[(usize, f32)], weights: &mut [f32], dense: &mut [f32]) {
        const FEW: usize = 8;
        let n = dense.len();
        let entries = &self.entries[self.starts[example]..self.starts[example + 1]];
        let entries = entries.iter().copied().chain([(self.n_features as u32, 1.0)]);
        if steps.len() < n.div_ceil(FEW) {
            for (feature, value) in entries {
                let row = &mut weights[feature as usize * n..(feature as usize + 1) * n];
                for (class, step) in steps {
                    row[*class] += step * value;
                }
            }
            return;
        }
        dense.fill(0.0);
        for (class, step) in steps {
            dense[*class] = *step;
        }
        for (feature, value) in entries {
            let row = &mut weights[feature as usize * n..(feature as usize + 1) * n];
            for (weight, step) in row.iter_mut().zip(dense.iter()) {
                *weight += step * value;
            }
        }
    }

    /// Yu, Huang and Lin 2011: L2-regularised logistic regression, one variable at a time by Newton steps.
    /// The next values for some neighbouring classes, and how far the last ones were off. They are worked out side by
    /// side, without branches of their own: what is done already stays as it is while the others go on.
    fn next(&self, alphas: &Lanes, slopes: &Lanes, square: f32) -> (Lanes, Lanes) {
        const NEWTON_STEPS: usize = 4;
        const DONE: f32 = 1e-2;
        let cost = self.effort.cost;
        let is_near = |first: f32| first.abs() < NEAR / 20.0;
        // Minimises square/2 (z - alpha)^2 + slope (z - alpha) + z ln z + (cost - z) ln (cost - z) over z.
        let mut z: Lanes = from_fn(|at| alphas[at].clamp(1e-6 * cost, cost * (1.0 - 1e-6)));
        let firsts: Lanes = from_fn(|at| slopes[at] + ln(z[at] / (cost - z[at])));
        if firsts.iter().all(|first| is_near(*first)) {
            return (*alphas, [0.0; LANES]);
        }
        // At its first turn an example stands far from where it will end.
        z = from_fn(|at| if alphas[at] == 0.0 { USUAL_FIRST.min(cost * 0.5) } else { z[at] });
        for _ in 0..NEWTON_STEPS {
            let gradients: Lanes =
                from_fn(|at| square * (z[at] - alphas[at]) + slopes[at] + ln(z[at] / (cost - z[at])));
            if gradients.iter().all(|gradient| gradient.abs() < DONE) {
                break;
            }
            z = from_fn(|at| {
                let (z, gradient) = (z[at], gradients[at]);
                let next = z - gradient / (square + cost / (z * (cost - z)));
                let within = if next >= cost { cost - (cost - z) * 0.1 } else { next };
                let within = if next <= 0.0 { z * 0.1 } else { within };
                if gradient.abs() < DONE { z } else { within }
            });
        }
        let slacks = from_fn(|at| if is_near(firsts[at]) { 0.0 } else { firsts[at].abs() });
        (from_fn(|at| if is_near(firsts[at]) { alphas[at] } else { z[at] }), slacks)
    }
}

/// As many classes as are worked out side by side.
const LANES: usize = 8;
type Lanes = [f32; LANES];

/// Closer than this to its best value, an example rests.
const NEAR: f32 = 0.3;
/// Where most examples end after their first turn.
const USUAL_FIRST: f32 = 0.8;

/// The natural logarithm of a positive number, to six digits: quicker than the library's, and the same on every machine.
fn ln(value: f32) -> f32 {
    // The part of the value between 0.7 and 1.4, and the power of two that it stands with.
    const LEAST: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let bits = value.to_bits().wrapping_sub(LEAST);
    let power = (bits as i32) >> 23;
    let part = f32::from_bits((bits & 0x007F_FFFF) + LEAST);
    let t = (part - 1.0) / (part + 1.0);
    let square = t * t;
    let series = 2.0 * t * (1.0 + square * (1.0 / 3.0 + square * (0.2 + square / 7.0)));
    power as f32 * std::f32::consts::LN_2 + series
}

/// A fixed sequence of permutations: the same in every run.
struct Shuffle(u64);

impl Shuffle {
    fn new() -> Shuffle {
        Shuffle(0x9E37_79B9_7F4A_7C15)
    }

    fn permute(&mut self, items: &mut [usize]) {
        for idx in (1..items.len()).rev() {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            items.swap(idx, ((self.0 >> 33) as usize) % (idx + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EFFORT: Effort = Effort { cost: 20.0, max_rounds: 12 };

    #[test]
    fn what_is_separable_is_separated() {
        let vectors = vec![vec![(0, 1.0)], vec![(0, 0.9), (2, 0.1)], vec![(1, 1.0)], vec![(1, 0.9), (2, 0.1)]];
        let labels = [0, 0, 1, 1];
        let model = Linear::train(&vectors, &labels, &[], 2, 3, EFFORT);
        for (vector, label) in vectors.iter().zip(labels) {
            let margins = model.margins(vector);
            assert!(margins[label] > margins[1 - label], "{margins:?}");
        }
    }

    #[test]
    fn an_example_of_two_classes_speaks_against_neither() {
        let vectors = vec![vec![(0, 1.0)], vec![(0, 1.0)], vec![(1, 1.0)], vec![(2, 1.0)]];
        let labels = [0, 1, 1, 2];
        let model = Linear::train(&vectors, &labels, &[(0, 1), (1, 0)], 3, 3, EFFORT);

        let margins = model.margins(&vec![(0, 1.0)]);

        assert!(margins[0] > 0.0 && margins[1] > 0.0 && margins[2] < 0.0, "{margins:?}");
    }

    #[test]
    fn logarithms_are_right_to_six_digits() {
        let mut value = 1e-9f32;
        while value < 1e9 {
            assert!((ln(value) - value.ln()).abs() < 2e-6 * value.ln().abs().max(1.0), "{value}");
            value *= 1.003;
        }
    }

    #[test]
    fn threads_do_not_change_the_result() {
        let vectors: Vec<Sparse> = (0..60u32).map(|idx| vec![(idx % 7, 1.0), (7 + idx % 5, 0.5)]).collect();
        let labels: Vec<usize> = (0..60).map(|idx| idx % 7).collect();
        let problem = Problem::new(&vectors, &labels, 12, EFFORT);

        let whole = problem.solve(0..7);

        for classes in [0..3, 3..7] {
            let part = problem.solve(classes.clone());
            for feature in 0..13 {
                let of_whole = &whole.weights[feature * 7..][classes.clone()];
                let of_part = &part.weights[feature * classes.len()..(feature + 1) * classes.len()];
                assert_eq!(of_whole, of_part);
            }
        }
    }

    #[test]
    fn nothing_to_learn_from_is_no_failure() {
        let model = Linear::train(&[], &[], &[], 0, 0, EFFORT);
        assert!(model.margins(&vec![]).is_empty());
    }
}
