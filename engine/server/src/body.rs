//! JSON bodies, with errors in the product's own words.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body as RawBody, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;

use tokio::time::{Instant, timeout_at};

use crate::accept::Peer;
use crate::error::{ApiError, too_large};

/// A body must have come by then; a large one gets a second more for each part that came.
const TIME: Duration = Duration::from_secs(10);
const PART_BYTES: usize = 32 * 1024;
/// As deep as serde_json reads.
const MAX_DEPTH: usize = 128;
const SHORT_BYTES: u64 = 4 * 1024;

/// A JSON body of a known shape. An empty body reads as `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { broken_off() }
        })?;
        read(&bytes).map(Self)
    }
}

/// Reads a JSON body.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    if Depth::default().is_too_much_after(bytes) {
        return Err(too_deep());
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_data() {
            ApiError::not_valid(
                format!("内容不符合要求：{error}"),
                format!("this is not what the address takes: {error}"),
            )
        } else {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "not-json",
                format!("内容不是正确的 JSON：第 {line} 行第 {column} 列"),
                format!("this is not JSON: line {line}, column {column}"),
            )
            .with("line", line)
            .with("column", column)
        }
    })
}

/// Cuts off bodies that trickle, and JSON that is nested too deeply as soon as that shows, whoever reads them.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<Arc<Peer>>().cloned();
    // A short one came with its head, and is thrown away with it.
    let is_long = request.body().size_hint().upper().is_none_or(|bytes| bytes > SHORT_BYTES);
    let version = request.version();
    let progress = Arc::<Progress>::default();
    let told = Arc::clone(&progress);
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let depth = content_type.is_some_and(|kind| kind.contains("json")).then(Depth::default);
    let request = request.map(|body| paced(body, depth, told));
    let mut response = next.run(request).await;
    let is_slow = progress.is_slow.load(Ordering::Relaxed);
    if is_slow {
        response = too_slow().into_response();
    } else if progress.is_too_deep.load(Ordering::Relaxed) {
        response = too_deep().into_response();
    }
    let is_unread = !progress.is_whole.load(Ordering::Relaxed);
    if let (Some(peer), true, true) = (peer, is_unread, is_long || is_slow) {
        // It may still be sending; it should read why that is in vain, and not use the connection again.
        peer.linger();
        if version <= Version::HTTP_11 {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
    response
}

/// How far a body has come.
#[derive(Debug, Default)]
struct Progress {
    is_whole: AtomicBool,
    is_slow: AtomicBool,
    is_too_deep: AtomicBool,
}

fn paced(body: RawBody, depth: Option<Depth>, progress: Arc<Progress>) -> RawBody {
    let begin = Some((body.into_data_stream(), Instant::now() + TIME, 0, depth));
    RawBody::from_stream(stream::unfold(begin, move |begin| {
        let progress = Arc::clone(&progress);
        async move {
            let (mut parts, mut deadline, mut bytes, mut depth) = begin?;
            match timeout_at(deadline, parts.next()).await {
                Ok(Some(Ok(part))) if depth.as_mut().is_some_and(|depth| depth.is_too_much_after(&part)) => {
                    progress.is_too_deep.store(true, Ordering::Relaxed);
                    Some((Err(io::ErrorKind::InvalidData.into()), None))
                }
                Ok(Some(Ok(part))) => {
                    bytes += part.len();
                    while bytes >= PART_BYTES {
                        bytes -= PART_BYTES;
                        deadline += Duration::from_secs(1);
                    }
                    Some((Ok(part), Some((parts, deadline, bytes, depth))))
                }
                Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
                Ok(None) => {
                    progress.is_whole.store(true, Ordering::Relaxed);
                    None
                }
                Err(_) => {
                    progress.is_slow.store(true, Ordering::Relaxed);
                    Some((Err(io::ErrorKind::TimedOut.into()), None))
                }
            }
        }
    }))
}

/// How deep JSON is at a place. serde_json bounds the depth of what it reads, but not of fields that it skips.
#[derive(Debug, Default)]
struct Depth {
    n_open: usize,
    is_text: bool,
    is_escaped: bool,
}

impl Depth {
    /// Goes on reading; is it too deep anywhere in this part?
    fn is_too_much_after(&mut self, part: &[u8]) -> bool {
        for byte in part {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_text => self.is_escaped = true,
                b'"' => self.is_text = !self.is_text,
                b'[' | b'{' if !self.is_text => self.n_open += 1,
                b']' | b'}' if !self.is_text => self.n_open = self.n_open.saturating_sub(1),
                _ => {}
            }
            if self.n_open > MAX_DEPTH {
                return true;
            }
        }
        false
    }
}

fn too_deep() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "too-deep", "内容嵌套得太深", "the body is nested too deeply")
        .detail("请检查内容是否完整、正确", "check that it is what you meant to send")
}

fn too_slow() -> ApiError {
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "内容传得太慢", "the body came too slowly")
        .detail("请检查网络后再试", "check the network and try again")
}

fn broken_off() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "broken-off", "内容没有传完", "the body broke off")
}
