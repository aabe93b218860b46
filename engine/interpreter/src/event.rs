//! What happens to a conversation: every source of chance enters here.

use std::collections::BTreeMap;

use model::{Act, Citation, DetailKey, Input, Language, Mood, Texts, VarName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{EffectId, Generated, TimerId};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The customer opened the chat.
    Open {
        /// The customer's language, when known.
        #[serde(default)]
        language: Option<Language>,
        /// Variables the channel gives.
        #[serde(default)]
        values: BTreeMap<VarName, Value>,
        /// The channel it came in by.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        channel: String,
    },
    /// The customer said something.
    Said {
        /// What.
        input: Input,
        /// What it sounds like; buttons and forms have no mood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mood: Option<Mood>,
        /// What the words do beside answering, for flows that mend the dialogue.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act: Option<Act>,
    },
    /// An asked effect is answered.
    Done {
        /// Which.
        effect: EffectId,
        /// The answer.
        answer: Answer,
    },
    /// A timer is due.
    TimerDue {
        /// Which.
        timer: TimerId,
    },
    /// Something happened on the agents' side.
    Agent {
        /// What.
        act: AgentAct,
    },
}

impl Event {
    /// The customer opened the chat; nothing more is known.
    pub fn open() -> Self {
        Self::Open { language: None, values: BTreeMap::new(), channel: String::new() }
    }

    /// The customer said something; nobody looked at its mood or at what the words do.
    pub fn said(input: Input) -> Self {
        Self::Said { input, mood: None, act: None }
    }
}

/// The answer of an asked effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Of `Recognise`.
    Recognised(Recognised),
    /// Of `Search`, best first.
    Found {
        /// Articles and passages.
        found: Vec<Found>,
        /// Below this score the library does not know.
        nothing_below: f64,
        /// From this score on, one of them can be given as the answer; 0 says nothing about that.
        #[serde(default, skip_serializing_if = "is_zero")]
        sure_above: f64,
        /// Why a model that should have helped the search did not, for the trace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Texts>,
    },
    /// Of `Extract`, in the order of the sentences.
    Extracted {
        /// What was found.
        found: Vec<FoundDetail>,
    },
    /// Of `Call`.
    Replied(HttpReply),
    /// Of `Generate`.
    Generated(Generated),
    /// Of `Generate`: no model was asked, because the money or the tokens for it are used up.
    OverBudget {
        /// Which budget, for the trace.
        why: Texts,
    },
    /// There is no answer.
    Failed {
        /// Why, for the trace.
        why: Texts,
    },
}

/// What a text was recognised as.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recognised {
    /// Best first.
    pub intents: Vec<IntentScore>,
    /// The words that decided.
    #[serde(default)]
    pub words: Vec<String>,
    /// From this confidence on the first intent is taken.
    pub sure_above: f64,
    /// From this confidence on, asking "did you mean" makes sense.
    pub close_above: f64,
}

/// An intent with its confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IntentScore {
    /// The key.
    pub intent: String,
    /// The name people see.
    #[serde(default)]
    pub name: Texts,
    /// 0 to 1.
    pub confidence: f64,
}

/// An article or a passage that search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The article's id.
    pub id: String,
    /// Its question.
    pub question: String,
    /// Its question in each language that it is written in, where there are several: see [`model::asked_in`].
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub asked: Texts,
    /// Its answer.
    pub answer: Texts,
    /// 0 to 1.
    pub score: f64,
    /// Where it stands, for a passage of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

impl Found {
    /// The question as a customer of this language reads it.
    pub fn question_in(&self, language: &Language) -> &str {
        self.asked.own(language).unwrap_or(&self.question)
    }
}

/// The place of a passage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The document's id.
    pub document: String,
    /// What customers read of the place.
    #[serde(flatten)]
    pub citation: Citation,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// A detail of the workspace that a sentence gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundDetail {
    /// In which of the sentences, from 0.
    #[serde(default)]
    pub sentence: usize,
    /// Which detail.
    pub detail: DetailKey,
    /// Its value.
    pub value: Value,
    /// The words that say it.
    pub words: String,
    /// Where they start and end in the sentence, in bytes.
    pub start: usize,
    /// See `start`.
    pub end: usize,
}

/// The reply of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpReply {
    /// The status code.
    pub status: u16,
    /// The body: JSON, or a string when it is not JSON, or nests more than 64 levels.
    pub body: Value,
}

/// What agents do with a handed-off conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum AgentAct {
    /// An agent took it.
    Taken {
        /// The agent's name.
        name: String,
    },
    /// The agent gave it back to the flow.
    HandedBack {
        /// A word for the flow, in `agent_note`.
        #[serde(default)]
        note: String,
    },
    /// The agent ended it.
    Ended,
    /// Nobody of the team is there.
    Nobody,
}
