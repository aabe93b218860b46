//! The checks keep their word: a flow without errors never meets a failure that they promise cannot happen.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use tests::dice::Dice;
use tests::flows::Family;
use tests::impossible::impossible;
use tests::walk::walk;

use super::for_all;

#[test]
fn a_flow_that_passes_its_checks_never_fails_impossibly() {
    let catalogue = nodes::catalogue();
    let (n_accepted, n_visits) = (Cell::new(0), Cell::new(0));
    let visited = std::cell::RefCell::new(BTreeMap::<String, usize>::new());
    for_all("checked", 1_000, 100_000, |bytes| {
        let mut dice = Dice::Bytes(bytes);
        let family = Family::random(&catalogue, &mut dice);
        if !family.errors(&catalogue).is_empty() {
            return Ok(());
        }
        n_accepted.set(n_accepted.get() + 1);
        let program = family.program(&catalogue).expect("a flow without errors has a start");
        let flows: Vec<_> = family.all().collect();
        for happened in walk(&program, 16, &mut dice) {
            for visit in &happened.step.trace {
                n_visits.set(n_visits.get() + 1);
                let kind = flows.iter().find(|flow| flow.key == *visit.flow).and_then(|flow| flow.node(&visit.node));
                let kind = kind.map_or_else(String::new, |node| node.kind.0.clone());
                *visited.borrow_mut().entry(kind).or_default() += 1;
                let found = impossible(visit, &flows, &catalogue);
                prop_assert!(found.is_none(), "{:?}\n{}", found, family.main.to_file());
            }
        }
        Ok(())
    });

    let (n_accepted, visited) = (n_accepted.get(), visited.into_inner());
    println!("{n_accepted} flows passed their checks; {} visits: {visited:?}", n_visits.get());
    assert!(n_accepted > 300, "too few random flows pass the checks to say anything");
    for entry in catalogue.iter() {
        assert!(visited.contains_key(entry.spec.kind.as_str()), "no conversation came to a step {}", entry.spec.kind);
    }
}
