//! Calling a service: guarded, bounded in time and size, repeated only where that is harmless.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use interpreter::{Answer, HttpReply, HttpRequest};
use model::Texts;
use reqwest::{Client, ClientBuilder, Method, redirect};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::egress::{Egress, NotLinkLocal, PublicOnly};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const LONGEST_MS: u64 = 30_000;
const MAX_BODY_BYTES: usize = 1024 * 1024;
const MAX_RETRIES: u32 = 5;
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
    public: Client,
    allowed: Client,
    own_address: OnceLock<SocketAddr>,
}

impl Caller {
    /// A way out with these permissions.
    pub(crate) fn new(egress: Egress) -> Result<Self, reqwest::Error> {
        Ok(Self {
            egress,
            public: plain().dns_resolver(Arc::new(PublicOnly)).build()?,
            allowed: plain().dns_resolver(Arc::new(NotLinkLocal)).build()?,
            own_address: OnceLock::new(),
        })
    }

    /// Says where the product itself listens, for its demo service.
    pub(crate) fn set_own_address(&self, address: SocketAddr) {
        let _ = self.own_address.set(address);
    }

    /// Calls, again where it may, and answers with the reply or with why there is none.
    pub(crate) async fn call(&self, request: &HttpRequest, key: Uuid) -> Answer {
        let retries = if request.at_most_once { 0 } else { request.retries.min(MAX_RETRIES) };
        let mut attempt = 0;
        loop {
            let outcome = self.attempt(request, key).await;
            let is_worth_repeating = match &outcome {
                Ok(reply) => reply.status >= 500,
                Err(failure) => failure.is_passing,
            };
            if !is_worth_repeating || attempt >= retries {
                return match outcome {
                    Ok(reply) => Answer::Replied(reply),
                    Err(failure) => Answer::Failed { why: failure.why },
                };
            }
            tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, request: &HttpRequest, key: Uuid) -> Result<HttpReply, Failure> {
        let (url, client) = self.target(&request.url)?;
        let method = Method::from_bytes(request.method.as_str().as_bytes()).unwrap_or(Method::GET);
        let limit = Duration::from_millis(request.timeout_ms.clamp(1, LONGEST_MS));
        let mut call = client.request(method, url).timeout(limit);
        for (name, value) in &request.headers {
            if !FORBIDDEN_HEADERS.contains(&name.to_lowercase().as_str()) {
                call = call.header(name, value);
            }
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
        let mut response = call.send().await.map_err(|error| Failure::of(&error, limit))?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error, limit))? {
            if bytes.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(Failure::lasting("服务的回答超过 1 MiB", "the service's answer is larger than 1 MiB"));
            }
            bytes.extend_from_slice(&chunk);
        }
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Ok(HttpReply { status, body: if bytes.is_empty() { Value::Null } else { body } })
    }

    fn target(&self, address: &str) -> Result<(Url, &Client), Failure> {
        if let Some(path) = address.strip_prefix(DEMO) {
            let own = self
                .own_address
                .get()
                .ok_or_else(|| Failure::lasting("演示服务没有运行", "the demo service is not running"))?;
            let path = path.trim_start_matches('/');
            let url = Url::parse(&format!("http://{own}/demo/api/{path}")).map_err(|_| not_an_address(address))?;
            return Ok((url, &self.allowed));
        }
        let url = Url::parse(address).map_err(|_| not_an_address(address))?;
        self.egress.check(&url).map_err(|why| {
            Failure::lasting(format!("不允许访问这个地址：{}", url.host_str().unwrap_or_default()), why)
        })?;
        let client = if self.egress.is_allowed(&url) { &self.allowed } else { &self.public };
        Ok((url, client))
    }
}

/// No call came through.
#[derive(Debug)]
struct Failure {
    why: Texts,
    /// May it be different next time?
    is_passing: bool,
}

impl Failure {
    fn lasting(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { why: Texts::new(zh, en), is_passing: false }
    }

    fn of(error: &reqwest::Error, limit: Duration) -> Self {
        let seconds = limit.as_secs_f64();
        let why = if error.is_timeout() {
            Texts::new(
                format!("服务在 {seconds} 秒内没有回答"),
                format!("the service did not answer within {seconds} s"),
            )
        } else if error.is_connect() {
            Texts::new("连接不上服务", "the service cannot be reached")
        } else if error.is_builder() {
            return Self::lasting("请求的地址或请求头不正确", "the request's address or headers are not valid");
        } else {
            Texts::new("服务的回答中断了", "the service's answer broke off")
        };
        Self { why, is_passing: true }
    }
}

fn not_an_address(address: &str) -> Failure {
    let short: String = address.chars().take(80).collect();
    Failure::lasting(format!("这不是一个网址：{short}"), format!("this is not an address: {short}"))
}

fn plain() -> ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(concat!("heliu/", env!("CARGO_PKG_VERSION")))
}
