//! A sentence model on the server's machine: what the product says while there is none, and how it finds with one.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::meaning::filled;
use super::{Client, Product};

#[tokio::test]
async fn without_a_model_everything_says_why_and_words_find() {
    let (plain, mut owner) = Product::with_owner().await;
    let shown = owner.get("/api/models").await.is(200);
    assert_eq!((&shown["local"]["state"], &shown["settings"]["embeddings"]), (&json!("none"), &json!("automatic")));
    drop(plain);

    // The tests' build has no models; one that has them does not find this one.
    let product = Product::start_with(&["--embeddings", "/no/such/model"]).await;
    let mut owner = product.owner().await;
    let local = settled(&mut owner).await;
    assert_eq!((&local["state"], &local["name"]), (&json!("failed"), &json!("/no/such/model")), "{local}");
    let why = local["problem"]["en"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("this build has no local embeddings") || why.contains("there is no folder"), "{local}");
    assert!(
        local["problem"]["zh"].as_str().is_some_and(|why| why.contains("本机向量模型") || why.contains("没有文件夹"))
    );

    library(&mut owner).await;
    let settings = json!({ "embeddings": "local" });
    let saved = owner.put("/api/models/settings", settings).await.is(200);
    assert_eq!(saved["settings"]["embeddings"], "local", "{saved}");
    owner.put("/api/libraries/faq2/meaning", json!({ "is_on": true })).await.is(200);
    let meaning = filled(&mut owner, |meaning| !meaning["problem"].is_null()).await;
    assert_eq!(meaning["problem"]["en"], why, "the library says the same");
    let found = owner.post("/api/libraries/faq2/try", json!({ "query": "How do refunds work?" })).await.is(200);
    assert!(found["note"]["en"].as_str().is_some_and(|note| note.contains(&why)), "{found}");
    assert_eq!(found["hits"][0]["article"]["question"], ARTICLES[0].0, "{found}");

    owner.put("/api/models/settings", json!({ "embeddings": "magic" })).await.is_refused(422, "not-valid");
}

/// `HELIU_MODEL=FOLDER`, and a server with the feature: `cargo nextest run … --features server/local-embeddings
/// --run-ignored only`.
#[tokio::test]
#[ignore = "wants an English sentence model, and a server that was built with local-embeddings"]
async fn with_a_model_other_words_are_found() {
    let folder = std::env::var("HELIU_MODEL").expect("HELIU_MODEL names the folder of a sentence model");
    let mut product = Product::start_with(&["--embeddings", &folder]).await;
    let mut owner = product.owner().await;
    library(&mut owner).await;
    let question = json!({ "query": "I would like to get my money back" });
    let by_words = owner.post("/api/libraries/faq2/try", question.clone()).await.is(200);
    let is_found = |found: &Value| {
        let best = &found["hits"][0];
        best["article"]["question"] == ARTICLES[0].0 && best["by_meaning"].as_f64().is_some_and(|cosine| cosine > 0.3)
    };
    assert!(!is_found(&by_words), "{by_words}");

    let local = settled(&mut owner).await;
    assert!(local["state"] == "ready" && local["dimension"].as_u64().is_some_and(|n| n > 0), "{local}");
    owner.put("/api/libraries/faq2/meaning", json!({ "is_on": true })).await.is(200);
    let whole = filled(&mut owner, |meaning| meaning["done"] == ARTICLES.len()).await;
    assert_eq!(whole["maker"], local["name"], "{whole}");
    let found = owner.post("/api/libraries/faq2/try", question.clone()).await.is(200);
    assert!(is_found(&found) && found["note"].is_null(), "{found}");
    let spent = owner.get("/api/models").await.is(200)["today"].clone();
    assert_eq!(spent["tokens_in"], 0, "nobody is paid");

    product.kill().await;
    product.start_again().await;
    owner.url = product.url.clone();
    settled(&mut owner).await;
    filled(&mut owner, |meaning| meaning["done"] == ARTICLES.len()).await;
    assert!(is_found(&owner.post("/api/libraries/faq2/try", question).await.is(200)));
}

const ARTICLES: [(&str, &str); 9] = [
    ("How do refunds work?", "They take three working days."),
    ("When is my parcel sent?", "Within two days."),
    ("Can I get an invoice?", "Ask for it on the page of the order."),
    ("Who pays for shipping?", "Free from 99 on."),
    ("I forgot my password", "Press the link below the form."),
    ("How do I change my address?", "Write to us."),
    ("What do members get?", "Twice the points."),
    ("How long is the warranty?", "One year."),
    ("When are you open?", "From nine to six."),
];

async fn library(owner: &mut Client) {
    owner.post("/api/libraries", json!({ "key": "faq2", "name": { "zh": "问答", "en": "FAQ" } })).await.is(201);
    for (question, answer) in ARTICLES {
        let article = json!({ "question": question, "answer": { "en": answer } });
        owner.post("/api/libraries/faq2/articles", article).await.is(201);
    }
}

/// The model, once it is there or is known not to come.
async fn settled(owner: &mut Client) -> Value {
    let begun = Instant::now();
    loop {
        let local = owner.get("/api/models").await.is(200)["local"].clone();
        if local["state"] != "loading" {
            return local;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{local}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
