//! Windows that are open and silent: what each costs.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::wire::Socket;
use super::{figure, many, resident_kib, until};
use crate::product::Product;
use crate::product::chat::Customer;

#[tokio::test]
async fn a_silent_window_costs_a_few_kib() {
    let (n, n_customers) = (many(2_000, 18_000), many(20, 1_000));
    let product = Product::start_with(&["--max-connections-per-address", "20000"]).await;
    let mut customers = Vec::new();
    for _ in 0..n_customers {
        customers.push(Customer::open(&product, json!({ "flow": "faq" })).await);
    }
    // The first ones warm up what all share.
    let mut sockets = open(&product, &customers, 100).await;
    let before = resident_kib(&product);

    let began = Instant::now();
    sockets.extend(open(&product, &customers, n).await);
    let took = began.elapsed();
    let kib = resident_kib(&product).saturating_sub(before) as f64 / n as f64;

    println!("{n} silent sockets of {n_customers} customers: {kib:.1} KiB each, opened in {took:?}");
    assert!(kib <= 16.0, "{kib} KiB");
    assert!(figure(&product, "heliu_listeners_open{way=\"socket\"}").await >= n as f64);

    let said = customers[0].say("1", "运费多少").await;
    let heard = Instant::now();
    for socket in sockets.iter_mut().step_by(n_customers).take(5) {
        while socket.text().await.expect("open")["seq"] != said["seq"] {}
    }
    println!("a word reached its windows within {:?}", heard.elapsed());
    drop(sockets);
    until("all are forgotten", Duration::from_secs(20), async || {
        figure(&product, "heliu_conversations_watched").await < 1.0
    })
    .await;
}

/// So many sockets, customer after customer in turn.
async fn open(product: &Product, customers: &[Customer], n: usize) -> Vec<Socket> {
    let mut sockets = Vec::with_capacity(n);
    for first in (0..n).step_by(100) {
        let mut opening = JoinSet::new();
        for i in first..(first + 100).min(n) {
            let (customer, raw) = (customers[i % customers.len()].clone(), super::wire::Raw::connect(product).await);
            opening.spawn(async move {
                let mut socket = Socket::over(raw, &customer, 0).await.expect("a WebSocket");
                socket.text().await.expect("the first words");
                (i, socket)
            });
        }
        let mut opened = opening.join_all().await;
        opened.sort_unstable_by_key(|(i, _)| *i);
        sockets.extend(opened.into_iter().map(|(_, socket)| socket));
    }
    sockets
}
