//! The checks of a flow: all problems at once, each with a place, a reason and a way to fix it, in zh and en.

mod document;
mod graph;
mod loops;
mod nodes;
mod references;

use model::{Flow, NodeSpec, Problem, Resources, Severity};
use serde_json::Value;

use crate::Catalogue;

pub use document::{FlowFile, read_flow, schema};

/// The most nodes a flow may have.
pub const MAX_NODES: usize = 2_000;
/// The largest flow document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// All problems of a flow, errors first, then in the order of the document.
pub fn check(flow: &Flow, catalogue: &Catalogue, resources: &Resources) -> Vec<Problem> {
    let mut problems = document::limits(flow);
    if problems.is_empty() {
        problems.extend(document::ids(flow));
        problems.extend(graph::check(flow, catalogue));
        problems.extend(loops::check(flow, catalogue));
        problems.extend(nodes::check(flow, catalogue));
        problems.extend(references::check(flow, catalogue, resources));
    }
    problems.sort_by_key(|problem| problem.severity != Severity::Error);
    problems
}

/// Settings with what they leave out filled in from the defaults.
pub(crate) fn with_defaults(spec: &NodeSpec, config: &Value) -> Value {
    match (&spec.defaults, config) {
        (Value::Object(defaults), Value::Object(given)) => {
            let mut whole = defaults.clone();
            whole.extend(given.clone());
            Value::Object(whole)
        }
        (defaults, Value::Null) => defaults.clone(),
        (_, config) => config.clone(),
    }
}
