//! What went wrong with a call, in words a person can act on.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::i18n::{UiLanguage, begun, language_now};

/// A refused or failed call: the server's problem+json, or our own words when nothing came back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    /// A stable name, for example `draft-changed`; `offline` when the server was not reached.
    pub(crate) code: String,
    /// What went wrong.
    pub(crate) title: String,
    /// What to do.
    pub(crate) detail: String,
    /// The HTTP status; 0 when the server was not reached.
    pub(crate) status: u16,
    /// Everything else the server said.
    pub(crate) extra: Map<String, Value>,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    code: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl ApiError {
    /// The server's refusal: its own words where the body has them.
    pub(crate) fn refused(status: u16, body: &str) -> Self {
        match serde_json::from_str::<Problem>(body) {
            Ok(problem) if !problem.title.is_empty() => {
                let Problem { code, title, detail, extra } = problem;
                Self { code, title: begun(title), detail: begun(detail), status, extra }
            }
            _ => Self::own(
                "unexpected",
                status,
                ("服务器没有按预期回答", "The server did not answer as expected"),
                {
                    let code = status.to_string();
                    (format!("状态 {code}。请稍后再试。"), format!("Status {code}. Please try again in a moment."))
                },
            ),
        }
    }

    /// The server was not reached.
    pub(crate) fn offline(cause: &str) -> Self {
        Self::own("offline", 0, ("连不上服务器", "The server cannot be reached"), {
            (format!("请检查网络，然后重试。（{cause}）"), format!("Check the connection, then try again. ({cause})"))
        })
    }

    /// The server answered something that we cannot read.
    pub(crate) fn unreadable(status: u16, cause: &str) -> Self {
        Self::own("unreadable", status, ("读不懂服务器的回答", "The server's answer cannot be read"), {
            (
                format!("请刷新页面，页面可能比服务器旧。（{cause}）"),
                format!("Reload the page: it may be older than the server. ({cause})"),
            )
        })
    }

    fn own(code: &str, status: u16, title: (&str, &str), detail: (String, String)) -> Self {
        let (title, detail) = match language_now() {
            UiLanguage::Zh => (title.0, detail.0),
            UiLanguage::En => (title.1, detail.1),
        };
        Self { code: code.to_owned(), title: title.to_owned(), detail, status, extra: Map::new() }
    }

    /// Is this refusal the one with this name?
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Something else the server said, read as `T`.
    pub(crate) fn said<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.extra.get(name)?.clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_kept_with_everything_else_it_said() {
        let body = r#"{"type":"about:blank#taken-by","code":"taken-by","title":"taken by Li","status":409,"detail":"已被接待","by":"Li"}"#;

        let error = ApiError::refused(409, body);

        assert!(error.is("taken-by"));
        assert_eq!((error.title.as_str(), error.detail.as_str()), ("Taken by Li", "已被接待"));
        assert_eq!(error.said::<String>("by").as_deref(), Some("Li"));
    }

    #[test]
    fn a_refusal_without_words_gets_ours() {
        let error = ApiError::refused(502, "<html>bad gateway</html>");

        assert!(error.is("unexpected"));
        assert!(error.detail.contains("502"));
    }
}
