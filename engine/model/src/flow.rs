//! The flow document: nodes, edges, variables, texts, whole-flow handlers, layout.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Emotion, FlowId, FlowKey, HandlerId, IntentKey, KindName, Language, NodeId, PortId, Repair, Texts, VarName,
};

/// The longest pause that [`Flow::gather_ms`] may wait for: nobody waits longer for an answer.
pub const MAX_GATHER_MS: u32 = 10_000;

/// The newest `format` this release reads and the one it writes.
pub const FORMAT: u32 = 1;

/// A flow as the designer edits it, files keep it and the API carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The document format; see [`FORMAT`].
    pub format: u32,
    /// The uuid that survives renaming.
    pub id: FlowId,
    /// The name other flows, files and the API use.
    #[schemars(regex(pattern = "^[a-z0-9_-]{1,64}$"))]
    pub key: FlowKey,
    /// The name on the screens.
    pub name: Texts,
    /// What the flow is for.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub description: Texts,
    /// The languages customers are served in, the main one first.
    #[schemars(length(min = 1))]
    pub languages: Vec<Language>,
    /// What the conversation remembers.
    #[serde(default)]
    pub variables: Vec<Variable>,
    /// Variables a calling flow gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<VarName>,
    /// Variables a calling flow gets back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<VarName>,
    /// The steps.
    pub nodes: Vec<Node>,
    /// The paths: at most one per port.
    #[serde(default)]
    pub edges: Vec<Edge>,
    /// What may interrupt anywhere.
    #[serde(default)]
    pub handlers: Vec<Handler>,
    /// What the engine mends by itself when a customer does not answer the question; left out, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
    /// Texts that a customer sends one after the other are taken as one message, once no more came for this long;
    /// 0 takes each by itself. Conversations that begin on this flow keep to it, in the flows it calls too.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(range(max = MAX_GATHER_MS))]
    pub gather_ms: u32,
    /// Where the cards stand on the canvas, in px: apart from logic, so that a review reads well.
    #[serde(default)]
    pub layout: BTreeMap<NodeId, [i32; 2]>,
    /// Notes on the canvas.
    #[serde(default)]
    pub notes: Vec<Note>,
}

impl Flow {
    /// The node with this id.
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| &node.id == id)
    }

    /// Where the port leads.
    pub fn edge(&self, from: &NodeId, port: &PortId) -> Option<&Edge> {
        self.edges.iter().find(|edge| &edge.from == from && &edge.port == port)
    }

    /// The flows that its steps call, each once: the setting `flow` of a step or of one of its tools.
    pub fn calls(&self) -> BTreeSet<FlowKey> {
        let places = self.nodes.iter().flat_map(|node| {
            let tools = node.config.get("tools").and_then(Value::as_array);
            std::iter::once(&node.config).chain(tools.into_iter().flatten())
        });
        let called = places.filter_map(|place| place.get("flow")?.as_str());
        called.filter(|key| !key.is_empty()).map(FlowKey::from).collect()
    }

    /// Lets its steps call other flows, where some have new keys.
    pub fn rename_calls(&mut self, renamed: &BTreeMap<FlowKey, FlowKey>) {
        let rename = |place: &mut Value| {
            let called = place.get("flow").and_then(Value::as_str).map(FlowKey::from);
            if let Some(new) = called.and_then(|called| renamed.get(&called)) {
                place["flow"] = new.0.clone().into();
            }
        };
        for node in &mut self.nodes {
            rename(&mut node.config);
            let tools = node.config.get_mut("tools").and_then(Value::as_array_mut);
            tools.into_iter().flatten().for_each(rename);
        }
    }

    /// The document as files keep it: pretty JSON with a final newline; the same flow always gives the same bytes.
    pub fn to_file(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a flow is plain data with string keys");
        text.push('\n');
        text
    }

    /// The main language of the flow.
    pub fn main_language(&self) -> Language {
        self.languages.first().cloned().unwrap_or_else(Language::zh)
    }
}

/// A step of a flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Unique in the flow.
    pub id: NodeId,
    /// Which kind of step.
    pub kind: KindName,
    /// The version of the kind's settings.
    #[serde(default = "first_version")]
    pub v: u32,
    /// The name on the card; empty means the kind's own name.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub title: Texts,
    /// The settings; their schema is the kind's.
    #[serde(default)]
    pub config: Value,
    /// A note for colleagues.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn first_version() -> u32 {
    1
}

/// A path: from a port of one node to another node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The node it leaves.
    pub from: NodeId,
    /// The exit it leaves by.
    pub port: PortId,
    /// The node it leads to.
    pub to: NodeId,
}

/// Something the conversation remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The name in expressions.
    pub name: VarName,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: VarType,
    /// How long it is remembered.
    #[serde(default)]
    pub scope: Scope,
    /// The name on the screens.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub label: Texts,
    /// The value at the start.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub initial: Value,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VarType {
    /// Any text.
    #[default]
    Text,
    /// A number.
    Number,
    /// Yes or no.
    YesNo,
    /// A day, as ISO 8601 text.
    Date,
    /// A list.
    List,
    /// An object with fields.
    Object,
}

/// How long a variable is remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Until the customer's next message.
    Turn,
    /// Until the conversation ends.
    #[default]
    Conversation,
    /// With the customer.
    Customer,
    /// For the whole workspace.
    Workspace,
}

/// Something that may interrupt anywhere in the flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handler {
    /// Unique in the flow.
    pub id: HandlerId,
    /// The name on the screens.
    pub name: Texts,
    /// What sets it off.
    pub on: Trigger,
    /// The node it goes to.
    pub to: NodeId,
    /// When its path ends, go back to the interrupted step and ask again.
    #[serde(default)]
    pub returns: bool,
}

/// What sets a whole-flow handler off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trigger {
    /// The customer's message is, or in a short message contains, one of these.
    Phrases {
        /// Words in any language.
        phrases: Vec<String>,
    },
    /// The message is recognised as one of these intents.
    Intents {
        /// Keys of intents.
        intents: Vec<IntentKey>,
    },
    /// The customer's mood: their words show one of these emotions surely enough, or they have become as upset by and by.
    Mood {
        /// The emotions.
        emotions: Vec<Emotion>,
        /// How surely the message shows it, or how upset the customer has become: 0 to 1.
        #[serde(default = "sure")]
        at_least: f64,
        /// At most once in so many of the customer's messages.
        #[serde(default = "seldom")]
        once_per: u32,
    },
    /// A step failed and its exit leads nowhere.
    Error,
    /// A question was not answered in time and its exit leads nowhere.
    Silence,
}

/// Handlers interrupt: they act on anger that is beyond doubt.
fn sure() -> f64 {
    0.75
}

fn seldom() -> u32 {
    10
}

/// A note on the canvas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Unique among the notes.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Left, top, width, height in px.
    pub place: [i32; 4],
    /// One of the theme's colours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub colour: String,
}
