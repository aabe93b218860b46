//! Where a window goes on that comes back: the number of the last message it has, and the token of its conversation.
//!
//! The number stands in the address (`?after=17`) or in the `Last-Event-ID` of server-sent events (WHATWG HTML, section
//! 9.2). A WebSocket without a token in its address says both in its first frame: `{ "token", "after" }`.

use serde::Deserialize;

/// The first frame of a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// What opens the conversation.
    pub token: String,
    /// The last message the window has; without one, what its address said holds.
    pub after: Option<i64>,
}

/// The number of the last message a window has: decimal digits. Below the first message there is nothing, so a negative
/// number is 0; what is no number says nothing.
pub fn position(said: &str) -> Option<i64> {
    said.trim().parse::<i64>().ok().map(at_least_none)
}

/// Reads the first frame of a WebSocket; nothing where it has no token.
pub fn opening(frame: &str) -> Option<Opening> {
    #[derive(Deserialize)]
    struct First {
        token: String,
        #[serde(default)]
        after: Option<i64>,
    }
    let first: First = serde_json::from_str(frame).ok()?;
    Some(Opening { token: first.token, after: first.after.map(at_least_none) })
}

fn at_least_none(seq: i64) -> i64 {
    seq.max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_a_number_of_a_message_or_nothing() {
        assert_eq!(position("17"), Some(17));
        assert_eq!(position(" 17 "), Some(17));
        assert_eq!(position("-4"), Some(0));
        for said in ["", "latest", "1.5", "0x10", "99999999999999999999"] {
            assert_eq!(position(said), None, "{said:?}");
        }
    }

    #[test]
    fn an_opening_has_a_token_and_may_have_a_position() {
        let opened = |after| Some(Opening { token: "t".to_owned(), after });
        assert_eq!(opening(r#"{"token":"t"}"#), opened(None));
        assert_eq!(opening(r#"{"token":"t","after":null}"#), opened(None));
        assert_eq!(opening(r#"{"token":"t","after":3}"#), opened(Some(3)));
        assert_eq!(opening(r#"{"token":"t","after":-3}"#), opened(Some(0)));
        for frame in ["", "{}", "[]", r#"{"token":7}"#, r#"{"token":"t","after":"3"}"#, r#"{"token":"t","token":"u"}"#]
        {
            assert_eq!(opening(frame), None, "{frame}");
        }
    }
}
