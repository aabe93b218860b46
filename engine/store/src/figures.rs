//! Figures of what runs, as atomics: counting costs a few nanoseconds and never waits.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add_one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Changes it by so much.
    pub fn add(&self, n: i64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// Sets it.
    pub fn set(&self, n: usize) {
        self.0.store(i64::try_from(n).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Where it stands.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many values fell under each bound, and their sum: a histogram as Prometheus defines it.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// What one unit of the values is in the unit that is shown: 1e-6 for microseconds shown as seconds.
    scale: f64,
    /// One more than bounds: the last takes what is above all of them.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

/// From 1 ms to 10 s, in microseconds.
const SECONDS: [u64; 13] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
];
/// Powers of two, for sizes.
const SIZES: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

impl Histogram {
    /// Of durations, shown in seconds.
    pub fn of_seconds() -> Self {
        Self::new(&SECONDS, 1e-6)
    }

    /// Of sizes.
    pub fn of_sizes() -> Self {
        Self::new(&SIZES, 1.0)
    }

    fn new(bounds: &'static [u64], scale: f64) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, scale, counts, sum: AtomicU64::new(0) }
    }

    /// Takes in a duration.
    pub fn took(&self, duration: Duration) {
        self.observe(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    /// Takes in a size.
    pub fn observe(&self, value: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Each bound with how many values are not above it.
    pub fn cumulated(&self) -> impl Iterator<Item = (f64, u64)> {
        let mut sum = 0;
        self.bounds.iter().zip(&self.counts).map(move |(bound, count)| {
            sum += count.load(Ordering::Relaxed);
            (*bound as f64 * self.scale, sum)
        })
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.sum.load(Ordering::Relaxed) as f64 * self.scale
    }
}

/// What the writer of turns did.
#[derive(Debug)]
pub struct Commits {
    /// Turns that wait for the writer.
    pub waiting: Gauge,
    /// Turns under one fsync.
    pub turns: Histogram,
    /// How long a transaction took, its fsync included.
    pub seconds: Histogram,
    /// Transactions that failed.
    pub failures: Counter,
}

impl Default for Commits {
    fn default() -> Self {
        Self {
            waiting: Gauge::default(),
            turns: Histogram::of_sizes(),
            seconds: Histogram::of_seconds(),
            failures: Counter::default(),
        }
    }
}

impl Commits {
    /// A transaction with so many turns ended.
    pub fn ended(&self, n_turns: usize, took: Duration, is_committed: bool) {
        if is_committed {
            self.turns.observe(n_turns as u64);
            self.seconds.took(took);
        } else {
            self.failures.add_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_under_its_bound_and_all_above() {
        let histogram = Histogram::of_seconds();

        for ms in [1, 2, 30_000] {
            histogram.took(Duration::from_millis(ms));
        }

        let cumulated: Vec<_> = histogram.cumulated().collect();
        assert_eq!(cumulated[..3], [(0.001, 1), (0.0025, 2), (0.005, 2)]);
        assert_eq!(cumulated.last(), Some(&(10.0, 2)));
        assert_eq!(histogram.count(), 3);
        assert!((histogram.sum() - 30.003).abs() < 1e-9);
    }
}
