//! `step()` alone, on the six-message conversation of the load test: one middle turn, a whole conversation, a check.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where something is wrong")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use interpreter::check::{check, read_flow};
use interpreter::{Answer, Callees, Event, HttpReply, Pending, Program, State, Step, step};
use model::{Connector, Flow, Input, Language, Resources, Texts};
use serde_json::json;

const NOON: i64 = 1_763_784_000_000;

criterion_group!(benches, middle_turn, whole_conversation, check_flow, check_100_nodes);
criterion_main!(benches);

/// A question is answered, a pattern checked, the next effect asked: no reply of another system in it.
fn middle_turn(c: &mut Criterion) {
    let program = program();
    let state = open(&program);
    let state = said(&program, state, "where is my order").state;
    let event = Event::Said { input: Input::Text("A10442".into()) };

    c.bench_function("step: a middle turn", |b| {
        b.iter(|| step(black_box(&program), black_box(state.clone()), &event, NOON));
    });
}

fn whole_conversation(c: &mut Criterion) {
    let program = program();

    c.bench_function("step: six messages, whole", |b| b.iter(|| whole(black_box(&program))));
    assert!(whole(&program).is_over(), "the conversation of the benchmark comes to its end");
}

fn check_flow(c: &mut Criterion) {
    let (flow, resources, catalogue) = (flow(), resources(), nodes::catalogue());

    c.bench_function("check: 10 nodes", |b| b.iter(|| check(black_box(&flow), &catalogue, &resources)));
}

fn check_100_nodes(c: &mut Criterion) {
    let (mut flow, resources, catalogue) = (flow(), resources(), nodes::catalogue());
    let says: Vec<_> = flow.nodes.iter().filter(|node| node.kind == "say").cloned().collect();
    for n in 0..90 {
        let mut node = says[n % says.len()].clone();
        node.id = format!("say_{n}").into();
        flow.nodes.push(node);
    }

    c.bench_function("check: 100 nodes", |b| b.iter(|| check(black_box(&flow), &catalogue, &resources)));
}

fn whole(program: &Program) -> State {
    let mut state = open(program);
    for words in ["where is my order", "A10442", "yes", "no thanks"] {
        state = said(program, state, words).state;
        if let Pending::Effect { id, .. } = &state.pending {
            let answer = Answer::Replied(HttpReply { status: 200, body: json!({ "days": 9 }) });
            let done = Event::Done { effect: id.clone(), answer };
            state = step(program, state, &done, NOON).state;
        }
    }
    state
}

fn open(program: &Program) -> State {
    let opened = Event::Open { language: None, values: Default::default() };
    step(program, State::new(Language::en()), &opened, NOON).state
}

fn said(program: &Program, state: State, words: &str) -> Step {
    step(program, state, &Event::Said { input: Input::Text(words.into()) }, NOON)
}

fn program() -> Program {
    Program::compile(&flow(), &nodes::catalogue(), Arc::new(resources()), Callees::new()).unwrap()
}

fn flow() -> Flow {
    read_flow(include_str!("../../tests/benches/service_conversation.flow.json")).unwrap().flow
}

fn resources() -> Resources {
    let connector = Connector {
        key: "bench_orders".into(),
        name: Texts::new("订单", "Orders"),
        base_url: "http://127.0.0.1:9".into(),
        headers: Default::default(),
    };
    Resources { connectors: vec![connector], ..Resources::default() }
}
