//! Stopping in order, under load; and everybody coming back at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::delivery::echo_flow;
use super::wire::{Raw, Socket};
use super::{Chance, many, seed};
use crate::product::Product;
use crate::product::chat::Customer;
use crate::product::restart::import_flow;

const CUSTOMERS: usize = 5;

#[tokio::test]
async fn sigterm_under_load_loses_nothing_and_tells_listeners_when_to_come_back() {
    let mut product = Product::start_with(&["--messages-per-second", "0"]).await;
    import_flow(&mut product.owner().await, echo_flow()).await;
    let mut chance = Chance::new(seed());
    let mut customers = Vec::new();
    for _ in 0..CUSTOMERS {
        customers.push((Customer::open(&product, json!({ "flow": "echo", "language": "en" })).await, 0));
    }
    let (mut longest, mut n_turns, mut waits) = (Duration::ZERO, 0, BTreeSet::new());

    for round in 0..many(5, 50) {
        let mut sockets = Vec::new();
        for (customer, _) in &customers {
            sockets.push(Socket::open(&product, customer, 0).await);
        }
        let (stop, stopped) = watch::channel(false);
        let mut writing = JoinSet::new();
        for (customer, n) in customers.drain(..) {
            writing.spawn(write(customer, n, stopped.clone()));
        }
        tokio::time::sleep(Duration::from_millis(50 + chance.below(250))).await;
        let began = Instant::now();
        let listening = async {
            let mut closed = Vec::new();
            for socket in &mut sockets {
                closed.push(socket.closed(Duration::from_secs(15)).await);
            }
            closed
        };
        let (code, closed) = tokio::join!(product.terminate(), listening);
        longest = longest.max(began.elapsed());
        let _ = stop.send(true);
        customers = writing.join_all().await;

        assert_eq!(code, Some(0), "round {round}");
        for (code, reason) in closed {
            assert_eq!(code, 1012, "round {round}: {reason}");
            let wait = reason.rsplit("reconnect-ms=").next().and_then(|ms| ms.parse::<u64>().ok());
            assert!(wait.is_some_and(|ms| ms < 5_000), "{reason}");
            waits.extend(wait);
        }
        product.start_again().await;
        for (customer, n) in &mut customers {
            // What was not answered is sent again; it is heard once, however far it had come.
            customer.say(&format!("m{n}"), &format!("wish {n}")).await;
            *n += 1;
            check(&transcript(customer).await, *n);
        }
        n_turns = customers.iter().map(|(_, n)| *n).sum::<usize>();
    }

    println!("{} rounds, {n_turns} turns: stopped within {longest:?}", many(5, 50));
    assert!(longest <= Duration::from_secs(15), "{longest:?}");
    assert!(waits.len() > CUSTOMERS, "the waits are not spread: {waits:?}");
}

/// All come back at once, at the worst: without waiting as they were told.
#[tokio::test]
async fn after_a_restart_everybody_is_back_soon() {
    let n = many(200, 10_000);
    let cap = ["--max-connections-per-address", "20000", "--messages-per-second", "0"];
    let mut product = Product::start_with(&cap).await;
    import_flow(&mut product.owner().await, echo_flow()).await;
    let mut customer = Customer::open(&product, json!({ "flow": "echo", "language": "en" })).await;
    let mut sockets = Vec::new();
    for _ in 0..n {
        sockets.push(Socket::open(&product, &customer, 0).await);
    }

    assert_eq!(product.terminate().await, Some(0));
    product.start_again().await;
    let began = Instant::now();
    let seq = customer.opened["seq"].as_i64().expect("a number");
    let mut coming = JoinSet::new();
    for _ in 0..n {
        let (raw, customer) = (Raw::connect(&product).await, customer.clone());
        coming.spawn(async move { Socket::over(raw, &customer, seq).await.expect("nobody is turned away") });
    }
    let mut back = coming.join_all().await;
    let took = began.elapsed();
    let said = customer.say("1", "hello").await;
    for socket in &mut back {
        let mut seen = 0;
        while seen < said["seq"].as_i64().expect("a number") {
            seen = socket.text().await.expect("open")["seq"].as_i64().expect("a number");
        }
    }
    println!("{n} sockets were back after {took:?}; a word reached all of them after {:?}", began.elapsed());
    assert!(took <= Duration::from_secs(30), "{took:?}");
}

/// Writes until the product goes away; answers with how many were answered.
async fn write(mut customer: Customer, mut n: usize, stopped: watch::Receiver<bool>) -> (Customer, usize) {
    let path = format!("{}/api/chat/conversations/{}/messages", customer.client.url, customer.id);
    while !*stopped.borrow() {
        let body = json!({ "id": format!("m{n}"), "text": format!("wish {n}") }).to_string();
        let request = customer.client.http.post(&path).header("authorization", format!("Bearer {}", customer.token));
        match request.header("content-type", "application/json").body(body).send().await {
            Ok(answer) if answer.status().is_success() => n += 1,
            Ok(answer) if answer.status().as_u16() == 503 => break,
            Ok(answer) => panic!("{}", answer.status()),
            Err(_) => break,
        }
    }
    // Connections of the product that is gone are of no use to the next.
    customer.client.http = crate::product::http();
    (customer, n)
}

async fn transcript(customer: &mut Customer) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let page = customer.after(all.len() as i64).await;
        let messages = page["messages"].as_array().expect("a list").clone();
        if messages.is_empty() {
            return all;
        }
        all.extend(messages);
    }
}

/// Each wish once, in order, each repeated once.
fn check(transcript: &[Value], n: usize) {
    let numbers: Vec<i64> = transcript.iter().filter_map(|message| message["seq"].as_i64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    let texts = |from: &str| -> Vec<String> {
        let of = transcript.iter().filter(|message| message["from"] == from);
        of.filter_map(|message| message["content"]["text"].as_str().map(str::to_owned)).collect()
    };
    let wishes: Vec<String> = (0..n).map(|n| format!("wish {n}")).collect();
    assert_eq!(texts("customer"), wishes);
    let heard: Vec<String> = texts("bot").into_iter().filter(|text| text.starts_with("heard")).collect();
    assert_eq!(heard, wishes.iter().map(|wish| format!("heard {wish}")).collect::<Vec<_>>());
}
