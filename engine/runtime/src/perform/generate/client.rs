//! One exchange with an endpoint: guarded like any call, read as it comes, bounded in time and size. Whatever the
//! endpoint does ends in an answer or in words for the author.

use std::time::Duration;

use model::ModelProvider;
use reqwest::Response;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::stream::Events;
use super::trouble::{
    After, Trouble, a_page, broke_off, endless, no_words, not_let_out, refused, shown, too_large, too_late, too_slow,
    unreachable,
};
use super::wire::Draft;
use super::{Heard, Hearing};
use crate::perform::call::Caller;
use crate::perform::hosts::Call;
use crate::perform::retry::retry_after;

/// Nothing larger is read.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
/// As much of a refusal as is read.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;
/// A stream that is silent for longer has broken off.
const SILENCE: Duration = Duration::from_secs(20);
/// An answer of so many bytes per token it was allowed, and this much more, never ends.
const BYTES_PER_TOKEN: usize = 16;
const BYTES_BESIDES: usize = 16 * 1024;

/// Where to ask, and with what key.
#[derive(Clone, Copy)]
pub(super) struct Endpoint<'a> {
    pub(super) provider: &'a ModelProvider,
    pub(super) key: Option<&'a str>,
    /// Who hears the words as they come.
    pub(super) hearing: Hearing<'a>,
}

/// Sends a request and reads its answer; also how long the first words took.
pub(super) async fn exchange(
    caller: &Caller,
    endpoint: Endpoint<'_>,
    body: &Value,
    max_tokens: u32,
    deadline: Instant,
) -> Result<(Draft, Duration), Trouble> {
    let provider = endpoint.provider;
    (endpoint.hearing)(Heard::Begins);
    let began = Instant::now();
    let first = began + Duration::from_secs(u64::from(provider.first_token_s.max(1)));
    let first = first.min(deadline);
    let accept = "text/event-stream, application/json";
    let (response, call) = match send(caller, endpoint, "chat/completions", accept, body, (began, first)).await? {
        Some(sent) => sent,
        None => return Err(no_words(provider)),
    };
    let bound = max_tokens as usize * BYTES_PER_TOKEN + BYTES_BESIDES;
    let times = Times { began, first, deadline };
    let outcome = read(response, endpoint, times, bound, caller.now()).await;
    match &outcome {
        Err(Trouble { means: After::Again(_), .. }) => call.failed(),
        _ => call.answered(),
    }
    outcome
}

/// Sends a request and reads its whole answer, which is JSON.
pub(super) async fn post(
    caller: &Caller,
    endpoint: Endpoint<'_>,
    path: &str,
    body: &Value,
    deadline: Instant,
) -> Result<Value, Trouble> {
    let times = (Instant::now(), deadline);
    let Some((response, call)) = send(caller, endpoint, path, "application/json", body, times).await? else {
        return Err(too_late());
    };
    let Ok(outcome) = timeout_at(deadline, whole(response, endpoint, caller.now())).await else {
        call.failed();
        return Err(too_late());
    };
    match &outcome {
        Err(Trouble { means: After::Again(_), .. }) => call.failed(),
        _ => call.answered(),
    }
    outcome
}

async fn whole(mut response: Response, endpoint: Endpoint<'_>, now: i64) -> Result<Value, Trouble> {
    accepted(&mut response, endpoint, now, None).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| broke_off())? {
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes)
        .map_err(|_| Trouble::new("地址的回答不是完整的 JSON", "what the address answers is not whole JSON"))
}

/// Sends a request through the host's door; nothing when no head of an answer came in time.
async fn send(
    caller: &Caller,
    endpoint: Endpoint<'_>,
    path: &str,
    accept: &str,
    body: &Value,
    (began, until): (Instant, Instant),
) -> Result<Option<(Response, Call)>, Trouble> {
    let address = format!("{}/{path}", endpoint.provider.base_url.trim_end_matches('/'));
    let (url, client) = caller.target(&address).map_err(not_let_out)?;
    let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0));
    let call = caller.hosts().enter(&host, until).await.map_err(|refused| {
        let why = refused.why(&host);
        Trouble { why, means: After::NotAgain, refusal: None, draft: None }
    })?;
    let mut request = client.post(url).header("content-type", "application/json").body(body.to_string());
    request = request.header("accept", accept);
    if let Some(key) = endpoint.key {
        request = request.bearer_auth(key);
    }
    match timeout_at(until, request.send()).await {
        Err(_) => {
            call.failed();
            Ok(None)
        }
        Ok(Err(error)) => {
            call.failed();
            Err(unreachable(&error, until.duration_since(began)))
        }
        Ok(Ok(response)) => Ok(Some((response, call))),
    }
}

#[derive(Clone, Copy)]
struct Times {
    began: Instant,
    first: Instant,
    deadline: Instant,
}

async fn read(
    mut response: Response,
    endpoint: Endpoint<'_>,
    times: Times,
    bound: usize,
    now: i64,
) -> Result<(Draft, Duration), Trouble> {
    let kind = accepted(&mut response, endpoint, now, Some(times.first)).await?;
    let is_stream = kind.starts_with("text/event-stream");
    let (mut draft, mut events, mut whole) = (Draft::default(), Events::default(), Vec::new());
    let (mut n_bytes, mut first_words, mut n_told) = (0, None, 0);
    loop {
        let until = match first_words {
            None => times.first,
            Some(_) => times.deadline.min(Instant::now() + SILENCE),
        };
        let chunk = match timeout_at(until, response.chunk()).await {
            Err(_) if first_words.is_none() => return Err(no_words(endpoint.provider)),
            Err(_) => return Err(too_slow().with(draft)),
            Ok(Err(_)) => return Err(broke_off().with(draft)),
            Ok(Ok(None)) => break,
            Ok(Ok(Some(chunk))) => chunk,
        };
        n_bytes += chunk.len();
        if n_bytes > MAX_BODY_BYTES || events.waiting() > MAX_BODY_BYTES / 10 {
            return Err(too_large().with(draft));
        }
        first_words.get_or_insert_with(|| times.began.elapsed());
        if !is_stream {
            whole.extend_from_slice(&chunk);
            continue;
        }
        for data in events.take(&chunk) {
            if data == "[DONE]" {
                draft.is_finished = true;
                return settled(draft, endpoint, first_words);
            }
            take(&mut draft, &data)?;
        }
        if draft.text().len() > n_told {
            (endpoint.hearing)(Heard::Words(&draft.text()[n_told..]));
            n_told = draft.text().len();
        }
        if draft.len() > bound {
            return Err(endless().with(draft));
        }
    }
    if is_stream {
        match events.end().as_deref() {
            Some("[DONE]") => draft.is_finished = true,
            Some(data) => take(&mut draft, data)?,
            None => {}
        }
    } else if whole.iter().all(u8::is_ascii_whitespace) {
        return Err(Trouble::new("模型的回答是空的", "the model's answer is empty").again(Duration::ZERO));
    } else {
        let text = String::from_utf8_lossy(&whole);
        if text.trim_start().starts_with('<') {
            return Err(a_page());
        }
        take(&mut draft, &text)?;
        if draft.len() > bound {
            return Err(endless().with(draft));
        }
    }
    settled(draft, endpoint, first_words)
}

fn take(draft: &mut Draft, data: &str) -> Result<(), Trouble> {
    let is_taken = serde_json::from_str(data).is_ok_and(|piece: Value| draft.take(&piece));
    if is_taken {
        return Ok(());
    }
    Err(Trouble::new(
        "地址的回答不是完整的 JSON，或者不是对话接口的格式",
        "what the address answers is not whole JSON, or not the format of chat completions",
    ))
}

fn settled(draft: Draft, endpoint: Endpoint<'_>, first_words: Option<Duration>) -> Result<(Draft, Duration), Trouble> {
    if let Some(words) = &draft.error {
        let words = shown(words, endpoint.key);
        return Err(Trouble::new(
            format!("模型服务报告错误：{words}"),
            format!("the endpoint reports an error: {words}"),
        )
        .with(draft));
    }
    if !draft.is_finished {
        return Err(broke_off().with(draft));
    }
    Ok((draft, first_words.unwrap_or_default()))
}

/// The kind of an answer that may be read. A refusal's words are waited for until a moment, where there is one.
async fn accepted(
    response: &mut Response,
    endpoint: Endpoint<'_>,
    now: i64,
    until: Option<Instant>,
) -> Result<String, Trouble> {
    let status = response.status();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header(CONTENT_TYPE).to_lowercase();
    let length: usize = header(CONTENT_LENGTH).parse().unwrap_or(0);
    let pause = retry_after(header(RETRY_AFTER), now);
    if !status.is_success() {
        let words = match until {
            Some(until) => timeout_at(until, refusal(response)).await.unwrap_or_default(),
            None => refusal(response).await,
        };
        return Err(refused(status, &kind, &words, pause, endpoint));
    }
    if kind.starts_with("text/html") {
        return Err(a_page());
    }
    if length > MAX_BODY_BYTES {
        return Err(too_large());
    }
    Ok(kind)
}

async fn refusal(response: &mut Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_REFUSAL_BYTES {
            bytes.truncate(MAX_REFUSAL_BYTES);
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
