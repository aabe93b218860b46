//! Bad files and bad services: a clear answer, nothing lost, no 500.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::chat::Customer;
use super::mock::Mock;
use super::restart::{import_flow, order_flow};
use super::{Client, Product, words};

#[tokio::test]
async fn bad_files_are_refused_with_a_place_and_change_nothing() {
    let product = Product::start().await;
    let mut owner = product.at_rest().await;
    let before = owner.get("/api/export").await.text;

    let refused = import(&mut owner, "{\n  \"format\": 1,,\n}").await.is_refused(422, "import-not-valid");
    assert_eq!(
        (&refused["problems"][0]["place"]["line"], &refused["problems"][0]["place"]["column"]),
        (&json!(2), &json!(15))
    );
    assert_eq!(refused["excerpt"], "  \"format\": 1,,\n              ^");
    check(&mut owner, "[]", "not-a-flow").await;
    check(&mut owner, "{\"format\": 99, \"nodes\": []}", "newer-format").await;
    // Cut off while it comes, before anybody asks which file it is.
    import(&mut owner, &"[".repeat(100_000)).await.is_refused(400, "too-deep");
    let many: Vec<Value> = (0..2_001).map(|n| json!({ "id": format!("n{n}"), "kind": "say" })).collect();
    let many = json!({ "format": 1, "id": "x", "key": "x", "name": {}, "languages": ["zh"], "nodes": many });
    let refused = import(&mut owner, &many.to_string()).await.is_refused(422, "import-not-valid");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("2000")), "{refused}");

    assert_eq!(owner.get("/api/export").await.text, before);
}

#[tokio::test]
async fn ids_that_come_twice_are_a_problem_of_the_draft() {
    let (_product, mut owner) = Product::with_owner().await;
    let node = json!({ "id": "a", "kind": "start" });
    let flow = json!({ "format": 1, "id": "x", "key": "twice", "name": { "en": "Twice" }, "languages": ["en"], "nodes": [node, node] });

    let report = owner.post("/api/import", flow).await.is(200);

    assert!(report["flows"][0]["problems"].to_string().contains("id-twice"), "{report}");
}

#[tokio::test]
async fn errors_speak_the_callers_language() {
    let product = Product::start().await;
    let mut client = product.client();

    let english = client.get("/api/nothing").await.is_refused(404, "not-found");
    client.language = "zh-CN,zh;q=0.9";
    let chinese = client.get("/api/nothing").await.is_refused(404, "not-found");

    assert!(english["title"].as_str().is_some_and(|title| title.is_ascii()), "{english}");
    assert!(chinese["title"].as_str().is_some_and(|title| !title.is_ascii()), "{chinese}");
    client.send_text(Method::POST, "/api/session", Some("{".into()), &[]).await.is_refused(400, "not-json");
    client.send(Method::PATCH, "/api/flows", None, &[]).await.is_refused(405, "method-not-allowed");
}

#[tokio::test]
async fn a_service_that_is_down_slow_or_answers_html_takes_the_failed_exit() {
    let slow = Mock::start(Duration::from_secs(20), "{}").await;
    let html = Mock::start(Duration::ZERO, "<html><body>502 Bad Gateway</body></html>").await;
    let product = Product::start_allowing(&format!("{},{},127.0.0.1:1", slow.host, html.host)).await;
    let mut owner = product.owner().await;
    for (key, base, expected) in [
        ("down", "http://127.0.0.1:1".to_owned(), "bot: failed"),
        ("slow", format!("http://{}", slow.host), "bot: failed"),
        ("private", "http://127.0.0.1:2".to_owned(), "bot: failed"),
        ("html", format!("http://{}", html.host), "bot: done "),
    ] {
        let connector = json!({ "key": key, "name": { "en": key }, "base_url": base });
        owner.post("/api/connectors", connector).await.is(201);
        import_flow(&mut owner, order_flow(key, key, 1)).await;
        let mut customer = Customer::open(&product, json!({ "flow": key })).await;

        let answered = customer.say("1", "x").await;

        assert!(words(&answered).contains(&expected.to_owned()), "{key}: {answered}");
    }
}

#[tokio::test]
async fn half_a_header_is_cut_off() {
    let product = Product::start().await;
    let address = product.url.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ").await.expect("sent");

    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut answer)).await;

    assert!(ended.is_ok(), "the connection is still open after 15 s");
}

async fn import(owner: &mut Client, text: &str) -> super::Answer {
    owner.send_text(Method::POST, "/api/import", Some(text.to_owned()), &[]).await
}

async fn check(owner: &mut Client, text: &str, code: &str) {
    let refused = import(owner, text).await.is_refused(422, "import-not-valid");
    assert_eq!(refused["problems"][0]["code"], code, "{refused}");
}
