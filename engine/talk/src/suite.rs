//! Plays all talks of a bundle: flows, what they call, and what they refer to.

use std::sync::Arc;

use interpreter::{Callees, Catalogue, Program};
use model::{Bundle, Flow, FlowKey, Problem, Texts};

use crate::report::{FolderReport, TalkReport};
use crate::{World, parse, play};

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
    let Some(flow) = flow_of(key, bundle) else {
        return Err(vec![Problem::error(
            "unknown-flow",
            model::Place::flow(),
            Texts::new(format!("没有流程“{key}”"), format!("there is no flow “{key}”")),
            Texts::new("请检查流程的键", "check the flow's key"),
        )]);
    };
    // Every flow is compiled once, however many call it; a program finds those that its own flows call.
    let mut callees = Callees::new();
    let mut open = flow.calls().into_iter().collect::<Vec<_>>();
    while let Some(called) = open.pop() {
        if &called != key
            && !callees.contains_key(&called)
            && let Some(callee) = flow_of(&called, bundle)
        {
            let program = Program::compile(callee, catalogue, world.resources().clone(), Callees::new())?;
            open.extend(callee.calls());
            callees.insert(called, Arc::new(program));
        }
    }
    Program::compile(flow, catalogue, world.resources().clone(), callees)
}

fn flow_of<'a>(key: &FlowKey, bundle: &'a Bundle) -> Option<&'a Flow> {
    bundle.flows.iter().find(|flow| &flow.key == key)
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
