//! Why no answer came from an endpoint, in words for the author, and whether to ask again.

use std::time::Duration;

use model::{ModelProvider, Texts};
use reqwest::StatusCode;
use serde_json::Value;

use super::client::Endpoint;
use super::wire::Draft;
use crate::perform::failure::{Failure, Means};

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
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { why: Texts::new(zh, en), means: After::NotAgain, refusal: None, draft: None }
    }

    pub(super) fn again(self, after: Duration) -> Self {
        Self { means: After::Again(after), ..self }
    }

    pub(super) fn with(self, draft: Draft) -> Self {
        Self { draft: Some(Box::new(draft)), ..self }
    }
}

pub(super) fn refused(
    status: StatusCode,
    kind: &str,
    words: &str,
    pause: Option<Duration>,
    endpoint: Endpoint<'_>,
) -> Trouble {
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

pub(super) fn not_let_out(failure: Failure) -> Trouble {
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

pub(super) fn unreachable(error: &reqwest::Error, limit: Duration) -> Trouble {
    let failure = Failure::of(error, limit);
    let means = if failure.means == Means::NotSent { After::Again(Duration::ZERO) } else { After::NotAgain };
    Trouble { why: failure.why, means, refusal: None, draft: None }
}

pub(super) fn no_words(provider: &ModelProvider) -> Trouble {
    let seconds = provider.first_token_s.max(1);
    Trouble::new(
        format!("模型在 {seconds} 秒内没有开始回答"),
        format!("the model did not begin to answer within {seconds} s"),
    )
}

pub(super) fn too_late() -> Trouble {
    Trouble::new("模型服务没有在规定时间内回答", "the endpoint did not answer in time")
}

pub(super) fn too_slow() -> Trouble {
    Trouble::new("模型没有在规定时间内答完", "the model did not finish its answer in time")
}

pub(super) fn broke_off() -> Trouble {
    Trouble::new("模型的回答在中途断了", "the model's answer broke off in the middle").again(Duration::from_millis(200))
}

pub(super) fn endless() -> Trouble {
    Trouble::new(
        "模型的回答远远超过要求的长度，已经停止接收",
        "the model's answer is far longer than it was asked to be; it was cut off",
    )
}

pub(super) fn too_large() -> Trouble {
    Trouble::new("模型的回答超过 10 MB，没有接收", "the model's answer is larger than 10 MB and was not read")
}

pub(super) fn a_page() -> Trouble {
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
