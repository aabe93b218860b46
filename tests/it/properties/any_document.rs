//! No document harms: whatever is read as a flow, it is refused with words or it runs, quickly and without a panic.

use std::cell::Cell;
use std::time::{Duration, Instant};

use interpreter::{Callees, Program, check};
use model::Resources;
use proptest::prelude::*;
use serde_json::{Value, json};
use tests::dice::Dice;
use tests::walk::walk;

use super::for_all;

/// One document: reading, checking, compiling and twenty inputs.
const LONGEST: Duration = Duration::from_secs(1);

const SAMPLES: [&str; 6] = [
    include_str!("../../../flows/appointment/flow.json"),
    include_str!("../../../flows/complaint/flow.json"),
    include_str!("../../../flows/faq/flow.json"),
    include_str!("../../../flows/lead/flow.json"),
    include_str!("../../../flows/order-status/flow.json"),
    include_str!("../../../flows/refund/flow.json"),
];

#[test]
fn any_document_is_refused_or_runs() {
    let catalogue = nodes::catalogue();
    let resources = std::sync::Arc::new(Resources::default());
    let samples = SAMPLES.map(|sample| serde_json::from_str::<Value>(sample).expect("a sample is JSON"));
    let (n_read, n_run, slowest) = (Cell::new(0), Cell::new(0), Cell::new(Duration::ZERO));
    for_all("any_document", 1_200, 100_000, |bytes| {
        let mut dice = Dice::Bytes(bytes);
        let text = document(&samples, &mut dice);
        let begun = Instant::now();
        match check::read_flow(&text) {
            Err(problems) => prop_assert!(!problems.is_empty(), "refused without a reason"),
            Ok(flow) => {
                n_read.set(n_read.get() + 1);
                let problems = check::check(&flow, &catalogue, &resources);
                prop_assert!(problems.iter().all(|problem| !problem.message.in_language("zh").is_empty()));
                if let Some(program) =
                    Program::compile_draft(&flow, &catalogue, std::sync::Arc::clone(&resources), Callees::new())
                {
                    n_run.set(n_run.get() + walk(&program, 20, &mut dice).len());
                }
            }
        }
        slowest.set(slowest.get().max(begun.elapsed()));
        prop_assert!(begun.elapsed() < LONGEST, "took {:?}: {}", begun.elapsed(), text);
        Ok(())
    });
    println!("{} documents could be read, {} events; the slowest took {:?}", n_read.get(), n_run.get(), slowest.get());
    assert!(n_read.get() > 100, "too few documents can be read to say anything");
}

/// A sample with some values changed, moved or removed; now and then cut bytes, or no flow at all.
fn document(samples: &[Value; 6], dice: &mut Dice<'_>) -> String {
    let mut flow = samples[dice.below(samples.len())].clone();
    for _ in 0..1 + dice.below(3) {
        let donor = samples[dice.below(samples.len())].clone();
        let gift = match dice.below(3) {
            0 => descend(donor, dice),
            _ => anything(dice),
        };
        // Settings have the most shapes, and a document with odd ones is still read.
        let n_nodes = flow["nodes"].as_array().map_or(0, Vec::len);
        let settings = format!("/nodes/{}/config", dice.below(n_nodes));
        match flow.pointer_mut(&settings) {
            Some(config) if dice.percent(70) => change(config, gift, dice),
            _ => change(&mut flow, gift, dice),
        }
    }
    let mut text = flow.to_string();
    if dice.percent(8) {
        let end = text.char_indices().map(|(at, _)| at).nth(dice.below(2_000)).unwrap_or(0);
        text.truncate(end);
    }
    if dice.percent(4) { anything(dice).to_string() } else { text }
}

/// Some part of a document.
fn descend(mut value: Value, dice: &mut Dice<'_>) -> Value {
    for _ in 0..dice.below(7) {
        value = match value {
            Value::Array(items) if !items.is_empty() => items[dice.below(items.len())].clone(),
            Value::Object(fields) if !fields.is_empty() => {
                let at = dice.below(fields.len());
                fields.into_iter().nth(at).map_or(Value::Null, |(_, value)| value)
            }
            other => return other,
        };
    }
    value
}

/// Puts something at a random place, or takes away what is there.
fn change(value: &mut Value, gift: Value, dice: &mut Dice<'_>) {
    let goes_on = dice.percent(80);
    match value {
        Value::Array(items) if !items.is_empty() => {
            let at = dice.below(items.len());
            match (goes_on, dice.below(3)) {
                (true, _) => change(&mut items[at], gift, dice),
                (_, 0) => drop(items.remove(at)),
                (_, 1) => items.push(items[at].clone()),
                _ => items.push(gift),
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            let at = dice.below(fields.len());
            let name = fields.keys().nth(at).cloned().unwrap_or_default();
            match (goes_on, dice.below(3)) {
                (true, _) => change(&mut fields[&name], gift, dice),
                (_, 0) => drop(fields.remove(&name)),
                (_, 1) => drop(fields.insert(name, gift)),
                _ => drop(fields.insert("new".into(), gift)),
            }
        }
        other => *other = gift,
    }
}

/// Values that documents are not expected to have.
fn anything(dice: &mut Dice<'_>) -> Value {
    match dice.below(22) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(dice.number()),
        4 => json!(u64::MAX),
        5 => json!(""),
        6 => json!("start"),
        7 => json!("\u{0}\u{feff}😀\"\\"),
        8 => json!("长".repeat(dice.below(40_000))),
        9 => json!("{{ last_message + last_message }}"),
        10 => json!("{{ ".repeat(dice.below(2_000))),
        11 => json!("(".repeat(dice.below(5_000))),
        12 => json!("let s = \"a\"; loop { s += s; }"),
        13 => json!("(a+)+$"),
        14 => json!(["a", 1, {}]),
        15 => json!({ "zh": 1, "en": ["x"] }),
        16 => json!({ "kind": "error" }),
        17 => json!({ "node": "start", "flow": "refund" }),
        18 => json!(vec![json!({ "id": "a", "kind": "say" }); dice.below(300)]),
        19 => (0..100).fold(json!(1), |inner, _| json!([inner])),
        20 => json!("last_message"),
        _ => json!({ "a": { "b": {} } }),
    }
}
