//! What can be said of a flow at once, without asking the server: dead ends, steps nobody reaches.
//!
//! Codes and words are those of the server's full check, which replaces these findings when it has looked.

use std::collections::BTreeSet;

use model::{NodeId, Place, Problem, Texts};

use crate::Document;
use crate::card::{ExitState, exit_state};

/// The codes this check gives; the server's findings with other codes are shown beside them.
pub const CODES: [&str; 3] = ["dead-end", "not-reachable", "unknown-kind"];

/// All findings, in the document's order.
pub fn problems(document: &Document) -> Vec<Problem> {
    let reached = reachable(document);
    let mut problems = Vec::new();
    for node in &document.flow.nodes {
        if !document.specs.contains_key(&node.kind) {
            problems.push(Problem::error(
                "unknown-kind",
                Place::node(&node.id),
                Texts::new(
                    format!("不认识步骤类型“{}”", node.kind),
                    format!("the kind of step “{}” is not known", node.kind),
                ),
                Texts::new("请换成别的步骤，或升级平台", "use another step, or update the product"),
            ));
        }
        if !reached.contains(&node.id) {
            problems.push(Problem::warning(
                "not-reachable",
                Place::node(&node.id),
                Texts::new(
                    "没有走向通到这个步骤，客户永远走不到这里",
                    "no path leads here, so no customer ever comes to this step",
                ),
                Texts::new("请把某个出口连过来，或删掉它", "connect an exit to it, or delete it"),
            ));
        }
        for port in document.ports_of(node) {
            if exit_state(document, &node.id, &port.id, port.role) == ExitState::DeadEnd {
                let label = |language| port.label.in_language(language).to_owned();
                problems.push(Problem::warning(
                    "dead-end",
                    Place::port(&node.id, &port.id),
                    Texts::new(
                        format!("出口“{}”没有去处，会话会停在这里", label("zh")),
                        format!("the exit “{}” leads nowhere: the conversation would stop here", label("en")),
                    ),
                    Texts::new(
                        "请把它连到下一步、“结束”或“转人工”",
                        "connect it to the next step, an end, or an agent",
                    ),
                ));
            }
        }
    }
    problems
}

/// The local findings, then what the server found beyond them.
pub fn merged(local: &[Problem], server: &[Problem]) -> Vec<Problem> {
    let beyond = server.iter().filter(|problem| !CODES.contains(&problem.code.as_str()));
    let mut all: Vec<Problem> = local.iter().chain(beyond).cloned().collect();
    all.sort_by_key(|problem| problem.severity);
    all
}

/// The steps a path, a jump or a whole-flow handler leads to, and those nothing leads to by nature: the starts.
fn reachable(document: &Document) -> BTreeSet<NodeId> {
    let flow = &document.flow;
    let starts = flow.nodes.iter().map(|node| &node.id).filter(|id| !document.is_enterable(id));
    let mut open: Vec<NodeId> = starts.chain(flow.handlers.iter().map(|handler| &handler.to)).cloned().collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(node) = flow.node(&id) else { continue };
        if reached.insert(id.clone()) {
            open.extend(document.outgoing(&id).map(|edge| edge.to.clone()));
            let jump = node.config.get("node").and_then(serde_json::Value::as_str);
            open.extend(jump.map(NodeId::from));
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn dead_ends_and_lonely_steps_are_found_at_once() {
        let mut document = samples::refund();
        document.flow.edges.retain(|edge| edge.from != *"say");

        let found: Vec<_> = problems(&document)
            .into_iter()
            .map(|problem| (problem.code, problem.place.node.map(|id| id.0).unwrap_or_default()))
            .collect();

        assert_eq!(
            found,
            [
                ("dead-end".to_owned(), "ask".to_owned()),
                ("dead-end".into(), "say".into()),
                ("not-reachable".into(), "end".into()),
            ]
        );
    }

    #[test]
    fn the_server_adds_what_only_it_knows() {
        let local = problems(&samples::refund());
        let deeper = Problem::error("expression-not-valid", Place::flow(), Texts::default(), Texts::default());

        let all = merged(&local, &[deeper.clone(), local[0].clone()]);

        assert_eq!(all.len(), 2);
        assert_eq!(all[0], deeper, "errors come first");
    }
}
