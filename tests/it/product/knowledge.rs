//! Topics, answers and settings: changed on the screens, known to flows at once.

use serde_json::json;

use super::Product;

#[tokio::test]
async fn a_new_topic_is_recognised_at_once() {
    let (_product, mut owner) = Product::with_owner().await;
    let examples = ["我要开发票", "发票怎么开", "能开增值税发票吗", "电子发票发我邮箱", "发票抬头怎么改"];
    let topic = json!({ "name": { "zh": "开票", "en": "Tax receipt" }, "examples": examples });

    let made = owner.post("/api/intents", topic).await.is(201);
    assert_eq!(made["key"], "tax_receipt");
    let guess = owner.post("/api/intents/try", json!({ "text": "帮我开发票" })).await.is(200);
    assert!(guess["intents"].to_string().contains("tax_receipt"), "{guess}");
    owner.put("/api/intents/tax_receipt", json!({ "name": { "zh": "开票" }, "examples": ["发票"] })).await.is(200);
    owner.delete("/api/intents/tax_receipt").await.is(204);
    owner.delete("/api/intents/tax_receipt").await.is_refused(404, "not-found");
}

#[tokio::test]
async fn a_new_article_is_found_at_once() {
    let (_product, mut owner) = Product::with_owner().await;
    let made = owner.post("/api/libraries", json!({ "name": { "zh": "测试库", "en": "Trial" } })).await.is(201);
    assert_eq!(made["key"], "trial");
    let article = json!({
        "question": "怎么修改收货地址", "variants": ["收货地址填错了"], "answer": { "zh": "在订单页修改。" },
    });
    let article = owner.post("/api/libraries/trial/articles", article).await.is(201);

    let tried = owner.post("/api/libraries/trial/try", json!({ "query": "地址填错了怎么修改" })).await.is(200);
    assert_eq!(tried["hits"][0]["article"]["id"], article["id"], "{tried}");
    let found = owner.get("/api/libraries/trial/articles?q=%E6%94%B6%E8%B4%A7").await.is(200);
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    let id = article["id"].as_str().expect("an id");
    owner
        .put(&format!("/api/articles/{id}"), json!({ "question": "", "answer": { "zh": "x" } }))
        .await
        .is_refused(422, "not-valid");
    owner.delete(&format!("/api/articles/{id}")).await.is(204);
    owner.delete("/api/libraries/trial").await.is(204);
}

#[tokio::test]
async fn teams_and_channels_are_settings() {
    let (_product, mut owner) = Product::with_owner().await;

    let team = owner.post("/api/teams", json!({ "name": { "zh": "物流组", "en": "Logistics" } })).await.is(201);
    assert_eq!(team["key"], "logistics");
    owner.put("/api/teams/logistics", json!({ "key": "logistics", "name": { "en": "Carriers" } })).await.is(200);
    owner.delete("/api/teams/logistics").await.is(204);
    let channel = owner.put("/api/channels/web", json!({ "name": "Web", "flow": "refund" })).await.is(200);
    assert_eq!(channel["flow"], "refund");
    owner.put("/api/channels/web", json!({ "flow": "none" })).await.is_refused(404, "not-found");
    assert_eq!(owner.get("/api/channels").await.is(200)[0]["flow"], "refund");
}
