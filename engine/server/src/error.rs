//! Errors as `application/problem+json`: the one place that chooses status codes and words.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Language, Problem, Texts};
use serde_json::{Map, Value};
use store::disk::Trouble;

use crate::language::CallersLanguage;

/// An answer that says no, in both languages until the caller's is known.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    title: Texts,
    detail: Texts,
    extra: Map<String, Value>,
}

/// A result of a route.
pub(crate) type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// A refusal: a stable code, what is wrong in both languages.
    pub(crate) fn new(status: StatusCode, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status, code, title: Texts::new(zh, en), detail: Texts::default(), extra: Map::new() }
    }

    /// What to do about it.
    pub(crate) fn detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Texts::new(zh, en);
        self
    }

    /// More facts.
    pub(crate) fn with(mut self, name: &str, value: impl serde::Serialize) -> Self {
        self.extra.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    pub(crate) fn not_found(zh: &str, en: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", zh, en)
    }

    pub(crate) fn not_valid(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not-valid", zh, en)
    }

    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "服务内部出错", "something failed inside")
            .detail("请稍后再试；如果一直出现，请查看日志", "try again; if it stays, look at the log")
    }

    /// Problems with a flow.
    pub(crate) fn problems(code: &'static str, zh: &str, en: &str, problems: &[Problem]) -> Self {
        let language = |code: &str| {
            let first = problems.iter().find(|problem| problem.is_error()).or(problems.first());
            first.map(|problem| problem.message.in_language(code).to_owned()).unwrap_or_default()
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en)
            .detail(language("zh"), language("en"))
            .with("problems", problems)
    }

    fn body(&self, language: &Language) -> Response {
        let mut body = self.extra.clone();
        body.insert("type".into(), format!("about:blank#{}", self.code).into());
        body.insert("code".into(), self.code.into());
        body.insert("title".into(), self.title.get(language, &[]).into());
        body.insert("detail".into(), self.detail.get(language, &[]).into());
        body.insert("status".into(), self.status.as_u16().into());
        let mut response = (self.status, Json(Value::Object(body))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.body(&Language::en());
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes errors in the caller's language, those of the router included.
pub(crate) async fn in_callers_language(mut request: Request, next: Next) -> Response {
    let language = CallersLanguage::of(request.headers());
    request.extensions_mut().insert(language.clone());
    let path_is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    if let Some(error) = response.extensions().get::<ApiError>() {
        let mut answer = error.body(language.get());
        for (name, value) in response.headers() {
            answer.headers_mut().entry(name).or_insert(value.clone());
        }
        return answer;
    }
    let is_bare = !response.headers().contains_key(header::CONTENT_TYPE);
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED if path_is_api => ApiError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "这个地址不支持这种请求方法",
            "this address does not take this method",
        )
        .body(language.get()),
        StatusCode::PAYLOAD_TOO_LARGE if is_bare => too_large().body(language.get()),
        _ => response,
    }
}

/// The body is larger than the route takes.
pub(crate) fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "发送的内容太大", "what was sent is too large")
        .detail("请减小内容后再试", "send less")
}

/// What a reader of files cannot read.
impl From<documents::Unreadable> for ApiError {
    fn from(unreadable: documents::Unreadable) -> Self {
        let (why, advice) = (unreadable.why, unreadable.advice);
        Self::not_valid(why.in_language("zh"), why.in_language("en"))
            .detail(advice.in_language("zh"), advice.in_language("en"))
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        if error.trouble() == Trouble::Full {
            return Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "no-space",
                "服务器的磁盘已满，暂时不能接收",
                "the server's disk is full, nothing can be taken in at the moment",
            )
            .detail(
                "这条内容没有保存，请稍后原样再发一次",
                "nothing of this was stored; send the same again in a moment",
            );
        }
        match error {
            store::Error::Closed => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stopping",
                "服务正在重启，请稍后再试",
                "the service is restarting, try again in a moment",
            ),
            store::Error::Stale => Self::new(
                StatusCode::CONFLICT,
                "changed",
                "对话刚刚有了变化，请再试一次",
                "the conversation has just changed, try again",
            ),
            other if other.is_not_text() => {
                Self::not_valid("内容含有无法保存的字符", "this holds a character that cannot be stored")
            }
            error if error.is_outage() => {
                tracing::warn!(%error, "the database does not work");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "database-unavailable",
                    "服务暂时连不上数据库，请稍后再试",
                    "the service cannot reach its database, try again in a moment",
                )
                .detail(
                    "消息没有被接受，请用同一个编号再发",
                    "the message was not accepted; send it again with the same id",
                )
            }
            other => Self::internal(&other),
        }
    }
}

impl From<runtime::Error> for ApiError {
    fn from(error: runtime::Error) -> Self {
        use runtime::Error;
        match error {
            Error::Store(error) => error.into(),
            Error::NotFound => Self::not_found("没有这个对话", "there is no such conversation"),
            Error::NoChannel => {
                Self::new(StatusCode::NOT_FOUND, "no-channel", "没有这个渠道", "there is no such channel")
            }
            Error::NoFlow => Self::new(
                StatusCode::NOT_FOUND,
                "no-flow",
                "这里还没有已发布的流程",
                "no published flow answers here yet",
            )
            .detail("请先发布流程，并在渠道里选用它", "publish a flow and choose it for the channel"),
            Error::Ended => {
                Self::new(StatusCode::CONFLICT, "conversation-ended", "对话已经结束", "the conversation is over")
                    .detail("请开始一个新的对话", "start a new one")
            }
            Error::IdReused => Self::new(
                StatusCode::CONFLICT,
                "message-id-reused",
                "这个消息编号已经用于另一条消息",
                "this message id was used for another message",
            )
            .detail("每条消息请用新的编号", "use a new id for each message"),
            Error::Busy | Error::Elsewhere => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "busy",
                "现在人很多，请稍后再发",
                "too much is going on, try again in a moment",
            ),
            Error::TakenBy(name) => Self::new(
                StatusCode::CONFLICT,
                "taken-by",
                format!("{name} 已经接手了这个对话"),
                format!("{name} has taken this conversation"),
            )
            .with("by", name),
            Error::NotYours => Self::new(
                StatusCode::CONFLICT,
                "not-yours",
                "您还没有接手这个对话",
                "you have not taken this conversation",
            )
            .detail("请先接手", "take it first"),
            Error::NoStart => Self::not_valid("流程没有“开始”步骤", "the flow has no start step"),
            Error::Broken(why) => Self::internal(&why),
            Error::Internal(why) => Self::internal(&why),
        }
    }
}

/// What everything unknown under `/api/` gets.
pub(crate) async fn unknown_route() -> ApiError {
    ApiError::not_found("没有这个地址", "there is nothing at this address")
}
