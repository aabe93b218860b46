//! Small types for ids and names, so that a bare `String` never crosses a boundary.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A transparent string type; `$reference` is what the schema calls it (`x-ref`), so that pickers and checks find it.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $reference:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str { &self.0 }
            /// Has nobody chosen a name yet?
            pub fn is_empty(&self) -> bool { self.0.is_empty() }
        }
        impl From<&str> for $name { fn from(text: &str) -> Self { Self(text.to_owned()) } }
        impl From<String> for $name { fn from(text: String) -> Self { Self(text) } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
        impl AsRef<str> for $name { fn as_ref(&self) -> &str { &self.0 } }
        impl std::borrow::Borrow<str> for $name { fn borrow(&self) -> &str { &self.0 } }
        impl PartialEq<str> for $name { fn eq(&self, other: &str) -> bool { self.0 == other } }
        impl PartialEq<&str> for $name { fn eq(&self, other: &&str) -> bool { self.0 == *other } }
        impl JsonSchema for $name {
            fn inline_schema() -> bool { true }
            fn schema_name() -> Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "x-ref": $reference })
            }
        }
    )*};
}

names! {
    /// A flow's id: a uuid that survives renaming.
    FlowId = "flow_id";
    /// A flow's key: the name other flows, files and the API use.
    FlowKey = "flow";
    /// A node's id, unique in its flow.
    NodeId = "node";
    /// A node kind's name, for example `ask`.
    KindName = "kind";
    /// A port's id: stable, so that renaming an option does not lose its path.
    PortId = "port";
    /// A variable's name as expressions write it: a letter, then letters, digits, `_`.
    VarName = "variable";
    /// A whole-flow handler's id.
    HandlerId = "handler";
    /// An intent's key.
    IntentKey = "intent";
    /// An answer library's key.
    LibraryKey = "library";
    /// A team's key.
    TeamKey = "team";
    /// A calendar's key.
    CalendarKey = "calendar";
    /// The key of a detail that the workspace defines.
    DetailKey = "detail";
    /// A connector's key.
    ConnectorKey = "connector";
    /// The name of a secret that the vault keeps.
    SecretKey = "secret";
    /// A phrase's key: the name texts use.
    PhraseKey = "phrase";
    /// A text with `{{ expression }}` inside, expanded once.
    Template = "template";
    /// One rhai expression.
    Expression = "expression";
    /// A rhai script of several lines.
    Script = "script";
}

impl VarName {
    /// Is this a name that expressions can use? A letter or `_`, then letters, digits and `_`; at most 64 characters.
    pub fn is_valid(&self) -> bool {
        let mut characters = self.0.chars();
        characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
            && self.0.len() <= 64
    }
}

impl FlowKey {
    /// Is this a key that files and addresses can carry? Lower-case letters, digits, `-` and `_`; 1 to 64 characters.
    pub fn is_valid(&self) -> bool {
        is_plain_key(&self.0)
    }
}

impl PhraseKey {
    /// Is this a key that texts and addresses can carry? Lower-case letters, digits, `-` and `_`; 1 to 64 characters.
    pub fn is_valid(&self) -> bool {
        is_plain_key(&self.0)
    }
}

fn is_plain_key(key: &str) -> bool {
    (1..=64).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}
