//! Calling a service: guarded, bounded in time and size, repeated only where that is harmless.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use interpreter::{Answer, HttpReply, HttpRequest, read_value};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::egress::Egress;
use super::failure::{Failure, Means};
use super::hosts::{Breaker, Hosts, Refused};
use super::resolve::{NotLinkLocal, PublicOnly};
use super::retry::{chance, pause, retry_after};
use crate::Clock;
use crate::secrets::Revealed;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// No call takes longer, all tries and pauses together.
const LONGEST_MS: u64 = 60_000;
const MAX_BODY_BYTES: usize = 1024 * 1024;
const MAX_RETRIES: u32 = 5;
/// Connections are reused for a shorter time than common servers keep them (5 s and more): a request that meets a
/// connection the other side is just closing fails, and nobody knows whether it arrived.
const POOL_IDLE: Duration = Duration::from_secs(4);
/// Addresses that begin so are the product's own demo order service.
const DEMO: &str = "heliu:demo";
/// Never passed on: they belong to the connection, or open doors of cloud providers.
const FORBIDDEN_HEADERS: [&str; 12] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
    "te",
    "trailer",
    "proxy-authorization",
    "proxy-connection",
    "metadata",
    "metadata-flavor",
    "x-aws-ec2-metadata-token",
];

/// The way out of the process.
#[derive(Debug)]
pub(crate) struct Caller {
    egress: Egress,
    clock: Clock,
    hosts: Hosts,
    public: Client,
    allowed: Client,
    own_address: OnceLock<SocketAddr>,
}

/// A reply, with what it says about another try.
#[derive(Debug)]
struct Reply {
    http: HttpReply,
    /// The service asks to be left alone for this long.
    retry_after: Option<Duration>,
}

impl Caller {
    /// A way out with these permissions.
    pub(crate) fn new(egress: Egress, clock: Clock) -> Result<Self, reqwest::Error> {
        Ok(Self {
            egress,
            clock,
            hosts: Hosts::default(),
            public: plain().dns_resolver(Arc::new(PublicOnly)).build()?,
            allowed: plain().dns_resolver(Arc::new(NotLinkLocal)).build()?,
            own_address: OnceLock::new(),
        })
    }

    /// Says where the product itself listens, for its demo service.
    pub(crate) fn set_own_address(&self, address: SocketAddr) {
        let _ = self.own_address.set(address);
    }

    /// The doors of hosts.
    pub(super) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// The time by the engine's clock.
    pub(super) fn now(&self) -> model::Moment {
        self.clock.now()
    }

    /// How the hosts that were called are doing.
    pub(crate) fn breakers(&self) -> Vec<Breaker> {
        self.hosts.breakers()
    }

    /// Calls, again where it may, and answers with the reply or with why there is none. Tries, pauses and the wait for
    /// other calls of the same host together take no longer than the step's time.
    pub(crate) async fn call(&self, request: &HttpRequest, secrets: &[Revealed], key: Uuid) -> Answer {
        let limit = Duration::from_millis(request.timeout_ms.clamp(1, LONGEST_MS));
        let deadline = Instant::now() + limit;
        let retries = request.retries.min(MAX_RETRIES);
        let mut tried = 0;
        let leaving = Leaving { request, secrets, key };
        let mut outcome = self.attempt(leaving, deadline, limit).await;
        while tried < retries && is_worth_repeating(&outcome, request.at_most_once) {
            let asked = outcome.as_ref().ok().and_then(|reply| reply.retry_after);
            let mut pause = pause(tried, asked, chance());
            outcome = loop {
                if Instant::now() + pause >= deadline {
                    return answer(outcome, secrets);
                }
                tokio::time::sleep(pause).await;
                match self.attempt(leaving, deadline, limit).await {
                    // The circuit opened after this call began: it need not fail for that while it has time.
                    Err(Failure { means: Means::Resting(rest), .. }) => pause = rest,
                    next => break next,
                }
            };
            tried += 1;
        }
        answer(outcome, secrets)
    }

    async fn attempt(&self, leaving: Leaving<'_>, deadline: Instant, limit: Duration) -> Result<Reply, Failure> {
        let request = leaving.request;
        let (url, client) = self.target(&request.url)?;
        let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0));
        let call = self.hosts.enter(&host, deadline).await.map_err(|refused| Failure {
            why: refused.why(&host),
            means: match refused {
                Refused::Resting(rest) => Means::Resting(rest),
                Refused::Crowded => Means::Lasting,
            },
        })?;
        let method = Method::from_bytes(request.method.as_str().as_bytes()).unwrap_or(Method::GET);
        let left = deadline.duration_since(Instant::now());
        let outcome = self.exchange(leaving.filled(client.request(method, url).timeout(left)), limit).await;
        match &outcome {
            Ok(reply) if is_stand_in(reply) => call.failed(),
            Err(Failure { means: Means::NotSent | Means::Unknown, .. }) => call.failed(),
            _ => call.answered(),
        }
        outcome
    }

    async fn exchange(&self, request: RequestBuilder, limit: Duration) -> Result<Reply, Failure> {
        let response = request.send().await.map_err(|error| Failure::of(&error, limit))?;
        let status = response.status().as_u16();
        let asked = response.headers().get(RETRY_AFTER).and_then(|header| header.to_str().ok());
        let retry_after = asked.and_then(|header| retry_after(header, self.clock.now()));
        let body = bounded_body(response, limit).await?;
        Ok(Reply { http: HttpReply { status, body }, retry_after })
    }

    /// Where a call to an address goes and by which client, if it may go out at all.
    pub(super) fn target(&self, address: &str) -> Result<(Url, &Client), Failure> {
        if let Some(path) = address.strip_prefix(DEMO) {
            let own = self
                .own_address
                .get()
                .ok_or_else(|| Failure::lasting("演示服务没有运行", "the demo service is not running"))?;
            let path = path.trim_start_matches('/');
            let url =
                Url::parse(&format!("http://{own}/demo/api/{path}")).map_err(|_| Failure::not_an_address(address))?;
            return Ok((url, &self.allowed));
        }
        let url = Url::parse(address).map_err(|_| Failure::not_an_address(address))?;
        self.egress.check(&url).map_err(|(zh, en)| {
            let host = url.host_str().unwrap_or_default();
            Failure::lasting(format!("不允许访问 {host}：{zh}"), format!("{host}: {en}"))
        })?;
        let client = if self.egress.is_allowed(&url) { &self.allowed } else { &self.public };
        Ok((url, client))
    }
}

/// May and should the same call be made again?
fn is_worth_repeating(outcome: &Result<Reply, Failure>, at_most_once: bool) -> bool {
    match outcome {
        Err(failure) => failure.means == Means::NotSent || (failure.means == Means::Unknown && !at_most_once),
        Ok(reply) => !at_most_once && (reply.http.status >= 500 || reply.http.status == 429),
    }
}

/// Is this the answer of a gateway that did not reach the host? One that says when to come back speaks for it.
fn is_stand_in(reply: &Reply) -> bool {
    matches!(reply.http.status, 502..=504) && reply.retry_after.is_none()
}

/// What came of it. A service that repeats a secret gives it to nobody.
fn answer(outcome: Result<Reply, Failure>, secrets: &[Revealed]) -> Answer {
    match outcome {
        Ok(mut reply) => {
            for secret in secrets {
                hide(&mut reply.http.body, &secret.secret);
            }
            Answer::Replied(reply.http)
        }
        Err(failure) => Answer::Failed { why: failure.why },
    }
}

/// Takes every mention of a secret out of a value.
fn hide(value: &mut Value, secret: &str) {
    const HIDDEN: &str = "•••";
    match value {
        Value::String(text) if text.contains(secret) => *text = text.replace(secret, HIDDEN),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, secret)),
        Value::Object(fields) => {
            let has_it = fields.keys().any(|name| name.contains(secret));
            if has_it {
                let shown = std::mem::take(fields).into_iter();
                fields.extend(shown.map(|(name, value)| (name.replace(secret, HIDDEN), value)));
            }
            fields.values_mut().for_each(|value| hide(value, secret));
        }
        _ => {}
    }
}

/// A call on its way out.
#[derive(Clone, Copy)]
struct Leaving<'a> {
    request: &'a HttpRequest,
    secrets: &'a [Revealed],
    key: Uuid,
}

impl Leaving<'_> {
    /// The headers and the body of a request.
    fn filled(self, mut call: RequestBuilder) -> RequestBuilder {
        let Self { request, secrets, key } = self;
        let is_secret = |name: &str| secrets.iter().any(|secret| secret.header.as_str().eq_ignore_ascii_case(name));
        for (name, value) in &request.headers {
            if !FORBIDDEN_HEADERS.contains(&name.to_lowercase().as_str()) && !is_secret(name) {
                call = call.header(name, value);
            }
        }
        for secret in secrets.iter().filter(|secret| !FORBIDDEN_HEADERS.contains(&secret.header.as_str())) {
            call = call.header(&secret.header, &secret.value);
        }
        if !request.method.is_safe() {
            call = call.header("idempotency-key", key.to_string());
        }
        if let Some(body) = &request.body {
            if !request.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
                call = call.header("content-type", "application/json");
            }
            call = call.body(body.clone());
        }
        call
    }
}

/// The body as JSON, or as text where it is none that can be kept. Nothing is unpacked, so what counts is what comes over
/// the wire.
async fn bounded_body(mut response: Response, limit: Duration) -> Result<Value, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error, limit))? {
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(Failure::lasting("服务的回答超过 1 MiB", "the service's answer is larger than 1 MiB"));
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    Ok(read_value(&bytes).unwrap_or_else(|| Value::String(String::from_utf8_lossy(&bytes).into_owned())))
}

fn plain() -> ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        .user_agent(concat!("heliu/", env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
