//! D1: killed at any instant under load, it loses nothing and repeats nothing.

use std::time::{Duration, Instant};
use tests::{is_long, sized};

use crate::checker::{assert_none, at_rest, at_the_crash, refolded};
use crate::data::Data;
use crate::flow::Step;
use crate::ledger::Load;
use crate::mock::Mock;
use crate::random::Random;
use crate::server::{Server, Start, prepared};
use crate::snapshot::Snapshot;

const CUSTOMERS: usize = 50;
/// Half of the messages stay inside, the others need the world or time.
const STEPS: [Step; 10] =
    [Step::Say, Step::Say, Step::Say, Step::Say, Step::Say, Step::Post, Step::Once, Step::Get, Step::Wait, Step::Hand];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_it_loses_nothing_and_repeats_nothing() {
    let mut random = Random::for_test("D1");
    let named = std::env::var("HELIU_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let rounds: usize = named.unwrap_or_else(|| sized(30, 200));
    // After each round everything is compared with what customers know: in a long run they pause, so that it stays
    // possible.
    let (longest_ms, pause) = if is_long() { (2_000, Duration::from_millis(400)) } else { (1_000, Duration::ZERO) };
    let mock = Mock::start(random.split()).await;
    let data = prepared(Data::new(), &mock.host).await;
    let mut server = Server::start(&data, &mock.host, &Start::default()).await;
    let load = Load::with_pauses("d1", &server.url, &STEPS, pause);
    let begun = Instant::now();
    let talking = load.begin(CUSTOMERS, &mut random);

    let mut found = Vec::new();
    let mut ready_ms = Vec::new();
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(random.below(longest_ms))).await;
        server.kill().await;
        // Every request that was under way breaks, and nobody sends a new one, until the server is back.
        let shut = load.gate.write().await;
        let copy = data.copied();
        let talks = load.talks();
        let restarted = async { server.start_again(&data, &Start::default()).await.expect("it starts") };
        let (snapshot, took) = tokio::join!(Snapshot::read(&copy), restarted);
        drop(shut);
        ready_ms.push(took.as_millis());
        let snapshot = snapshot.expect("the copy opens");
        found.extend(at_the_crash(&snapshot, &talks).into_iter().map(|what| format!("round {round}: {what}")));
        if !found.is_empty() {
            break;
        }
    }
    load.end(talking).await;
    server.kill().await;

    let (snapshot, copy) = Snapshot::of(&data).await;
    let talks = load.talks();
    found.extend(load.violations());
    found.extend(at_rest(&snapshot, &talks, &mock));
    let refolded = refolded(&copy).await;
    let n_refolded = if refolded.is_some() { snapshot.conversations.len() } else { 0 };
    found.extend(refolded.unwrap_or_default());
    let lines = || snapshot.conversations.values().flat_map(|conversation| &conversation.lines);
    let n_replies = lines().filter(|stored| stored.line.from == "bot").count();
    let n_timers = lines().filter(|stored| stored.line.text.starts_with("T:")).count();
    ready_ms.sort_unstable();
    let quantile = |q: usize| ready_ms[(ready_ms.len() - 1) * q / 100];
    println!(
        "D1: {rounds} rounds in {:.0} s, {} acked messages, {n_replies} replies, {} effects ({} attempts), \
         {n_timers} timers, {n_refolded} conversations folded again, {} violations; ready again after {} ms (p50), {} ms (p99)",
        begun.elapsed().as_secs_f64(),
        load.n_acked(),
        mock.attempts().iter().map(|attempt| &attempt.key).collect::<std::collections::BTreeSet<_>>().len(),
        mock.attempts().len(),
        found.len(),
        quantile(50),
        quantile(99),
    );
    assert_none("D1", &found);
    assert!(load.n_acked() >= rounds * 10, "the rounds met hardly any load: {} messages", load.n_acked());
}
