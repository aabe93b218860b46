//! The service that flows call: it remembers every attempt with its key and body, answers fast or late, gives the same
//! key the same value, and sometimes hangs up after it has understood.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::random::Random;

/// An attempt as it came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attempt {
    /// `POST /post`.
    pub(crate) line: String,
    /// Its idempotency key.
    pub(crate) key: String,
    /// What it sent.
    pub(crate) body: String,
}

#[derive(Debug)]
struct Heard {
    attempts: Vec<Attempt>,
    values: BTreeMap<String, usize>,
    hung_up: BTreeSet<String>,
    random: Random,
}

/// The service on a free port of this machine.
#[derive(Clone, Debug)]
pub(crate) struct Mock {
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    heard: Arc<Mutex<Heard>>,
}

impl Mock {
    /// A service that behaves as chance says.
    pub(crate) async fn start(random: Random) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let (attempts, values, hung_up) = Default::default();
        let mock = Self { host, heard: Arc::new(Mutex::new(Heard { attempts, values, hung_up, random })) };
        let service = mock.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move { service.answer(stream).await });
            }
        });
        mock
    }

    /// All attempts so far.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.heard().attempts.clone()
    }

    /// The value that a key was answered with.
    pub(crate) fn value(&self, key: &str) -> Option<String> {
        self.heard().values.get(key).map(|number| format!("v{number}"))
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, mut stream: TcpStream) -> Option<()> {
        let attempt = read(&mut stream).await?;
        let (value, delay, hangs_up) = self.decide(attempt);
        tokio::time::sleep(delay).await;
        if hangs_up {
            return None;
        }
        let body = format!("{{\"value\":\"v{value}\"}}");
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.ok()
    }

    /// The value for the attempt's key, how long it takes, and whether the caller is left without an answer.
    fn decide(&self, attempt: Attempt) -> (usize, Duration, bool) {
        let mut heard = self.heard();
        let next = heard.values.len() + 1;
        let value = *heard.values.entry(attempt.key.clone()).or_insert(next);
        // Once per key at most, and never where nobody may try again.
        let may_hang_up = !attempt.line.ends_with("/once") && !heard.hung_up.contains(&attempt.key);
        let hangs_up = may_hang_up && heard.random.chance(5);
        if hangs_up {
            heard.hung_up.insert(attempt.key.clone());
        }
        let delay = match heard.random.below(100) {
            0..60 => 0,
            60..90 => heard.random.below(60),
            // Longer than a turn holds its first words back.
            _ => 300 + heard.random.below(200),
        };
        heard.attempts.push(attempt);
        (value, Duration::from_millis(delay), hangs_up)
    }
}

async fn read(stream: &mut TcpStream) -> Option<Attempt> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                let mut lines = head.lines().filter_map(|line| line.split_once(':'));
                lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
            };
            let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                let line = head.lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
                let key = header("idempotency-key").unwrap_or_else(|| line.clone());
                return Some(Attempt { line, key, body: body.to_owned() });
            }
        }
        let mut buffer = [0; 4_096];
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
    }
}
