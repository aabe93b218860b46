//! The desk: a conversation goes to an agent and back.

use serde_json::json;

use super::chat::Customer;
use super::{EMAIL, PASSWORD, Product, words};

#[tokio::test]
async fn an_agent_takes_replies_and_hands_back() {
    let (product, mut owner) = Product::with_owner().await;
    let mut customer = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;
    let queued = customer.say("1", "转人工").await;
    assert_eq!(queued["status"], "queued", "{queued}");
    let path = format!("/api/desk/conversations/{}", customer.id);

    let list = owner.get("/api/desk/conversations?list=queued").await.is(200);
    assert_eq!((&list[0]["id"], &list[0]["team"]), (&json!(customer.id), &json!("after_sales")), "{list}");
    assert_eq!(owner.get("/api/desk/counts").await.is(200)["queued"], 1);
    owner.post(&format!("{path}/messages"), json!({ "id": "a0", "text": "hi" })).await.is_refused(409, "not-yours");
    let detail = owner.post(&format!("{path}/take"), json!({})).await.is(200);
    assert_eq!((&detail["row"]["status"], &detail["row"]["agent"]), (&json!("with_agent"), &json!("李")));
    assert!(detail["packet"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    assert!(!detail["trace"].as_array().expect("a path").is_empty());
    let sent = owner.post(&format!("{path}/messages"), json!({ "id": "a1", "text": "您好" })).await.is(200);
    assert_eq!(owner.post(&format!("{path}/messages"), json!({ "id": "a1", "text": "您好" })).await.is(200), sent);
    customer.say("2", "你好").await;
    let heard = words(&customer.after(0).await);
    assert!(heard.contains(&"agent: 您好".to_owned()), "{heard:?}");
    assert_eq!(heard.last().map(String::as_str), Some("customer: 你好"), "the flow is silent while an agent talks");

    let back = owner.post(&format!("{path}/hand-back"), json!({ "note": "ok" })).await.is(200);
    assert_ne!(back["row"]["status"], "with_agent");
    assert_eq!(owner.get("/api/desk/counts").await.is(200)["mine"], 0);
}

#[tokio::test]
async fn agents_read_the_name_of_a_topic() {
    let (product, mut owner) = Product::with_owner().await;
    let mut customer = Customer::open(&product, json!({ "flow": "refund", "language": "zh" })).await;
    customer.say("1", "我要退款，订单 A10086").await;
    customer.say("2", "转人工").await;

    let detail = owner.get(&format!("/api/desk/conversations/{}", customer.id)).await.is(200);

    assert_eq!(detail["packet"]["details"]["topic"], "refund", "{detail}");
    assert_eq!(detail["value_names"], json!({ "topic": { "zh": "退款", "en": "Refund" } }), "only what keeps a topic");
}

#[tokio::test]
async fn two_agents_cannot_have_the_same_conversation() {
    let (product, mut owner) = Product::with_owner().await;
    let new = json!({ "name": "Ann", "email": "ann@example.com", "password": PASSWORD, "role": "agent" });
    owner.post("/api/members", new).await.is(201);
    let mut ann = product.client();
    ann.post("/api/session", json!({ "email": "ann@example.com", "password": PASSWORD })).await.is(200);
    let mut customer = Customer::open(&product, json!({ "flow": "faq" })).await;
    customer.say("1", "转人工").await;
    let path = format!("/api/desk/conversations/{}/take", customer.id);

    let (mut first, mut second) = (owner.clone(), ann.clone());
    let (a, b) = tokio::join!(first.post(&path, json!({})), second.post(&path, json!({})));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);

    owner.post("/api/session", json!({ "email": EMAIL, "password": PASSWORD })).await.is(200);
    owner.get("/api/desk/conversations/nothing").await.is_refused(404, "not-found");
}

#[tokio::test]
async fn with_everybody_away_the_flow_says_so() {
    let (product, mut owner) = Product::with_owner().await;
    owner.put("/api/desk/presence", json!({ "status": "offline" })).await.is(200);
    let mut customer = Customer::open(&product, json!({ "flow": "order-status" })).await;

    let answered = customer.say("1", "转人工").await;

    assert_eq!(answered["status"], "waiting", "{answered}");
}
