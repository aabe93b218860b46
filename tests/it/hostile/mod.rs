//! Clients that mean harm, or have a bad network: the product bounds them, and everybody else does not notice.

mod bombs;
mod crowd;
mod delivery;
mod drain;
mod frames;
mod sleepers;
mod slow;
mod wire;

use std::time::{Duration, Instant};

use tests::sized as many;

use crate::product::Product;

/// A seed for this run: `HELIU_SEED`, or one by the clock. It is printed, so that a failure can be run again.
fn seed() -> u64 {
    let given = std::env::var("HELIU_SEED").ok().and_then(|seed| seed.parse().ok());
    let by_clock = || std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64);
    let seed = given.unwrap_or_else(by_clock);
    println!("seed: HELIU_SEED={seed}");
    seed
}

/// Chance that repeats with its seed: xorshift64* (Vigna, 2016).
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// One that never comes up.
    fn steady() -> Self {
        Self(0)
    }

    /// True once in so many times.
    fn one_in(&mut self, n: u64) -> bool {
        self.0 != 0 && self.below(n) == 0
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
}

/// How long an honest request takes right now, the worst of ten on one connection each.
async fn honest(product: &Product) -> Duration {
    let mut worst = Duration::ZERO;
    for _ in 0..10 {
        let began = Instant::now();
        product.client().get("/healthz").await.is(200);
        worst = worst.max(began.elapsed());
    }
    worst
}

/// Memory of the product's process.
pub(crate) fn resident_kib(product: &Product) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", product.pid())).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line of proc(5)");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
}

/// The value of a figure at /metrics, its labels included in the name.
async fn figure(product: &Product, name: &str) -> f64 {
    let text = product.client().get("/metrics").await.text;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} is missing in\n{text}"))
}

/// Waits until something is so, at most this long.
async fn until(what: &str, at_most: Duration, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < at_most, "not within {at_most:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
