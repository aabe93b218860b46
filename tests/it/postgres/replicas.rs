//! Two processes over one database serve the same conversations.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::{Random, amount, at, echo_flow, heard_once_each, import_echo, print, product, seed, transcript};
use crate::product::chat::Customer;
use crate::product::flows::save;
use crate::product::restart::import_flow;
use crate::product::{Client, Product, words};

const CONVERSATIONS: usize = 20;

#[tokio::test]
async fn messages_to_both_replicas_are_answered_once_and_in_order() {
    let Some((a, mut owner, ..)) = product("").await else { return };
    import_echo(&mut owner).await;
    let b = a.replica().await;
    let (n_messages, seed, began) = (amount(1_000, 50_000), seed(), Instant::now());

    let mut talks = JoinSet::new();
    for n in 0..CONVERSATIONS {
        let customer = Customer::open(&a, json!({ "flow": "echo" })).await;
        let random = Random(seed.wrapping_add(n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        talks.spawn(talk(customer.clone(), at(&customer, &b), n_messages / CONVERSATIONS, random));
    }
    let mut n_answered = 0;
    while let Some(talked) = talks.join_next().await {
        let (mut one, mut other, mut sent) = talked.expect("no panic");
        let transcripts = (transcript(&mut one).await, transcript(&mut other).await);
        assert_eq!(transcripts.0, transcripts.1, "both replicas tell the same");
        let mut heard = heard_once_each(&transcripts.0);
        n_answered += heard.len();
        heard.sort();
        sent.sort();
        assert_eq!(heard, sent, "every message is there once");
    }

    let (seconds, conversations) = (began.elapsed().as_secs_f32(), CONVERSATIONS);
    print(&format!("R1: {n_answered} messages to {conversations} conversations on two replicas in {seconds:.1} s"));
}

/// Says so many things: at one replica, at the other, the same at both at once, or different things at both at once.
async fn talk(mut a: Customer, mut b: Customer, n: usize, mut random: Random) -> (Customer, Customer, Vec<String>) {
    let mut sent: Vec<String> = Vec::new();
    while sent.len() < n {
        let text = format!("m{}", sent.len());
        match random.below(4) {
            0 => drop(a.say(&text, &text).await),
            1 => drop(b.say(&text, &text).await),
            2 => {
                let (one, other) = tokio::join!(a.say(&text, &text), b.say(&text, &text));
                assert_eq!(one, other, "the same message, the same answer");
            }
            _ => {
                let second = format!("m{}", sent.len() + 1);
                let (one, other) = tokio::join!(a.say(&text, &text), b.say(&second, &second));
                for (answer, text) in [(one, &text), (other, &second)] {
                    let expected = [format!("customer: {text}"), format!("bot: heard {text}"), "bot: wish?".to_owned()];
                    assert_eq!(words(&answer), expected);
                }
                sent.push(second);
            }
        }
        sent.push(text);
    }
    (a, b, sent)
}

#[tokio::test]
async fn what_happens_at_one_replica_is_known_at_the_other() {
    let Some((a, mut owner, ..)) = product("").await else { return };
    let echo = import_echo(&mut owner).await;
    import_flow(&mut owner, alarm_flow()).await;
    let b = a.replica().await;

    tokio::join!(
        timers_fire_on_one_replica_only(&a, &b),
        a_window_hears_what_the_other_replica_committed(&a, &b),
        what_one_replica_publishes_the_other_runs(owner, &echo, &b),
    );
}

async fn timers_fire_on_one_replica_only(a: &Product, b: &Product) {
    let mut customers = Vec::new();
    for n in 0..amount(10, 500) {
        let door = if n % 2 == 0 { a } else { b };
        customers.push(Customer::open(door, json!({ "flow": "alarm" })).await);
    }

    for customer in &mut customers {
        let mut elsewhere = at(customer, b);
        eventually(async || words(&elsewhere.after(0).await).last().is_some_and(|line| line == "bot: wish?")).await;
        assert_eq!(words(&customer.after(0).await), ["bot: sleep", "bot: rang", "bot: wish?"]);
    }
}

async fn a_window_hears_what_the_other_replica_committed(a: &Product, b: &Product) {
    let mut customer = Customer::open(a, json!({ "flow": "echo" })).await;
    let url = format!("{}/api/chat/conversations/{}/messages?after=1", b.url, customer.id);
    let request = customer.client.http.get(url).bearer_auth(&customer.token).header("accept", "text/event-stream");
    let mut stream = request.send().await.expect("a stream");
    let (mut heard, mut slowest) = (String::new(), Duration::ZERO);

    for n in 0..5 {
        customer.say(&format!("m{n}"), &format!("tea {n}")).await;
        let said = Instant::now();
        while !heard.contains(&format!("heard tea {n}")) {
            let wait = tokio::time::timeout(Duration::from_secs(5), stream.chunk()).await.expect("it is told");
            heard.push_str(&String::from_utf8_lossy(&wait.expect("a chunk").expect("the stream goes on")));
        }
        slowest = slowest.max(said.elapsed());
    }

    assert_eq!(heard.matches("\"heard tea").count(), 5, "each reply once: {heard}");
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    print(&format!("a window at one replica heard what the other committed after {slowest:.1?} at the latest"));
}

async fn what_one_replica_publishes_the_other_runs(mut owner: Client, id: &str, b: &Product) {
    let mut before = Customer::open(b, json!({ "flow": "echo" })).await;
    before.say("1", "x").await;
    let mut flow = owner.get(&format!("/api/flows/{id}")).await.is(200)["flow"].clone();
    flow["nodes"][2]["config"]["text"]["en"] = "new {{wish}}".into();
    flow["nodes"][2]["config"]["text"]["zh"] = "new {{wish}}".into();

    save(&mut owner, id, &flow, 1).await.is(200);
    owner.post(&format!("/api/flows/{id}/publish"), json!({})).await.is(200);

    eventually(async || {
        let mut customer = Customer::open(b, json!({ "flow": "echo" })).await;
        words(&customer.say("1", "x").await)[1] == "bot: new x"
    })
    .await;
    assert_eq!(words(&before.say("2", "y").await)[1], "bot: heard y", "a conversation stays on its version");
}

/// Waits until something is so, ten seconds at most.
async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(10);
    while !is_so().await {
        assert!(Instant::now() < until, "it does not become so");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits 1.2 seconds, then rings, then asks.
fn alarm_flow() -> serde_json::Value {
    let mut flow = echo_flow("alarm", "heard {{wish}}");
    let both = |text: &str| json!({ "zh": text, "en": text });
    let nodes = flow["nodes"].as_array_mut().expect("a list");
    nodes.push(json!({ "id": "sleep", "kind": "say", "v": 1, "config": { "text": both("sleep") } }));
    nodes.push(json!({ "id": "wait", "kind": "wait", "v": 1, "config": { "minutes": 0.02, "until_message": false } }));
    nodes.push(json!({ "id": "rang", "kind": "say", "v": 1, "config": { "text": both("rang") } }));
    let edges = flow["edges"].as_array_mut().expect("a list");
    edges[0]["to"] = "sleep".into();
    edges.push(json!({ "from": "sleep", "port": "next", "to": "wait" }));
    edges.push(json!({ "from": "wait", "port": "elapsed", "to": "rang" }));
    edges.push(json!({ "from": "rang", "port": "next", "to": "ask" }));
    flow
}
