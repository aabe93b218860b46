//! What a conversation is to the people who watch it: status, hand-off packet, the path it took.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Feeling, NodeId, PortId, TeamKey, Texts, VarName};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
pub type Moment = i64;

/// Where a conversation stands, as customers' windows and desks see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is the customer's turn, or a step is at work.
    #[default]
    Waiting,
    /// In line for an agent.
    Queued,
    /// An agent talks.
    WithAgent,
    /// Over.
    Ended,
}

/// What an agent gets with a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HandOffPacket {
    /// The team it goes to.
    pub team: TeamKey,
    /// Why, in the flow's words.
    pub reason: String,
    /// `normal` or `high`.
    #[serde(default)]
    pub priority: String,
    /// The details collected so far.
    pub details: BTreeMap<VarName, Value>,
    /// Names of details on the screens.
    #[serde(default)]
    pub labels: BTreeMap<VarName, Texts>,
    /// The steps it came through, oldest first, titles in the flow's languages.
    pub path: Vec<Texts>,
    /// How the customer feels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Feeling>,
}

/// One visit of a node in the trace of a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// The flow, by key: sub-flows are traced too.
    pub flow: String,
    /// The node.
    pub node: NodeId,
    /// Which visit of this node it is, from 1.
    pub visit: u32,
    /// What happened.
    pub mark: Mark,
    /// Why: rule, scores, error; in both languages.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub why: Texts,
    /// Variables this visit changed, with their new values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changed: BTreeMap<VarName, Value>,
}

/// How a visit of a node ended, for now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It left by this port.
    Left(PortId),
    /// It waits: for the customer, an effect, a timer or an agent.
    Waits,
    /// It jumped to another node.
    Jumped(NodeId),
    /// It called or returned from another flow.
    Called(String),
    /// The conversation, or the sub-flow, ended here with this result.
    Ended(String),
    /// It failed and nothing caught it.
    Failed,
}
