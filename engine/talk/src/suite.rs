//! Plays all talks of a bundle: flows, what they call, and what they refer to.

use std::collections::BTreeMap;
use std::sync::Arc;

use interpreter::{Callees, Catalogue, Program};
use model::{Bundle, Flow, FlowKey, Problem, Texts};
use serde_json::Value;

use crate::report::{FolderReport, TalkReport};
use crate::{World, parse, play};

/// How deep flows may call each other here.
const MAX_DEPTH: usize = 16;

/// Plays all talks of a bundle, flows by key and talks by name.
pub fn run_bundle(bundle: &Bundle, catalogue: &Catalogue) -> FolderReport {
    let mut report = FolderReport::default();
    run_into(&mut report, bundle, catalogue, |flow, name| format!("{flow}/{name}"));
    report
}

/// Plays into a report; `file` names a talk's file from the flow's key and the talk's name.
pub(crate) fn run_into(
    report: &mut FolderReport,
    bundle: &Bundle,
    catalogue: &Catalogue,
    file: impl Fn(&str, &str) -> String,
) {
    let world = World::new(bundle);
    for (key, talks) in &bundle.talks {
        let program = program_of(&FlowKey::from(key.as_str()), bundle, catalogue, &world);
        for (name, text) in talks {
            let file = file(key, name);
            match (&program, parse(text)) {
                (Err(problems), _) => report.add_error(key, &file, 0, describe(problems)),
                (_, Err(error)) => report.add_error(key, &file, error.line, error.message),
                (Ok(program), Ok(talk)) => report.add(TalkReport {
                    flow: key.clone(),
                    file,
                    report: Some(play(&talk, program, &world)),
                    error: None,
                }),
            }
        }
    }
}

/// The program of a flow of the bundle, with the flows it calls.
pub fn program_of(
    key: &FlowKey,
    bundle: &Bundle,
    catalogue: &Catalogue,
    world: &World,
) -> Result<Program, Vec<Problem>> {
    compile(key, bundle, catalogue, world, MAX_DEPTH)
}

fn compile(
    key: &FlowKey,
    bundle: &Bundle,
    catalogue: &Catalogue,
    world: &World,
    depth: usize,
) -> Result<Program, Vec<Problem>> {
    let Some(flow) = bundle.flows.iter().find(|flow| &flow.key == key).filter(|_| depth > 0) else {
        return Err(vec![Problem::error(
            "unknown-flow",
            model::Place::flow(),
            Texts::new(
                format!("没有流程“{key}”，或流程互相调用"),
                format!("there is no flow “{key}”, or flows call each other"),
            ),
            Texts::new("请检查流程的键", "check the flow's key"),
        )]);
    };
    let mut callees = Callees::new();
    for called in calls(flow) {
        if bundle.flows.iter().any(|other| other.key == called) && &called != key {
            callees.insert(called.clone(), Arc::new(compile(&called, bundle, catalogue, world, depth - 1)?));
        }
    }
    Program::compile(flow, catalogue, world.resources().clone(), callees)
}

/// The flows a flow calls, by key: the setting `flow` of its steps.
fn calls(flow: &Flow) -> Vec<FlowKey> {
    let called = flow.nodes.iter().filter_map(|node| node.config.get("flow").and_then(Value::as_str));
    let called: BTreeMap<&str, ()> = called.filter(|key| !key.is_empty()).map(|key| (key, ())).collect();
    called.into_keys().map(FlowKey::from).collect()
}

/// The errors of a flow as one text.
fn describe(problems: &[Problem]) -> Texts {
    let list = |language: &str| {
        let errors = problems.iter().filter(|problem| problem.is_error()).take(10).map(|problem| {
            let node = problem.place.node.as_ref().map(|node| format!("{node}: ")).unwrap_or_default();
            format!("{node}{}", problem.message.in_language(language))
        });
        errors.collect::<Vec<_>>().join("; ")
    };
    Texts::new(
        format!("流程有问题，不能运行：{}", list("zh")),
        format!("the flow has problems and cannot run: {}", list("en")),
    )
}
