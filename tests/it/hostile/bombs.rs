//! JSON that is meant to hurt: every route that takes a body refuses it quickly.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::resident_kib;
use crate::product::Product;
use crate::product::chat::Customer;

/// The worst of an honest machine is far below; a debug build on a busy one is allowed more.
const QUICK: Duration = Duration::from_secs(2);

#[tokio::test]
async fn bombs_are_refused_at_every_door() {
    let product = Product::start().await;
    let mut owner = product.at_rest().await;
    let customer = Customer::open(&product, json!({})).await;
    let api = owner.get("/api/openapi.json").await.is(200);
    let routes = routes_with_a_body(&api);
    assert!(routes.len() > 20, "{routes:?}");
    let bearer = format!("Bearer {}", customer.token);
    let path_of =
        |path: &str| path.replace("conversations/x/messages", &format!("conversations/{}/messages", customer.id));
    // What a route loads when it is first used is no bomb's doing.
    for (method, path) in &routes {
        let answer = owner.clone().send_text(method.clone(), &path_of(path), Some("{}".into()), &[]).await;
        assert!(answer.status.as_u16() < 500, "{method} {path} answers an empty object with {}", answer.status);
    }
    let before = resident_kib(&product);

    let (mut worst, mut n_refused) = (Duration::ZERO, 0);
    for (method, path) in &routes {
        let path = path_of(path);
        let is_public = path.starts_with("/api/chat/") || path == "/api/setup";
        let is_public = is_public && *method == Method::POST;
        for (name, bomb) in bombs() {
            if !is_public && bomb.len() > 4 << 20 {
                // Staff may send large bodies; that they are bounded is shown at the public doors.
                continue;
            }
            let began = Instant::now();
            let headers = [("authorization", bearer.as_str())];
            let answer = owner.clone().send_text(method.clone(), &path, Some(bomb), &headers).await;
            let took = began.elapsed();
            worst = worst.max(took);
            let status = answer.status.as_u16();
            assert!(status < 500, "{method} {path} answers {name} with {status}: {}", answer.text);
            assert!(took < QUICK, "{method} {path} takes {took:?} for {name}");
            // What a route skips may be odd, as long as it is bounded.
            if is_public && !matches!(name, "a number too large" | "half a surrogate" | "an odd character" | "a list") {
                assert!((400..500).contains(&status), "{method} {path} takes {name}: {status} {}", answer.text);
                n_refused += 1;
            }
        }
    }

    let grown = resident_kib(&product).saturating_sub(before);
    println!(
        "{} routes, {} bombs each, {n_refused} at public doors: the slowest took {worst:?}, memory grew by {grown} KiB",
        routes.len(),
        bombs().len()
    );
    owner.get("/api/flows").await.is(200);
}

/// What a customer's door refuses besides: the same key twice means that two readers may see two messages.
#[tokio::test]
async fn a_message_says_one_thing_only() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "faq" })).await;
    let path = format!("/api/chat/conversations/{}/messages", customer.id);
    let bearer = format!("Bearer {}", customer.token);
    let headers = [("authorization", bearer.as_str())];

    for body in [
        r#"{"id":"1","id":"2","text":"a"}"#,
        r#"{"id":"1","text":"a","text":"b"}"#,
        r#"{"id":"1","form":{"a":1,"a":2}}"#,
        r#"{"id":"1","text":"a"} {"id":"2"}"#,
        r#"{"id":"1","form":{"a":1e400}}"#,
        r#"{"id":"1","text":"\ud800"}"#,
    ] {
        let answer = customer.client.send_text(Method::POST, &path, Some(body.to_owned()), &headers).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{body}: {} {}", answer.status, answer.text);
    }
    assert_eq!(customer.after(0).await["seq"], customer.opened["seq"]);
}

fn bombs() -> Vec<(&'static str, String)> {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    vec![
        ("arrays in arrays", deep("[", "]")),
        ("objects in objects", format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000))),
        ("a deep text", format!("{{\"id\":\"1\",\"text\":{}}}", deep("[", "]"))),
        ("two MiB of brackets", "[".repeat(2 << 20)),
        ("a number too large", r#"{"id":1e400,"text":"a","token":1e400,"email":1e400}"#.to_owned()),
        (
            "a key twice",
            r#"{"id":"1","id":"2","flow":"a","flow":"b","email":"a","email":"b","token":"a","token":"b"}"#.to_owned(),
        ),
        ("a long string", format!("{{\"id\":\"1\",\"text\":\"{}\"}}", "a".repeat(10 << 20))),
        ("half a surrogate", r#"{"id":"\ud800","text":"\ud800"}"#.to_owned()),
        ("an odd character", "{\"id\":\"1\",\"text\":\"\u{0}\"}".to_owned()),
        ("a list", "[]".to_owned()),
    ]
}

/// All routes that OpenAPI says take a body, with `x` for what is in braces.
fn routes_with_a_body(api: &Value) -> Vec<(Method, String)> {
    let mut routes = Vec::new();
    for (path, methods) in api["paths"].as_object().expect("paths") {
        let mut filled = String::new();
        let mut is_inside = false;
        for c in path.chars() {
            match c {
                '{' => is_inside = true,
                '}' => {
                    is_inside = false;
                    filled.push('x');
                }
                c if !is_inside => filled.push(c),
                _ => {}
            }
        }
        for method in methods.as_object().expect("methods").keys() {
            let method = match method.as_str() {
                "post" => Method::POST,
                "put" => Method::PUT,
                "patch" => Method::PATCH,
                _ => continue,
            };
            routes.push((method, filled.clone()));
        }
    }
    routes
}
