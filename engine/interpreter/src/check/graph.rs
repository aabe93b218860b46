//! The shape of a flow: its start, edges to nowhere, steps nobody reaches, exits that lead nowhere.

use std::collections::{BTreeMap, BTreeSet};

use model::spec::{Port, PortRole};
use model::{Flow, Handler, Node, NodeId, Place, PortId, Problem, Texts, Trigger};
use serde_json::Value;

use super::Known;
use crate::Catalogue;

pub(super) fn check(flow: &Flow, catalogue: &Catalogue, known: &[Known<'_>]) -> Vec<Problem> {
    let mut problems = starts(flow);
    problems.extend(edges(flow, catalogue, known));
    problems.extend(handlers(flow));
    problems.extend(unreachable(flow));
    problems.extend(dead_ends(flow, known));
    problems
}

fn starts(flow: &Flow) -> Vec<Problem> {
    let starts: Vec<_> = flow.nodes.iter().filter(|node| node.kind == "start").collect();
    match starts.as_slice() {
        [] => vec![Problem::error(
            "no-start",
            Place::flow(),
            Texts::new("流程没有“开始”步骤", "the flow has no start"),
            Texts::new("请从左边拖一个“开始”到画布上", "drag a “Start” step onto the canvas"),
        )],
        [_] => Vec::new(),
        [_, more @ ..] => more
            .iter()
            .map(|node| {
                Problem::error(
                    "two-starts",
                    Place::node(&node.id),
                    Texts::new("流程只能有一个“开始”", "a flow has only one start"),
                    Texts::new("请删掉多余的“开始”", "delete the other start"),
                )
            })
            .collect(),
    }
}

fn edges(flow: &Flow, catalogue: &Catalogue, known: &[Known<'_>]) -> Vec<Problem> {
    let nodes: BTreeMap<&NodeId, &Node> = flow.nodes.iter().map(|node| (&node.id, node)).collect();
    let exits: BTreeMap<&NodeId, &[Port]> = known.iter().map(|known| (&known.node.id, &*known.ports)).collect();
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for edge in &flow.edges {
        if !nodes.contains_key(&edge.from) {
            problems.push(Problem::error(
                "edge-from-nowhere",
                Place::document("/edges"),
                Texts::new(
                    format!("有一条走向来自不存在的步骤“{}”", edge.from),
                    format!("a path leaves a step that does not exist: “{}”", edge.from),
                ),
                Texts::new("请删掉这条走向", "delete the path"),
            ));
            continue;
        }
        let place = Place::port(&edge.from, &edge.port);
        match nodes.get(&edge.to) {
            None => problems.push(Problem::error(
                "edge-to-nowhere",
                place.clone(),
                Texts::new(
                    format!("这个出口连到不存在的步骤“{}”", edge.to),
                    format!("this exit leads to a step that does not exist: “{}”", edge.to),
                ),
                Texts::new("请把出口连到别的步骤", "connect the exit to another step"),
            )),
            Some(to) if catalogue.get(&to.kind).is_some_and(|entry| !entry.spec.enterable) => {
                problems.push(Problem::error(
                    "edge-to-start",
                    place.clone(),
                    Texts::new("走向不能连到“开始”", "a path cannot lead to the start"),
                    Texts::new("请连到“开始”后面的步骤", "connect it to the step after the start"),
                ));
            }
            Some(_) => {}
        }
        if exits.get(&edge.from).is_some_and(|ports| !ports.iter().any(|port| port.id == edge.port)) {
            problems.push(Problem::error(
                "no-such-exit",
                place.clone(),
                Texts::new(format!("步骤没有出口“{}”", edge.port), format!("the step has no exit “{}”", edge.port)),
                Texts::new("请删掉这条走向，或恢复对应的选项", "delete the path, or bring the option back"),
            ));
        }
        if !used.insert((&edge.from, &edge.port)) {
            problems.push(Problem::error(
                "two-paths",
                place,
                Texts::new("一个出口只能有一条走向", "an exit has at most one path"),
                Texts::new("请删掉多余的走向", "delete the other path"),
            ));
        }
    }
    problems
}

fn handlers(flow: &Flow) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = BTreeSet::new();
    for handler in &flow.handlers {
        let place = Place { handler: Some(handler.id.clone()), ..Place::default() };
        if flow.node(&handler.to).is_none() {
            problems.push(Problem::error(
                "handler-to-nowhere",
                place.clone(),
                Texts::new(
                    format!("全流程规则“{}”没有可去的步骤", handler.name.in_language("zh")),
                    format!("the whole-flow rule “{}” leads to no step", handler.name.in_language("en")),
                ),
                Texts::new("请在流程设置里选一个步骤", "choose a step in the flow's settings"),
            ));
        }
        if !ids.insert(&handler.id) {
            problems.push(Problem::error(
                "handler-twice",
                place.clone(),
                Texts::new(
                    format!("两条全流程规则的 id 都是“{}”", handler.id),
                    format!("two whole-flow rules have the id “{}”", handler.id),
                ),
                Texts::new("请删掉一条", "delete one"),
            ));
        }
        if matches!(&handler.on, Trigger::Phrases { phrases } if phrases.iter().all(|phrase| phrase.trim().is_empty()))
        {
            problems.push(Problem::warning(
                "handler-without-words",
                place,
                Texts::new("这条全流程规则没有触发词", "this whole-flow rule has no words"),
                Texts::new("请写上客户会说的词，例如“人工”", "write what customers say, for example “agent”"),
            ));
        }
    }
    problems.extend(flow.handlers.iter().flat_map(mood_handler));
    problems
}

/// A handler for the customer's mood names emotions, and a score that can be reached.
fn mood_handler(handler: &Handler) -> Vec<Problem> {
    let Trigger::Mood { emotions, at_least, .. } = &handler.on else { return Vec::new() };
    let place = || Place { handler: Some(handler.id.clone()), ..Place::default() };
    let mut problems = Vec::new();
    if emotions.is_empty() {
        problems.push(Problem::warning(
            "handler-without-emotions",
            place(),
            Texts::new(
                "这条全流程规则没有选情绪，永远不会触发",
                "this whole-flow rule names no emotion and never acts",
            ),
            Texts::new("请选择情绪，例如“生气”", "choose an emotion, for example “angry”"),
        ));
    }
    if !(0.0..=1.0).contains(at_least) {
        problems.push(Problem::error(
            "handler-score",
            place(),
            Texts::new(
                format!("把握 {at_least} 不在 0 和 1 之间"),
                format!("the score {at_least} is not between 0 and 1"),
            ),
            Texts::new("请填 0 到 1 之间的数，建议 0.75", "enter a number from 0 to 1; 0.75 is a good one"),
        ));
    } else if *at_least < 0.5 && !emotions.is_empty() {
        problems.push(Problem::warning(
            "handler-score-low",
            place(),
            Texts::new(
                "把握低于 0.5，平静的客户也会被打断",
                "with a score below 0.5, calm customers are interrupted too",
            ),
            Texts::new("建议不低于 0.7", "0.7 or more is a good choice"),
        ));
    }
    problems
}

/// Nodes no path, jump or handler leads to.
fn unreachable(flow: &Flow) -> Vec<Problem> {
    let mut next: BTreeMap<&NodeId, Vec<&NodeId>> = BTreeMap::new();
    for edge in &flow.edges {
        next.entry(&edge.from).or_default().push(&edge.to);
    }
    let ids: BTreeMap<&str, &NodeId> = flow.nodes.iter().map(|node| (node.id.as_str(), &node.id)).collect();
    for node in &flow.nodes {
        if let Some(target) = jump(&node.config).and_then(|target| ids.get(target)) {
            next.entry(&node.id).or_default().push(target);
        }
    }
    let mut open: Vec<&NodeId> = flow.nodes.iter().filter(|node| node.kind == "start").map(|node| &node.id).collect();
    open.extend(flow.handlers.iter().map(|handler| &handler.to));
    let mut reached = BTreeSet::new();
    while let Some(node) = open.pop() {
        if reached.insert(node) {
            open.extend(next.get(node).into_iter().flatten());
        }
    }
    flow.nodes
        .iter()
        .filter(|node| !reached.contains(&node.id) && node.kind != "start")
        .map(|node| {
            Problem::warning(
                "not-reachable",
                Place::node(&node.id),
                Texts::new(
                    "没有走向通到这个步骤，客户永远走不到这里",
                    "no path leads here, so no customer ever comes to this step",
                ),
                Texts::new("请把某个出口连过来，或删掉它", "connect an exit to it, or delete it"),
            )
        })
        .collect()
}

/// Where a step jumps without an edge: the setting `node` of `go_to`.
pub(super) fn jump(config: &Value) -> Option<&str> {
    config.get("node").and_then(Value::as_str).filter(|node| !node.is_empty())
}

/// Exits without a path, where the conversation would simply stop.
fn dead_ends(flow: &Flow, known: &[Known<'_>]) -> Vec<Problem> {
    let paths: BTreeSet<(&NodeId, &PortId)> = flow.edges.iter().map(|edge| (&edge.from, &edge.port)).collect();
    let catches = |wanted: &Trigger| flow.handlers.iter().any(|handler| &handler.on == wanted);
    let (on_error, on_silence) = (catches(&Trigger::Error), catches(&Trigger::Silence));
    let returning: BTreeSet<&NodeId> = after_returning_handlers(flow);
    let mut problems = Vec::new();
    for Known { node, ports, .. } in known {
        for port in ports {
            let is_caught = match port.role {
                PortRole::Failed | PortRole::Invalid => on_error,
                PortRole::Silence => on_silence,
                PortRole::Settled => true,
                _ => returning.contains(&node.id),
            };
            if !paths.contains(&(&node.id, &port.id)) && !is_caught {
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

/// Nodes after a handler that goes back to the interrupted step: a path that ends there is not a dead end.
fn after_returning_handlers(flow: &Flow) -> BTreeSet<&NodeId> {
    let mut open: Vec<&NodeId> =
        flow.handlers.iter().filter(|handler| handler.returns).map(|handler| &handler.to).collect();
    let mut next: BTreeMap<&NodeId, Vec<&NodeId>> = BTreeMap::new();
    for edge in &flow.edges {
        next.entry(&edge.from).or_default().push(&edge.to);
    }
    let mut reached = BTreeSet::new();
    while let Some(node) = open.pop() {
        if reached.insert(node) {
            open.extend(next.get(node).into_iter().flatten());
        }
    }
    reached
}
