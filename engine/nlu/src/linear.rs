//! One-vs-rest linear classifiers, trained by dual coordinate descent in a fixed order.

/// A sparse vector: feature numbers, ascending, each once, with their values.
pub(crate) type Sparse = Vec<(u32, f32)>;

/// What is minimised for each class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Loss {
    /// A support vector machine: better from some thirty examples per class.
    SquaredHinge,
    /// Logistic regression: better with few examples.
    Logistic,
}

/// Weights of all classes, feature by feature, so that scoring adds up contiguous rows.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    n_classes: usize,
    /// Weights in steps of `step`, which is fine enough: an answer adds up a few hundred of them.
    rows: Vec<i16>,
    step: f32,
    bias: Vec<f32>,
}

impl Linear {
    /// Trains one classifier per class against all others.
    pub(crate) fn train(
        vectors: &[Sparse],
        labels: &[usize],
        n_classes: usize,
        n_features: usize,
        loss: Loss,
        cost: f32,
    ) -> Linear {
        let problem = Problem::new(vectors, labels, n_features, loss, cost);
        let columns = columns(&problem, n_classes);
        let largest = columns.iter().flatten().fold(0.0f32, |largest, weight| largest.max(weight.abs()));
        let step = largest.max(1e-6) / f32::from(i16::MAX);
        let mut rows = vec![0i16; n_features * n_classes];
        let mut bias = vec![0.0; n_classes];
        for (class, mut column) in columns.into_iter().enumerate() {
            bias[class] = column.pop().unwrap_or(0.0);
            for (feature, weight) in column.into_iter().enumerate() {
                rows[feature * n_classes + class] = (weight / step).round() as i16;
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

/// The columns of weights, one per class, the bias last. Classes are independent: threads do not change the result.
#[cfg(not(target_arch = "wasm32"))]
fn columns(problem: &Problem<'_>, n_classes: usize) -> Vec<Vec<f32>> {
    const WORTH_A_THREAD: usize = 2_000_000;
    let work = problem.entries.len() * n_classes;
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from).min(8).min(n_classes);
    if work < WORTH_A_THREAD || n_threads < 2 {
        return (0..n_classes).map(|class| problem.solve(class)).collect();
    }
    let mut columns = vec![Vec::new(); n_classes];
    let share = n_classes.div_ceil(n_threads);
    std::thread::scope(|scope| {
        for (part, chunk) in columns.chunks_mut(share).enumerate() {
            scope.spawn(move || {
                for (idx, column) in chunk.iter_mut().enumerate() {
                    *column = problem.solve(part * share + idx);
                }
            });
        }
    });
    columns
}

#[cfg(target_arch = "wasm32")]
fn columns(problem: &Problem<'_>, n_classes: usize) -> Vec<Vec<f32>> {
    (0..n_classes).map(|class| problem.solve(class)).collect()
}

/// All examples in one block of memory, shared by the classes.
struct Problem<'a> {
    labels: &'a [usize],
    starts: Vec<usize>,
    /// Features and their values, example after example.
    entries: Sparse,
    squares: Vec<f32>,
    n_features: usize,
    loss: Loss,
    cost: f32,
}

/// More rounds change the last digits and no answers.
const MAX_ROUNDS: usize = 8;
const TOLERANCE: f32 = 0.3;

impl<'a> Problem<'a> {
    fn new(vectors: &[Sparse], labels: &'a [usize], n_features: usize, loss: Loss, cost: f32) -> Problem<'a> {
        let mut problem =
            Problem { labels, starts: vec![0], entries: Vec::new(), squares: Vec::new(), n_features, loss, cost };
        for vector in vectors {
            problem.entries.extend(vector);
            problem.starts.push(problem.entries.len());
            // The constant 1 of the bias counts as a feature.
            problem.squares.push(1.0 + vector.iter().map(|(_, value)| value * value).sum::<f32>());
        }
        problem
    }

    fn solve(&self, class: usize) -> Vec<f32> {
        match self.loss {
            Loss::SquaredHinge => self.solve_hinge(class),
            Loss::Logistic => self.solve_logistic(class),
        }
    }

    fn dot(&self, weights: &[f32], example: usize) -> f32 {
        let mut sum = weights[self.n_features];
        for (feature, value) in &self.entries[self.starts[example]..self.starts[example + 1]] {
            sum += weights[*feature as usize] * value;
        }
        sum
    }

    fn add(&self, weights: &mut [f32], example: usize, step: f32) {
        for (feature, value) in &self.entries[self.starts[example]..self.starts[example + 1]] {
            weights[*feature as usize] += step * value;
        }
        weights[self.n_features] += step;
    }

    /// Hsieh et al. 2008, algorithm 3: L2-regularised squared hinge, with shrinking.
    fn solve_hinge(&self, class: usize) -> Vec<f32> {
        const NEAR: f32 = 0.1;
        let n = self.labels.len();
        let mut weights = vec![0.0f32; self.n_features + 1];
        let mut alphas = vec![0.0f32; n];
        let mut active: Vec<usize> = (0..n).collect();
        let mut shuffle = Shuffle::new();
        let mut shrink_above = f32::INFINITY;
        let diagonal = 0.5 / self.cost;
        // Most examples of other classes stay a little inside the margin for ever: near their best value, they rest.
        let mut rests = vec![0u8; n];
        for round in 0..MAX_ROUNDS {
            shuffle.permute(&mut active);
            let (mut highest, mut lowest) = (f32::NEG_INFINITY, f32::INFINITY);
            let mut at = 0;
            while at < active.len() {
                let example = active[at];
                if rests[example] > 0 {
                    rests[example] -= 1;
                    at += 1;
                    continue;
                }
                let sign = if self.labels[example] == class { 1.0 } else { -1.0 };
                let gradient = sign * self.dot(&weights, example) - 1.0 + alphas[example] * diagonal;
                let mut projected = gradient;
                if alphas[example] == 0.0 {
                    if gradient > shrink_above {
                        active.swap_remove(at);
                        continue;
                    }
                    projected = gradient.min(0.0);
                }
                highest = highest.max(projected);
                lowest = lowest.min(projected);
                if projected.abs() < NEAR {
                    rests[example] = if round < 2 { 1 } else { 3 };
                }
                if projected.abs() > NEAR / 10.0 {
                    let before = alphas[example];
                    alphas[example] = (before - gradient / (self.squares[example] + diagonal)).max(0.0);
                    self.add(&mut weights, example, (alphas[example] - before) * sign);
                }
                at += 1;
            }
            if highest - lowest <= TOLERANCE {
                if active.len() == n {
                    break;
                }
                active = (0..n).collect();
                shrink_above = f32::INFINITY;
                continue;
            }
            shrink_above = if highest > 0.0 { highest } else { f32::INFINITY };
        }
        weights
    }

    /// Yu, Huang and Lin 2011: L2-regularised logistic regression, one variable at a time by Newton steps.
    fn solve_logistic(&self, class: usize) -> Vec<f32> {
        const NEWTON_STEPS: usize = 4;
        const NEAR: f32 = 0.3;
        let n = self.labels.len();
        let cost = self.cost;
        let mut weights = vec![0.0f32; self.n_features + 1];
        let mut alphas = vec![(0.001 * cost).min(1e-6); n];
        let mut order: Vec<usize> = (0..n).collect();
        let mut shuffle = Shuffle::new();
        for (example, alpha) in alphas.iter().enumerate() {
            let sign = if self.labels[example] == class { 1.0 } else { -1.0 };
            self.add(&mut weights, example, sign * alpha);
        }
        // An example that is near its best value rests for some rounds: most of those of other classes soon are.
        let mut rests = vec![0u8; n];
        for round in 0..MAX_ROUNDS {
            shuffle.permute(&mut order);
            let mut largest = 0.0f32;
            for &example in &order {
                if rests[example] > 0 {
                    rests[example] -= 1;
                    continue;
                }
                let sign = if self.labels[example] == class { 1.0 } else { -1.0 };
                let square = self.squares[example];
                let slope = sign * self.dot(&weights, example);
                let before = alphas[example];
                // Minimises square/2 (z - before)^2 + slope (z - before) + z ln z + (cost - z) ln (cost - z) over z.
                let mut z = before.clamp(1e-9 * cost, cost * (1.0 - 1e-6));
                let first = slope + (z / (cost - z)).ln();
                largest = largest.max(first.abs());
                if first.abs() < NEAR {
                    rests[example] = if round < 2 { 1 } else { 2 };
                    if first.abs() < NEAR / 20.0 {
                        continue;
                    }
                }
                for _ in 0..NEWTON_STEPS {
                    let gradient = square * (z - before) + slope + (z / (cost - z)).ln();
                    if gradient.abs() < 1e-2 {
                        break;
                    }
                    let curve = square + cost / (z * (cost - z));
                    let next = z - gradient / curve;
                    z = if next <= 0.0 {
                        z * 0.1
                    } else if next >= cost {
                        cost - (cost - z) * 0.1
                    } else {
                        next
                    };
                }
                alphas[example] = z;
                self.add(&mut weights, example, sign * (z - before));
            }
            if largest < NEAR {
                break;
            }
        }
        weights
    }
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

    #[test]
    fn both_losses_separate_what_is_separable() {
        let vectors = vec![vec![(0, 1.0)], vec![(0, 0.9), (2, 0.1)], vec![(1, 1.0)], vec![(1, 0.9), (2, 0.1)]];
        let labels = [0, 0, 1, 1];
        for loss in [Loss::SquaredHinge, Loss::Logistic] {
            let model = Linear::train(&vectors, &labels, 2, 3, loss, 1.0);
            for (vector, label) in vectors.iter().zip(labels) {
                let margins = model.margins(vector);
                assert!(margins[label] > margins[1 - label], "{loss:?} {margins:?}");
            }
        }
    }

    #[test]
    fn nothing_to_learn_from_is_no_failure() {
        let model = Linear::train(&[], &[], 0, 0, Loss::Logistic, 20.0);
        assert!(model.margins(&vec![]).is_empty());
    }
}
