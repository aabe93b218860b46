//! A bundle: one JSON file that carries flows with all they refer to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Calendar, Connector, Detail, Flow, IntentKey, Language, LibraryKey, Phrase, TeamKey, Texts};

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
    /// Groups of words that mean the same when libraries are searched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<Vec<String>>,
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
    /// Documents, as the text that was read from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<TextDocument>,
}

/// A document of a library, as the text that was read from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextDocument {
    /// Unique in the workspace.
    pub id: String,
    /// The name on the screens and under answers.
    pub name: String,
    /// The text, in Markdown.
    pub markdown: String,
}

/// A question with its answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Other answers on some channels, by the channel's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub on_channels: BTreeMap<String, Texts>,
    /// The first day on which it holds, as `2026-11-20`; before, it is not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day on which it holds; after, it is not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Kept, but not found.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_off: bool,
    /// The document it was read from, where it is a line of a sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

impl Article {
    /// Does it hold on this day, given as `2026-11-20`?
    pub fn holds_on(&self, day: &str) -> bool {
        let has_begun = self.from.as_deref().is_none_or(|from| from <= day);
        !self.is_off && has_begun && self.until.as_deref().is_none_or(|until| day <= until)
    }

    /// The question in Chinese and in English, out of its wordings; nothing where it has only one of them.
    pub fn asked(&self) -> Texts {
        asked_in(&self.question, &self.variants)
    }

    /// The question as a reader of the language with this code understands it, else as it was written.
    pub fn question_in(&self, code: &str) -> String {
        self.asked().own(&Language::from(code)).unwrap_or(&self.question).to_owned()
    }

    /// The answer on a channel.
    pub fn answer_on(&self, channel: Option<&str>) -> &Texts {
        let own = channel.and_then(|channel| self.on_channels.get(channel));
        own.filter(|answer| !answer.is_empty()).unwrap_or(&self.answer)
    }
}

/// The first Chinese and the first English one of the wordings of a question; nothing where there are not both.
pub fn asked_in(question: &str, variants: &[String]) -> Texts {
    let is_chinese = |text: &str| text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}'));
    let is_latin = |text: &str| !is_chinese(text) && text.chars().any(|c| c.is_ascii_alphabetic());
    let wordings = || std::iter::once(question).chain(variants.iter().map(String::as_str));
    match (wordings().find(|text| is_chinese(text)), wordings().find(|text| is_latin(text))) {
        (Some(zh), Some(en)) => Texts::new(zh, en),
        _ => Texts::default(),
    }
}

/// A team of agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    /// The key flows use.
    pub key: TeamKey,
    /// The name on the screens.
    pub name: Texts,
}
