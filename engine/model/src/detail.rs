//! What a workspace looks for in customers' sentences: built-in kinds, dictionaries, patterns, lists of a service.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ConnectorKey, DetailKey, Texts};

/// The kinds of details that every workspace finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DetailKind {
    /// The value is a number.
    Number,
    /// The value is `{"amount": 120, "currency": "CNY"}`.
    Money,
    /// The value is `"2026-11-25"`.
    Date,
    /// The value is `"15:30"`.
    Time,
    /// The value is `"2026-11-25T15:30"`.
    DateTime,
    /// The value is `{"from": "2026-11-25", "to": "2026-11-27"}`.
    DateSpan,
    /// The value is `{"amount": 2, "unit": "hour", "minutes": 120}`.
    Duration,
    /// The value is `{"amount": 3, "unit": "箱"}`.
    Quantity,
    /// The value is the digits, with `+` and the country where they were given.
    Phone,
    /// The value is the address.
    Email,
    /// The value is the address of the page.
    Url,
    /// The value is the number as it was written.
    OrderNumber,
    /// The value is the number of a mainland identity card whose check digit is right.
    IdNumber,
    /// The value is the number of a bank card whose check digit is right.
    BankCard,
    /// The value is the plate in capitals, without blanks and dots.
    Plate,
    /// The value has what was said of `province`, `city`, `district`, `street`, `number`, and the `full` text.
    Address,
    /// The value is a person's name.
    Name,
    /// The value is true or false.
    YesNo,
}

impl DetailKind {
    /// All of them, the more particular ones first: where two claim the same words, the first has them.
    pub const ALL: [Self; 18] = [
        Self::Url,
        Self::Email,
        Self::IdNumber,
        Self::Plate,
        Self::Name,
        Self::Address,
        Self::DateTime,
        Self::DateSpan,
        Self::Date,
        Self::Phone,
        Self::BankCard,
        Self::Money,
        Self::Duration,
        Self::Quantity,
        Self::Time,
        Self::OrderNumber,
        Self::Number,
        Self::YesNo,
    ];
}

/// A detail with a name of its own, as the workspace keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Detail {
    /// The key flows use.
    pub key: DetailKey,
    /// The name on the screens.
    pub name: Texts,
    /// Where its values come from.
    pub source: DetailSource,
}

/// Where the values of a detail come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DetailSource {
    /// One of the built-in kinds.
    BuiltIn {
        /// Which.
        kind: DetailKind,
    },
    /// A list of values, each with other words for it.
    Dictionary {
        /// The values.
        #[serde(default)]
        entries: Vec<DetailEntry>,
    },
    /// A regular expression; its first group is the value where it has one.
    Pattern {
        /// The expression.
        pattern: String,
    },
    /// A list that a service keeps.
    Service {
        /// Where to ask.
        #[serde(flatten)]
        list: ServiceList,
        /// The values of the last time it answered.
        #[serde(default)]
        entries: Vec<DetailEntry>,
    },
}

impl DetailSource {
    /// The values, where it is a list.
    pub fn entries(&self) -> &[DetailEntry] {
        match self {
            Self::Dictionary { entries } | Self::Service { entries, .. } => entries,
            Self::BuiltIn { .. } | Self::Pattern { .. } => &[],
        }
    }

    /// The values, to change them.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<DetailEntry>> {
        match self {
            Self::Dictionary { entries } | Self::Service { entries, .. } => Some(entries),
            Self::BuiltIn { .. } | Self::Pattern { .. } => None,
        }
    }
}

/// A value of a dictionary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DetailEntry {
    /// What flows get. It is found in sentences too.
    pub value: String,
    /// Other words for it, in any language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
}

/// Where a list is fetched, and what of the reply is a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceList {
    /// The service.
    pub connector: ConnectorKey,
    /// What comes after the service's address.
    pub path: String,
    /// Where in the reply the list is, as names with dots; empty when the reply is the list.
    #[serde(default)]
    pub items: String,
    /// Where in an item its value is; empty when the item is the value.
    #[serde(default)]
    pub value: String,
    /// Where in an item its other words are: a list, or a text with commas; empty when there are none.
    #[serde(default)]
    pub synonyms: String,
    /// How often it is fetched.
    pub every_minutes: u32,
}
