//! Traces for a collector of OpenTelemetry.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Product;
use super::chat::Customer;
use super::mock::Mock;

#[tokio::test]
async fn a_turn_is_told_to_the_collector() {
    let collector = Mock::start(Duration::ZERO, "{}").await;
    let mut product = Product::start_with(&["--otlp", &format!("http://{}", collector.host)]).await;
    let mut customer = Customer::open(&product, json!({ "flow": "order-status" })).await;
    customer.say("1", "A10442").await;
    assert_eq!(product.terminate().await, Some(0));

    let calls = collector.calls();
    assert!(calls.iter().all(|call| call.line.starts_with("POST /v1/traces ")), "{calls:?}");
    let requests = calls.iter().map(|call| serde_json::from_str::<Value>(&call.body).expect("JSON"));
    let spans: Vec<Value> = requests
        .flat_map(|all| all["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().cloned().unwrap_or_default())
        .collect();
    let turns: Vec<_> = spans.iter().filter(|span| span["name"] == "turn").collect();
    assert_eq!(turns.len(), 2, "{spans:?}");
    let attributes = turns[1]["attributes"].to_string();
    assert!(attributes.contains(&customer.id), "{attributes}");
    assert!(!spans.iter().any(|span| span.to_string().contains("A10442")), "what customers say is nobody's business");
    let commit = spans.iter().find(|span| span["name"] == "commit" && span["traceId"] == turns[1]["traceId"]);
    assert_eq!(commit.expect("its commit")["parentSpanId"], turns[1]["spanId"]);
}

#[tokio::test]
async fn a_collector_that_hangs_keeps_nobody_waiting() {
    let collector = Mock::start(Duration::from_secs(60), "{}").await;
    let mut product = Product::start_with(&["--otlp", &format!("http://{}", collector.host)]).await;
    let mut customer = Customer::open(&product, json!({ "flow": "faq" })).await;

    let began = Instant::now();
    customer.say("1", "运费多少").await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(product.terminate().await, Some(0));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}
