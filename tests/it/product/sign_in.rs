//! Getting in, and staying out.

use reqwest::Method;
use serde_json::json;

use super::{EMAIL, PASSWORD, Product};

#[tokio::test]
async fn the_setup_link_makes_one_owner_and_then_opens_nothing() {
    let product = Product::start().await;
    let mut client = product.client();

    let closed = client.get("/api/session").await.is_refused(401, "not-signed-in");
    assert_eq!(closed["setup_needed"], true);
    let weak = json!({ "token": product.setup_token, "name": "李", "email": EMAIL, "password": "12345678" });
    client.post("/api/setup", weak).await.is_refused(422, "not-valid");
    let wrong = json!({ "token": "guess", "name": "李", "email": EMAIL, "password": PASSWORD });
    client.post("/api/setup", wrong).await.is_refused(403, "setup-link-used");

    let mut owner = product.owner().await;
    let session = owner.get("/api/session").await.is(200);
    assert_eq!(session["member"]["email"], EMAIL);
    assert_eq!(session["member"]["role"], "owner");
    let again = json!({ "token": product.setup_token, "name": "王", "email": "b@example.com", "password": PASSWORD });
    client.post("/api/setup", again).await.is_refused(403, "setup-link-used");
}

#[tokio::test]
async fn a_password_opens_and_signing_out_closes() {
    let (product, mut owner) = Product::with_owner().await;
    let mut client = product.client();

    client
        .post("/api/session", json!({ "email": EMAIL, "password": "wrong wrong" }))
        .await
        .is_refused(401, "wrong-sign-in");
    client
        .post("/api/session", json!({ "email": "x@example.com", "password": PASSWORD }))
        .await
        .is_refused(401, "wrong-sign-in");
    client.post("/api/session", json!({ "email": "OWNER@example.com", "password": PASSWORD })).await.is(200);
    let changed = client.send(Method::PATCH, "/api/session", Some(json!({ "language": "en" })), &[]).await.is(200);
    assert_eq!(changed["member"]["language"], "en");
    client.delete("/api/session").await.is(204);
    client.get("/api/flows").await.is_refused(401, "not-signed-in");

    owner.get("/api/flows").await.is(200);
}

#[tokio::test]
async fn guessing_passwords_is_stopped() {
    let (product, _owner) = Product::with_owner().await;
    let mut client = product.client();
    for n in 0..10 {
        client.post("/api/session", json!({ "email": EMAIL, "password": format!("wrong {n}") })).await.is(401);
    }

    let right = json!({ "email": EMAIL, "password": PASSWORD });
    client.post("/api/session", right).await.is_refused(429, "too-many-attempts");
}

#[tokio::test]
async fn every_staff_route_is_closed_without_a_session() {
    let product = Product::start().await;
    let mut client = product.client();
    let api = client.get("/api/openapi.json").await.is(200);

    let mut n_checked = 0;
    for (path, methods) in api["paths"].as_object().expect("paths") {
        let is_open = ["/api/session", "/api/setup", "/api/chat/", "/demo/", "/healthz", "/readyz", "/metrics"];
        if is_open.iter().any(|open| path.starts_with(open)) {
            continue;
        }
        let real = path.replace("{n}", "1").replace(['{', '}'], "");
        for method in methods.as_object().expect("methods").keys() {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let body = (method != Method::GET).then(|| json!({}));
            let answer = client.send(method.clone(), &real, body, &[]).await;
            assert_eq!(answer.status.as_u16(), 401, "{method} {path}: {}", answer.text);
            n_checked += 1;
        }
    }
    assert!(n_checked > 40, "{n_checked}");
}

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let (_product, mut owner) = Product::with_owner().await;

    let foreign = [("origin", "https://evil.example")];
    let body = Some(json!({ "name": { "en": "x" } }));
    owner.send(Method::POST, "/api/flows", body.clone(), &foreign).await.is_refused(403, "other-origin");
    let form = [("content-type", "text/plain")];
    let answer = owner.send_text(Method::DELETE, "/api/flows/x", None, &form).await;
    assert_eq!(answer.status.as_u16(), 404);
    let own = [("origin", owner.url.clone())];
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    owner.send(Method::POST, "/api/flows", body, &own).await.is(201);
}

#[tokio::test]
async fn agents_work_at_the_desk_and_change_no_flow() {
    let (product, mut owner) = Product::with_owner().await;
    let new = json!({ "name": "Ann", "email": "ann@example.com", "password": PASSWORD, "role": "agent" });
    owner.post("/api/members", new.clone()).await.is(201);
    owner.post("/api/members", new).await.is_refused(409, "email-in-use");
    let mut agent = product.client();
    agent.post("/api/session", json!({ "email": "ann@example.com", "password": PASSWORD })).await.is(200);

    agent.get("/api/desk/conversations?list=queued").await.is(200);
    agent.post("/api/flows", json!({ "name": { "en": "x" } })).await.is_refused(403, "not-allowed");
    agent
        .post("/api/members", json!({ "name": "B", "email": "b@example.com", "password": PASSWORD, "role": "owner" }))
        .await
        .is_refused(403, "not-allowed");
}
