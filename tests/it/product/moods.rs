//! Moods and phrases: an angry customer is seen, spoken to more gently, and comes first; a journal keeps what was said.

use serde_json::json;

use super::chat::Customer;
use super::{Product, binary, words};

#[tokio::test]
async fn an_angry_customer_is_calmed_and_comes_first_in_the_queue() {
    let (product, mut owner) = Product::with_owner().await;
    let mut calm = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;
    calm.say("1", "转人工").await;
    let mut angry = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;

    let answered = angry.say("1", "等了半个月还没发货，你们就是一群骗子，太过分了！！").await;

    assert_eq!(answered["status"], "queued", "{answered}");
    let said = words(&answered);
    assert!(said.iter().any(|line| line.contains("非常抱歉，让您这么着急")), "{said:?}");
    assert!(!answered.to_string().contains("mood"), "customers do not see what is made of their words: {answered}");
    let list = owner.get("/api/desk/conversations?list=queued").await.is(200);
    assert_eq!(list[0]["id"], json!(angry.id), "{list}");
    assert_eq!((&list[0]["priority"], &list[0]["mood"]["emotion"]), (&json!("high"), &json!("angry")));
    assert_eq!(list[1]["priority"], "normal");
    let detail = owner.get(&format!("/api/desk/conversations/{}", angry.id)).await.is(200);
    assert_eq!(detail["packet"]["mood"]["emotion"], "angry", "{detail}");
    let moods = detail["moods"].as_object().expect("moods by message");
    assert_eq!(moods.len(), 1);
    assert!(moods.values().all(|mood| mood["emotion"] == "angry" && mood["score"].as_f64() > Some(0.5)), "{moods:?}");
}

#[tokio::test]
async fn somebody_who_becomes_angry_in_line_moves_up() {
    let (product, mut owner) = Product::with_owner().await;
    let mut first = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;
    first.say("1", "转人工").await;
    let mut second = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;
    second.say("1", "转人工").await;

    second.say("2", "怎么还没人！你们就是骗子，太过分了！！").await;

    let list = owner.get("/api/desk/conversations?list=queued").await.is(200);
    assert_eq!((&list[0]["id"], &list[0]["priority"]), (&json!(second.id), &json!("high")), "{list}");

    // A word without any mood does not make the desk call somebody calm who is not.
    second.say("3", "转人工").await;
    let list = owner.get("/api/desk/conversations?list=queued").await.is(200);
    assert_eq!(list[0]["mood"]["emotion"], "angry", "{list}");
    assert!(list[0]["mood"]["upset"].as_f64() > Some(0.6), "{list}");
}

#[tokio::test]
async fn a_phrase_is_made_tried_changed_and_removed() {
    let (_product, mut owner) = Product::with_owner().await;
    let phrase = json!({ "name": { "zh": "晚安", "en": "Good night" }, "wordings": [
        { "language": "zh", "text": "晚安，{{ name }}" }, { "language": "zh", "mood": "angry", "text": "抱歉打扰了" },
        { "language": "en", "channel": "web", "text": "Good night" },
    ] });

    let made = owner.post("/api/phrases", phrase.clone()).await.is(201);

    assert_eq!(made["key"], "good_night");
    let mut said = async |wanted| owner.post("/api/phrases/good_night/try", wanted).await.is(200)["text"].clone();
    assert_eq!(said(json!({ "language": "zh" })).await, "晚安，{name}");
    assert_eq!(said(json!({ "language": "zh", "mood": "angry" })).await, "抱歉打扰了");
    assert_eq!(said(json!({ "language": "en", "channel": "web" })).await, "Good night");
    assert_eq!(said(json!({ "language": "en", "channel": "app" })).await, "晚安，{name}");
    let unsaved =
        json!({ "language": "zh", "wordings": [{ "language": "zh", "text": "{{ phrase(\"to_person\") }}" }] });
    assert_eq!(said(unsaved).await, "正在为您转接人工客服，请稍候。");
    let changed = json!({ "name": { "zh": "晚安" }, "wordings": [{ "language": "zh", "text": "好梦" }] });
    owner.put("/api/phrases/good_night", changed).await.is(200);
    let resources = owner.get("/api/resources").await.is(200);
    assert!(resources["phrases"].to_string().contains("好梦"), "flows and pickers know it: {resources}");
    owner.delete("/api/phrases/good_night").await.is(204);
    owner.delete("/api/phrases/good_night").await.is_refused(404, "not-found");
}

#[tokio::test]
async fn what_is_wrong_with_a_phrase_is_said() {
    let (_product, mut owner) = Product::with_owner().await;
    let mut refused = async |key: &str, wordings: serde_json::Value| {
        let phrase = json!({ "key": key, "name": { "en": "Test" }, "wordings": wordings });
        let refusal = owner.post("/api/phrases", phrase).await.is_refused(422, "not-valid");
        refusal["title"].as_str().unwrap_or_default().to_owned() + refusal["detail"].as_str().unwrap_or_default()
    };

    let unclosed = refused("t", json!([{ "language": "zh", "text": "您好 {{ name" }])).await;
    assert!(unclosed.contains("第 1 种说法第 1 行第 4 列"), "{unclosed}");
    let twice = json!([{ "language": "zh", "text": "a" }, { "language": "zh", "text": "b" }]);
    assert!(refused("t", twice).await.contains("第 2 种说法"));
    assert!(refused("UPPER", json!([])).await.contains("小写字母"));
    owner
        .post("/api/phrases", json!({ "key": "to_person", "name": { "en": "x" } }))
        .await
        .is_refused(409, "key-in-use");
    owner.post("/api/phrases/nothing/try", json!({ "language": "zh" })).await.is_refused(404, "not-found");
}

#[tokio::test]
async fn a_journal_folds_to_the_same_words_after_a_phrase_was_edited() {
    let (mut product, mut owner) = Product::with_owner().await;
    let mut before = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;
    before.say("1", "你们就是一群骗子，太过分了！！").await;
    let edited = json!({ "name": { "zh": "安抚" }, "wordings": [{ "language": "zh", "text": "新的说法" }] });
    owner.put("/api/phrases/calm_down", edited).await.is(200);
    let mut after = Customer::open(&product, json!({ "flow": "order-status", "language": "zh" })).await;

    let said = words(&after.say("1", "你们就是一群骗子，太过分了！！").await);

    assert!(said.contains(&"bot: 新的说法".to_owned()), "{said:?}");
    assert_eq!(product.terminate().await, Some(0));
    let replayed = tokio::process::Command::new(binary())
        .args(["replay", "--all", "--data"])
        .arg(product.folder())
        .env_remove("DATABASE_URL")
        .output()
        .await
        .expect("it runs");
    let printed = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success(), "{printed}");
    assert!(printed.contains("2 the same, 0 not"), "{printed}");
}
