//! Searching by meaning with a provider's models: vectors in the background, questions in time, and words alone where a
//! model fails.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chat::Customer;
use super::model_stub::ModelStub;
use super::{Client, Product, binary, words};

const ARTICLES: [(&str, &str); 12] = [
    ("退款多久到账", "三个工作日。"),
    ("什么时候发货", "四十八小时内。"),
    ("怎么开发票", "在订单页申请。"),
    ("运费谁出", "满九十九元包邮。"),
    ("忘了密码怎么办", "点找回。"),
    ("怎么改收货地址", "联系客服。"),
    ("会员有什么好处", "积分翻倍。"),
    ("优惠券怎么用", "结算时选择。"),
    ("保修多长时间", "一年。"),
    ("几点营业", "早上九点。"),
    ("可以换货吗", "七天之内可以。"),
    ("有没有门店", "上海有两家。"),
];

#[tokio::test]
async fn a_question_in_other_words_is_found_by_its_meaning() {
    let stub = ModelStub::start().await;
    let mut product = Product::start_allowing(&stub.host).await;
    let mut owner = product.owner().await;
    library(&mut owner).await;
    let question = "我想把钱拿回来";
    let first = |found: &Value| found["hits"][0]["article"]["question"].clone();
    assert_ne!(first(&tried(&mut owner, question).await), "退款多久到账", "words alone do not find it");

    // Nothing that makes vectors: it says so, and words find as before.
    let on = owner.put("/api/libraries/faq2/meaning", json!({ "is_on": true })).await.is(200);
    assert!(on["meaning"].is_object(), "{on}");
    let stuck = filled(&mut owner, |meaning| !meaning["problem"].is_null()).await;
    assert!(stuck["problem"]["zh"].as_str().is_some_and(|why| why.contains("向量模型")), "{stuck}");
    let by_words = tried(&mut owner, "退款多久到账").await;
    assert_eq!(by_words["outcome"], "answers", "{by_words}");
    assert!(by_words["note"]["en"].as_str().is_some_and(|note| note.contains("no embedding model")), "{by_words}");

    let prices = json!({ "price_in": 100.0, "price_out": 100.0, "price_embedding": 2.0 });
    let refused = json!({ "name": "x", "base_url": stub.base_url(), "embedding_model": "m", "price_embedding": -1.0 });
    owner.post("/api/models/providers", refused).await.is_refused(422, "not-valid");
    provider(&mut owner, &stub, json!({ "embedding_model": "meaning" }), prices).await;
    let whole = filled(&mut owner, |meaning| meaning["done"] == 12).await;
    assert_eq!((&whole["total"], &whole["problem"]), (&json!(12), &Value::Null), "{whole}");
    let found = tried(&mut owner, question).await;
    let best = &found["hits"][0];
    assert_eq!(
        (&best["article"]["question"], &found["outcome"]),
        (&json!("退款多久到账"), &json!("offers")),
        "{found}"
    );
    assert!(best["by_meaning"].as_f64().is_some_and(|cosine| cosine > 0.8), "{found}");
    assert!(best["by_words"] == 0.0 && found["note"].is_null(), "{found}");
    let both = tried(&mut owner, "退款多久到账").await;
    assert_eq!(
        (&both["outcome"], &both["hits"][0]["article"]["question"]),
        (&json!("answers"), &json!("退款多久到账"))
    );
    assert_eq!(tried(&mut owner, "Mars weather tomorrow").await["outcome"], "nothing", "what no article is about");

    // A text is paid for once: after a change there is one more, after a restart none.
    let before = stub.embedded().len();
    let new = json!({ "question": "能到店里拿吗", "answer": { "zh": "可以自提，铺子九点开门。" } });
    owner.post("/api/libraries/faq2/articles", new).await.is(201);
    filled(&mut owner, |meaning| meaning["done"] == 13).await;
    let asked = stub.embedded();
    assert_eq!(asked.len(), before + 1, "{asked:?}");
    assert!(asked.iter().all(|text| !text.contains("三个工作日")), "questions are alike, answers are not: {asked:?}");
    product.kill().await;
    product.start_again().await;
    owner.url = product.url.clone();
    filled(&mut owner, |meaning| meaning["done"] == 13).await;
    assert_eq!(stub.embedded().len(), before + 1);
    assert_eq!(tried(&mut owner, question).await["outcome"], "offers");

    let spent = owner.get("/api/models").await.is(200)["today"].clone();
    let tokens = spent["tokens_in"].as_i64().expect("a number");
    assert!(tokens >= 39, "{spent}");
    assert_eq!(spent["cost_micros"], 2 * tokens, "vectors have a price of their own: {spent}");
    let off = owner.put("/api/libraries/faq2/meaning", json!({ "is_on": false })).await.is(200);
    assert!(off["meaning"].is_null(), "{off}");
    assert_ne!(first(&tried(&mut owner, question).await), "退款多久到账");
    owner.put("/api/libraries/none/meaning", json!({ "is_on": true })).await.is_refused(404, "not-found");
}

#[tokio::test]
async fn a_model_that_fails_leaves_the_search_by_words() {
    let stub = ModelStub::start().await;
    let product = Product::start_allowing(&stub.host).await;
    let mut owner = product.owner().await;
    library(&mut owner).await;
    provider(&mut owner, &stub, json!({ "embedding_model": "meaning", "rerank_model": "rank" }), json!({})).await;
    owner.put("/api/libraries/faq2/meaning", json!({ "is_on": true })).await.is(200);
    filled(&mut owner, |meaning| meaning["done"] == 12).await;
    let flow = flow(&mut owner).await;

    // The ranking model of the stub likes the last one best.
    let ranked = tried(&mut owner, "退款多久到账").await;
    let ranks: Vec<f64> =
        ranked["hits"].as_array().expect("hits").iter().filter_map(|hit| hit["rank"].as_f64()).collect();
    assert!(ranks.len() >= 2 && ranks.is_sorted_by(|a, b| a >= b), "{ranked}");
    assert_ne!(ranked["hits"][0]["article"]["question"], "退款多久到账", "{ranked}");
    assert_eq!(ranked["outcome"], "offers", "words and the model do not agree: {ranked}");
    stub.behave(Some("odd"));
    let odd = tried(&mut owner, "退款多久到账了").await;
    assert!(odd["note"]["en"].as_str().is_some_and(|note| note.contains("not ranked by a model")), "{odd}");
    assert_eq!(odd["hits"][0]["article"]["question"], "退款多久到账", "{odd}");

    for (n, (mode, expected)) in [
        ("slow", "did not answer in time"),
        ("error", "the endpoint failed (500)"),
        ("garbage", "not whole JSON"),
        ("html", "web page"),
        ("huge", "larger than 10 MB"),
        ("wide", "a vector of 40 numbers, those that are kept have 32"),
        ("short", "1 vectors were asked for, 0 came"),
        ("zeros", "nothing but zeros"),
    ]
    .into_iter()
    .enumerate()
    {
        stub.behave(Some(mode));
        let began = Instant::now();
        // Never asked before: vectors of questions are remembered.
        let found = tried(&mut owner, &format!("退款多久到账 {n}")).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{mode}: {:?}", began.elapsed());
        let note = found["note"]["en"].as_str().unwrap_or_default();
        assert!(note.contains("not searched by meaning") && note.contains(expected), "{mode}: {note}");
        assert_eq!(found["hits"][0]["article"]["question"], "退款多久到账", "{mode}: {found}");

        let chat = owner.post(&format!("/api/flows/{flow}/test"), json!({})).await.is(200);
        let chat = chat["id"].as_str().expect("an id").to_owned();
        let question = json!({ "text": format!("退款多久到账呀 {n}") });
        let answered = owner.post(&format!("/api/test/{chat}/messages"), question).await.is(200);
        assert!(answered["messages"].to_string().contains("三个工作日"), "{mode}: {answered}");
        assert!(answered["trace"].to_string().contains("没有按意思查找"), "{mode}: {answered}");
    }

    // Over budget nobody is asked.
    stub.behave(None);
    owner.put("/api/models/settings", json!({ "day_tokens": 1 })).await.is(200);
    let before = stub.asked().len();
    let found = tried(&mut owner, "退款多久到账呢").await;
    assert!(found["note"]["en"].as_str().is_some_and(|note| note.contains("budget")), "{found}");
    assert_eq!((&found["outcome"], stub.asked().len()), (&json!("answers"), before), "{found}");
}

#[tokio::test]
async fn vectors_are_made_whatever_the_model_takes_at_once() {
    let stub = ModelStub::start().await;
    let product = Product::start_allowing(&stub.host).await;
    let mut owner = product.owner().await;
    library(&mut owner).await;
    stub.behave(Some("error"));
    provider(&mut owner, &stub, json!({ "embedding_model": "few", "retries": 0 }), json!({})).await;
    owner.put("/api/libraries/faq2/meaning", json!({ "is_on": true })).await.is(200);
    let stuck = filled(&mut owner, |meaning| !meaning["problem"].is_null()).await;
    assert!(stuck["problem"]["en"].as_str().is_some_and(|why| why.contains("500")), "{stuck}");

    // It is tried again by itself.
    stub.behave(None);
    let whole = filled(&mut owner, |meaning| meaning["done"] == 12 && meaning["problem"].is_null()).await;
    assert_eq!(whole["left_out"], 0, "{whole}");

    stub.behave(Some("picky"));
    let odd = json!({ "question": "怪问题", "answer": { "zh": "怪答案" } });
    owner.post("/api/libraries/faq2/articles", odd).await.is(201);
    let good = json!({ "question": "支持货到付款吗", "answer": { "zh": "支持。" } });
    owner.post("/api/libraries/faq2/articles", good).await.is(201);
    let left = filled(&mut owner, |meaning| meaning["total"] == 14 && meaning["done"] == 13).await;
    let left = if left["problem"].is_null() {
        filled(&mut owner, |meaning| !meaning["problem"].is_null()).await
    } else {
        left
    };
    assert_eq!(left["left_out"], 1, "{left}");
    assert!(left["problem"]["en"].as_str().is_some_and(|why| why.contains("this text is not taken")), "{left}");
}

async fn library(owner: &mut Client) {
    owner.post("/api/libraries", json!({ "key": "faq2", "name": { "zh": "问答", "en": "FAQ" } })).await.is(201);
    for (question, answer) in ARTICLES {
        let article = json!({ "question": question, "answer": { "zh": answer } });
        owner.post("/api/libraries/faq2/articles", article).await.is(201);
    }
}

async fn provider(owner: &mut Client, stub: &ModelStub, models: Value, prices: Value) {
    let mut provider = json!({ "name": "stub", "base_url": stub.base_url(), "timeout_s": 8, "first_token_s": 2 });
    for more in [models, prices] {
        provider.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    }
    owner.post("/api/models/providers", provider).await.is(201);
}

async fn tried(owner: &mut Client, query: &str) -> Value {
    owner.post("/api/libraries/faq2/try", json!({ "query": query })).await.is(200)
}

/// How far the vectors are, once it is so far.
pub(super) async fn filled(owner: &mut Client, is_there: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let libraries = owner.get("/api/libraries").await.is(200);
        let library = libraries.as_array().and_then(|all| all.iter().find(|library| library["key"] == "faq2"));
        let meaning = library.map(|library| library["meaning"].clone()).unwrap_or_default();
        if is_there(&meaning) {
            return meaning;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{meaning}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_conversation_that_was_searched_by_meaning_folds_to_the_same_again() {
    let stub = ModelStub::start().await;
    let mut product = Product::start_allowing(&stub.host).await;
    let mut owner = product.owner().await;
    library(&mut owner).await;
    provider(&mut owner, &stub, json!({ "embedding_model": "meaning" }), json!({})).await;
    owner.put("/api/libraries/faq2/meaning", json!({ "is_on": true })).await.is(200);
    filled(&mut owner, |meaning| meaning["done"] == 12).await;
    let flow = flow(&mut owner).await;
    owner.post(&format!("/api/flows/{flow}/publish"), json!({})).await.is(200);

    let mut met = Customer::open(&product, json!({ "flow": "by_meaning", "language": "zh" })).await;
    let answered = met.say("1", "我想把钱拿回来").await;
    assert!(words(&answered).iter().any(|line| line.contains("三个工作日")), "meaning found it: {answered}");
    stub.behave(Some("error"));
    let mut alone = Customer::open(&product, json!({ "flow": "by_meaning", "language": "zh" })).await;
    let by_words = alone.say("1", "退款多久到账啊").await;
    assert!(words(&by_words).iter().any(|line| line.contains("三个工作日")), "words found it: {by_words}");

    // Nothing of what was found is there any more, and nobody is asked.
    owner.delete("/api/libraries/faq2").await.is(204);
    let asked = stub.asked().len();
    assert_eq!(product.terminate().await, Some(0));
    let mut command = tokio::process::Command::new(binary());
    command.args(["replay", "--all", "--data"]).arg(product.folder()).env_remove("DATABASE_URL");
    if let Some(url) = product.database_url() {
        command.env("DATABASE_URL", url);
    }
    let replayed = command.output().await.expect("it runs");
    let printed = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success() && printed.contains("2 the same, 0 not"), "{printed}");
    assert_eq!(stub.asked().len(), asked);
}

/// A flow that answers from the library; answers with its id.
async fn flow(owner: &mut Client) -> String {
    let flow = json!({
        "format": 1, "id": "", "key": "by_meaning", "name": { "zh": "问" }, "languages": ["zh"],
        "nodes": [
            { "id": "start", "kind": "start" },
            { "id": "answer", "kind": "answer", "v": 2, "config": { "libraries": ["faq2"], "unsure": "answer", "helpful": false } },
            { "id": "end", "kind": "end" },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "answer" },
            { "from": "answer", "port": "answered", "to": "end" },
            { "from": "answer", "port": "nothing", "to": "end" },
        ],
    });
    let imported = owner.post("/api/import", flow).await.is(200);
    imported["flows"][0]["id"].as_str().expect("an id").to_owned()
}
