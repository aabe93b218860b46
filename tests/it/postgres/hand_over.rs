//! The flow, an agent and the customer at the same instant: the conversation has one owner, and the flow then is silent.

use serde_json::{Value, json};

use super::{amount, at, import_echo, print};
use crate::product::chat::Customer;
use crate::product::{Client, Database, PASSWORD, Product, words};

#[tokio::test]
async fn an_agent_takes_while_the_customer_writes_on_the_embedded_database() {
    let product = Product::start_on(Database::Embedded, "").await;
    let owner = product.owner().await;

    race(&product, &product, owner).await;
}

#[tokio::test]
async fn an_agent_takes_while_the_customer_writes_on_two_replicas() {
    let Some((product, owner, ..)) = super::product("").await else { return };
    let replica = product.replica().await;

    race(&product, &replica, owner).await;
}

/// The customer writes at one door while two agents take the conversation at both.
async fn race(a: &Product, b: &Product, mut owner: Client) {
    import_echo(&mut owner).await;
    let new = json!({ "name": "Ann", "email": "ann@example.com", "password": PASSWORD, "role": "agent" });
    owner.post("/api/members", new).await.is(201);
    let mut ann = b.client();
    ann.post("/api/session", json!({ "email": "ann@example.com", "password": PASSWORD })).await.is(200);
    let (n_rounds, mut n_before) = (amount(20, 1_000), 0);

    for round in 0..n_rounds {
        let mut customer = Customer::open(a, json!({ "flow": "echo" })).await;
        let mut elsewhere = at(&customer, b);
        let path = format!("/api/desk/conversations/{}/take", customer.id);
        let (mut first, mut second) = (owner.clone(), ann.clone());
        let (one, two, by_owner, by_ann) = tokio::join!(
            customer.say("1", "one"),
            elsewhere.say("2", "two"),
            first.post(&path, json!({})),
            second.post(&path, json!({})),
        );

        let mut statuses = [by_owner.status.as_u16(), by_ann.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "round {round}: one agent has it: {} {}", by_owner.text, by_ann.text);
        drop((one, two));
        let all = customer.after(0).await;
        n_before += usize::from(is_consistent(&all));
    }

    print(&format!("F8: {n_rounds} hand-over races, in {n_before} of them the flow answered before the agent came"));
}

/// Numbers without gaps, both messages once, an agent once, and no word of the flow after that.
/// Did the flow answer anything before?
#[track_caller]
fn is_consistent(transcript: &Value) -> bool {
    let messages = transcript["messages"].as_array().expect("a list");
    let numbers: Vec<i64> = messages.iter().filter_map(|message| message["seq"].as_i64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    let lines = words(transcript);
    for said in ["customer: one", "customer: two"] {
        assert_eq!(lines.iter().filter(|line| *line == said).count(), 1, "{lines:?}");
    }
    let notices: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("system: ")).collect();
    assert_eq!(notices.len(), 1, "{lines:?}");
    let after = &lines[notices[0]..];
    assert!(
        !after.iter().any(|line| line.starts_with("bot: ")),
        "the flow is silent once an agent is there: {lines:?}"
    );
    lines[..notices[0]].iter().any(|line| line.starts_with("bot: heard"))
}
