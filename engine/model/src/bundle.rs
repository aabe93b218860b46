//! A bundle: one JSON file that carries flows with all they refer to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Calendar, Connector, Detail, Flow, IntentKey, LibraryKey, Phrase, TeamKey, Texts};

/// What import reads and export writes beside a single flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The bundle format; the same number as a flow's.
    pub bundle: u32,
    /// Flows.
    #[serde(default)]
    pub flows: Vec<Flow>,
    /// Talks: by flow key, then by file name, the Markdown.
    #[serde(default)]
    pub talks: BTreeMap<String, BTreeMap<String, String>>,
    /// Intents with their examples.
    #[serde(default)]
    pub intents: Vec<Intent>,
    /// Details that the workspace defines, dictionaries with their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Answer libraries with their articles.
    #[serde(default)]
    pub libraries: Vec<Library>,
    /// Teams.
    #[serde(default)]
    pub teams: Vec<Team>,
    /// Calendars.
    #[serde(default)]
    pub calendars: Vec<Calendar>,
    /// Connectors, without secrets.
    #[serde(default)]
    pub connectors: Vec<Connector>,
    /// Phrases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phrases: Vec<Phrase>,
}

/// A topic customers speak about, learnt from examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Intent {
    /// The key flows use.
    pub key: IntentKey,
    /// The name on the screens.
    pub name: Texts,
    /// Sentences customers write, in any language.
    pub examples: Vec<String>,
}

/// An answer library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Library {
    /// The key flows use.
    pub key: LibraryKey,
    /// The name on the screens.
    pub name: Texts,
    /// The articles.
    #[serde(default)]
    pub articles: Vec<Article>,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Article {
    /// Unique in the workspace.
    pub id: String,
    /// The question in the customer's words.
    pub question: String,
    /// Other ways to ask it, in any language.
    #[serde(default)]
    pub variants: Vec<String>,
    /// The answer, per language.
    pub answer: Texts,
}

/// A team of agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    /// The key flows use.
    pub key: TeamKey,
    /// The name on the screens.
    pub name: Texts,
}
