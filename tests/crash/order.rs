//! D6: messages that are sent without waiting for answers, over two connections, are taken in order and never mixed.

use std::time::Instant;

use tests::sized;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::checker::{assert_none, at_rest};
use crate::customer::{Sent, Talk, http};
use crate::data::Data;
use crate::flow::Step;
use crate::mock::Mock;
use crate::random::Random;
use crate::server::{Server, Start, prepared};
use crate::snapshot::Snapshot;

/// Conversations that talk at the same time.
const SIDE_BY_SIDE: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pipelined_messages_of_two_connections_keep_their_order() {
    let (n_talks, n_messages) = (sized(20, 500), sized(25, 100));
    let mock = Mock::start(Random::new(1)).await;
    let data = prepared(Data::new(), &mock.host).await;
    let mut server = Server::start(&data, &mock.host, &Start::default()).await;
    let begun = Instant::now();

    let (mut talks, mut found): (Vec<Talk>, _) = (Vec::new(), Vec::new());
    let mut running = JoinSet::new();
    for number in 0..n_talks {
        if running.len() == SIDE_BY_SIDE {
            talks.extend(running.join_next().await.map(|talk| talk.expect("all are answered")));
        }
        let url = server.url.clone();
        running.spawn(async move { pipeline(number, n_messages, &url).await });
    }
    talks.extend(running.join_all().await);
    server.kill().await;

    let (snapshot, _) = Snapshot::of(&data).await;
    found.extend(at_rest(&snapshot, &talks, &mock));
    for talk in &talks {
        let lines = &snapshot.conversations[&talk.id].lines;
        for connection in ["a", "b"] {
            let ending = |n: usize| format!("{connection}{n}");
            let of_it = lines.iter().filter_map(|stored| stored.line.client_id.as_deref()?.rsplit('-').next());
            let of_it: Vec<&str> = of_it.filter(|ending| ending.starts_with(connection)).collect();
            if !of_it.iter().copied().eq((0..n_messages).map(ending)) {
                found.push(format!("{}: connection {connection} was taken as {of_it:?}", talk.id));
            }
        }
    }
    println!(
        "D6: {} pipelined messages in {n_talks} conversations, two connections each, in {:.0} s, {} violations",
        n_talks * n_messages * 2,
        begun.elapsed().as_secs_f64(),
        found.len()
    );
    assert_none("D6", &found);
}

/// A conversation over two connections that send everything at once.
async fn pipeline(number: usize, n_messages: usize, url: &str) -> Talk {
    let mut talk = Talk::open(&http(), url).await.expect("it opens");
    let ids = |connection: &str| -> Vec<String> {
        (0..n_messages).map(|n| format!("say-d6.{number}-{connection}{n}")).collect()
    };
    let (a, b) = (ids("a"), ids("b"));
    tokio::join!(say_all(&talk, url, &a), say_all(&talk, url, &b));
    talk.sent = a.into_iter().chain(b).map(|id| Sent { id, step: Step::Say, is_acked: true }).collect();
    talk
}

/// Writes all requests into one connection before it reads the first answer.
async fn say_all(talk: &Talk, url: &str, ids: &[String]) {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    let mut requests = String::new();
    for id in ids {
        let body = format!("{{\"id\":\"{id}\",\"text\":\"{id}\"}}");
        requests += &format!(
            "POST /api/chat/conversations/{}/messages HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            talk.id,
            talk.token(),
            body.len()
        );
    }
    let (mut reading, mut writing) = stream.split();
    let read = async {
        let (mut text, mut n_answers) = (String::new(), 0);
        while n_answers < ids.len() {
            let mut buffer = [0; 16 * 1024];
            let n = reading.read(&mut buffer).await.expect("an answer");
            assert!(n > 0, "the connection ended after {n_answers} of {} answers", ids.len());
            text.push_str(&String::from_utf8_lossy(&buffer[..n]));
            while let Some(rest) = after_answer(&text) {
                text = rest;
                n_answers += 1;
            }
        }
    };
    let (written, ()) = tokio::join!(writing.write_all(requests.as_bytes()), read);
    written.expect("the requests are taken");
}

/// What follows the first answer, if it is complete.
fn after_answer(text: &str) -> Option<String> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let length: usize = length.parse().expect("a number");
    body.get(length..).map(str::to_owned)
}
