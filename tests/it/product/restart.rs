//! Stopping, killing and starting again: no accepted message is lost, nothing is said twice.

use std::time::Duration;

use serde_json::{Value, json};

use super::chat::Customer;
use super::mock::Mock;
use super::{Client, Product, binary, words};

const ROUNDS: usize = 20;

/// Asks for something, posts it to a service, says the answer, and asks again.
pub(crate) fn order_flow(key: &str, connector: &str, timeout_s: u32) -> Value {
    let both = |text: &str| json!({ "zh": text, "en": text });
    json!({
        "format": 1,
        "id": format!("flow-{key}"),
        "key": key,
        "name": { "zh": key, "en": key },
        "languages": ["zh", "en"],
        "variables": [
            { "name": "wish", "type": "text" },
            { "name": "number", "type": "text" },
        ],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "ask", "kind": "ask", "v": 1, "config": {
                "question": both("wish?"), "answer": "text", "save_to": "wish", "wait_minutes": 0,
            } },
            { "id": "order", "kind": "call_api", "v": 1, "config": {
                "connector": connector, "method": "POST", "path": "/orders", "body": "{\"wish\": \"{{wish}}\"}",
                "save": [{ "from": "number", "variable": "number" }],
                "waiting": both("one moment"), "timeout_s": timeout_s, "retries": 0,
            } },
            { "id": "done", "kind": "say", "v": 1, "config": { "text": both("done {{number}}") } },
            { "id": "failed", "kind": "say", "v": 1, "config": { "text": both("failed") } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "order" },
            { "from": "order", "port": "success", "to": "done" },
            { "from": "order", "port": "not_found", "to": "failed" },
            { "from": "order", "port": "failed", "to": "failed" },
            { "from": "done", "port": "next", "to": "ask" },
            { "from": "failed", "port": "next", "to": "ask" },
        ],
    })
}

/// Imports a flow and publishes it.
pub(crate) async fn import_flow(owner: &mut Client, flow: Value) {
    let report = owner.post("/api/import", flow).await.is(200);
    let id = report["flows"][0]["id"].as_str().expect("an id");
    owner.post(&format!("/api/flows/{id}/publish"), json!({})).await.is(200);
}

#[tokio::test]
async fn sigterm_ends_in_order_and_the_conversation_goes_on() {
    let mut product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "order-status" })).await;
    let before = customer.say("1", "A10442").await;

    assert_eq!(product.terminate().await, Some(0));
    product.start_again().await;

    assert_eq!(customer.after(0).await["seq"], before["seq"]);
    assert_eq!(customer.say("1", "A10442").await, before);
}

#[tokio::test]
async fn a_data_folder_belongs_to_one_process() {
    let product = Product::start().await;

    let second = tokio::process::Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(product.folder())
        .output()
        .await
        .expect("it runs");

    assert!(!second.status.success());
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(words.contains("is in use by process"), "{words}");
}

/// Every second round kills between turns, the others while the service is being called.
#[tokio::test]
async fn killed_twenty_times_it_loses_nothing_and_says_nothing_twice() {
    let mock = Mock::start(Duration::from_millis(300), r#"{ "number": "N1" }"#).await;
    let mut product = Product::start_allowing(&mock.host).await;
    let mut owner = product.owner().await;
    let connector = json!({ "key": "orders", "name": { "en": "Orders" }, "base_url": format!("http://{}", mock.host) });
    owner.post("/api/connectors", connector).await.is(201);
    import_flow(&mut owner, order_flow("ledger", "orders", 10)).await;
    let mut customer = Customer::open(&product, json!({ "flow": "ledger", "language": "en" })).await;
    let mut ledger = vec!["bot: wish?".to_owned()];

    let mut n_cut_off = 0;
    for round in 0..ROUNDS {
        let (id, text) = (format!("m{round}"), format!("wish {round}"));
        if round % 2 == 0 {
            customer.say(&id, &text).await;
            product.kill().await;
        } else {
            let sending = tokio::spawn(interrupted(&customer, &id, &text));
            // Half of these kills come while the service is at work, the others at any moment of the turn.
            let n_before = mock.calls().len();
            if round % 4 == 1 {
                while mock.calls().len() == n_before {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                n_cut_off += 1;
            } else {
                tokio::time::sleep(Duration::from_millis(20 * round as u64)).await;
            }
            product.kill().await;
            sending.await.expect("no panic");
        }
        product.start_again().await;
        // A client that had no answer sends the same message again, under the same id.
        let answered = customer.say(&id, &text).await;
        let said = format!("customer: {text}");
        let expected = [said.as_str(), "bot: one moment", "bot: done N1", "bot: wish?"];
        assert_eq!(words(&answered), expected, "round {round}");
        ledger.extend(expected.map(str::to_owned));
    }

    let all = customer.after(0).await;
    assert_eq!(words(&all), ledger);
    let numbers: Vec<i64> =
        all["messages"].as_array().expect("a list").iter().filter_map(|message| message["seq"].as_i64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    // A call may come twice after a crash, but always with the key of the first.
    let mut keys = std::collections::BTreeMap::new();
    for call in mock.calls() {
        assert_eq!(call.line, "POST /orders HTTP/1.1");
        let key = call.key.expect("an Idempotency-Key");
        let body = keys.entry(key).or_insert_with(|| call.body.clone());
        assert_eq!(*body, call.body);
    }
    assert_eq!(keys.len(), ROUNDS);
    assert!(mock.calls().len() >= ROUNDS + n_cut_off, "calls that were cut off are made again");
}

#[tokio::test]
async fn a_call_that_must_not_happen_twice_fails_after_a_kill() {
    let mock = Mock::start(Duration::from_millis(500), r#"{ "number": "N1" }"#).await;
    let mut product = Product::start_allowing(&mock.host).await;
    let mut owner = product.owner().await;
    let connector = json!({ "key": "orders", "name": { "en": "Orders" }, "base_url": format!("http://{}", mock.host) });
    owner.post("/api/connectors", connector).await.is(201);
    let mut flow = order_flow("once", "orders", 10);
    flow["nodes"][2]["config"]["once"] = true.into();
    import_flow(&mut owner, flow).await;
    let mut customer = Customer::open(&product, json!({ "flow": "once" })).await;

    let sending = tokio::spawn(interrupted(&customer, "1", "tea"));
    while mock.calls().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    product.kill().await;
    sending.await.expect("no panic");
    product.start_again().await;

    let answered = customer.say("1", "tea").await;
    assert_eq!(words(&answered), ["customer: tea", "bot: one moment", "bot: failed", "bot: wish?"]);
    assert_eq!(mock.calls().len(), 1);
}

#[tokio::test]
async fn a_timer_outlives_a_kill_and_fires_once() {
    let mut product = Product::start().await;
    let mut owner = product.owner().await;
    let both = |text: &str| json!({ "zh": text, "en": text });
    let mut flow = order_flow("sleeper", "demo_orders", 1);
    let nodes = flow["nodes"].as_array_mut().expect("nodes");
    nodes.push(json!({ "id": "sleep", "kind": "wait", "v": 1, "config": { "minutes": 0.05, "until_message": false } }));
    nodes.push(json!({ "id": "woke", "kind": "say", "v": 1, "config": { "text": both("woke") } }));
    let edges = flow["edges"].as_array_mut().expect("edges");
    edges.retain(|edge| edge["from"] != "start");
    edges.push(json!({ "from": "start", "port": "next", "to": "sleep" }));
    edges.push(json!({ "from": "sleep", "port": "elapsed", "to": "woke" }));
    edges.push(json!({ "from": "woke", "port": "next", "to": "ask" }));
    import_flow(&mut owner, flow).await;
    let mut customer = Customer::open(&product, json!({ "flow": "sleeper" })).await;
    assert_eq!(words(&customer.opened), Vec::<String>::new());

    product.kill().await;
    product.start_again().await;

    assert_eq!(words(&customer.after(0).await), Vec::<String>::new(), "it never fires early");
    for _ in 0..100 {
        if !words(&customer.after(0).await).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(words(&customer.after(0).await), ["bot: woke", "bot: wish?"]);
}

/// Sends without minding what comes back.
fn interrupted(customer: &Customer, id: &str, text: &str) -> impl Future<Output = ()> + use<> {
    let url = format!("{}/api/chat/conversations/{}/messages", customer.client.url, customer.id);
    let body = json!({ "id": id, "text": text }).to_string();
    let request = customer.client.http.post(url).bearer_auth(&customer.token);
    let request = request.header("content-type", "application/json").body(body);
    async move {
        let _ = request.send().await;
    }
}
