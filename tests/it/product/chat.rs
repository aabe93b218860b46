//! The customer's doors.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message as Frame;

use super::mock::Mock;
use super::restart::{import_flow, order_flow};
use super::{Answer, Client, Product, words};

/// A customer in a conversation.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) client: Client,
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) opened: Value,
}

impl Customer {
    pub(crate) async fn open(product: &Product, wishes: Value) -> Self {
        let mut client = product.client();
        let opened = client.post("/api/chat/web/conversations", wishes).await.is(201);
        let text = |name: &str| opened[name].as_str().expect(name).to_owned();
        Self { client, id: text("id"), token: text("token"), opened }
    }

    pub(crate) async fn send(&mut self, body: Value) -> Answer {
        let path = format!("/api/chat/conversations/{}/messages", self.id);
        let bearer = format!("Bearer {}", self.token);
        self.client.send(Method::POST, &path, Some(body), &[("authorization", &bearer)]).await
    }

    pub(crate) async fn say(&mut self, id: &str, text: &str) -> Value {
        self.send(json!({ "id": id, "text": text })).await.is(200)
    }

    pub(crate) async fn after(&mut self, seq: i64) -> Value {
        let path = format!("/api/chat/conversations/{}/messages?after={seq}", self.id);
        let bearer = format!("Bearer {}", self.token);
        self.client.send(Method::GET, &path, None, &[("authorization", &bearer)]).await.is(200)
    }
}

#[tokio::test]
async fn an_order_is_looked_up_and_the_transcript_has_no_gaps() {
    let product = Product::start().await;

    let mut customer = Customer::open(&product, json!({ "flow": "order-status", "language": "en" })).await;
    assert_eq!(customer.opened["status"], "waiting");
    let answered = customer.say("1", "A10442").await;
    assert_eq!(answered["messages"][0]["from"], "customer");
    assert_eq!(answered["messages"][0]["client_id"], "1");
    assert!(words(&answered).iter().any(|line| line.starts_with("bot: ")), "{answered}");

    let all = customer.after(0).await;
    let numbers: Vec<i64> =
        all["messages"].as_array().expect("a list").iter().filter_map(|message| message["seq"].as_i64()).collect();
    assert_eq!(numbers, (1..=all["seq"].as_i64().expect("a number")).collect::<Vec<_>>());
    assert_eq!(all["seq"], answered["seq"]);
    assert!(!all.to_string().contains("\"node\""), "customers do not see steps");
}

#[tokio::test]
async fn a_question_in_the_middle_of_a_question_is_answered_and_the_question_asked_again() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;

    let aside = words(&customer.say("1", "退款多久能到账？").await);
    assert!(aside.iter().any(|line| line.contains("3 个工作日内原路退回")), "{aside:?}");
    assert!(aside.last().expect("the question").starts_with("bot: 我们继续："), "{aside:?}");
    let again = words(&customer.say("2", "没听清，再说一遍").await);
    assert_eq!(again.last().map(String::as_str), Some("bot: 请问您的订单号是多少？"), "{again:?}");

    let answered = customer.say("3", "A10442").await;
    assert!(words(&answered).iter().any(|line| line.contains("A10442")), "{answered}");
}

#[tokio::test]
async fn the_same_id_gets_the_same_answer_and_another_text_is_refused() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "order-status" })).await;

    let first = customer.say("m1", "A10086").await;
    let again = customer.say("m1", "A10086").await;
    assert_eq!(first, again);
    customer.say("m2", "谢谢").await;
    assert_eq!(customer.say("m1", "A10086").await, first);
    customer.send(json!({ "id": "m1", "text": "A10001" })).await.is_refused(409, "message-id-reused");
}

#[tokio::test]
async fn twenty_at_once_are_taken_one_after_the_other() {
    let product = Product::start().await;
    let customer = Customer::open(&product, json!({ "flow": "faq" })).await;

    let mut sending = tokio::task::JoinSet::new();
    for n in 0..20 {
        let mut sender = customer.clone();
        sending.spawn(async move {
            sender.send(json!({ "id": format!("m{n}"), "text": "运费多少" })).await.status.as_u16()
        });
    }
    let statuses = sending.join_all().await;
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");

    let mut customer = customer;
    let all = customer.after(0).await;
    let messages = all["messages"].as_array().expect("a list");
    let numbers: Vec<i64> = messages.iter().filter_map(|message| message["seq"].as_i64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    let accepted = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(messages.iter().filter(|message| message["from"] == "customer").count(), accepted);
}

#[tokio::test]
async fn a_token_opens_its_own_conversation_only() {
    let product = Product::start().await;
    let mut one = Customer::open(&product, json!({})).await;
    let other = Customer::open(&product, json!({})).await;
    one.token.clone_from(&other.token);

    one.send(json!({ "id": "1", "text": "hi" })).await.is_refused(404, "not-found");
    let path = format!("/api/chat/conversations/{}/messages", one.id);
    one.client.get(&path).await.is_refused(401, "no-token");
    one.client.post("/api/chat/nowhere/conversations", json!({})).await.is_refused(404, "no-channel");
    one.client.post("/api/chat/web/conversations", json!({ "flow": "none" })).await.is_refused(404, "no-flow");
}

#[tokio::test]
async fn pages_of_any_site_may_ask() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({})).await;
    let path = format!("/api/chat/conversations/{}/messages", customer.id);

    customer.client.send(Method::OPTIONS, &path, None, &[("origin", "https://shop.example")]).await.is(204);
    for address in [path.as_str(), "/api/chat/nowhere/conversations"] {
        let answer = customer.client.http.post(format!("{}{address}", product.url)).body("{}").send().await;
        let answer = answer.expect("an answer");
        assert!(answer.status().is_client_error());
        assert_eq!(answer.headers().get("access-control-allow-origin").map(|all| all.as_bytes()), Some(&b"*"[..]));
    }
}

#[tokio::test]
async fn odd_messages_are_answered_clearly() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "order-status" })).await;
    customer.client.language = "zh-CN";

    customer.send(json!({ "id": "1", "text": "" })).await.is_refused(422, "empty-message");
    customer.send(json!({ "text": "no id" })).await.is_refused(422, "not-valid");
    customer.send(json!({ "id": "1" })).await.is_refused(422, "not-valid");
    let long =
        customer.send(json!({ "id": "1", "text": "长".repeat(8_001) })).await.is_refused(413, "message-too-long");
    assert!(long["title"].as_str().is_some_and(|title| title.contains("太长")), "{long}");
    customer.send(json!({ "id": "1", "text": "a".repeat(70_000) })).await.is_refused(413, "too-large");
    for (n, text) in
        ["'; DROP TABLE messages; --", "<script>alert(1)</script>", "😀👨‍👩‍👧‍👦", "{{ 7 * 7 }}"].iter().enumerate()
    {
        let answered = customer.say(&format!("odd{n}"), text).await;
        assert_eq!(answered["messages"][0]["content"]["text"], **text);
        assert!(!words(&answered).iter().any(|line| line.starts_with("bot") && line.contains("49")), "{answered}");
        if answered["status"] == "ended" {
            return;
        }
    }
}

#[tokio::test]
async fn events_stream_what_is_missed_and_what_comes() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "order-status" })).await;
    let url = format!("{}/api/chat/conversations/{}/messages?after=0", product.url, customer.id);
    let request = customer.client.http.get(url).bearer_auth(&customer.token).header("accept", "text/event-stream");
    let mut stream = request.send().await.expect("a stream");

    let first = next_event(&mut stream).await;
    assert_eq!(first["seq"], customer.opened["seq"]);
    let answered = customer.say("1", "A10001").await;
    let mut seq = first["seq"].as_i64().expect("a number");
    while seq < answered["seq"].as_i64().expect("a number") {
        let event = next_event(&mut stream).await;
        for message in event["messages"].as_array().expect("a list") {
            assert_eq!(message["seq"], seq + 1, "{event}");
            seq += 1;
        }
    }
}

#[tokio::test]
async fn a_slow_service_is_announced_before_it_answers() {
    let mock = Mock::start(Duration::from_secs(2), r#"{ "number": "N1" }"#).await;
    let product = Product::start_allowing(&mock.host).await;
    let mut owner = product.owner().await;
    let connector = json!({ "key": "orders", "name": { "en": "Orders" }, "base_url": format!("http://{}", mock.host) });
    owner.post("/api/connectors", connector).await.is(201);
    import_flow(&mut owner, order_flow("slow", "orders", 10)).await;
    let mut customer = Customer::open(&product, json!({ "flow": "slow" })).await;
    let mut sender = customer.clone();

    let sending = tokio::spawn(async move { sender.say("1", "tea").await });
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let meanwhile = words(&customer.after(1).await);
    assert_eq!(meanwhile, ["customer: tea", "bot: one moment"]);

    let answered = sending.await.expect("no panic");
    assert_eq!(words(&answered), ["customer: tea", "bot: one moment", "bot: done N1", "bot: wish?"]);
}

async fn next_event(stream: &mut reqwest::Response) -> Value {
    let chunk = stream.chunk().await.expect("a chunk").expect("the stream goes on");
    let text = String::from_utf8_lossy(&chunk).into_owned();
    let data = text.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or_else(|| panic!("{text}"));
    serde_json::from_str(data).expect("JSON")
}

/// Browsers do: the pong leaves before the page hears that its socket is open.
#[tokio::test]
async fn a_window_that_answers_a_ping_before_it_shows_its_token_is_let_in() {
    let product = Product::start().await;
    let customer = Customer::open(&product, json!({ "flow": "faq" })).await;
    let door = product.url.replace("http://", "ws://");
    let address = format!("{door}/api/chat/conversations/{}/messages?after=0", customer.id);
    let (mut socket, _) = connect_async(address).await.expect("a socket");

    socket.send(Frame::Pong(Default::default())).await.expect("it is open");
    socket.send(Frame::text(json!({ "token": customer.token }).to_string())).await.expect("it is open");

    let heard = loop {
        match socket.next().await {
            Some(Ok(Frame::Ping(_))) => {}
            Some(Ok(Frame::Text(text))) => break text,
            other => panic!("{other:?}"),
        }
    };
    assert!(heard.contains("\"messages\""), "{heard}");
}
