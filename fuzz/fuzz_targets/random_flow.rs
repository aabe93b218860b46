//! Flows that pass the checks never fail in a way the checks rule out, and their states stay small.
#![no_main]

use std::sync::LazyLock;

use interpreter::{Catalogue, State};
use libfuzzer_sys::fuzz_target;
use tests::dice::Dice;
use tests::flows::Family;
use tests::impossible::impossible;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(nodes::catalogue);

fuzz_target!(|bytes: &[u8]| {
    let mut dice = Dice::Bytes(bytes);
    let family = Family::random(&CATALOGUE, &mut dice);
    if !family.errors(&CATALOGUE).is_empty() {
        return;
    }
    let flows: Vec<_> = family.all().collect();
    let program = family.program(&CATALOGUE).expect("a flow without errors has a start");
    for happened in tests::walk::walk(&program, 20, &mut dice) {
        for visit in &happened.step.trace {
            assert_eq!(impossible(visit, &flows, &CATALOGUE), None);
        }
        let size = serde_json::to_string(&happened.step.state).expect("plain data").len();
        assert!(size <= State::MAX_BYTES, "{size} bytes");
    }
});
