//! Too many at once: connections, strangers who pretend, and more work than there is room for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::wire::Raw;
use super::{figure, many, until};
use crate::product::chat::Customer;
use crate::product::mock::Mock;
use crate::product::restart::{import_flow, order_flow};
use crate::product::{Client, Product};

#[tokio::test]
async fn a_crowd_cannot_lock_out_the_people_who_work_here() {
    let product = Product::start_with(&["--max-connections", "60", "--max-connections-per-address", "40"]).await;
    let mut owner = from(&product, "127.0.0.7");
    let setup =
        json!({ "token": product.setup_token, "name": "李", "email": "a@b.cc", "password": "correct horse battery" });
    owner.post("/api/setup", setup).await.is(200);
    owner.get("/api/session").await.is(200);

    let mut crowd = crowd(&product, "127.0.0.1", many(100, 20_000)).await;
    // Who is silent for ten seconds is cut off, and its place taken by another.
    let of_one = still_there(&mut crowd).await;
    assert!((35..=40).contains(&of_one), "one address holds {of_one}");
    let mut others = Vec::new();
    for n in 10..100 {
        others.extend(self::crowd(&product, &format!("127.0.1.{n}"), many(5, 200)).await);
    }
    let (of_one, of_others) = (still_there(&mut crowd).await, still_there(&mut others).await);
    println!("of 60 places, one address held {of_one}, ninety others {of_others}");
    assert!(of_one + of_others <= 58, "the last places are for staff");
    assert!(crowd_member(&product, "127.0.0.99").await.is_none(), "there is room for one more");

    // On a connection of its own, signing in anew included.
    let mut again = Client { http: client("127.0.0.7"), ..owner.clone() };
    again.get("/api/session").await.is(200);
    let sign_in = json!({ "email": "a@b.cc", "password": "correct horse battery" });
    again.post("/api/session", sign_in).await.is(200);
    assert!(again.get("/metrics").await.text.contains("heliu_connections_refused_total{why=\"address\"}"));

    drop((crowd, others));
    until("places are free again", Duration::from_secs(5), async || {
        crowd_member(&product, "127.0.0.99").await.is_some()
    })
    .await;
}

#[tokio::test]
async fn what_strangers_say_of_themselves_is_not_believed() {
    // One opening a second, sixty at once, for each address.
    let product = Product::start_with(&["--openings-per-second", "1"]).await;
    let mut client = product.client();
    let mut statuses = Vec::new();
    for n in 0..70 {
        let pretended = format!("203.0.113.{n}");
        let headers =
            [("x-forwarded-for", pretended.as_str()), ("x-real-ip", &pretended), ("forwarded", "for=1.2.3.4")];
        let answer = client.send(Method::POST, "/api/chat/web/conversations", Some(json!({})), &headers).await;
        statuses.push(answer.status.as_u16());
    }
    let n_refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(n_refused >= 3, "pretending to be others opened all seventy: {statuses:?}");

    let mut owner = product.owner().await;
    let evil = [("origin", "https://evil.example"), ("x-forwarded-host", "evil.example")];
    owner.send(Method::POST, "/api/session", Some(json!({})), &evil).await.is_refused(403, "other-origin");
}

#[tokio::test]
async fn a_trusted_proxy_is_believed() {
    let product = Product::start_with(&["--openings-per-second", "1", "--trusted-proxies", "127.0.0.0/8"]).await;
    let mut client = product.client();
    for n in 0..70 {
        // What the customer wrote comes first; what the proxy saw comes last.
        let forwarded = format!("198.51.100.1, 203.0.113.{n}");
        let headers = [("x-forwarded-for", forwarded.as_str())];
        client.send(Method::POST, "/api/chat/web/conversations", Some(json!({})), &headers).await.is(201);
    }
}

/// Three times as many customers as turns may run: who is refused was not heard, who was answered is on record.
#[tokio::test]
async fn more_than_there_is_room_for_is_refused_before_it_is_accepted() {
    const TURNS: usize = 8;
    let mock = Mock::start(Duration::from_millis(100), r#"{ "number": "N1" }"#).await;
    let product =
        Product::start_with(&["--allow-private", &mock.host, "--max-turns", "8", "--messages-per-second", "0"]).await;
    let mut owner = product.owner().await;
    let connector = json!({ "key": "orders", "name": { "en": "Orders" }, "base_url": format!("http://{}", mock.host) });
    owner.post("/api/connectors", connector).await.is(201);
    import_flow(&mut owner, order_flow("ledger", "orders", 10)).await;

    let time = Duration::from_millis(many(1_000, 60_000) as u64);
    let (alone, _, _) = offer(&product, TURNS, time).await;
    let (goodput, n_refused, customers) = offer(&product, 3 * TURNS, time).await;

    println!(
        "{alone:.0} turns/s at capacity; {goodput:.0} turns/s and {n_refused} refusals at three times the customers"
    );
    assert!(n_refused > 0);
    assert!(goodput >= 0.6 * alone, "{goodput} of {alone}");
    for (mut customer, answered) in customers {
        let mut said = Vec::new();
        loop {
            let page = customer.after(said.len() as i64).await;
            let messages = page["messages"].as_array().expect("a list").clone();
            if messages.is_empty() {
                break;
            }
            said.extend(messages);
        }
        let ids: Vec<_> = said.iter().filter_map(|message| message["client_id"].as_str().map(str::to_owned)).collect();
        assert_eq!(ids, answered, "accepted is what was answered, no more and no less");
    }
    let began = Instant::now();
    let mut customer = Customer::open(&product, json!({ "flow": "ledger" })).await;
    customer.say("after", "x").await;
    assert!(began.elapsed() < Duration::from_secs(10));
}

/// Customers who write as fast as they are answered: turns a second, refusals, and what each was answered.
async fn offer(product: &Product, n: usize, time: Duration) -> (f64, usize, Vec<(Customer, Vec<String>)>) {
    let n_refused = Arc::new(AtomicUsize::new(0));
    let mut sending = JoinSet::new();
    let mut customers = Vec::new();
    for _ in 0..n {
        customers.push(open(product).await);
    }
    for mut customer in customers {
        let n_refused = Arc::clone(&n_refused);
        sending.spawn(async move {
            let (began, mut answered) = (Instant::now(), Vec::new());
            for m in 0.. {
                if began.elapsed() >= time {
                    break;
                }
                let answer = customer.send(json!({ "id": format!("m{m}"), "text": "x" })).await;
                match answer.status.as_u16() {
                    200 => answered.push(format!("m{m}")),
                    429 => {
                        answer.is_refused(429, "busy");
                        n_refused.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    other => panic!("{other}: {}", answer.text),
                }
            }
            (customer, answered)
        });
    }
    let customers = sending.join_all().await;
    let n_answered: usize = customers.iter().map(|(_, answered)| answered.len()).sum();
    (n_answered as f64 / time.as_secs_f64(), n_refused.load(Ordering::Relaxed), customers)
}

async fn open(product: &Product) -> Customer {
    Customer::open(product, json!({ "flow": "ledger", "language": "en" })).await
}

/// Connections that are let in, of so many from one address.
async fn crowd(product: &Product, address: &str, n: usize) -> Vec<Raw> {
    let mut members = Vec::new();
    for _ in 0..n {
        members.extend(crowd_member(product, address).await);
    }
    members
}

async fn crowd_member(product: &Product, address: &str) -> Option<Raw> {
    let mut raw = Raw::connect_from(product, address).await.ok()?;
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    raw.head().await.starts_with("HTTP/1.1 200").then_some(raw)
}

/// How many of them are answered on the connection they have.
async fn still_there(members: &mut [Raw]) -> usize {
    let mut n_there = 0;
    for member in members {
        member.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
        n_there += usize::from(member.head().await.contains("HTTP/1.1 200"));
    }
    n_there
}

fn from(product: &Product, address: &str) -> Client {
    Client { http: client(address), ..product.client() }
}

fn client(address: &str) -> reqwest::Client {
    let address: std::net::IpAddr = address.parse().expect("an address");
    reqwest::Client::builder()
        .no_proxy()
        .local_address(address)
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client")
}

#[tokio::test]
async fn figures_are_told_to_prometheus() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "faq" })).await;
    customer.say("1", "运费多少").await;

    assert_eq!(figure(&product, "heliu_turns_total{outcome=\"done\"}").await, 2.0);
    assert_eq!(figure(&product, "heliu_turn_seconds_count").await, 2.0);
    assert!(figure(&product, "heliu_commit_turns_count").await >= 2.0);
    assert!(figure(&product, "process_resident_memory_bytes").await > 1e6);
    assert!(figure(&product, "process_open_fds").await > 5.0);
}
