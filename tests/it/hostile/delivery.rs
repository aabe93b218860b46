//! Three ways to hear of news, on a bad network: all of them tell the same.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::wire::{Raw, Socket, listen};
use super::{Chance, many, seed};
use crate::product::Product;
use crate::product::chat::Customer;
use crate::product::restart::import_flow;

/// A flow that repeats what it hears, for ever: two messages for each of the customer's.
pub(super) fn echo_flow() -> Value {
    let both = |text: &str| json!({ "zh": text, "en": text });
    json!({
        "format": 1, "id": "flow-echo", "key": "echo", "name": { "zh": "echo", "en": "echo" }, "languages": ["zh", "en"],
        "variables": [{ "name": "wish", "type": "text" }],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "ask", "kind": "ask", "v": 1, "config": {
                "question": both("next?"), "answer": "text", "save_to": "wish", "wait_minutes": 0,
            } },
            { "id": "heard", "kind": "say", "v": 1, "config": { "text": both("heard {{wish}}") } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "heard" },
            { "from": "heard", "port": "next", "to": "ask" },
        ],
    })
}

pub(super) async fn echo(product: &Product) -> Customer {
    let mut owner = product.owner().await;
    import_flow(&mut owner, echo_flow()).await;
    Customer::open(product, json!({ "flow": "echo", "language": "en" })).await
}

#[tokio::test]
async fn socket_events_and_polling_tell_the_same_transcript() {
    let product = Product::start_with(&["--messages-per-second", "0"]).await;
    let mut customer = echo(&product).await;
    let n_turns = many(120, 3_400) as i64;
    let total = customer.opened["seq"].as_i64().expect("a number") + 3 * n_turns;
    let seed = seed();

    let url = product.url.clone();
    let by_socket = follow_by_socket(&product, &customer, total, Chance::new(seed));
    let by_events = follow_by_events(&product, &customer, total, Chance::new(seed + 2));
    let by_waiting = follow_by_waiting(&customer, total, Chance::new(seed + 4));
    let mut writer = customer.clone();
    let writing = async {
        for n in 0..n_turns {
            writer.say(&format!("m{n}"), &format!("wish {n} {}", "x".repeat((n as usize * 37) % 2_000))).await;
        }
    };
    let (socket, events, waiting, ()) = tokio::join!(by_socket, by_events, by_waiting, writing);

    let mut all = Vec::new();
    while (all.len() as i64) < total {
        all.extend(customer.after(all.len() as i64).await["messages"].as_array().expect("a list").clone());
    }
    println!(
        "{total} messages from {url}; dropped connections: {} sockets, {} streams, {} polls",
        socket.1, events.1, waiting.1
    );
    assert!(socket.1 > 3 && events.1 > 3, "nothing was dropped, so nothing was shown");
    assert_eq!(socket.0, all, "WebSocket");
    assert_eq!(events.0, all, "server-sent events");
    assert_eq!(waiting.0, all, "polling");

    // Whoever missed everything gets all of it, over many pages and frames, without anything new being said.
    let (late, _) = follow_by_socket(&product, &customer, total, Chance::steady()).await;
    assert_eq!(late, all, "from the beginning");
}

#[tokio::test]
async fn a_question_that_waits_is_answered_when_there_is_something_to_say() {
    let product = Product::start().await;
    let mut customer = echo(&product).await;
    let (path, bearer) =
        (format!("/api/chat/conversations/{}/messages", customer.id), format!("Bearer {}", customer.token));
    let seq = customer.opened["seq"].as_i64().expect("a number");
    let mut waiting = customer.clone();
    let ask = async |customer: &mut Customer, query: String| {
        let began = Instant::now();
        let headers = [("authorization", bearer.as_str())];
        let answer = customer.client.send(Method::GET, &format!("{path}?{query}"), None, &headers).await;
        (answer.is(200), began.elapsed())
    };

    let (nothing, took) = ask(&mut waiting, format!("after={seq}&wait=1")).await;
    assert_eq!((nothing["messages"].as_array().map(Vec::len), &nothing["seq"]), (Some(0), &json!(seq)), "{nothing}");
    assert!(took >= Duration::from_millis(900), "{took:?}");

    let (heard, said) = tokio::join!(ask(&mut waiting, format!("after={seq}&wait=25")), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        customer.say("1", "hello").await
    });
    assert_eq!(heard.0["messages"], said["messages"]);
    assert!(heard.1 < Duration::from_secs(10), "{:?}", heard.1);

    let (there, _) = ask(&mut waiting, "after=0&wait=25".to_owned()).await;
    assert_eq!(there["seq"], said["seq"]);
}

pub(super) async fn follow_by_socket(
    product: &Product,
    customer: &Customer,
    total: i64,
    mut chance: Chance,
) -> (Vec<Value>, usize) {
    let (mut all, mut n_drops) = (Vec::<Value>::new(), 0);
    loop {
        let mut socket = Socket::open(product, customer, all.len() as i64).await;
        while let Some(frame) = socket.text().await {
            all.extend(frame["messages"].as_array().expect("a list").clone());
            if all.len() as i64 >= total {
                return (all, n_drops);
            }
            if chance.one_in(8) {
                break;
            }
        }
        n_drops += 1;
    }
}

pub(super) async fn follow_by_events(
    product: &Product,
    customer: &Customer,
    total: i64,
    mut chance: Chance,
) -> (Vec<Value>, usize) {
    let (mut all, mut n_drops, mut last_id) = (Vec::<Value>::new(), 0, String::from("0"));
    loop {
        let mut raw = Raw::connect(product).await;
        // HTTP/1.0 has no chunks in between. The address never changes: the header says how far it was.
        let request = listen(customer, 0, &format!("accept: text/event-stream\r\nlast-event-id: {last_id}\r\n"));
        raw.send(request.replace("HTTP/1.1", "HTTP/1.0").as_bytes()).await;
        assert!(raw.head().await.contains("200"));
        while let Some(event) = raw.event().await {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let frame: Value = field("data:").and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
            last_id = field("id:").unwrap_or(&last_id).to_owned();
            all.extend(frame["messages"].as_array().cloned().unwrap_or_default());
            if all.len() as i64 >= total {
                return (all, n_drops);
            }
            if chance.one_in(8) {
                break;
            }
        }
        n_drops += 1;
    }
}

async fn follow_by_waiting(customer: &Customer, total: i64, mut chance: Chance) -> (Vec<Value>, usize) {
    let (mut all, mut n_drops) = (Vec::<Value>::new(), 0);
    let bearer = format!("Bearer {}", customer.token);
    while (all.len() as i64) < total {
        let mut client = customer.client.clone();
        let path = format!("/api/chat/conversations/{}/messages?after={}&wait=25", customer.id, all.len());
        let headers = [("authorization", bearer.as_str())];
        let asking = client.send(Method::GET, &path, None, &headers);
        if chance.one_in(8) {
            // Hangs up before the answer, or just as it comes.
            let _ = tokio::time::timeout(Duration::from_millis(chance.below(20)), asking).await;
            n_drops += 1;
            continue;
        }
        all.extend(asking.await.is(200)["messages"].as_array().expect("a list").clone());
    }
    (all, n_drops)
}
