//! Any document: read, checked, compiled, and talked to.
#![no_main]

use std::sync::{Arc, LazyLock};

use interpreter::{Callees, Catalogue, Program, check};
use libfuzzer_sys::fuzz_target;
use model::Resources;
use tests::dice::Dice;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(nodes::catalogue);

fuzz_target!(|text: &str| {
    let Ok(flow) = check::read_flow(text) else { return };
    let resources = Arc::new(Resources::default());
    check::check(&flow, &CATALOGUE, &resources);
    if let Some(program) = Program::compile_draft(&flow, &CATALOGUE, resources, Callees::new()) {
        tests::walk::walk(&program, 20, &mut Dice::Seeded(text.len() as u64));
    }
});
