//! The product on PostgreSQL: the same suite, several replicas at once, and a database that fails.
//!
//! Without PostgreSQL installed these tests say that they are skipped.

mod hand_over;
mod outage;
mod owner;
mod replicas;
mod suite;

use std::sync::Arc;

use serde_json::{Value, json};
use tests::postgres::Server;
use tests::sized as amount;

use crate::product::chat::Customer;
use crate::product::restart::import_flow;
use crate::product::{Client, Database, Product, words};

/// A product on a new database, with its first owner, and the server the database is on.
async fn product(allowed: &str) -> Option<(Product, Client, Arc<Server>, String)> {
    let database = Database::postgres()?;
    let Database::Postgres(server, url) = database.clone() else { return None };
    let product = Product::start_on(database, allowed).await;
    let owner = product.owner().await;
    Some((product, owner, server, url))
}

/// Repeats what it hears.
fn echo_flow(key: &str, reply: &str) -> Value {
    let both = |text: &str| json!({ "zh": text, "en": text });
    json!({
        "format": 1,
        "id": format!("flow-{key}"),
        "key": key,
        "name": { "zh": key, "en": key },
        "languages": ["zh", "en"],
        "variables": [{ "name": "wish", "type": "text" }],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "ask", "kind": "ask", "v": 1, "config": {
                "question": both("wish?"), "answer": "text", "save_to": "wish", "wait_minutes": 0,
            } },
            { "id": "echo", "kind": "say", "v": 1, "config": { "text": both(reply) } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "ask" },
            { "from": "ask", "port": "answered", "to": "echo" },
            { "from": "echo", "port": "next", "to": "ask" },
        ],
    })
}

async fn import_echo(owner: &mut Client) -> String {
    import_flow(owner, echo_flow("echo", "heard {{wish}}")).await
}

/// The same customer at another replica.
fn at(customer: &Customer, product: &Product) -> Customer {
    let mut customer = customer.clone();
    customer.client.url.clone_from(&product.url);
    customer
}

/// A transcript of the echo flow: numbers without gaps, each message answered once and before the next one.
/// Answers with what the customer said, in order.
#[track_caller]
fn heard_once_each(transcript: &Value) -> Vec<String> {
    let messages = transcript["messages"].as_array().expect("a list");
    let numbers: Vec<i64> = messages.iter().filter_map(|message| message["seq"].as_i64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "numbers without gaps");
    let lines = words(transcript);
    assert_eq!(lines[0], "bot: wish?");
    let mut said = Vec::new();
    for turn in lines[1..].chunks(3) {
        let text = turn[0].strip_prefix("customer: ").unwrap_or_else(|| panic!("{lines:?}"));
        assert_eq!(turn[1..], [format!("bot: heard {text}"), "bot: wish?".to_owned()], "{lines:?}");
        said.push(text.to_owned());
    }
    said
}

/// The whole transcript, however long it is.
async fn transcript(customer: &mut Customer) -> Value {
    let mut all = Vec::new();
    loop {
        let page = customer.after(all.len() as i64).await;
        let messages = page["messages"].as_array().expect("a list");
        if messages.is_empty() {
            return json!({ "messages": all });
        }
        all.extend(messages.iter().cloned());
    }
}

/// Numbers that look random and are the same for the same seed (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
}

/// The seed of this run: `HELIU_SEED`, or else the clock's; printed, so that a failure can be repeated.
#[expect(clippy::print_stderr, reason = "a seed is printed")]
fn seed() -> u64 {
    let given = std::env::var("HELIU_SEED").ok().and_then(|seed| seed.parse().ok());
    let clock = || std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_millis() as u64);
    let seed = given.unwrap_or_else(clock).max(1);
    eprintln!("seed: HELIU_SEED={seed}");
    seed
}

/// Figures for whoever reads the log.
#[expect(clippy::print_stderr, reason = "a test's figures")]
fn print(line: &str) {
    eprintln!("{line}");
}
