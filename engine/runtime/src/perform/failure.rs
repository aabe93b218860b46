//! Why a call has no reply, and what that means for another try.

use std::time::Duration;

use model::Texts;

/// No reply came.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) why: Texts,
    pub(super) means: Means,
}

/// What a failure says about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// It will be the same next time.
    Lasting,
    /// There was no connection, so the service has seen nothing of it.
    NotSent,
    /// It may have arrived.
    Unknown,
    /// It was not let out: the host is left alone, for this long at least.
    Resting(Duration),
}

impl Failure {
    pub(super) fn lasting(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { why: Texts::new(zh, en), means: Means::Lasting }
    }

    pub(super) fn not_an_address(address: &str) -> Self {
        let short: String = address.chars().take(80).collect();
        Self::lasting(format!("这不是一个网址：{short}"), format!("this is not an address: {short}"))
    }

    /// What the client says went wrong, within the time the step has in all.
    pub(super) fn of(error: &reqwest::Error, limit: Duration) -> Self {
        let seconds = limit.as_secs_f64();
        // A connection that could not be made in time is both: nothing was sent.
        if error.is_connect() {
            return Self {
                why: Texts::new("连接不上服务", "the service cannot be reached"), means: Means::NotSent
            };
        }
        if error.is_builder() {
            return Self::lasting("请求的地址或请求头不正确", "the request's address or headers are not valid");
        }
        let why = if error.is_timeout() {
            Texts::new(
                format!("服务在 {seconds} 秒内没有回答"),
                format!("the service did not answer within {seconds} s"),
            )
        } else {
            Texts::new("服务的回答中断了", "the service's answer broke off")
        };
        Self { why, means: Means::Unknown }
    }
}
