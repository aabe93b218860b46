//! Details of the workspace: made, filled from files, fetched from services, tried, used by flows, carried by bundles.

use std::time::Duration;

use serde_json::{Value, json};

use super::mock::{Manner, Mock};
use super::office::workbook;
use super::{Product, words};

#[tokio::test]
async fn a_dictionary_is_made_tried_changed_and_deleted() {
    let (_product, mut owner) = Product::with_owner().await;
    let entries = json!([{ "value": "徐汇店", "synonyms": [" Xuhui ", "徐家汇店", "Xuhui"] }, { "value": " " }]);
    let given =
        json!({ "name": { "zh": "门店", "en": "Shop" }, "source": { "type": "dictionary", "entries": entries } });

    let made = owner.post("/api/details", given.clone()).await.is(201);
    assert_eq!((&made["key"], &made["n_entries"]), (&json!("shop"), &json!(1)));
    assert_eq!(made["source"]["entries"][0]["synonyms"], json!(["Xuhui", "徐家汇店"]));
    let tried = owner.post("/api/details/try", json!({ "text": "明天去ＸＵＨＵＩ取" })).await.is(200);
    assert_eq!(tried["found"][0]["value"], "徐汇店", "{tried}");
    assert_eq!(tried["built_in"][0]["kind"], "date", "{tried}");
    let listed = owner.get("/api/details").await.is(200);
    let shop = listed.as_array().expect("a list").iter().find(|one| one["key"] == "shop").expect("there").clone();
    assert_eq!((&shop["n_entries"], &shop["source"]["entries"]), (&json!(1), &json!([])));

    let mut changed = given;
    changed["source"]["entries"] = json!([{ "value": "静安店" }]);
    owner.put("/api/details/shop", changed).await.is(200);
    let tried = owner.post("/api/details/try", json!({ "text": "去Xuhui" })).await.is(200);
    assert_eq!(tried["found"], json!([]));
    owner.delete("/api/details/shop").await.is(204);
    owner.delete("/api/details/shop").await.is_refused(404, "not-found");
    owner.get("/api/details/shop").await.is_refused(404, "not-found");
}

#[tokio::test]
async fn what_cannot_work_is_refused_in_words() {
    let (_product, mut owner) = Product::with_owner().await;
    let many: Vec<Value> = (0..50_001).map(|n| json!({ "value": n.to_string() })).collect();
    let long = "长".repeat(101);
    for source in [
        json!({ "type": "pattern", "pattern": "(" }),
        json!({ "type": "pattern", "pattern": " " }),
        json!({ "type": "pattern", "pattern": "(?:\\w{100}){1000}" }),
        json!({ "type": "service", "connector": "", "path": "", "every_minutes": 5 }),
        json!({ "type": "dictionary", "entries": many }),
        json!({ "type": "dictionary", "entries": [{ "value": long }] }),
        json!({ "type": "nonsense" }),
    ] {
        let given = json!({ "name": { "zh": "坏" }, "source": source });
        owner.post("/api/details", given).await.is_refused(422, "not-valid");
    }
    let nameless = json!({ "source": { "type": "built_in", "kind": "date" } });
    owner.post("/api/details", nameless).await.is_refused(422, "not-valid");
}

#[tokio::test]
async fn tables_of_the_real_world_are_read() {
    let (_product, mut owner) = Product::with_owner().await;
    let given = json!({ "name": { "en": "Colour" }, "source": { "type": "dictionary", "entries": [] } });
    owner.post("/api/details", given).await.is(201);
    let text = "值,同义词\r\n红色,\"大红、正红\"\r\n绿色,green\r\n";
    // 值,同义词 / 红色,红 in GBK.
    let gbk = b"\xD6\xB5,\xCD\xAC\xD2\xE5\xB4\xCA\r\n\xBA\xEC\xC9\xAB,\xBA\xEC\r\n";

    let read = owner.post_bytes("/api/details/read-file", format!("\u{FEFF}{text}").into_bytes()).await;
    assert_eq!(read["columns"], json!(["值", "同义词"]), "{read}");
    assert_eq!(read["entries"][0], json!({ "value": "红色", "synonyms": ["大红", "正红"] }));
    let read = owner.post_bytes("/api/details/read-file", gbk.to_vec()).await;
    assert_eq!(read["entries"], json!([{ "value": "红色", "synonyms": ["红"] }]), "{read}");
    let read = owner.post_bytes("/api/details/read-file", "红色\t大红\n绿色\t".into()).await;
    assert_eq!(read["n_rows"], 2, "{read}");
    let book = workbook(&[&["同义词", "值"], &["大红、正红", "红色"], &[], &["", "&apos;-5"]]);
    let read = owner.post_bytes("/api/details/read-file", book.clone()).await;
    assert_eq!((&read["encoding"], &read["n_rows"]), (&json!("Excel"), &json!(2)), "{read}");
    assert_eq!(read["entries"][0], json!({ "value": "红色", "synonyms": ["大红", "正红"] }));
    assert_eq!(read["entries"][1]["value"], "-5", "a quote before a formula is not part of it");
    assert!(read["notes"][0]["en"].as_str().is_some_and(|note| note.contains("macros")), "{read}");
    for bytes in [b"".to_vec(), b"PK\x03\x04\x00\x00\xff\x00".to_vec(), vec![0xff; 40], book[..book.len() / 2].to_vec()]
    {
        let refused = owner.post_bytes("/api/details/read-file", bytes).await;
        assert_eq!(refused["code"], "not-valid", "{refused}");
    }

    let text = Some(text.to_owned());
    let put = reqwest::Method::PUT;
    let kept = owner.send_text(put, "/api/details/colour/entries.csv", text, &[]).await.is(200);
    assert_eq!(kept["n_entries"], 2);
    let file = owner.get("/api/details/colour/entries.csv").await.text;
    assert_eq!(file.trim_start_matches('\u{FEFF}'), "value,synonyms\r\n红色,大红,正红\r\n绿色,green\r\n");
}

#[tokio::test]
async fn a_list_of_a_service_is_kept_while_the_service_is_down() {
    let answer = r#"{"data":[{"name":"徐汇店","also":"Xuhui,徐家汇店"},{"name":"静安店"}]}"#;
    let service = Mock::behaving(Manner::Answers(Duration::ZERO, answer)).await;
    let product = Product::start_allowing(&service.host).await;
    let mut owner = product.owner().await;
    let connector =
        json!({ "key": "shops", "name": { "en": "Shops" }, "base_url": format!("http://{}", service.host) });
    owner.post("/api/connectors", connector.clone()).await.is(201);
    let source = json!({
        "type": "service", "connector": "shops", "path": "/list", "items": "data", "value": "name", "synonyms": "also",
        "every_minutes": 60,
    });
    let given = json!({ "name": { "en": "Shop" }, "source": source });
    owner.post("/api/details", given.clone()).await.is(201);

    let fetched = owner.post("/api/details/shop/refresh", json!({})).await.is(200);
    assert_eq!((&fetched["n_entries"], &fetched["trouble"]), (&json!(2), &Value::Null), "{fetched}");
    assert!(fetched["fetched_at"].is_string());
    let gone = json!({ "key": "shops", "name": { "en": "Shops" }, "base_url": "http://127.0.0.1:1" });
    owner.put("/api/connectors/shops", gone).await.is(200);
    let failed = owner.post("/api/details/shop/refresh", json!({})).await.is(200);

    assert!(failed["trouble"].is_object(), "{failed}");
    assert_eq!(failed["fetched_at"], fetched["fetched_at"]);
    let tried = owner.post("/api/details/try", json!({ "text": "去 xuhui", "details": ["shop"] })).await.is(200);
    assert_eq!(tried["found"][0]["value"], "徐汇店", "{tried}");
    // Changing its settings keeps the values too.
    owner.put("/api/details/shop", given).await.is(200);
    assert_eq!(owner.get("/api/details/shop").await.is(200)["n_entries"], 2);
}

#[tokio::test]
async fn a_conversation_finds_values_of_the_dictionary_and_a_bundle_carries_it() {
    let (_product, mut owner) = Product::with_owner().await;
    let opened = owner.post("/api/chat/web/conversations", json!({ "flow": "exchange", "language": "zh" })).await;
    let opened = opened.is(201);
    let (id, token) = (opened["id"].as_str().expect("an id"), opened["token"].as_str().expect("a token"));
    let path = format!("/api/chat/conversations/{id}/messages");
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let message = json!({ "id": "m1", "text": "订单 A10442 的登山鞋要换，30天后来取" });

    let answer = owner.send(reqwest::Method::POST, &path, Some(message), &headers).await.is(200);

    assert!(words(&answer).join(" ").contains("为什么要换"), "{answer}");
    // The journal holds what was found: the dictionary may change meanwhile.
    owner.delete("/api/details/product").await.is(204);
    let message = json!({ "id": "m2", "text": "跳过" });
    let answer = owner.send(reqwest::Method::POST, &path, Some(message), &headers).await.is(200);
    assert!(words(&answer).join(" ").contains("Skyline"), "{answer}");

    let bundle = owner.get("/api/export").await.is(200);
    assert!(bundle.get("details").is_none());
    let shared = std::fs::read_to_string(super::flows_folder().join("shared.json")).expect("the samples");
    let shared: Value = serde_json::from_str(&shared).expect("JSON");
    let report = owner.post("/api/import", json!({ "bundle": 1, "details": shared["details"] })).await.is(200);
    assert_eq!(report["created"]["details"], 1, "{report}");
    let bundle = owner.get("/api/export").await.is(200);
    assert_eq!(bundle["details"], shared["details"]);
}
