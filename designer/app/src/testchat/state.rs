//! What the server says of a test conversation, and the questions the panel asks of it.

use std::collections::BTreeMap;

use model::{Feeling, HandOffPacket, Mark, Message, Mood, NodeId, Sender, Status, Visit};
use serde::Deserialize;
use serde_json::Value;

/// A test conversation as it stands.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct TestState {
    /// The id for the next calls.
    pub(crate) id: String,
    /// Where it stands.
    pub(crate) status: Status,
    /// Everything said so far.
    #[serde(default)]
    pub(crate) messages: Vec<Message>,
    /// Every visit of a step so far.
    #[serde(default)]
    pub(crate) trace: Vec<Visit>,
    /// What the conversation remembers.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, Value>,
    /// The step it stands on.
    #[serde(default)]
    pub(crate) current: Option<NodeId>,
    /// Who has to act.
    #[serde(default)]
    pub(crate) waiting_for: WaitingFor,
    /// When the next timer fires.
    #[serde(default)]
    pub(crate) timer_due: Option<String>,
    /// Short messages are collected for so long before the flow hears them.
    #[serde(default)]
    pub(crate) collecting_ms: Option<u32>,
    /// What an agent would get.
    #[serde(default)]
    pub(crate) packet: Option<HandOffPacket>,
    /// The moods of the customer's messages, by their numbers.
    #[serde(default)]
    pub(crate) moods: BTreeMap<i64, Mood>,
    /// How the customer feels by now.
    #[serde(default)]
    pub(crate) feeling: Option<Feeling>,
}

/// Who has to act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WaitingFor {
    /// The customer.
    Customer,
    /// Time.
    Timer,
    /// An agent.
    Agent,
    /// Nobody: a step is at work, or it is over.
    #[default]
    #[serde(other)]
    Nothing,
}

impl TestState {
    /// Is there a timer that "skip waiting" can let fire?
    pub(crate) fn has_timer(&self) -> bool {
        self.status != Status::Ended && (self.timer_due.is_some() || self.waiting_for == WaitingFor::Timer)
    }

    /// The last message that can be answered by buttons, if nobody has answered it: its position in the list.
    pub(crate) fn open_question(&self) -> Option<usize> {
        if self.status == Status::Ended {
            return None;
        }
        let last = self.messages.iter().rposition(|message| message.from == Sender::Bot && is_question(message))?;
        let is_answered = self.messages[last + 1..].iter().any(|message| message.from == Sender::Customer);
        (!is_answered).then_some(last)
    }

    /// Why the last visit of this step went as it did, in the reader's language.
    pub(crate) fn why(&self, node: &NodeId, language: &str) -> Option<String> {
        let visit = self.trace.iter().rev().find(|visit| &visit.node == node && !visit.why.is_empty())?;
        Some(visit.why.in_language(language).to_owned())
    }

    /// The visits that failed with nobody to catch them.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &Visit> {
        self.trace.iter().filter(|visit| visit.mark == Mark::Failed)
    }
}

fn is_question(message: &Message) -> bool {
    use model::Content::{Choices, Form, Rating};
    matches!(message.content, Choices { .. } | Form { .. } | Rating { .. })
}

/// A value for people: texts without quotes, everything else as JSON.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use model::Content;

    use super::*;

    #[test]
    fn a_question_is_open_until_the_customer_answers() {
        let mut state = state(vec![
            message(Sender::Bot, Content::Rating { text: "?".into() }),
            message(Sender::System, Content::Notice { text: "!".into() }),
        ]);
        assert_eq!(state.open_question(), Some(0));

        state.messages.push(message(Sender::Customer, Content::text("5")));

        assert_eq!(state.open_question(), None);
    }

    #[test]
    fn an_answer_of_the_server_is_read_with_parts_missing() {
        let state: TestState =
            serde_json::from_str(r#"{ "id": "t1", "status": "queued", "waiting_for": "agent" }"#).expect("valid");

        assert_eq!(state.waiting_for, WaitingFor::Agent);
        assert!(!state.has_timer());
    }

    fn state(messages: Vec<Message>) -> TestState {
        TestState {
            id: "t".into(),
            status: Status::Waiting,
            messages,
            trace: Vec::new(),
            variables: BTreeMap::new(),
            current: None,
            waiting_for: WaitingFor::Customer,
            timer_due: None,
            collecting_ms: None,
            packet: None,
            moods: BTreeMap::new(),
            feeling: None,
        }
    }

    fn message(from: Sender, content: Content) -> Message {
        Message { seq: 1, at: String::new(), from, name: None, content, node: None, client_id: None }
    }
}
