//! Calls of services that behave badly, each on a port of this machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use interpreter::Method as Verb;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::BreakerState;

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"fine\": 1}";

#[tokio::test]
async fn a_failing_service_is_asked_again_with_the_same_key() {
    let service = Service::start(|n| if n == 0 { Does::says(ERROR) } else { Does::says(FINE) }).await;

    let answer = service.call(Ask { retries: 1, ..Ask::default() }).await;

    assert_eq!(answer, Answer::Replied(HttpReply { status: 200, body: json!({ "fine": 1 }) }));
    let keys = service.keys();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
}

#[tokio::test]
async fn a_service_that_asks_for_patience_gets_it_within_the_steps_time() {
    let busy = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
    let service = Service::start(move |n| if n == 0 { Does::says(busy) } else { Does::says(FINE) }).await;

    let began = Instant::now();
    let answer = service.call(Ask { retries: 1, ..Ask::default() }).await;
    assert!(matches!(answer, Answer::Replied(HttpReply { status: 200, .. })), "{answer:?}");
    assert!(began.elapsed() >= Duration::from_secs(1));

    let later = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n";
    let service = Service::start(move |_| Does::says(later)).await;
    let began = Instant::now();
    let answer = service.call(Ask { retries: 3, ..Ask::default() }).await;
    assert!(matches!(answer, Answer::Replied(HttpReply { status: 503, .. })), "{answer:?}");
    assert!(began.elapsed() < Duration::from_secs(1), "there is no sense in waiting");
    assert_eq!(service.keys().len(), 1);
}

#[tokio::test]
async fn a_call_that_must_happen_at_most_once_is_never_sent_twice() {
    for does in [Does::Hangs, Does::Closes, Does::says(ERROR), Does::says("nonsense\r\n\r\n")] {
        let service = Service::start(move |_| does.clone()).await;

        service.call(Ask { retries: 5, at_most_once: true, timeout_ms: 300 }).await;

        assert_eq!(service.keys().len(), 1);
    }
}

#[tokio::test]
async fn a_refused_connection_is_proof_that_nothing_was_sent() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let host = closed.local_addr().expect("an address").to_string();
    drop(closed);
    let (caller, request) = (caller(&host), Ask { at_most_once: true, ..Ask::default() }.request(&host));

    let limit = Duration::from_secs(1);
    let outcome = caller
        .attempt(Leaving { request: &request, secrets: &[], key: Uuid::nil() }, Instant::now() + limit, limit)
        .await;

    assert_eq!(outcome.as_ref().err().map(|failure| failure.means), Some(Means::NotSent));
    assert!(is_worth_repeating(&outcome, true));
}

#[tokio::test]
async fn all_tries_together_take_no_longer_than_the_step_has() {
    for does in [Does::Hangs, Does::Closes, Does::says(ERROR), Does::Drips] {
        let service = Service::start(move |_| does.clone()).await;

        let began = Instant::now();
        service.call(Ask { retries: 5, timeout_ms: 400, ..Ask::default() }).await;

        assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
        assert!(service.keys().len() <= 6);
    }
}

#[tokio::test]
async fn an_answer_that_is_too_much_is_cut() {
    let many_headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(10_000));
    for does in [Does::Pours, Does::says(&many_headers)] {
        let service = Service::start(move |_| does.clone()).await;

        let answer = service.call(Ask { timeout_ms: 5_000, ..Ask::default() }).await;

        let Answer::Failed { why } = answer else { panic!("{answer:?}") };
        assert!(!why.in_language("zh").is_empty() && !why.in_language("en").is_empty());
    }
}

#[tokio::test]
async fn a_packed_answer_is_not_unpacked() {
    // 32 bytes of deflate that would become far more; what they say does not matter here.
    let head =
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: 32\r\n\r\n";
    let packed = [head.as_bytes(), &[0x1f, 0x8b, 8, 0], &[0; 28]].concat();
    let service = Service::start(move |_| Does::Says(packed.clone().into())).await;

    let answer = service.call(Ask::default()).await;

    let Answer::Replied(HttpReply { status: 200, body: Value::String(text) }) = answer else { panic!("{answer:?}") };
    assert!(text.len() <= 64);
}

#[tokio::test]
async fn a_service_that_never_answers_is_left_alone_and_found_again() {
    let service = Service::start(|n| if n < 10 { Does::Closes } else { Does::says(FINE) }).await;
    for _ in 0..10 {
        service.call(Ask::default()).await;
    }

    let Answer::Failed { why } = service.call(Ask::default()).await else { panic!("the circuit is open") };
    assert!(why.in_language("en").contains("left alone"), "{why:?}");
    assert!(why.in_language("zh").contains("暂时不再调用"), "{why:?}");
    assert_eq!(service.keys().len(), 10, "it was not called");
    let breakers = service.caller.breakers();
    assert_eq!((breakers[0].host.as_str(), breakers[0].state), (service.host.as_str(), BreakerState::Open));

    // After its first rest, one call finds out.
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert!(matches!(service.call(Ask::default()).await, Answer::Replied(_)));
    assert_eq!(service.caller.breakers()[0].state, BreakerState::Closed);
}

const ERROR: &str = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\n{}";

/// What a service does with a call.
#[derive(Clone)]
enum Does {
    /// Answers.
    Says(Arc<[u8]>),
    /// Reads and closes.
    Closes,
    /// Reads and stays silent.
    Hangs,
    /// A body that never ends.
    Pours,
    /// A body that comes byte by byte.
    Drips,
}

impl Does {
    fn says(text: &str) -> Self {
        Self::Says(text.as_bytes().into())
    }
}

struct Service {
    host: String,
    caller: Caller,
    keys: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy)]
struct Ask {
    retries: u32,
    timeout_ms: u64,
    at_most_once: bool,
}

impl Default for Ask {
    fn default() -> Self {
        Self { retries: 0, timeout_ms: 5_000, at_most_once: false }
    }
}

impl Ask {
    fn request(self, host: &str) -> HttpRequest {
        HttpRequest {
            method: Verb::Post,
            url: format!("http://{host}/orders"),
            headers: BTreeMap::new(),
            secrets: BTreeMap::new(),
            body: Some("{}".into()),
            timeout_ms: self.timeout_ms,
            retries: self.retries,
            at_most_once: self.at_most_once,
        }
    }
}

impl Service {
    /// A service that does this with its first call, its second one, and so on.
    async fn start(does: impl Fn(usize) -> Does + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let keys: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&keys);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(key) = key_of_request(&mut stream).await else { continue };
                let n = {
                    let mut kept = kept.lock().expect("nobody panics here");
                    kept.push(key);
                    kept.len() - 1
                };
                tokio::spawn(react(stream, does(n)));
            }
        });
        Self { caller: caller(&host), host, keys }
    }

    async fn call(&self, ask: Ask) -> Answer {
        self.caller.call(&ask.request(&self.host), &[], Uuid::nil()).await
    }

    /// The key of every call, in order.
    fn keys(&self) -> Vec<String> {
        self.keys.lock().expect("nobody panics here").clone()
    }
}

fn caller(host: &str) -> Caller {
    Caller::new(Egress::new([host.to_owned()]), Clock::default()).expect("a client")
}

async fn key_of_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n{}") {
        let mut buffer = [0; 2_048];
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let line = text.lines().find(|line| line.starts_with("idempotency-key: "))?;
    Some(line.to_owned())
}

async fn react(mut stream: TcpStream, does: Does) -> std::io::Result<()> {
    let open = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    match does {
        Does::Says(bytes) => stream.write_all(&bytes).await?,
        Does::Closes => {}
        Does::Hangs => std::future::pending().await,
        Does::Pours => {
            stream.write_all(open).await?;
            let chunk = [b"10000\r\n".as_slice(), &[b'x'; 65_536], b"\r\n"].concat();
            loop {
                stream.write_all(&chunk).await?;
            }
        }
        Does::Drips => {
            stream.write_all(open).await?;
            loop {
                stream.write_all(b"1\r\nx\r\n").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    stream.shutdown().await
}
