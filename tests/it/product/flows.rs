//! Flows: made, saved, checked, published, exported, imported.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, Product, flows_folder};

#[tokio::test]
async fn the_samples_are_there_published_and_without_errors() {
    let (_product, mut owner) = Product::with_owner().await;

    let flows = owner.get("/api/flows").await.is(200);

    let names: Vec<_> =
        flows.as_array().expect("a list").iter().map(|flow| flow["key"].as_str().unwrap_or("")).collect();
    for key in ["order-status", "refund", "faq", "appointment", "complaint", "lead", "exchange"] {
        assert!(names.contains(&key), "{names:?}");
    }
    for flow in flows.as_array().expect("a list") {
        assert_eq!((&flow["errors"], &flow["draft_differs"]), (&json!(0), &json!(false)), "{flow}");
        assert_eq!(flow["live"]["version"], 1, "{flow}");
    }
    let kinds = owner.get("/api/kinds").await.is(200);
    assert!(kinds.as_array().is_some_and(|kinds| kinds.len() >= 19));
    let resources = owner.get("/api/resources").await.is(200);
    assert!(resources["teams"].as_array().is_some_and(|teams| !teams.is_empty()));
}

#[tokio::test]
async fn a_draft_is_saved_over_its_revision_only() {
    let (_product, mut owner) = Product::with_owner().await;
    let made = owner.post("/api/flows", json!({ "name": { "zh": "退货", "en": "Return goods" } })).await.is(201);
    let (id, revision) = (made["flow"]["id"].as_str().expect("an id").to_owned(), made["revision"].clone());
    assert_eq!((&made["flow"]["key"], &revision, &made["live"]), (&json!("return-goods"), &json!(1), &Value::Null));
    let mut flow = made["flow"].clone();
    flow["name"]["en"] = "Goods back".into();

    let saved = save(&mut owner, &id, &flow, 1).await.is(200);
    assert_eq!(saved["revision"], 2);
    let conflict = save(&mut owner, &id, &flow, 1).await.is_refused(409, "draft-changed");
    assert_eq!((&conflict["revision"], &conflict["by"]), (&json!(2), &json!("李")));
    owner.put(&format!("/api/flows/{id}"), flow.clone()).await.is_refused(428, "no-revision");
    flow["nodes"] = json!(3);
    let refused = save(&mut owner, &id, &flow, 2).await.is_refused(422, "flow-not-valid");
    assert!(refused["problems"].as_array().is_some_and(|problems| !problems.is_empty()));
    assert_eq!(owner.get(&format!("/api/flows/{id}")).await.is(200)["flow"]["name"]["en"], "Goods back");
}

#[tokio::test]
async fn publishing_makes_versions_that_stay() {
    let (_product, mut owner) = Product::with_owner().await;
    let refund = flow_with_key(&mut owner, "refund").await;
    let id = refund["id"].as_str().expect("an id").to_owned();
    let draft = owner.get(&format!("/api/flows/{id}")).await.is(200);
    let mut flow = draft["flow"].clone();
    flow["description"] = json!({ "en": "second" });
    save(&mut owner, &id, &flow, 1).await.is(200);

    owner
        .post(&format!("/api/flows/{id}/publish"), json!({ "note": "n", "revision": 1 }))
        .await
        .is_refused(409, "draft-changed");
    let published =
        owner.post(&format!("/api/flows/{id}/publish"), json!({ "note": "新", "revision": 2 })).await.is(200);
    assert_eq!(published["version"], 2);
    let versions = owner.get(&format!("/api/flows/{id}/versions")).await.is(200);
    assert_eq!(
        (&versions[0]["version"], &versions[0]["is_live"], &versions[0]["note"]),
        (&json!(2), &json!(true), &json!("新"))
    );
    owner.post(&format!("/api/flows/{id}/versions/1/live"), json!({})).await.is(200);
    let versions = owner.get(&format!("/api/flows/{id}/versions")).await.is(200);
    assert_eq!((&versions[0]["is_live"], &versions[1]["is_live"]), (&json!(false), &json!(true)));
    let restored = owner.post(&format!("/api/flows/{id}/versions/1/restore"), json!({ "revision": 2 })).await.is(200);
    assert_eq!((&restored["flow"], &restored["draft_differs"]), (&draft["flow"], &json!(false)));

    flow["nodes"].as_array_mut().expect("nodes").retain(|node| node["kind"] != "start");
    save(&mut owner, &id, &flow, 3).await.is(200);
    let refused = owner.post(&format!("/api/flows/{id}/publish"), json!({})).await.is_refused(422, "flow-has-problems");
    assert!(refused["problems"].as_array().is_some_and(|problems| !problems.is_empty()));
}

#[tokio::test]
async fn a_draft_is_opened_with_the_newest_settings_and_a_version_stays_as_it_is() {
    let (_product, mut owner) = Product::with_owner().await;
    let flow = json!({
        "format": 1, "id": "", "key": "old", "name": { "zh": "旧" }, "languages": ["zh"],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "answer", "kind": "answer", "v": 1, "config": { "helpful": false, "sources": true } },
            { "id": "end", "kind": "end", "v": 1 },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "answer" },
            { "from": "answer", "port": "answered", "to": "end" },
        ],
    });
    let id = super::restart::import_flow(&mut owner, flow).await;
    let version = owner.get(&format!("/api/flows/{id}/versions/1")).await.text;
    assert!(version.contains("\"v\":1") && !version.contains("exact"), "{version}");

    let opened = owner.get(&format!("/api/flows/{id}")).await.is(200);
    let answer = &opened["flow"]["nodes"][1];
    let expected = json!({ "helpful": false, "sources": true, "style": "exact", "unsure": "answer", "count": false });
    assert_eq!((&answer["v"], &answer["config"]), (&json!(2), &expected), "{opened}");
    assert_eq!(opened["draft_differs"], false, "to look changes nothing");

    let saved = save(&mut owner, &id, &opened["flow"], opened["revision"].as_i64().expect("a number")).await.is(200);
    assert_eq!(saved["problems"], opened["problems"]);
    assert_eq!(owner.get(&format!("/api/flows/{id}")).await.is(200)["flow"], opened["flow"]);
    assert_eq!(owner.get(&format!("/api/flows/{id}/versions/1")).await.text, version);
}

#[tokio::test]
async fn a_test_chat_runs_the_document_that_is_not_saved() {
    let (_product, mut owner) = Product::with_owner().await;
    let id = flow_with_key(&mut owner, "order-status").await["id"].as_str().expect("an id").to_owned();

    let begun = owner.post(&format!("/api/flows/{id}/test"), json!({ "language": "en" })).await.is(200);
    assert_eq!((&begun["status"], &begun["waiting_for"]), (&json!("waiting"), &json!("customer")));
    assert!(!begun["trace"].as_array().expect("a trace").is_empty());
    let tid = begun["id"].as_str().expect("an id").to_owned();
    let answered = owner.post(&format!("/api/test/{tid}/messages"), json!({ "text": "A10442" })).await.is(200);
    assert_eq!(answered["variables"]["order_no"], "A10442", "{answered}");
    assert_eq!(answered["variables"]["status"], "delivered", "{answered}");
    let human = owner.post(&format!("/api/test/{tid}/messages"), json!({ "text": "agent" })).await.is(200);
    assert_eq!((&human["status"], &human["packet"]["team"]), (&json!("queued"), &json!("after_sales")));
    let taken = owner.post(&format!("/api/test/{tid}/agent"), json!({ "action": "take" })).await.is(200);
    assert_eq!(taken["status"], "with_agent");
    owner.post(&format!("/api/test/{tid}/agent"), json!({ "action": "reply", "text": "Hi" })).await.is(200);
    owner.delete(&format!("/api/test/{tid}")).await.is(204);
    owner.post(&format!("/api/test/{tid}/wait"), json!({})).await.is_refused(404, "not-found");
}

#[tokio::test]
async fn every_sample_exports_and_imports_to_the_same_bytes() {
    let (_product, mut owner) = Product::with_owner().await;
    let (_empty, mut other) = Product::with_owner().await;
    for flow in other.get("/api/flows").await.is(200).as_array().expect("a list") {
        other.delete(&format!("/api/flows/{}", flow["id"].as_str().expect("an id"))).await.is(204);
    }

    for flow in owner.get("/api/flows").await.is(200).as_array().expect("a list") {
        let id = flow["id"].as_str().expect("an id");
        let first = owner.get(&format!("/api/flows/{id}/export")).await;
        first.is(200);
        let report = other.send_text(Method::POST, "/api/import", Some(first.text.clone()), &[]).await.is(200);
        assert_eq!(report["flows"][0]["action"], "created", "{report}");
        let second = other.get(&format!("/api/flows/{id}/export")).await;
        assert_eq!(first.text, second.text, "{}", flow["key"]);
    }
    let bundles = (owner.get("/api/export").await, other.get("/api/export").await);
    bundles.0.is(200);
    assert_eq!(bundles.0.is(200)["flows"], bundles.1.is(200)["flows"]);
}

#[tokio::test]
async fn an_import_beside_the_same_flow_is_renamed_and_keeps_what_it_does_not_know() {
    let (_product, mut owner) = Product::with_owner().await;
    let text = fs::read_to_string(flows_folder().join("faq/flow.json")).expect("the sample");
    let mut flow: Value = serde_json::from_str(&text).expect("JSON");
    flow["nodes"]
        .as_array_mut()
        .expect("nodes")
        .push(json!({ "id": "strange", "kind": "teleport", "config": { "to": 1 } }));

    let report = owner.post("/api/import", flow).await.is(200);

    let imported = &report["flows"][0];
    assert_eq!((&imported["action"], &imported["key"]), (&json!("renamed"), &json!("faq-2")), "{report}");
    assert!(imported["problems"].to_string().contains("teleport"), "{report}");
    let id = imported["id"].as_str().expect("an id");
    let kept = owner.get(&format!("/api/flows/{id}")).await.is(200);
    let nodes = kept["flow"]["nodes"].as_array().expect("nodes");
    assert!(nodes.iter().any(|node| node["kind"] == "teleport" && node["config"]["to"] == 1));
}

pub(super) async fn flow_with_key(client: &mut Client, key: &str) -> Value {
    let flows = client.get("/api/flows").await.is(200);
    flows.as_array().expect("a list").iter().find(|flow| flow["key"] == key).expect("the flow").clone()
}

pub(crate) async fn save(client: &mut Client, id: &str, flow: &Value, revision: i64) -> super::Answer {
    let revision = format!("\"{revision}\"");
    client.send(Method::PUT, &format!("/api/flows/{id}"), Some(flow.clone()), &[("if-match", &revision)]).await
}
