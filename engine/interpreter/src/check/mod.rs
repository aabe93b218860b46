//! The checks of a flow: all problems at once, each with a place, a reason and a way to fix it, in zh and en.

mod document;
mod file;
mod graph;
mod loops;
mod nodes;
mod references;

use model::spec::{Port, ports};
use model::{Flow, Node, NodeSpec, Problem, Resources, Severity};
use serde_json::Value;

use crate::{Catalogue, Entry};

pub use document::{read_flow, schema};
pub use file::{File, Refused, read_file};

/// The most nodes a flow may have.
pub const MAX_NODES: usize = 2_000;
/// The largest flow document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// All problems of a flow, errors first, then in the order of the document.
pub fn check(flow: &Flow, catalogue: &Catalogue, resources: &Resources) -> Vec<Problem> {
    let mut problems = document::limits(flow);
    if problems.is_empty() {
        let known: Vec<_> = flow.nodes.iter().filter_map(|node| Known::of(node, catalogue)).collect();
        problems.extend(document::ids(flow));
        problems.extend(graph::check(flow, catalogue, &known));
        problems.extend(loops::check(flow, catalogue));
        problems.extend(nodes::check(flow, catalogue, &known));
        problems.extend(references::check(flow, &known, resources));
    }
    problems.sort_by_key(|problem| problem.severity != Severity::Error);
    problems
}

/// A node of a known kind, with what several checks look at.
struct Known<'a> {
    node: &'a Node,
    entry: &'a Entry,
    /// The settings in the newest version, with the defaults of what they leave out.
    config: Value,
    ports: Vec<Port>,
}

impl<'a> Known<'a> {
    fn of(node: &'a Node, catalogue: &'a Catalogue) -> Option<Self> {
        let entry = catalogue.get(&node.kind)?;
        let config = with_defaults(&entry.spec, &entry.upgrade(&node.config, node.v));
        Some(Self { node, entry, ports: ports(&entry.spec, &config), config })
    }
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
