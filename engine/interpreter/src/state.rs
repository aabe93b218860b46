//! What a conversation remembers between events: plain data, kept by the runtime as one JSON text.

use std::collections::BTreeMap;

use model::{Act, FlowKey, Input, Language, Moment, Mood, NodeId, Status, Texts, VarName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{EffectId, Mending, Moods, TimerId};

/// The state of one conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The format of the state.
    pub format: u32,
    /// The language the customer is served in.
    pub language: Language,
    /// Where it stands.
    pub status: Status,
    /// The flows it is in, the outermost first; empty when it is over.
    pub frames: Vec<Frame>,
    /// What the conversation waits for.
    #[serde(default)]
    pub pending: Pending,
    /// The one timer that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<Timer>,
    /// What the customer said lately, oldest first; at most [`State::MAX_HEARD`].
    #[serde(default)]
    pub heard: Vec<String>,
    /// How many messages the customer sent so far.
    #[serde(default)]
    pub n_heard: u64,
    /// How many of them a question took as its answer: no step understands those again.
    #[serde(default)]
    pub n_answers: u64,
    /// How many of them a node had understood when it was left, by `flow/node`; at most [`State::MAX_UNDERSTOOD`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub understood: BTreeMap<String, u64>,
    /// What the customer said while a step was at work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inbox: Vec<Input>,
    /// What the words of the inbox do, in its order; empty when none does anything beside answering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inbox_acts: Vec<Option<Act>>,
    /// Texts that came one after the other, until the customer pauses: the flow hears them as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<Burst>,
    /// Visits of nodes, by `flow/node`; of at most [`State::MAX_VISITED`] nodes.
    #[serde(default)]
    pub visits: BTreeMap<String, u32>,
    /// Titles of the steps it came through, for the hand-off packet; at most [`State::MAX_PATH`].
    #[serde(default)]
    pub path: Vec<Texts>,
    /// How many effects were asked so far.
    #[serde(default)]
    pub n_effects: u64,
    /// How many timers were set so far.
    #[serde(default)]
    pub n_timers: u64,
    /// Is an "on error" path running? A second failure in it ends the conversation or leaves it in the queue.
    #[serde(default)]
    pub on_error: bool,
    /// Has an agent stepped in at a step that did not hand off?
    #[serde(default)]
    pub aside: bool,
    /// The result, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// The channel the customer came in by; "" when unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// How the customer has felt so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Box<Moods>>,
    /// What dialogue repair needs, in flows that have it.
    #[serde(default, skip_serializing_if = "Mending::is_empty")]
    pub mending: Box<Mending>,
}

impl State {
    /// How many of the customer's messages are remembered.
    pub const MAX_HEARD: usize = 20;
    /// How many steps of the path are remembered.
    pub const MAX_PATH: usize = 50;
    /// Of how many nodes the visits are counted; a node visited again after that counts from 1.
    pub const MAX_VISITED: usize = 150;
    /// Of how many nodes it is known what they have understood.
    pub const MAX_UNDERSTOOD: usize = 40;

    /// A conversation before [`crate::Event::Open`].
    pub fn new(language: Language) -> Self {
        Self {
            format: 1,
            language,
            status: Status::Waiting,
            frames: Vec::new(),
            pending: Pending::default(),
            timer: None,
            heard: Vec::new(),
            n_heard: 0,
            n_answers: 0,
            understood: BTreeMap::new(),
            inbox: Vec::new(),
            inbox_acts: Vec::new(),
            burst: None,
            visits: BTreeMap::new(),
            path: Vec::new(),
            n_effects: 0,
            n_timers: 0,
            on_error: false,
            aside: false,
            result: None,
            channel: String::new(),
            mood: None,
            mending: Box::default(),
        }
    }

    /// Is it over?
    pub fn is_over(&self) -> bool {
        self.status == Status::Ended
    }

    /// The node it stands at.
    pub fn current(&self) -> Option<&NodeId> {
        self.frames.last()?.node.as_ref()
    }

    /// The variables of the innermost flow.
    pub fn values(&self) -> Option<&BTreeMap<VarName, Value>> {
        Some(&self.frames.last()?.values)
    }

    /// The timers that run: the one of the step it stands at, and the one that ends a burst.
    pub fn timers(&self) -> impl Iterator<Item = &Timer> {
        self.timer.iter().chain(self.burst.iter().map(|burst| &burst.timer))
    }

    /// What it waits for.
    pub fn waits_for(&self) -> WaitsFor {
        match (&self.pending, self.status) {
            (_, Status::Ended) => WaitsFor::Nothing,
            (_, Status::Queued | Status::WithAgent) => WaitsFor::Agent,
            (Pending::Effect { .. }, _) => WaitsFor::Effect,
            (Pending::Customer, _) => WaitsFor::Customer,
            (Pending::Time, _) => WaitsFor::Time,
            (Pending::Agent, _) => WaitsFor::Agent,
            (Pending::Nothing, _) => WaitsFor::Nothing,
        }
    }
}

/// What the current node waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Pending {
    /// Nothing: not begun, or over.
    #[default]
    Nothing,
    /// The customer, perhaps with a deadline.
    Customer,
    /// Only the timer.
    Time,
    /// The answer of an effect.
    Effect {
        /// The effect as it was asked, so that it can be asked again after a crash.
        effect: Box<crate::Effect>,
        /// Its id.
        id: EffectId,
    },
    /// An agent.
    Agent,
}

/// What a conversation waits for, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The customer's turn.
    Customer,
    /// A timer.
    Time,
    /// An effect's answer.
    Effect,
    /// An agent.
    Agent,
    /// It is over, or has not begun.
    Nothing,
}

/// A timer that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// Its id.
    pub id: TimerId,
    /// When it is due.
    pub due: Moment,
}

/// Texts that are taken as one message when no more come for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Burst {
    /// In the order they came.
    pub words: Vec<String>,
    /// What the latest of them sounds like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Mood>,
    /// What it does, while it is the only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// When the first one came.
    pub began: Moment,
    /// When they are heard, unless more come.
    pub timer: Timer,
}

/// One flow of the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Which flow.
    pub flow: FlowKey,
    /// The node it stands at.
    pub node: Option<NodeId>,
    /// Which visit of that node.
    pub visit: u32,
    /// What the node remembers of this visit.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub memory: Value,
    /// The variables.
    pub values: BTreeMap<VarName, Value>,
    /// Variables copied to the calling flow at the end: (there, here).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives_back: Vec<(VarName, VarName)>,
    /// The nodes that whole-flow handlers interrupted and will return to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interrupted: Vec<NodeId>,
}
