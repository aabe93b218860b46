//! U1: a folder that an earlier release left behind is opened by this one, and its conversations go on.
//!
//! `tests/fixtures/VERSION.db.gz` is a backup that the release made while conversations stood in their middle;
//! `VERSION.json` beside it holds their tokens. They are never changed, only added to:
//! `HELIU_MAKE_FIXTURE=1 cargo nextest run -p tests make_the_fixture` writes those of the release at hand, where there
//! are none yet.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{Customer, Server, answer, fixtures, heliu, import, text, with_echo, words};
use crate::product::mock::Mock;
use crate::product::restart::order_flow;

/// What the customers of a fixture hear after it was opened.
#[tokio::test]
async fn conversations_of_every_release_go_on() {
    let mut n = 0;
    for entry in std::fs::read_dir(fixtures()).expect("the fixtures").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(release) = name.strip_suffix(".db.gz") {
            goes_on(release).await;
            n += 1;
        }
    }
    assert!(n > 0, "no fixture was found");
    println!("{n} releases");
}

async fn goes_on(release: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let backup = fixtures().join(format!("{release}.db.gz"));
    let restored = heliu(&["restore", &text(&backup)], folder.path()).await;
    assert!(restored.status.success(), "{release}: {}", words(&restored));
    let server = Server::start(folder.path(), &[]).await;
    let mut customers = customers_of(release);

    let echo = customers.get_mut("echo").expect("a customer");
    assert_eq!(echo.say(&server, "two").await.expect("an answer").0, 200, "{release}");
    echo.acknowledged.insert(0, "one".to_owned());
    echo.check_echo(&server).await;
    // The same message as then gets the same answer, and is not heard twice.
    assert_eq!(echo.say(&server, "one").await.expect("an answer").0, 200);
    echo.acknowledged.pop();
    echo.check_echo(&server).await;

    // Its timer is long due, and it goes on from the step behind.
    let slept = hears(&customers["sleeper"], &server, "bot: wish?").await;
    assert_eq!(slept, ["bot: woke", "bot: wish?"], "{release}");

    // It was calling a service that is not there any more: the step's own path for that is taken.
    let ordered = hears(&customers["order"], &server, "bot: failed").await;
    assert_eq!(ordered[1..], ["customer: tea", "bot: one moment", "bot: failed", "bot: wish?"], "{release}");

    let ended = customers["ended"].transcript(&server).await.expect("it is known");
    assert_eq!(ended[..3], ["bot: wish?", "customer: bye", "bot: done bye"], "{release}");

    let report = answer(&heliu(&["doctor", "--json"], folder.path()).await);
    let findings = report["findings"].as_array().expect("a list");
    assert!(findings.iter().all(|finding| finding["check"] == "space"), "{release}: {report:#}");
    server.kill().await;
}

/// The transcript, once this line is in it.
async fn hears(customer: &Customer, server: &Server, line: &str) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let said = customer.transcript(server).await.expect("it is known");
        if said.iter().skip(1).any(|said| said == line) || begun.elapsed() > Duration::from_secs(10) {
            return said;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn customers_of(release: &str) -> BTreeMap<String, Customer> {
    let file = fixtures().join(format!("{release}.json"));
    let tokens: Value = serde_json::from_slice(&std::fs::read(file).expect("the tokens")).expect("JSON");
    let tokens = tokens.as_object().expect("an object");
    let field = |token: &Value, name: &str| token[name].as_str().expect("text").to_owned();
    tokens
        .iter()
        .map(|(name, token)| (name.clone(), Customer::known(&field(token, "id"), &field(token, "token"))))
        .collect()
}

/// Writes the fixture of this release, when it is asked to and there is none.
#[tokio::test]
async fn make_the_fixture_of_this_release() {
    if std::env::var_os("HELIU_MAKE_FIXTURE").is_none() {
        println!("skipped: only with HELIU_MAKE_FIXTURE=1");
        return;
    }
    let release = env!("CARGO_PKG_VERSION");
    let file: PathBuf = fixtures().join(format!("{release}.db.gz"));
    assert!(!file.exists(), "{} is there: fixtures are never changed", file.display());
    let folder = tempfile::tempdir().expect("a folder");
    let mock = Mock::start(Duration::from_secs(60), "{}").await;
    with_echo(folder.path()).await;
    let mut order = order_flow("order", "orders", 30);
    order["nodes"][2]["config"]["retries"] = 0.into();
    let connector = json!({ "key": "orders", "name": { "en": "Orders" }, "base_url": format!("http://{}", mock.host) });
    let bundle = json!({ "bundle": 1, "flows": [sleeper(), order], "connectors": [connector] });
    import(folder.path(), &bundle).await;
    let server = Server::start(folder.path(), &["--allow-private", &mock.host]).await;

    let mut customers = BTreeMap::new();
    let mut echo = Customer::open(&server, "echo").await;
    assert_eq!(echo.say(&server, "one").await.expect("an answer").0, 200);
    customers.insert("echo", echo);
    let mut ended = Customer::open(&server, "echo").await;
    assert_eq!(ended.say(&server, "bye").await.expect("an answer").0, 200);
    customers.insert("ended", ended);
    customers.insert("sleeper", Customer::open(&server, "sleeper").await);
    let order = Customer::open(&server, "order").await;
    let mut speaking = Customer::known(order.id(), order.token());
    tokio::select! {
        _ = speaking.say(&server, "tea") => panic!("the service does not answer"),
        () = async { while mock.calls().is_empty() { tokio::time::sleep(Duration::from_millis(5)).await } } => {}
    }
    // What was said before the call is committed while it takes its time.
    while order.transcript(&server).await.expect("it is known").len() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    customers.insert("order", order);

    std::fs::create_dir_all(fixtures()).expect("a folder");
    let made = heliu(&["backup", "--to", &text(&file)], folder.path()).await;
    assert!(made.status.success(), "{}", words(&made));
    let tokens: BTreeMap<_, _> = customers
        .iter()
        .map(|(name, customer)| (*name, json!({ "id": customer.id(), "token": customer.token() })))
        .collect();
    let tokens = serde_json::to_string_pretty(&tokens).expect("plain data") + "\n";
    std::fs::write(fixtures().join(format!("{release}.json")), tokens).expect("it is written");
    println!("{}: {}", file.display(), words(&made));
    server.kill().await;
}

/// Sleeps two minutes before it says anything.
fn sleeper() -> Value {
    let both = |text: &str| json!({ "zh": text, "en": text });
    json!({
        "format": 1, "id": "flow-sleeper", "key": "sleeper",
        "name": both("sleeper"), "languages": ["zh", "en"],
        "variables": [{ "name": "wish", "type": "text" }],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "sleep", "kind": "wait", "v": 1, "config": { "minutes": 2, "until_message": false } },
            { "id": "woke", "kind": "say", "v": 1, "config": { "text": both("woke") } },
            { "id": "ask", "kind": "ask", "v": 1, "config": {
                "question": both("wish?"), "answer": "text", "save_to": "wish", "wait_minutes": 0,
            } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "sleep" },
            { "from": "sleep", "port": "elapsed", "to": "woke" },
            { "from": "woke", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "woke" },
        ],
    })
}
