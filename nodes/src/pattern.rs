//! A regular expression in a node's settings: written by an author, compiled once.

use std::sync::OnceLock;

use nlu::details::Pattern as Compiled;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A regular expression as the settings keep it; it is compiled when it is first needed, and then kept.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Pattern {
    source: String,
    #[serde(skip)]
    #[schemars(skip)]
    compiled: OnceLock<Result<Compiled, String>>,
}

impl Pattern {
    /// Has nobody written one yet?
    pub(crate) fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// The pattern ready to use; `Err` says in the expression library's words why it cannot be.
    pub(crate) fn compiled(&self) -> Result<&Compiled, &str> {
        let compiled = self.compiled.get_or_init(|| nlu::details::compile_pattern(&self.source));
        compiled.as_ref().map_err(String::as_str)
    }
}

impl From<&str> for Pattern {
    fn from(source: &str) -> Self {
        Self { source: source.to_owned(), compiled: OnceLock::new() }
    }
}

impl Clone for Pattern {
    fn clone(&self) -> Self {
        Self::from(self.source.as_str())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pattern").field(&self.source).finish()
    }
}
