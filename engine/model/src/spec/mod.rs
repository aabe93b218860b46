//! Descriptions of node kinds: all that the designer and the checks know of a kind.
//!
//! A description is data: settings as JSON Schema with hints, ports as a rule over the settings, the card's summary as
//! a template over them. A new kind therefore needs no change where descriptions are read.
//!
//! Hints in the schema: `title` and the doc comment (`description`) are the English label and help;
//! `x-zh: [label, help]` is the Chinese; `x-widget` names a widget; `x-group` is `more` or `trouble`;
//! `x-show-when: { field: value-or-list }` shows a field only then (fields of the same object);
//! `x-options: [[value, zh, en], …]` names the values of an enum; `x-unit: [zh, en]`; `x-ref` says what a string refers to;
//! `x-keeps` on a variable says what the value kept there refers to, in the words of `x-ref`;
//! `x-item: [zh, en]` is the word for one item of a list; `x-required: true` says that an empty value is a problem;
//! `x-order: [field, …]` on an object gives the order of its fields in the form.

mod ports;
mod references;
mod summary;

pub use ports::{Port, PortRole, PortSpec, ports};
pub use references::{Reference, references};
pub use summary::{Part, summary};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{KindName, Texts};

/// A node kind, described.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeSpec {
    /// The name in flow documents.
    pub kind: KindName,
    /// The newest version of the settings.
    pub version: u32,
    /// Which family of steps it belongs to: colour and group.
    pub family: Family,
    /// A Lucide icon's name.
    pub icon: String,
    /// The name on the screens.
    pub label: Texts,
    /// What it does, in one or two sentences.
    pub description: Texts,
    /// Other words people search for it by, in any language.
    pub keywords: Vec<String>,
    /// The card's summary: see [`summary`].
    pub summary: Texts,
    /// JSON Schema (2020-12) of the settings, with hints; no references.
    pub schema: Value,
    /// Settings of a dropped node: it already works.
    pub defaults: Value,
    /// The exits.
    pub ports: Vec<PortSpec>,
    /// May a path lead to it? Not to `start`.
    pub enterable: bool,
    /// Does a visit wait for the customer or time to pass? A loop needs one of these.
    pub waits: bool,
    /// Place in the picker: smaller is earlier; 100 and above is not among the common ones.
    pub order: u32,
    /// Settings that show its use.
    pub examples: Vec<Example>,
}

/// Settings that show a kind's use: documentation, and a test that they are valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// What it shows.
    pub title: Texts,
    /// The settings.
    pub config: Value,
}

/// The family of a kind: who it speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The bot talks.
    Say,
    /// The customer answers.
    Ask,
    /// Language.
    Understand,
    /// Knowledge.
    Know,
    /// Other systems.
    Do,
    /// Logic.
    Decide,
    /// Memory.
    Set,
    /// Agents.
    People,
    /// Start, end, jump.
    Frame,
}

impl Family {
    /// All families in the order of the picker.
    pub const ALL: [Self; 9] = [
        Self::Say,
        Self::Ask,
        Self::Understand,
        Self::Know,
        Self::Do,
        Self::Decide,
        Self::Set,
        Self::People,
        Self::Frame,
    ];

    /// The name on the screens.
    pub fn label(self) -> Texts {
        match self {
            Self::Say => Texts::new("说", "Say"),
            Self::Ask => Texts::new("问", "Ask"),
            Self::Understand => Texts::new("懂", "Understand"),
            Self::Know => Texts::new("知", "Know"),
            Self::Do => Texts::new("做", "Do"),
            Self::Decide => Texts::new("判", "Decide"),
            Self::Set => Texts::new("记", "Remember"),
            Self::People => Texts::new("人", "People"),
            Self::Frame => Texts::new("框", "Frame"),
        }
    }

    /// The word in documents and style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Say => "say",
            Self::Ask => "ask",
            Self::Understand => "understand",
            Self::Know => "know",
            Self::Do => "do",
            Self::Decide => "decide",
            Self::Set => "set",
            Self::People => "people",
            Self::Frame => "frame",
        }
    }
}
