//! What a talk expects, against what happened: words, hand-offs, values, the end.

use model::Content;
use serde_json::Value;

use super::Player;
use crate::pattern;
use crate::report::Mismatch;

/// What the customer and the desk saw and no line has expected yet.
pub(super) enum Heard {
    Said(Content),
    HandedOff(String),
}

impl Player<'_> {
    pub(super) fn expect_said(&mut self, expected: &str) -> Result<(), Mismatch> {
        match self.heard.pop_front() {
            Some(Heard::Said(content)) if says(&content, expected) => Ok(()),
            Some(heard) => Err(Mismatch::new(Some(heard.as_line()), "机器人说的不一样", "the bot says something else")),
            None => Err(Mismatch::new(None, "机器人没有说话", "the bot says nothing")),
        }
    }

    pub(super) fn expect_hand_off(&mut self, team: &str) -> Result<(), Mismatch> {
        match self.heard.pop_front() {
            Some(Heard::HandedOff(to)) if pattern::matches(team, &to) => Ok(()),
            Some(heard) => Err(Mismatch::new(Some(heard.as_line()), "没有转到这个组", "it is not handed to this team")),
            None => Err(Mismatch::new(None, "没有转人工", "it is not handed off")),
        }
    }

    pub(super) fn expect_used(&self, at: usize) -> Result<(), Mismatch> {
        if self.is_used[at] {
            return Ok(());
        }
        Err(Mismatch::new(None, "流程没有用到这一行", "the flow did not ask for this line"))
    }

    /// What `mood`, `mood.score`, `mood.upset` or `mood.trend` is; nothing for any other name.
    fn feeling(&self, name: &str) -> Value {
        let feeling = serde_json::to_value(self.state.feeling().unwrap_or_default()).unwrap_or(Value::Null);
        match name.strip_prefix("mood") {
            Some("") => feeling["emotion"].clone(),
            Some(field) => feeling.get(field.trim_start_matches('.')).cloned().unwrap_or(Value::Null),
            None => Value::Null,
        }
    }

    pub(super) fn expect_value(&self, name: &str, expected: &Value) -> Result<(), Mismatch> {
        let value = self.state.values().and_then(|values| values.get(name));
        let actual = match (name, value) {
            ("conversation.status", _) => serde_json::to_value(self.state.status).unwrap_or(Value::Null),
            ("conversation.result", _) => self.state.result.clone().map_or(Value::Null, Value::String),
            ("conversation.priority", _) => {
                self.packet.as_ref().map_or(Value::Null, |packet| packet.priority.as_str().into())
            }
            (_, Some(value)) => value.clone(),
            (_, None) => self.feeling(name),
        };
        if is_same(&actual, expected) {
            return Ok(());
        }
        Err(Mismatch::new(
            Some(format!("expect: {name} = {actual}")),
            "变量的值不一样",
            "the variable has another value",
        ))
    }

    pub(super) fn expect_end(&mut self, result: Option<&str>) -> Result<(), Mismatch> {
        self.nothing_is_left()?;
        if !self.state.is_over() {
            return Err(Mismatch::new(None, "会话没有结束", "the conversation is not over"));
        }
        let actual = self.state.result.as_deref().unwrap_or_default();
        match result {
            Some(result) if result != actual => Err(Mismatch::new(
                Some(format!("end: {actual}")),
                "会话以另一个结果结束",
                "the conversation ends with another result",
            )),
            _ => Ok(()),
        }
    }

    /// Everything that was said has been expected.
    pub(super) fn nothing_is_left(&self) -> Result<(), Mismatch> {
        if self.heard.is_empty() {
            return Ok(());
        }
        let lines: Vec<_> = self.heard.iter().map(Heard::as_line).collect();
        Err(Mismatch::new(
            Some(lines.join("\n")),
            "这里还发生了剧本里没有写的事",
            "something happens here that the talk does not say",
        ))
    }
}

impl Heard {
    /// As a line of a talk would write it.
    fn as_line(&self) -> String {
        match self {
            Self::Said(content) => format!("bot:      {}", content.as_text().replace('\n', "\n          ")),
            Self::HandedOff(team) => format!("hand-off: {team}"),
        }
    }
}

/// Does the bot say what is expected? Buttons may be left out of the expectation.
fn says(content: &Content, expected: &str) -> bool {
    let plain = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let expected = plain(expected);
    if pattern::matches(&expected, &plain(&content.as_text())) {
        return true;
    }
    matches!(content, Content::Choices { text, .. } if pattern::matches(&expected, &plain(text)))
}

/// 3 and 3.0 are the same number; everything else is the same when it is equal.
fn is_same(actual: &Value, expected: &Value) -> bool {
    match (actual.as_f64(), expected.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        // `expect: phone = 13800138000` means the text of the digits, too.
        _ => {
            let written = expected.to_string();
            actual == expected || actual.as_str() == Some(written.as_str())
        }
    }
}
