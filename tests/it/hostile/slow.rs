//! Clients that say little, send slowly or do not read.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::delivery::{follow_by_events, follow_by_socket};
use super::wire::{Raw, Socket, listen};
use super::{Chance, figure, honest, many, resident_kib, until};
use crate::product::Product;
use crate::product::chat::Customer;

/// Side by side, since both wait for the same patience to end.
#[tokio::test]
async fn slow_clients_are_cut_and_nobody_else_notices() {
    tokio::join!(slow_senders(), slow_readers());
}

/// Half of them send a header byte by byte, a quarter nothing at all, a quarter half the greeting of HTTP/2; and some
/// post a body that trickles.
async fn slow_senders() {
    let product = Product::start_with(&["--max-connections-per-address", "10000"]).await;
    let customer = Customer::open(&product, json!({})).await;
    let quiet = honest(&product).await;
    let (n_heads, n_bodies) = (many(200, 2_000), many(50, 1_000));

    let mut cutting = JoinSet::new();
    for n in 0..n_heads {
        let mut raw = Raw::connect(&product).await;
        cutting.spawn(async move {
            let began = Instant::now();
            match n % 4 {
                0 => drop(raw.send(b"PRI * HTTP/2").await),
                1 => {}
                _ => drop(raw.send(b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ").await),
            }
            trickle(&mut raw).await;
            began.elapsed()
        });
    }
    let mut bodies = JoinSet::new();
    for _ in 0..n_bodies {
        let mut raw = Raw::connect(&product).await;
        let head = format!(
            "POST /api/chat/conversations/{}/messages HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\
             content-length: 1000\r\n\r\n{{",
            customer.id, customer.token
        );
        bodies.spawn(async move {
            let began = Instant::now();
            raw.send(head.as_bytes()).await;
            (trickle(&mut raw).await, began.elapsed())
        });
    }
    let meanwhile = honest(&product).await;
    let cut: Vec<Duration> = cutting.join_all().await;
    let cut_bodies = bodies.join_all().await;

    let worst = cut.iter().max().expect("some");
    let worst_body = cut_bodies.iter().map(|(_, took)| *took).max().expect("some");
    println!(
        "{n_heads} slow heads cut within {worst:?}, {n_bodies} slow bodies within {worst_body:?}; \
         an honest request took at most {quiet:?} before and {meanwhile:?} meanwhile"
    );
    assert!(*worst <= Duration::from_secs(15), "{worst:?}");
    assert!(worst_body <= Duration::from_secs(30), "{worst_body:?}");
    let told = cut_bodies.iter().filter(|(answer, _)| answer.starts_with("HTTP/1.1 408")).count();
    assert!(told * 10 >= cut_bodies.len() * 9, "{told} of {} were told why", cut_bodies.len());
    assert!(meanwhile < 2 * quiet + Duration::from_millis(200), "{meanwhile:?}");
    until("all places are free again", Duration::from_secs(5), async || {
        figure(&product, "heliu_connections_open").await <= 20.0
    })
    .await;
}

/// Sends a byte a second until the other end closes; answers with what it said.
async fn trickle(raw: &mut Raw) -> String {
    let mut said = Vec::new();
    loop {
        match tokio::time::timeout(Duration::from_secs(1), raw.read_to_end()).await {
            Ok(rest) => {
                said.extend(rest);
                return String::from_utf8_lossy(&said).into_owned();
            }
            Err(_) if !raw.send(b"x").await => return String::from_utf8_lossy(&raw.read_to_end().await).into_owned(),
            Err(_) => {}
        }
    }
}

/// What a reader that does not read may cost, the target; what is measured is the process at its peak, with everything
/// that goes on in it meanwhile, and few readers must pay for that among themselves.
const BOUND_KIB: u64 = 64;
const MEANWHILE_KIB: u64 = 24 * 1024;

/// They stop reading while much is said, and are cut; when they come back, nothing is missing.
async fn slow_readers() {
    let product = Product::start_with(&["--messages-per-second", "0", "--max-connections-per-address", "10000"]).await;
    product.at_rest().await;
    let n_readers = many(100, 1_000);
    // As much is said and read before, so that what conversations and the database's caches cost is there already.
    let mut before = Customer::open(&product, json!({ "flow": "faq", "language": "zh" })).await;
    let seq = say_much(&mut before).await;
    let reading = (0..20).map(|_| follow_by_socket(&product, &before, seq, Chance::steady()));
    futures_util::future::join_all(reading).await;

    for way in ["socket", "events"] {
        let mut customer = Customer::open(&product, json!({ "flow": "faq", "language": "zh" })).await;
        let mut readers = Vec::new();
        for _ in 0..n_readers {
            readers.push(listen_by(way, &product, &customer).await);
        }
        let listeners = format!("heliu_listeners_open{{way=\"{way}\"}}");
        let before = resident_kib(&product);

        let (seq, grown) = {
            let mut saying = std::pin::pin!(say_much(&mut customer));
            let mut most = 0;
            let seq = loop {
                tokio::select! {
                    seq = &mut saying => break seq,
                    () = tokio::time::sleep(Duration::from_millis(50)) => {
                        most = most.max(resident_kib(&product));
                    }
                }
            };
            (seq, most.max(resident_kib(&product)).saturating_sub(before))
        };
        let each = grown as f64 / n_readers as f64;
        println!("{n_readers} readers by {way} that stopped: memory grew by {grown} KiB, {each:.1} KiB each");
        until("slow readers are cut", Duration::from_secs(30), async || figure(&product, &listeners).await < 1.0).await;
        assert!(grown <= BOUND_KIB * n_readers as u64 + MEANWHILE_KIB, "{each:.1} KiB for each reader by {way}");

        drop(readers);
        let heard = match way {
            "socket" => follow_by_socket(&product, &customer, seq, Chance::steady()).await.0,
            _ => follow_by_events(&product, &customer, seq, Chance::steady()).await.0,
        };
        let mut all = Vec::new();
        while all.len() < seq as usize {
            all.extend(customer.after(all.len() as i64).await["messages"].as_array().expect("a list").clone());
        }
        assert_eq!(heard, all, "by {way}");
    }
}

/// Long enough to fill every buffer in between: what the system keeps, and one frame. Answers with the last number.
async fn say_much(customer: &mut Customer) -> i64 {
    let long = "问".repeat(7_900);
    let mut seq = 0;
    for n in 0..many(20, 100) {
        let answer = customer.send(json!({ "id": format!("m{n}"), "text": format!("{n} {long}") })).await;
        match answer.status.as_u16() {
            200 => seq = answer.is(200)["seq"].as_i64().expect("a number"),
            // The flow may have handed over or ended; what is said is enough.
            _ => break,
        }
    }
    seq
}

/// A listener with little room for what it receives, that has read no more than the head of its answer.
async fn listen_by(way: &str, product: &Product, customer: &Customer) -> Raw {
    let mut raw = Raw::connect_narrow(product).await;
    if way == "socket" {
        return Socket::over(raw, customer, 0).await.expect("a WebSocket").raw;
    }
    raw.send(listen(customer, 0, "accept: text/event-stream\r\n").as_bytes()).await;
    assert!(raw.head().await.contains("200"));
    raw
}
