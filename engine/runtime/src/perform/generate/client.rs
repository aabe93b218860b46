//! One exchange with an endpoint: guarded like any call, read as it comes, bounded in time and size. Whatever the
//! endpoint does ends in an answer or in words for the author.

use std::time::Duration;

use model::{ModelProvider, Texts};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::stream::Events;
use super::wire::Draft;
use super::{Heard, Hearing};
use crate::perform::call::Caller;
use crate::perform::failure::{Failure, Means};
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

/// No answer came.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) why: Texts,
    pub(super) means: After,
    /// The endpoint's words about a request it did not take.
    pub(super) refusal: Option<String>,
    /// What had come in when it went wrong.
    pub(super) draft: Option<Box<Draft>>,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The same endpoint will say the same.
    NotAgain,
    /// The same endpoint may answer, not before this.
    Again(Duration),
}

impl Trouble {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { why: Texts::new(zh, en), means: After::NotAgain, refusal: None, draft: None }
    }

    fn again(self, after: Duration) -> Self {
        Self { means: After::Again(after), ..self }
    }

    fn with(self, draft: Draft) -> Self {
        Self { draft: Some(Box::new(draft)), ..self }
    }
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
    let status = response.status();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header(CONTENT_TYPE).to_lowercase();
    let length: usize = header(CONTENT_LENGTH).parse().unwrap_or(0);
    let pause = retry_after(header(RETRY_AFTER), now);
    if !status.is_success() {
        let words = refusal(&mut response).await;
        return Err(refused(status, &kind, &words, pause, endpoint));
    }
    if kind.starts_with("text/html") {
        return Err(a_page());
    }
    let mut bytes = Vec::new();
    if length > MAX_BODY_BYTES {
        return Err(too_large());
    }
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
    let status = response.status();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header(CONTENT_TYPE).to_lowercase();
    let length: usize = header(CONTENT_LENGTH).parse().unwrap_or(0);
    let pause = retry_after(header(RETRY_AFTER), now);
    if !status.is_success() {
        let words = timeout_at(times.first, refusal(&mut response)).await.unwrap_or_default();
        return Err(refused(status, &kind, &words, pause, endpoint));
    }
    if kind.starts_with("text/html") {
        return Err(a_page());
    }
    if length > MAX_BODY_BYTES {
        return Err(too_large());
    }
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

fn refused(status: StatusCode, kind: &str, words: &str, pause: Option<Duration>, endpoint: Endpoint<'_>) -> Trouble {
    let code = status.as_u16();
    let said = if kind.starts_with("text/html") { String::new() } else { shown(&message(words), endpoint.key) };
    match code {
        // What the endpoint says here may hold a part of the key.
        401 | 403 if endpoint.key.is_none() => Trouble::new(
            format!("模型服务要求密钥（{code}），还没有填写"),
            format!("the endpoint wants a key ({code}), and none is set"),
        ),
        401 | 403 => Trouble::new(
            format!("密钥不对，或者没有使用这个模型的权限（{code}）"),
            format!("the key is wrong, or may not use this model ({code})"),
        ),
        300..=399 => Trouble::new(
            format!("地址转到了别处（{code}），请填写最终的地址"),
            format!("the address redirects ({code}); enter the final one"),
        ),
        404 => Trouble::new(
            format!("没有这个地址或模型（404）：{said}。请检查地址（通常以 /v1 结尾）和模型名称"),
            format!(
                "no such address or model (404): {said}; check the address, which mostly ends in /v1, and the model's name"
            ),
        ),
        429 => Trouble::new(
            format!("模型服务说请求太多或额度用完（429）：{said}"),
            format!("the endpoint says there were too many requests or the quota is used up (429): {said}"),
        )
        .again(pause.unwrap_or(Duration::from_millis(500))),
        500..=599 => {
            Trouble::new(format!("模型服务自身出错（{code}）：{said}"), format!("the endpoint failed ({code}): {said}"))
                .again(pause.unwrap_or(Duration::from_millis(200)))
        }
        _ => Trouble {
            refusal: Some(words.to_owned()),
            ..Trouble::new(
                format!("模型服务不接受这个请求（{code}）：{said}"),
                format!("the endpoint does not take the request ({code}): {said}"),
            )
        },
    }
}

/// What an error body says.
fn message(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let error = value.get("error").unwrap_or(&value);
    let words = error.get("message").or(value.get("message")).and_then(Value::as_str).or(error.as_str());
    words.unwrap_or(body).to_owned()
}

/// Words of an endpoint for people: short, on one line, without the key.
pub(super) fn shown(words: &str, key: Option<&str>) -> String {
    let words = match key {
        Some(key) if !key.is_empty() => words.replace(key, "•••"),
        _ => words.to_owned(),
    };
    crate::turn::shortened(&words, 200)
}

fn not_let_out(failure: Failure) -> Trouble {
    let hint = |zh: &str, en: &str| {
        Texts::new(
            format!("{}。{zh}", failure.why.in_language("zh")),
            format!("{}; {en}", failure.why.in_language("en")),
        )
    };
    let why = hint(
        "本机或内网的模型服务，要由管理员用 --allow-private 主机:端口 放行",
        "an endpoint on this machine or network must be allowed by the operator: --allow-private host:port",
    );
    Trouble { why, means: After::NotAgain, refusal: None, draft: None }
}

fn unreachable(error: &reqwest::Error, limit: Duration) -> Trouble {
    let failure = Failure::of(error, limit);
    let means = if failure.means == Means::NotSent { After::Again(Duration::ZERO) } else { After::NotAgain };
    Trouble { why: failure.why, means, refusal: None, draft: None }
}

fn no_words(provider: &ModelProvider) -> Trouble {
    let seconds = provider.first_token_s.max(1);
    Trouble::new(
        format!("模型在 {seconds} 秒内没有开始回答"),
        format!("the model did not begin to answer within {seconds} s"),
    )
}

fn too_late() -> Trouble {
    Trouble::new("模型服务没有在规定时间内回答", "the endpoint did not answer in time")
}

fn too_slow() -> Trouble {
    Trouble::new("模型没有在规定时间内答完", "the model did not finish its answer in time")
}

fn broke_off() -> Trouble {
    Trouble::new("模型的回答在中途断了", "the model's answer broke off in the middle").again(Duration::from_millis(200))
}

fn endless() -> Trouble {
    Trouble::new(
        "模型的回答远远超过要求的长度，已经停止接收",
        "the model's answer is far longer than it was asked to be; it was cut off",
    )
}

fn too_large() -> Trouble {
    Trouble::new("模型的回答超过 10 MB，没有接收", "the model's answer is larger than 10 MB and was not read")
}

fn a_page() -> Trouble {
    Trouble::new(
        "这个地址回答的是网页，不是模型接口。请检查地址，通常以 /v1 结尾",
        "this address answers with a web page, not as a model; check it, it mostly ends in /v1",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoints_words_never_hold_the_key() {
        let provider = ModelProvider::default();
        let endpoint = Endpoint { provider: &provider, key: Some("sk-canary"), hearing: &|_| {} };

        let refused = |code: u16, words: &str| {
            let status = StatusCode::from_u16(code).expect("a status");
            refused(status, "application/json", words, None, endpoint).why.in_language("en").to_owned()
        };

        assert!(!refused(401, r#"{"error":{"message":"bad key sk-can***"}}"#).contains("sk-can"));
        let said = refused(400, r#"{"error":{"message":"no sk-canary here"}}"#);
        assert!(said.contains("no ••• here") && !said.contains("canary"), "{said}");
    }
}
