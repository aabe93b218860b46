//! A turn in its middle belongs to one replica: until that is gone, and never again to one that comes back late.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::{amount, at, print, product, transcript};
use crate::product::chat::Customer;
use crate::product::mock::Mock;
use crate::product::restart::{import_flow, order_flow};
use crate::product::{Client, Product, words};

/// Conversations in the middle of a call when their replica stops.
const AT_ONCE: usize = 3;
/// The lease of ten seconds, the look every two, and what a slow machine takes.
const TAKEN_OVER: Duration = Duration::from_secs(15);
/// The lease less what is between two of its renewals.
const NOT_BEFORE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_turn_is_finished_when_its_replica_sleeps_or_is_dead() {
    let mock = Mock::start(Duration::from_millis(500), r#"{ "number": "N1" }"#).await;
    let Some((a, mut owner, ..)) = product(&mock.host).await else { return };
    import_orders(&mut owner, &mock).await;
    let (b, dead) = tokio::join!(a.replica(), a.replica());

    let (n_paused, _) = tokio::join!(paused_and_late(&a, &b, &mock), killed(dead, &b, &mock));

    every_order_has_one_key(&mock, n_paused + 1);
}

/// Leases go by the database's clock: a replica that is ahead takes no turn away too early, and one that is behind
/// does not keep it too long.
#[tokio::test]
async fn clocks_that_differ_by_half_a_minute_change_nothing() {
    let Some(library) = fake_time() else {
        println!("skipped: faketime is not installed; it turns the clock of a process");
        return;
    };
    let mock = Mock::start(Duration::from_millis(500), r#"{ "number": "N1" }"#).await;
    let Some((a, mut owner, ..)) = product(&mock.host).await else { return };
    import_orders(&mut owner, &mock).await;
    let turned = |by: &str| {
        // What waits and times out goes by another clock, which stays.
        let keep = ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned());
        vec![("LD_PRELOAD", library.to_owned()), ("FAKETIME", by.to_owned()), keep]
    };
    let (ahead, behind) = tokio::join!(a.replica_in(turned("+30s")), a.replica_in(turned("-30s")));
    let their = Customer::open(&ahead, json!({ "flow": "ledger", "language": "en" })).await;
    let at = their.opened["messages"][0]["at"].as_str().expect("a time").to_owned();
    let ours = Customer::open(&a, json!({ "flow": "ledger", "language": "en" })).await;
    assert!(at.as_str() > ours.opened["messages"][0]["at"].as_str().expect("a time"), "its clock is ahead: {at}");

    let (n_paused, finished) = tokio::join!(paused_and_late(&a, &ahead, &mock), killed(behind, &ahead, &mock));

    assert!(finished > NOT_BEFORE, "taken away after {finished:?} from a replica whose lease had not run out");
    every_order_has_one_key(&mock, n_paused + 1);
}

fn fake_time() -> Option<&'static str> {
    let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    std::path::Path::new(library).exists().then_some(library)
}

/// A replica that wakes up after its lease commits nothing, and tells its customers what the other committed.
async fn paused_and_late(a: &Product, b: &Product, mock: &Mock) -> usize {
    let mut customers = Vec::new();
    for _ in 0..AT_ONCE {
        customers.push(Customer::open(a, json!({ "flow": "ledger", "language": "en" })).await);
    }
    let (n_rounds, mut slowest) = (amount(1, 67), Duration::ZERO);

    for round in 0..n_rounds {
        let text = format!("wish {round}");
        let mut late = JoinSet::new();
        for customer in &customers {
            let (mut customer, text) = (customer.clone(), text.clone());
            late.spawn(async move { (customer.id.clone(), customer.say(&text, &text).await) });
        }
        called(mock, &text, AT_ONCE).await;
        signal(a, "STOP").await;
        let stopped = Instant::now();
        let mut answers = BTreeMap::new();
        for customer in &customers {
            let answer = at(customer, b).say(&text, &text).await;
            assert_eq!(words(&answer), turn(&text), "the other replica finishes the turn");
            answers.insert(customer.id.clone(), answer);
        }
        slowest = slowest.max(stopped.elapsed());
        signal(a, "CONT").await;

        while let Some(answered) = late.join_next().await {
            let (id, answer) = answered.expect("no panic");
            assert_eq!(answer, answers[&id], "who wakes up late tells what the other committed");
        }
    }

    let expected: Vec<String> = (0..n_rounds).flat_map(|round| turn(&format!("wish {round}"))).collect();
    for customer in &mut customers {
        let lines = words(&transcript(customer).await);
        assert_eq!(lines[1..], expected, "nothing twice");
    }
    assert!(slowest < TAKEN_OVER, "{slowest:?}");
    let n_turns = AT_ONCE * n_rounds;
    print(&format!("R2: {n_turns} turns of a paused replica taken over, the slowest after {slowest:.1?}"));
    n_turns
}

/// What a dead replica began another finishes without being asked; answers with how long that took.
async fn killed(mut dead: Product, b: &Product, mock: &Mock) -> Duration {
    let customer = Customer::open(&dead, json!({ "flow": "ledger", "language": "en" })).await;
    let path = format!("{}/api/chat/conversations/{}/messages", dead.url, customer.id);
    let request = customer.client.http.post(path).bearer_auth(&customer.token);
    let request = request.header("content-type", "application/json").body(r#"{ "id": "1", "text": "tea" }"#);
    let cut_off = tokio::spawn(request.send());
    called(mock, "tea", 1).await;
    dead.kill().await;
    let killed = Instant::now();
    assert!(cut_off.await.expect("no panic").is_err(), "nobody answers");

    let mut elsewhere = at(&customer, b);
    loop {
        let lines = words(&elsewhere.after(1).await);
        if lines == turn("tea") {
            break;
        }
        assert!(killed.elapsed() < TAKEN_OVER, "{lines:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let finished = killed.elapsed();
    print(&format!("R2: the turn of a killed replica was finished after {finished:.1?}"));
    finished
}

/// Waits until the service was called for something so often.
async fn called(mock: &Mock, wish: &str, n: usize) {
    let body = json!({ "wish": wish });
    let is_it = |body_of_call: &str| serde_json::from_str::<serde_json::Value>(body_of_call).is_ok_and(|it| it == body);
    while mock.calls().iter().filter(|call| is_it(&call.body)).count() < n {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn import_orders(owner: &mut Client, mock: &Mock) {
    let connector = json!({ "key": "orders", "name": { "en": "Orders" }, "base_url": format!("http://{}", mock.host) });
    owner.post("/api/connectors", connector).await.is(201);
    import_flow(owner, order_flow("ledger", "orders", 30)).await;
}

fn turn(text: &str) -> [String; 4] {
    [&format!("customer: {text}"), "bot: one moment", "bot: done N1", "bot: wish?"].map(str::to_owned)
}

/// A call may come again, but always with the key of the first, so that the service can tell.
#[track_caller]
fn every_order_has_one_key(mock: &Mock, n_orders: usize) {
    let mut bodies = BTreeMap::new();
    for call in mock.calls() {
        let key = call.key.expect("an Idempotency-Key");
        assert_eq!(*bodies.entry(key).or_insert_with(|| call.body.clone()), call.body);
    }
    assert_eq!(bodies.len(), n_orders);
}

async fn signal(product: &Product, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), product.pid().to_string()]).status().await;
    assert!(sent.expect("kill runs").success());
}
