//! The customer's doors: opening a conversation, writing, catching up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use channels::resume;
use channels::web::{self, Refusal};
use model::{FlowKey, Language, Message, Status, VarName};
use runtime::{Answered, Opening};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::chat_stream;
use crate::accept::{Client, Peer};
use crate::app::App;
use crate::body::Body;
use crate::error::{ApiError, Result};
use crate::unambiguous::Unambiguous;

/// Values a caller may give, and how large they may be together.
const MAX_VALUES: usize = 50;
const MAX_VALUES_BYTES: usize = 16 * 1024;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open)).routes(routes!(say, after))
}

#[derive(Deserialize)]
struct Open {
    #[serde(default)]
    flow: Option<FlowKey>,
    #[serde(default)]
    language: Option<Language>,
    #[serde(default)]
    variables: Option<BTreeMap<VarName, Value>>,
    #[serde(default)]
    customer: Option<Customer>,
}

#[derive(Deserialize)]
struct Customer {
    #[serde(default)]
    name: Option<String>,
}

/// Opens a conversation.
#[utoipa::path(post, path = "/api/chat/{channel}/conversations", tag = "customer", request_body = Value, responses((status = 201, body = Value)))]
async fn open(
    State(app): State<App>,
    Path(channel): Path<String>,
    Extension(Client(address)): Extension<Client>,
    headers: HeaderMap,
    Body(wanted): Body<Open>,
) -> Result<Response> {
    within(app.openings.take(address), &app)?;
    let values = wanted.variables.unwrap_or_default();
    let bytes: usize = values.iter().map(|(name, value)| name.as_str().len() + value.to_string().len()).sum();
    if values.len() > MAX_VALUES || bytes > MAX_VALUES_BYTES {
        return Err(refused(Refusal::TooLong));
    }
    let opening = Opening {
        channel,
        flow: wanted.flow,
        language: wanted.language.or_else(|| asked_language(&headers)),
        values,
        customer: wanted.customer.and_then(|customer| customer.name).unwrap_or_default(),
    };
    let opened = app.engine.open(app.workspace, opening).await?;
    let body = New { id: opened.id, token: opened.token, answered: shown(opened.answered) };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// A customer's message; answers when the turn is done. The same id again gets the same answer again. With
/// `collecting_ms` the message is accepted, and the flow waits so long for another before it answers: the reply comes
/// by `after`.
#[utoipa::path(post, path = "/api/chat/conversations/{id}/messages", tag = "customer", request_body = Value, responses((status = 200, body = Value), (status = 409), (status = 413), (status = 429)))]
async fn say(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(Unambiguous(payload)): Body<Unambiguous>,
) -> Result<Response> {
    let token = bearer(&headers).ok_or_else(no_token)?;
    within(app.messages.take((&id, token)), &app)?;
    let incoming = web::read(&payload).map_err(refused)?;
    let answered = app.engine.say(&id, token, &incoming.id, incoming.input).await?;
    Ok(Json(shown(answered)).into_response())
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: Option<String>,
    /// Seconds to wait for news.
    #[serde(default)]
    wait: Option<String>,
    #[serde(default)]
    token: Option<String>,
}

/// What was said after a number; as `text/event-stream` or WebSocket, also what comes later. With `wait`, an answer
/// without messages is held back until there are some, or so many seconds have passed.
#[utoipa::path(get, path = "/api/chat/conversations/{id}/messages", tag = "customer", params(("after" = Option<i64>, Query), ("wait" = Option<u64>, Query)), responses((status = 200, body = Value)))]
async fn after(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(wanted): Query<After>,
    Extension(peer): Extension<Arc<Peer>>,
    headers: HeaderMap,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let after = wanted.after.as_deref().and_then(resume::position).unwrap_or(0);
    let token = bearer(&headers).map(str::to_owned).or(wanted.token);
    if let Ok(upgrade) = upgrade {
        return Ok(chat_stream::by_socket(&app, peer, upgrade, id, token, after));
    }
    let token = token.ok_or_else(no_token)?;
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/event-stream") {
        // A browser that comes back asks at the old address, and says here how far it was.
        let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
        return chat_stream::by_events(&app, id, token, last.and_then(resume::position).unwrap_or(after)).await;
    }
    if let Some(wait) = wanted.wait.and_then(|wait| wait.parse().ok()).filter(|wait| *wait > 0) {
        return chat_stream::by_waiting(&app, id, token, after, wait).await;
    }
    let answered = app.engine.catch_up(&id, &token, after).await?;
    Ok(Json(shown(answered)).into_response())
}

/// An answer as customers get it.
#[derive(Serialize)]
pub(crate) struct Shown {
    seq: i64,
    messages: Vec<Message>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    collecting_ms: Option<i64>,
}

/// A conversation that was just opened, with its first answer.
#[derive(Serialize)]
struct New {
    id: String,
    token: String,
    #[serde(flatten)]
    answered: Shown,
}

/// An answer as customers get it.
pub(crate) fn shown(answered: Answered) -> Shown {
    let Answered { seq, messages, status, collecting_ms } = answered;
    Shown { seq, messages: messages.into_iter().map(web::for_customer).collect(), status, collecting_ms }
}

/// Why a payload is no message.
pub(crate) fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Id => ApiError::not_valid(
            format!("请给消息一个 id（最多 {} 个字符）", web::MAX_ID_CHARS),
            format!("give the message an id of at most {} characters", web::MAX_ID_CHARS),
        ),
        Refusal::Input => {
            ApiError::not_valid("请发送 text、choice、form 或 file 中的一个", "send one of text, choice, form or file")
        }
        Refusal::Empty => {
            ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "empty-message", "消息是空的", "the message is empty")
        }
        Refusal::TooLong => ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "message-too-long",
            format!("消息太长，最多 {} 个字符", web::MAX_TEXT_CHARS),
            format!("the message is too long; the limit is {} characters", web::MAX_TEXT_CHARS),
        )
        .detail("请分成几条发送", "send it in parts")
        .with("limit", web::MAX_TEXT_CHARS),
        Refusal::Address => ApiError::not_valid(
            "文件地址必须以 http:// 或 https:// 开头",
            "a file's address begins with http:// or https://",
        ),
    }
}

/// The token says who the customer is, not a cookie: the pages of any site may ask.
pub(crate) async fn from_anywhere(request: Request, next: Next) -> Response {
    let is_question = request.method() == Method::OPTIONS;
    let mut response = if is_question { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if is_question {
        let allowed =
            HeaderValue::from_static("authorization, content-type, accept-language, cache-control, last-event-id");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// Passes on what is within its rate; the rest is refused before anything is accepted.
fn within(taken: std::result::Result<(), Duration>, app: &App) -> Result<()> {
    taken.map_err(|wait| {
        app.engine.measure().requests_refused.add_one();
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too-fast", "发送得太快", "that is too fast")
            .detail("请稍等片刻再发", "wait a moment, then send it again")
            .with("retry_ms", u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then_some(token.trim())
}

fn asked_language(headers: &HeaderMap) -> Option<Language> {
    let asked = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let code = asked.split([',', ';', '-']).next()?.trim().to_lowercase();
    (!code.is_empty() && code != "*").then_some(Language(code))
}

fn no_token() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "no-token", "缺少对话的令牌", "the conversation's token is missing")
        .detail("请在 Authorization 里用 Bearer 发送", "send it in Authorization as Bearer")
}
