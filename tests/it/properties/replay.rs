//! The same events give the same conversation, byte for byte, wherever it is put away and taken up again in between.

use std::cell::Cell;

use interpreter::{Event, State, step};
use model::Flow;
use proptest::prelude::*;
use tests::dice::Dice;
use tests::flows::Family;
use tests::walk::walk;

use super::for_all;

#[test]
fn a_conversation_that_is_put_away_and_taken_up_again_goes_the_same_way() {
    let catalogue = nodes::catalogue();
    let (n_events, largest) = (Cell::new(0), Cell::new(0));
    for_all("replay", 400, 100_000, |bytes| {
        let mut dice = Dice::Bytes(bytes);
        let mut family = Family::random(&catalogue, &mut dice);
        // A third of them collect short messages.
        family.main.gather_ms = if family.main.nodes.len().is_multiple_of(3) { 1_500 } else { 0 };
        let Some(program) = family.program(&catalogue) else { return Ok(()) };
        let lived = walk(&program, 14, &mut dice);
        n_events.set(n_events.get() + lived.len());

        // Flows, states and events all go through their files and rows, as they do when a process ends.
        let kept = Family {
            main: restored(&family.main)?,
            others: family.others.iter().map(restored).collect::<Result<_, _>>()?,
        };
        let program = kept.program(&catalogue).expect("the same flows have a start");
        let mut state = State::new(program.flow().main_language());
        for happened in &lived {
            let event: Event = from_json(&to_json(&happened.event))?;
            let again = step(&program, from_json(&to_json(&state))?, &event, happened.now);
            prop_assert_eq!(to_json(&again.state), to_json(&happened.step.state), "state after {:?}", event);
            prop_assert_eq!(to_json(&again.effects), to_json(&happened.step.effects), "effects of {:?}", event);
            prop_assert_eq!(to_json(&again.trace), to_json(&happened.step.trace), "trace of {:?}", event);
            let size = to_json(&again.state).len();
            largest.set(largest.get().max(size));
            prop_assert!(size <= State::MAX_BYTES, "the state has {} bytes", size);
            state = again.state;
        }
        Ok(())
    });
    println!("{} events replayed, the largest state has {} bytes", n_events.get(), largest.get());
}

fn restored(flow: &Flow) -> Result<Flow, TestCaseError> {
    from_json(&flow.to_file())
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data")
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, TestCaseError> {
    serde_json::from_str(text).map_err(|error| TestCaseError::fail(format!("cannot be read again: {error}: {text}")))
}
