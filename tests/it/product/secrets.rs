//! Secrets in connectors' headers: sent to their address alone, and seen nowhere else (K1 to K3, K5, K6).

use std::time::Duration;

use serde_json::{Value, json};
use tests::process::Launch;

use super::chat::Customer;
use super::mock::{Manner, Mock};
use super::models::{is_clean, look_through};
use super::restart::import_flow;
use super::{Client, Product, http, words};

const CANARY: &str = "tok-canary-51d2e84b607f3a9c";

#[tokio::test]
async fn a_secret_header_reaches_its_service_and_nothing_else() {
    let shop = Mock::behaving(Manner::Repeats).await;
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("heliu.log");
    let launch = Launch {
        log: "trace",
        arguments: vec!["--allow-private".into(), shop.host.clone()],
        under: ["sh", "-c", &format!("exec \"$@\" 2>>'{}'", log.display()), "sh"].map(str::to_owned).to_vec(),
        ..Launch::on(folder.path())
    };
    let mut process = launch.start().await;
    let mut owner = Client { http: http(), url: process.url.clone(), cookie: String::new(), language: "en" };
    let setup =
        json!({ "token": process.setup_token, "name": "李", "email": super::EMAIL, "password": super::PASSWORD });
    owner.post("/api/setup", setup).await.is(200);
    owner.post("/api/connectors", connector(&shop.host)).await.is(201);
    let report = owner.post("/api/import", flow()).await.is(200);
    let id = report["flows"][0]["id"].as_str().expect("an id").to_owned();
    let problems = report["flows"][0]["problems"].to_string();
    assert!(problems.contains("secret-not-set") && problems.contains("Connections"), "what to do: {problems}");
    owner.post(&format!("/api/flows/{id}/publish"), json!({})).await.is(200);

    let set = owner.put("/api/connectors/shop/secrets/shop_token", json!({ "secret": CANARY })).await;
    assert_eq!((set.status.as_u16(), set.text.as_str()), (204, ""));
    let states = owner.get("/api/secrets").await.is(200);
    assert_eq!(states[0]["opens"], true, "{states}");
    let checked = owner.get(&format!("/api/flows/{id}")).await.text;
    assert!(checked.contains("shop") && !checked.contains("secret-not-set"), "{checked}");

    let http = http();
    let opened = http.post(format!("{}/api/chat/web/conversations", process.url)).json(&json!({ "flow": "order" }));
    let opened: Value = opened.send().await.expect("an answer").json().await.expect("JSON");
    let said = opened.to_string();

    let call = &shop.calls()[0];
    assert_eq!(call.authorization.as_deref(), Some(format!("Bearer {CANARY}").as_str()));
    assert!(said.contains("got Bearer •••"), "what a service repeats is taken out: {said}");
    let mut seen = format!("{said}{states}");
    let api = owner.get("/api/openapi.json").await.is(200);
    let conversation = opened["id"].as_str().expect("an id");
    for (path, methods) in api["paths"].as_object().expect("paths") {
        let is_stream = path.contains("events") || path.contains("socket");
        if methods.get("get").is_some() && !is_stream {
            let path = path.replace("{key}", "shop").replace("/flows/{id}", &format!("/flows/{id}"));
            seen.push_str(&owner.get(&path.replace("{id}", conversation)).await.text);
        }
    }
    let refused = json!({ "secret": format!("{CANARY}\n") + "天" });
    seen.push_str(&owner.put("/api/connectors/shop/secrets/shop_token", refused).await.text);
    assert!(seen.contains("shop_token"), "the crawl saw the secret's name");
    is_clean("an answer", seen.as_bytes(), CANARY);
    process.signal("TERM").await;
    process.end().await;
    let exported = std::process::Command::new(super::binary())
        .args(["export", "--data"])
        .arg(folder.path())
        .output()
        .expect("an export runs");
    assert!(exported.status.success() && String::from_utf8_lossy(&exported.stdout).contains("shop_token"));
    is_clean("an export", &exported.stdout, CANARY);
    assert!(look_through(folder.path(), CANARY) >= 3);
    assert!(std::fs::read_to_string(&log).expect("a log").len() > 1_000, "the log says something");
}

/// K5, K6: whoever may change a connection cannot send its secret to a host of their own.
#[tokio::test]
async fn a_secret_goes_to_the_address_it_was_entered_for_alone() {
    let (shop, evil) = (Mock::behaving(Manner::Repeats).await, Mock::behaving(Manner::Repeats).await);
    let product = Product::start_allowing("127.0.0.1").await;
    let mut owner = product.owner().await;
    owner.post("/api/connectors", connector(&shop.host)).await.is(201);
    owner.put("/api/connectors/shop/secrets/shop_token", json!({ "secret": CANARY })).await.is(204);
    import_flow(&mut owner, flow()).await;

    owner.put("/api/connectors/shop", connector(&evil.host)).await.is(200);
    let mut other = connector(&evil.host);
    other["key"] = "other".into();
    owner.post("/api/connectors", other).await.is(201);
    let customer = Customer::open(&product, json!({ "flow": "order", "language": "en" })).await;

    assert!(evil.calls().is_empty(), "nothing is sent without the secret, nor with it to another host");
    assert_eq!(words(&customer.opened), ["bot: failed"]);
    let states = owner.get("/api/secrets").await.is(200);
    assert!(states.as_array().expect("a list").iter().all(|state| state["opens"] == false), "{states}");
    let seen = owner.get(&format!("/api/desk/conversations/{}", customer.id)).await.text;
    is_clean("the desk", seen.as_bytes(), CANARY);

    for (path, body, status) in [
        ("/api/connectors/shop/secrets/other", json!({ "secret": CANARY }), 404),
        ("/api/connectors/nobody/secrets/shop_token", json!({ "secret": CANARY }), 404),
        ("/api/connectors/shop/secrets/shop_token", json!({ "secret": "short" }), 422),
        ("/api/connectors/shop/secrets/shop_token", json!({ "secret": "two\nlines of it" }), 422),
    ] {
        let answer = owner.put(path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
    }
    owner.put("/api/connectors/shop", connector(&shop.host)).await.is(200);
    let states = owner.get("/api/secrets").await.is(200);
    assert_eq!((&states[0]["connector"], &states[0]["opens"]), (&json!("shop"), &json!(true)), "back at its address");
    let forgotten = owner.delete("/api/secrets/shop_token").await;
    assert_eq!(forgotten.status.as_u16(), 204);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(shop.calls().is_empty());
}

fn connector(host: &str) -> Value {
    json!({
        "key": "shop", "name": { "zh": "店", "en": "shop" }, "base_url": format!("http://{host}/shop"),
        "secrets": { "Authorization": { "secret": "shop_token", "before": "Bearer " } },
    })
}

/// Asks the shop at once and says what it answers.
fn flow() -> Value {
    let both = |text: &str| json!({ "zh": text, "en": text });
    json!({
        "format": 1, "id": "flow-order", "key": "order", "name": both("order"), "languages": ["zh", "en"],
        "variables": [{ "name": "got", "type": "text" }, { "name": "all", "type": "object" }],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "call", "kind": "call_api", "v": 1, "config": {
                "connector": "shop", "path": "/me", "headers": [{ "name": "Authorization", "value": "none" }],
                "save": [{ "variable": "got", "from": "got" }], "save_as": "all",
            } },
            { "id": "say", "kind": "say", "v": 1, "config": { "text": both("got {{ got }}, all {{ all }}") } },
            { "id": "failed", "kind": "say", "v": 1, "config": { "text": both("failed") } },
            { "id": "end", "kind": "end", "v": 1, "config": { "text": {} } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "call" },
            { "from": "call", "port": "success", "to": "say" },
            { "from": "call", "port": "not_found", "to": "failed" },
            { "from": "call", "port": "failed", "to": "failed" },
            { "from": "say", "port": "next", "to": "end" },
            { "from": "failed", "port": "next", "to": "end" },
        ],
    })
}
