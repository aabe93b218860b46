//! Findings on a flow, for its author: where, what, and what to do.

use serde::{Deserialize, Serialize};

use crate::{HandlerId, NodeId, PortId, Texts};

/// A finding on a flow. All problems are collected; nothing stops at the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable name, for example `edge-to-nowhere`.
    pub code: String,
    /// Does it keep the flow from being published?
    pub severity: Severity,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Place::is_empty")]
    pub place: Place,
    /// What is wrong.
    pub message: Texts,
    /// What to do.
    pub advice: Texts,
}

impl Problem {
    /// An error: the flow cannot be published with it.
    pub fn error(code: &str, place: Place, message: Texts, advice: Texts) -> Self {
        Self { code: code.into(), severity: Severity::Error, place, message, advice }
    }

    /// A warning: the flow runs, but probably not as meant.
    pub fn warning(code: &str, place: Place, message: Texts, advice: Texts) -> Self {
        Self { code: code.into(), severity: Severity::Warning, place, message, advice }
    }

    /// Does it keep the flow from being published?
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Blocks publishing.
    Error,
    /// Worth a look.
    Warning,
}

/// Where a problem is; every part that is known is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// A JSON pointer: into the node's config when `node` is given, else into the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<PortId>,
    /// The whole-flow handler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<HandlerId>,
    /// Line in the field or file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column in that line, in characters from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Place {
    /// The flow as a whole.
    pub fn flow() -> Self {
        Self::default()
    }

    /// A node as a whole.
    pub fn node(id: &NodeId) -> Self {
        Self { node: Some(id.clone()), ..Self::default() }
    }

    /// A field of a node's config, by JSON pointer.
    pub fn field(id: &NodeId, pointer: impl Into<String>) -> Self {
        Self { node: Some(id.clone()), field: Some(pointer.into()), ..Self::default() }
    }

    /// A port of a node.
    pub fn port(id: &NodeId, port: &PortId) -> Self {
        Self { node: Some(id.clone()), port: Some(port.clone()), ..Self::default() }
    }

    /// A place in the document, by JSON pointer.
    pub fn document(pointer: impl Into<String>) -> Self {
        Self { field: Some(pointer.into()), ..Self::default() }
    }

    /// The same place with a line and column, both from 1.
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// Is nothing known?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
