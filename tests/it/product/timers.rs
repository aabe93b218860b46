//! D8. Timers outlive kills: each fires once, none before its time.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chat::Customer;
use super::restart::import_flow;
use super::{Product, is_long};

/// What a timer waits: 0.04 minutes.
const WAIT_MS: i64 = 2_400;
/// A message carries the moment it was said, a little after the timer for the next one was set.
const BETWEEN_SET_AND_SAID_MS: i64 = 200;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

#[tokio::test]
async fn timers_outlive_kills_fire_once_and_never_early() {
    let (n_customers, n_ticks, kills) = if is_long() { (1_000, 20, 20) } else { (120, 4, 5) };
    let mut product = Product::start().await;
    let mut owner = product.owner().await;
    import_flow(&mut owner, clockwork()).await;
    let mut customers = Vec::new();
    for _ in 0..n_customers {
        customers.push(Customer::open(&product, json!({ "flow": "clockwork" })).await);
    }

    let mut longest_down = Duration::ZERO;
    for kill in 0..kills {
        // At another point of the timers' way round each time.
        tokio::time::sleep(Duration::from_millis(300 + 370 * kill % 900)).await;
        let down = Instant::now();
        product.kill().await;
        product.start_again().await;
        longest_down = longest_down.max(down.elapsed());
    }

    let (mut n_fired, mut latest_ms) = (0, 0);
    for customer in &mut customers {
        let ticks = all_ticks(customer, n_ticks).await;
        for pair in ticks.windows(2) {
            let apart = (pair[1] - pair[0]).rem_euclid(DAY_MS);
            // A timer that fired twice would show as two ticks close together.
            assert!(apart >= WAIT_MS - BETWEEN_SET_AND_SAID_MS, "{} fired after {apart} ms", customer.id);
            latest_ms = latest_ms.max(apart - WAIT_MS);
        }
        n_fired += ticks.len();
    }
    println!(
        "D8: {kills} kills, {n_fired} timers fired: 0 twice, 0 early, 0 lost; the latest by {latest_ms} ms, \
         the longest time down {longest_down:?}"
    );
}

/// Says "tick", waits, and so on.
fn clockwork() -> Value {
    json!({
        "format": 1, "id": "flow-clockwork", "key": "clockwork", "name": { "en": "Clockwork" }, "languages": ["en"],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "tick", "kind": "say", "v": 1, "config": { "text": { "en": "tick" } } },
            { "id": "sleep", "kind": "wait", "v": 1, "config": { "minutes": 0.04, "until_message": false } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "tick" },
            { "from": "tick", "port": "next", "to": "sleep" },
            { "from": "sleep", "port": "elapsed", "to": "tick" },
        ],
    })
}

/// The moments of a customer's ticks, once there are so many.
async fn all_ticks(customer: &mut Customer, at_least: usize) -> Vec<i64> {
    let patience = Instant::now() + Duration::from_secs(120);
    loop {
        let all = customer.after(0).await;
        let messages = all["messages"].as_array().expect("a list");
        let numbers: Vec<i64> = messages.iter().filter_map(|message| message["seq"].as_i64()).collect();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "no gaps");
        if messages.len() >= at_least {
            return messages.iter().map(moment).collect();
        }
        assert!(Instant::now() < patience, "{} has only {} ticks", customer.id, messages.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The time of day of a message in milliseconds; it is written as `2026-11-20T10:00:00.123Z`.
fn moment(message: &Value) -> i64 {
    let at = message["at"].as_str().expect("a moment");
    let number = |range: std::ops::Range<usize>| at[range].parse::<i64>().expect("a number");
    (number(11..13) * 3_600 + number(14..16) * 60 + number(17..19)) * 1_000 + number(20..23)
}
