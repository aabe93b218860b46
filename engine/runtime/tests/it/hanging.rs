//! A service that never answers: everybody else is served as before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::Content;
use runtime::{BreakerState, Egress, Error, Limits, Opened};
use serde_json::json;
use tokio::net::TcpListener;

use super::world::{World, is_long, percentile};

/// Running turns at most: far fewer than calls that hang.
const TURNS: usize = 64;
const SAMPLES: usize = 200;

/// N8. Very many conversations wait for a service that never answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversations_that_wait_for_a_dead_service_slow_down_nobody() {
    let (n, timeout_s) = if is_long() { (2_000, 20) } else { (300, 5) };
    let service = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let host = service.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = service.accept().await {
            kept.push(stream);
        }
    });
    let limits = Limits { turns: TURNS, ..Limits::default() };
    let world = Arc::new(World::in_real_time(Egress::new([host.clone()]), limits).await);
    let call = json!({ "kind": "call_api", "config": {
        "method": "POST", "path": format!("http://{host}/orders"), "body": "{}", "timeout_s": timeout_s, "retries": 2,
    } });
    world.publish("caller", &[(call, "success")]).await;
    world.publish("echo", &[]).await;
    let customer = world.open("echo").await.expect("a conversation");
    let before = latencies(&world, &customer, 0).await;

    let (mut calling, ended) = (Vec::new(), Arc::new(AtomicUsize::new(0)));
    for _ in 0..n {
        let (world, ended) = (Arc::clone(&world), Arc::clone(&ended));
        calling.push(tokio::spawn(async move {
            // The product refuses before it accepts anything; a client comes again.
            loop {
                match world.open("caller").await {
                    Err(Error::Busy) => tokio::time::sleep(Duration::from_millis(20)).await,
                    opened => {
                        ended.fetch_add(1, Ordering::Relaxed);
                        return opened.expect("a conversation");
                    }
                }
            }
        }));
    }
    // Whoever is still at the door competes with everybody for it.
    let come_in = async || world.engine.waiting() + ended.load(Ordering::Relaxed) >= n - TURNS;
    world.until("all have come in, and many more wait than may run", come_in).await;
    let meanwhile = latencies(&world, &customer, SAMPLES).await;
    assert!(world.engine.waiting() > TURNS, "they hung all the time: {}", world.engine.waiting());

    for call in calling {
        let opened = call.await.expect("no panic");
        let said: Vec<&Content> = opened.answered.messages.iter().map(|message| &message.content).collect();
        assert_eq!(said[0], &Content::text("failed"), "every call ends at the failed exit");
    }
    let breaker = world.engine.breakers().pop().expect("the host is known");
    assert_eq!((breaker.host.as_str(), breaker.running), (host.as_str(), 0));
    assert_ne!(breaker.state, BreakerState::Closed);
    assert_eq!(world.engine.waiting(), 0);
    let (p50, p99) = (percentile(&meanwhile, 0.5), percentile(&meanwhile, 0.99));
    println!(
        "N8: {n} calls that hang, {TURNS} turns at a time: 0 refused, p50 {:?} -> {p50:?}, p99 {:?} -> {p99:?}",
        percentile(&before, 0.5),
        percentile(&before, 0.99),
    );
    // Half as much again, and what a loaded machine adds to the slowest of two hundred.
    assert!(p99 < percentile(&before, 0.99).mul_f64(1.5) + Duration::from_millis(100), "p99 {p99:?}");
}

/// How long a customer waits for answers; a refusal fails the test.
async fn latencies(world: &World, customer: &Opened, first: usize) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for n in first..first + SAMPLES {
        latencies.push(world.say(customer, n).await.expect("no refusal"));
    }
    latencies
}
