//! The desk: lists, one conversation, what an agent does with it, presence.

use std::collections::BTreeMap;

use model::{Feeling, HandOffPacket, Message, Mood, Status, Texts, Visit};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Spent, get, post, post_empty, put};

/// Which conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeskList {
    /// In line for an agent.
    Queued,
    /// I talk with them.
    Mine,
    /// The flow talks with them.
    Bot,
    /// Over.
    Done,
}

impl DeskList {
    /// All lists in the order of the screen.
    pub(crate) const ALL: [Self; 4] = [Self::Queued, Self::Mine, Self::Bot, Self::Done];

    /// The word in addresses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Mine => "mine",
            Self::Bot => "bot",
            Self::Done => "done",
        }
    }
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct DeskRow {
    /// The conversation.
    pub(crate) id: String,
    /// How the customer reaches us.
    #[serde(default)]
    pub(crate) channel: String,
    /// The flow it runs on.
    #[serde(default)]
    pub(crate) flow: FlowName,
    /// Where it stands.
    pub(crate) status: Status,
    /// The team it waits for, or is with.
    #[serde(default)]
    pub(crate) team: Option<String>,
    /// A name for the customer.
    #[serde(default)]
    pub(crate) customer: String,
    /// What it is about.
    #[serde(default)]
    pub(crate) topic: Option<String>,
    /// The newest message.
    #[serde(default)]
    pub(crate) last: Option<LastMessage>,
    /// Since when the customer waits for an answer, RFC 3339.
    #[serde(default)]
    pub(crate) waiting_since: Option<String>,
    /// Who talks with them.
    #[serde(default)]
    pub(crate) agent: Option<String>,
    /// `normal` or `high`.
    #[serde(default)]
    pub(crate) priority: Option<String>,
    /// How the customer feels.
    #[serde(default)]
    pub(crate) mood: Option<Feeling>,
}

/// A flow by key and name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct FlowName {
    /// The key.
    #[serde(default)]
    pub(crate) key: String,
    /// The name.
    #[serde(default)]
    pub(crate) name: Texts,
}

/// The newest message of a conversation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct LastMessage {
    /// Who said it.
    pub(crate) from: model::Sender,
    /// What.
    #[serde(default)]
    pub(crate) text: String,
    /// When, RFC 3339.
    #[serde(default)]
    pub(crate) at: String,
}

/// How many conversations each list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct DeskCounts {
    /// In line.
    #[serde(default)]
    pub(crate) queued: u64,
    /// Mine.
    #[serde(default)]
    pub(crate) mine: u64,
    /// With the bot.
    #[serde(default)]
    pub(crate) bot: u64,
    /// Over.
    #[serde(default)]
    pub(crate) done: u64,
}

impl DeskCounts {
    /// How many this list has.
    pub(crate) fn of(&self, list: DeskList) -> u64 {
        match list {
            DeskList::Queued => self.queued,
            DeskList::Mine => self.mine,
            DeskList::Bot => self.bot,
            DeskList::Done => self.done,
        }
    }
}

/// A conversation in a few lines, by a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct WrittenSummary {
    /// The lines.
    pub(crate) text: String,
}

/// One conversation with all an agent gets to know.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct DeskDetail {
    /// Is it summed up without asking?
    #[serde(default)]
    pub(crate) sums_up: bool,
    /// What a model wrote about it as it was handed over.
    #[serde(default)]
    pub(crate) written_summary: Option<WrittenSummary>,
    /// What models have cost in it.
    #[serde(default)]
    pub(crate) models: Spent,
    /// Its line.
    pub(crate) row: DeskRow,
    /// Everything said.
    #[serde(default)]
    pub(crate) messages: Vec<Message>,
    /// What the flow hands over.
    #[serde(default)]
    pub(crate) packet: Option<HandOffPacket>,
    /// The steps it came through.
    #[serde(default)]
    pub(crate) trace: Vec<Visit>,
    /// The flow's id, for the link.
    #[serde(default)]
    pub(crate) flow_id: Option<String>,
    /// The version it runs on.
    #[serde(default)]
    pub(crate) version: Option<u64>,
    /// What it remembers.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, Value>,
    /// What values that stand for something are called, by their variables.
    #[serde(default)]
    pub(crate) value_names: BTreeMap<String, Texts>,
    /// The moods of the customer's messages, by their numbers.
    #[serde(default)]
    pub(crate) moods: BTreeMap<i64, Mood>,
}

/// What the server tells the desk by itself.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum DeskEvent {
    /// A conversation stands elsewhere.
    Changed {
        /// Which.
        conversation: String,
    },
    /// Something was said.
    Message {
        /// Where.
        conversation: String,
        /// What.
        message: Message,
    },
    /// The customer is typing.
    Typing {
        /// Where.
        conversation: String,
    },
    /// The answer to our ping, or what a newer server says.
    #[serde(other)]
    Other,
}

/// Is an agent there?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Presence {
    /// Gets new conversations.
    Online,
    /// Keeps theirs, gets no new ones.
    Busy,
    /// Not there.
    #[default]
    Offline,
}

/// Presence as the API carries it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct PresenceInfo {
    /// The agent's own.
    pub(crate) status: Presence,
}

/// The conversations of a list.
pub(crate) async fn desk_rows(list: DeskList) -> Answer<Vec<DeskRow>> {
    get(&format!("/api/desk/conversations?list={}", list.name())).await
}

/// How many each list has.
pub(crate) async fn desk_counts() -> Answer<DeskCounts> {
    get("/api/desk/counts").await
}

/// One conversation.
pub(crate) async fn desk_detail(id: &str) -> Answer<DeskDetail> {
    get(&format!("/api/desk/conversations/{id}")).await
}

/// Takes it; `taken-by` when a colleague was quicker.
pub(crate) async fn take(id: &str) -> Answer<DeskDetail> {
    post_empty(&format!("/api/desk/conversations/{id}/take")).await
}

/// Says something to the customer. The same `message_id` twice is one message.
pub(crate) async fn reply(id: &str, message_id: &str, text: &str) -> Answer<Value> {
    post(&format!("/api/desk/conversations/{id}/messages"), &serde_json::json!({ "id": message_id, "text": text }))
        .await
}

/// Gives the conversation back to the flow.
pub(crate) async fn hand_back(id: &str, note: &str) -> Answer<DeskDetail> {
    post(&format!("/api/desk/conversations/{id}/hand-back"), &serde_json::json!({ "note": note })).await
}

/// Ends the conversation.
pub(crate) async fn end_conversation(id: &str, summary: &str) -> Answer<DeskDetail> {
    post(&format!("/api/desk/conversations/{id}/end"), &serde_json::json!({ "summary": summary })).await
}

/// Am I there?
pub(crate) async fn presence() -> Answer<PresenceInfo> {
    get("/api/desk/presence").await
}

/// Says whether I am there.
pub(crate) async fn set_presence(status: Presence) -> Answer<Value> {
    put("/api/desk/presence", &PresenceInfo { status }).await
}
