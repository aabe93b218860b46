//! U5: a conversation stays on the version it began with, through publishing, kills, and the end of the flow itself.

use std::time::Instant;

use reqwest::Method;
use serde_json::Value;
use tests::sized;

use crate::customer::{Outcome, Talk, http, outcome};
use crate::data::Data;
use crate::flow::echo_flow;
use crate::server::{Owner, Server, Start, prepared};
use crate::snapshot::Snapshot;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversations_stay_on_their_version_when_another_is_published() {
    let customers = sized(40, 1_000);
    let data = prepared(Data::new(), "127.0.0.1:9").await;
    let mut server = Server::start(&data, "", &Start::default()).await;
    let (http, begun) = (http(), Instant::now());
    let mut old = Vec::new();
    for _ in 0..customers {
        let talk = Talk::open(&http, &server.url).await.expect("it opens");
        says(&talk, &http, &server.url, "say-1", "R1:say-1").await;
        old.push(talk);
    }

    // The second version has none of the steps that these conversations are in, and says other words.
    let mut second = echo_flow().to_string().replace("R1:", "N1:");
    for node in ["ask", "note", "work", "r1", "r2", "route"] {
        second = second.replace(&format!("\"{node}\""), &format!("\"new_{node}\""));
    }
    // `ask` is also the name of a kind.
    second = second.replace("\"kind\":\"new_ask\"", "\"kind\":\"ask\"");
    Owner::of(&server).await.publish_again(serde_json::from_str(&second).expect("JSON")).await;
    server.kill().await;
    server.start_again(&data, &Start::default()).await.expect("it starts");

    for talk in &old {
        says(talk, &http, &server.url, "say-2", "R1:say-2").await;
    }
    let new = Talk::open(&http, &server.url).await.expect("it opens");
    says(&new, &http, &server.url, "say-1", "N1:say-1").await;

    // The flow is deleted: nobody begins on it, everybody who is in it goes on.
    Owner::of(&server).await.send(Method::DELETE, "/api/flows/flow-echo", Value::Null).await;
    server.kill().await;
    server.start_again(&data, &Start::default()).await.expect("it starts");
    for talk in &old {
        says(talk, &http, &server.url, "say-3", "R1:say-3").await;
    }
    says(&new, &http, &server.url, "say-2", "N1:say-2").await;
    assert!(matches!(Talk::open(&http, &server.url).await, Err(Outcome::Refused(..))));

    server.kill().await;
    let (snapshot, _) = Snapshot::of(&data).await;
    for talk in &old {
        assert_eq!(snapshot.conversations[&talk.id].version, 1);
    }
    assert_eq!(snapshot.conversations[&new.id].version, 2);
    assert_eq!(snapshot.damage, Vec::<String>::new());
    println!(
        "U5: {customers} conversations stayed on version 1 and one began on version 2, over two kills and the flow's end, in {:.0} s",
        begun.elapsed().as_secs_f64()
    );
}

/// Says something and hears this first.
async fn says(talk: &Talk, http: &reqwest::Client, url: &str, text: &str, answer: &str) {
    match outcome(talk.saying(http, url, text, text)).await {
        Outcome::Answered(found) => assert_eq!(found["messages"][1]["content"]["text"], answer, "{found}"),
        other => panic!("{}: {text}: {other:?}", talk.id),
    }
}
