//! What a step asks the world to do: plain data, performed by the runtime in order.

use std::collections::BTreeMap;

use model::{Content, DetailKey, HandOffPacket, IntentKey, LibraryKey, Moment, NodeId, SecretHeader};
use serde::{Deserialize, Serialize};

use crate::Task;

/// The id of an effect that is answered: `e1`, `e2`, … in the order of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectId(pub String);

/// The id of a timer: `t1`, `t2`, … in the order of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimerId(pub String);

/// One thing to do. Those with an `id` are asked: the conversation goes on when [`crate::Event::Done`] answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Say something to the customer.
    Say {
        /// What.
        content: Content,
        /// The step that says it.
        node: NodeId,
    },
    /// Recognise intents in a text; answered by `Answer::Recognised`.
    Recognise {
        /// Answer with it.
        id: EffectId,
        /// The customer's words.
        text: String,
        /// The intents that compete.
        intents: Vec<IntentKey>,
    },
    /// Search libraries; answered by `Answer::Found`.
    Search {
        /// Answer with it.
        id: EffectId,
        /// The question.
        query: String,
        /// Where to look; empty means everywhere.
        libraries: Vec<LibraryKey>,
        /// At most this many.
        limit: usize,
    },
    /// Look for the workspace's own details in sentences; answered by `Answer::Extracted`.
    Extract {
        /// Answer with it.
        id: EffectId,
        /// The customer's words, oldest first.
        sentences: Vec<String>,
        /// The details to look for.
        details: Vec<DetailKey>,
        /// What "tomorrow" is counted from.
        now: Moment,
    },
    /// Call a service; answered by `Answer::Replied`, or `Answer::Failed` when there is no reply.
    Call {
        /// Answer with it.
        id: EffectId,
        /// The step that calls.
        node: NodeId,
        /// What to send.
        request: HttpRequest,
    },
    /// Ask a language model; answered by `Answer::Generated`, `Answer::OverBudget`, or `Answer::Failed`.
    Generate {
        /// Answer with it.
        id: EffectId,
        /// The step that asks.
        node: NodeId,
        /// What for, and with what.
        task: Box<Task>,
    },
    /// Wake the conversation at a time with `Event::TimerDue`.
    SetTimer {
        /// Come back with it.
        id: TimerId,
        /// When, never earlier.
        due: Moment,
    },
    /// Forget a timer.
    CancelTimer {
        /// Which.
        id: TimerId,
    },
    /// Put the conversation in an agents' queue; answered by `Event::Agent`.
    HandOff {
        /// What the agent gets.
        packet: HandOffPacket,
    },
    /// Take the conversation out of the queue again.
    WithdrawHandOff,
    /// The customer rated the conversation, 1 to 5.
    Rated {
        /// 5 is best.
        score: u8,
        /// In the customer's words, may be empty.
        reason: String,
    },
    /// The customer was shown an article or a passage, or said whether it helped; counted for the library's author.
    Judged {
        /// The id of what search found.
        found: String,
        /// What happened.
        verdict: Verdict,
    },
    /// The conversation is over.
    End {
        /// `solved`, `left`, `passed_on` or the flow's own word.
        result: String,
    },
}

impl Effect {
    /// The id to answer with, where the effect is asked.
    pub fn asked(&self) -> Option<&EffectId> {
        match self {
            Self::Recognise { id, .. }
            | Self::Search { id, .. }
            | Self::Extract { id, .. }
            | Self::Call { id, .. }
            | Self::Generate { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was said.
    Shown,
    /// The customer said that it helped.
    Helpful,
    /// The customer said that it did not help.
    NotHelpful,
}

/// A call of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address, or `heliu:demo/…` for the product's demo service.
    pub url: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Headers whose secret is put in when the call leaves, by lower-case name: conversations and journals have only
    /// the secret's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, SecretHeader>,
    /// The body, already encoded.
    pub body: Option<String>,
    /// Give up after this, all tries together.
    pub timeout_ms: u64,
    /// How often to try again when there is no reply, or one that says to come back (429, 5xx).
    pub retries: u32,
    /// Try again only if the request was certainly not sent; an unknown outcome is a failure.
    pub at_most_once: bool,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    #[default]
    Get,
    /// Create or do.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// May a call be repeated without consequences?
    pub fn is_safe(self) -> bool {
        self == Self::Get
    }

    /// The word in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}
