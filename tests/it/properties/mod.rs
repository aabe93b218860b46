//! What must hold for every flow and every conversation, tried with many that nobody thought of.
//!
//! Each run takes another seed and prints it; `HELIU_SEED=N` repeats a run. A case that failed is kept in
//! `regressions/` and tried first from then on. `HELIU_LONG=1` tries many more.

mod any_document;
mod bounds;
mod checked;
mod patterns;
mod replay;

use std::time::{SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tests::is_long;

/// Tries a property with this many random byte strings, more in a long run; the bytes are what choices are made of.
fn for_all(name: &'static str, n_default: u32, n_long: u32, property: impl Fn(&[u8]) -> Result<(), TestCaseError>) {
    let cases = if is_long() { n_long } else { n_default };
    let seed = seed();
    println!("{name}: {cases} cases, HELIU_SEED={seed}");
    let config = Config {
        cases,
        max_shrink_iters: 3_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions(name)))),
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let choices = proptest::collection::vec(any::<u8>(), 0..1_500);
    if let Err(error) = runner.run(&choices, |bytes| property(&bytes)) {
        panic!("{name} does not hold, HELIU_SEED={seed}: {error}");
    }
}

fn regressions(name: &str) -> &'static str {
    match name {
        "replay" => "it/properties/regressions/replay.txt",
        "checked" => "it/properties/regressions/checked.txt",
        _ => "it/properties/regressions/any_document.txt",
    }
}

fn seed() -> u64 {
    let given = std::env::var("HELIU_SEED").ok().and_then(|seed| seed.parse().ok());
    // A short run is the same everywhere, so that it fails for a change and not for chance; a long one looks elsewhere.
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    given.unwrap_or_else(|| if is_long() { now() } else { 1 })
}
