//! Readiness tells the truth, and why.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::product::Product;
use crate::product::chat::Customer;

/// A disk that is full looks to the product like a limit on the size of files, which can be set from outside.
#[tokio::test]
async fn a_full_disk_is_told_and_recovered_from_without_a_restart() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: prlimit (util-linux) is not installed");
        return;
    }
    let product = Product::start_ignoring_file_size_signal().await;
    let mut customer = Customer::open(&product, json!({ "flow": "faq" })).await;
    let mut client = product.client();
    client.get("/readyz").await.is(200);

    limit_files(&product, "1024");
    let (why, took) = turns(&mut client, 503).await;
    println!("not ready after {took:?}: {why}");
    assert!(took <= Duration::from_secs(3), "{took:?}");
    assert!(why["why"].as_str().is_some_and(|why| why.contains("database")), "{why}");
    client.get("/healthz").await.is(200);
    let refused = customer.send(json!({ "id": "1", "text": "运费多少" })).await;
    refused.is_refused(503, "storage");

    limit_files(&product, "unlimited");
    let (_, took) = turns(&mut client, 200).await;
    println!("ready again after {took:?}");
    customer.say("1", "运费多少").await;
}

fn limit_files(product: &Product, soft: &str) {
    let limit = format!("--fsize={soft}:unlimited");
    let status = Command::new("prlimit").args(["--pid", &product.pid().to_string(), &limit]).status();
    assert!(status.expect("prlimit runs").success());
}

/// Asks until readiness is as expected; answers with what it said and how long it took.
async fn turns(client: &mut crate::product::Client, status: u16) -> (Value, Duration) {
    let began = Instant::now();
    loop {
        let answer = client.get("/readyz").await;
        if answer.status.as_u16() == status {
            return (answer.is(status), began.elapsed());
        }
        assert!(began.elapsed() < Duration::from_secs(20), "still {}: {}", answer.status, answer.text);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
