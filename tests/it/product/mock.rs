//! A service that flows call: it remembers every call, and answers when it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A call as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) line: String,
    pub(crate) key: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

/// How a service behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Answers every call with this after a while.
    Answers(Duration, &'static str),
    /// Takes the call and closes the connection.
    Closes,
    /// Takes the call and stays silent.
    Hangs,
    /// Answers every call with its own `authorization`.
    Repeats,
    /// Fails with this head the first time it sees a key, and answers with this body from then on.
    Recovers(&'static str, &'static str),
}

/// A service on a free port of this machine.
pub(crate) struct Mock {
    pub(crate) host: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Mock {
    /// Answers every call with this after a while.
    pub(crate) async fn start(after: Duration, answer: &'static str) -> Self {
        Self::behaving(Manner::Answers(after, answer)).await
    }

    /// A service that behaves like this.
    pub(crate) async fn behaving(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let kept = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move { answer_one(stream, manner, &kept).await });
            }
        });
        Self { host, calls }
    }

    /// All calls so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("nobody panics here").clone()
    }
}

async fn answer_one(mut stream: TcpStream, manner: Manner, calls: &Mutex<Vec<Call>>) -> Option<()> {
    let mut bytes = Vec::new();
    let (head, mut body) = loop {
        let mut buffer = [0; 4_096];
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            break (head.to_owned(), body.to_owned());
        }
    };
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while body.len() < length {
        let mut buffer = [0; 4_096];
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        body.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    let line = head.lines().next().unwrap_or_default().to_owned();
    let key = header("idempotency-key");
    let is_first = {
        let mut calls = calls.lock().expect("nobody panics here");
        calls.push(Call { line, key: key.clone(), authorization: header("authorization"), body });
        calls.iter().filter(|call| call.key == key).count() == 1
    };
    let repeated;
    let answer = match manner {
        Manner::Repeats => {
            let got = header("authorization").unwrap_or_default();
            repeated = serde_json::json!({ "got": got, (got.clone()): [got, 1] }).to_string();
            &repeated
        }
        Manner::Closes => return Some(()),
        Manner::Hangs => std::future::pending().await,
        Manner::Recovers(head, _) if is_first => {
            let head = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            return stream.write_all(head.as_bytes()).await.ok();
        }
        Manner::Recovers(_, answer) => answer,
        Manner::Answers(after, answer) => {
            tokio::time::sleep(after).await;
            answer
        }
    };
    let length = answer.len();
    let kind = if answer.starts_with('<') { "text/html" } else { "application/json" };
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{answer}").as_bytes()).await.ok()
}
