//! Short messages in a row are accepted one by one, and answered together when the customer pauses.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chat::Customer;
use super::restart::import_flow;
use super::{Product, binary, words};

/// Long enough that three messages fall into it on a busy machine.
const PAUSE_MS: i64 = 2_500;

#[tokio::test]
async fn three_quick_messages_have_one_answer_and_nobody_else_waits() {
    let product = Product::start().await;
    let mut owner = product.owner().await;
    import_flow(&mut owner, echo("patient", PAUSE_MS)).await;
    import_flow(&mut owner, echo("prompt", 0)).await;
    let mut writer = Customer::open(&product, json!({ "flow": "patient", "language": "en" })).await;
    let mut other = Customer::open(&product, json!({ "flow": "prompt", "language": "en" })).await;

    let began = Instant::now();
    let mut last_ack = Duration::ZERO;
    for (id, text) in [("1", "I have"), ("2", "a question"), ("3", "about A10442")] {
        let accepted = writer.say(id, text).await;
        last_ack = began.elapsed();
        assert_eq!(words(&accepted), [format!("customer: {text}")], "{accepted}");
        let collecting_ms = accepted["collecting_ms"].as_i64().expect("how long it collects");
        assert!((PAUSE_MS - 1_000..=PAUSE_MS).contains(&collecting_ms), "{accepted}");
    }
    let prompt = other.say("1", "hello").await;
    assert_eq!(words(&prompt), ["customer: hello", "bot: heard hello", "bot: wish?"]);
    assert!(prompt["collecting_ms"].is_null(), "{prompt}");
    assert!(began.elapsed() < Duration::from_millis(PAUSE_MS as u64), "nobody else waits for the pause");

    let again = writer.say("2", "a question").await;
    assert_eq!(words(&again), ["customer: a question"], "the same id gets the same answer");
    writer.send(json!({ "id": "2", "text": "another" })).await.is_refused(409, "message-id-reused");

    let said = until_answered(&mut writer, 6).await;
    assert_eq!(
        said,
        [
            "bot: wish?",
            "customer: I have",
            "customer: a question",
            "customer: about A10442",
            "bot: heard I have\na question\nabout A10442",
            "bot: wish?",
        ]
    );
    let took = began.elapsed() - last_ack;
    println!("three messages acknowledged within {last_ack:?}, answered as one {took:?} after the last");
    assert!(took >= Duration::from_millis(PAUSE_MS as u64 - 500), "answered before the pause: {took:?}");
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_burst_loses_nothing() {
    let mut product = Product::start().await;
    let mut owner = product.owner().await;
    import_flow(&mut owner, echo("patient", PAUSE_MS)).await;
    let mut customers = Vec::new();
    for _ in 0..5 {
        customers.push(Customer::open(&product, json!({ "flow": "patient", "language": "en" })).await);
    }
    for customer in &mut customers {
        customer.say("1", "one").await;
        customer.say("2", "two").await;
    }

    product.kill().await;
    product.start_again().await;

    for customer in &mut customers {
        let said = until_answered(customer, 5).await;
        let expected = ["bot: wish?", "customer: one", "customer: two", "bot: heard one\ntwo", "bot: wish?"];
        assert_eq!(said, expected);
        assert_eq!(words(&customer.say("1", "one").await), ["customer: one"]);
    }
    product.terminate().await;
    refolds(&product).await;
}

/// The journals of the product's data folder fold to what is stored.
async fn refolds(product: &Product) {
    let mut command = tokio::process::Command::new(binary());
    command.args(["replay", "--all", "--data"]).arg(product.folder()).env_remove("DATABASE_URL");
    command.envs(product.database_url().map(|url| ("DATABASE_URL", url)));
    let output = command.current_dir(std::env::temp_dir()).output().await.expect("heliu runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// The transcript, once it has so many lines; and a moment later, when there must not be more.
async fn until_answered(customer: &mut Customer, n_lines: usize) -> Vec<String> {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let said = words(&customer.after(0).await);
        if said.len() >= n_lines || Instant::now() > patience {
            tokio::time::sleep(Duration::from_millis(300)).await;
            return words(&customer.after(0).await);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Repeats what it hears, after a pause of the customer.
pub(crate) fn echo(key: &str, gather_ms: i64) -> Value {
    let both = |text: &str| json!({ "zh": text, "en": text });
    json!({
        "format": 1, "id": format!("flow-{key}"), "key": key, "name": both(key), "languages": ["zh", "en"],
        "gather_ms": gather_ms,
        "variables": [{ "name": "wish", "type": "text" }],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "ask", "kind": "ask", "v": 1, "config": {
                "question": both("wish?"), "answer": "text", "save_to": "wish", "wait_minutes": 0,
            } },
            { "id": "echo", "kind": "say", "v": 1, "config": { "text": both("heard {{wish}}") } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "echo" },
            { "from": "echo", "port": "next", "to": "ask" },
        ],
    })
}
