//! How long the interpreter itself takes: one turn, a whole conversation, the check of a large flow.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use interpreter::{Answer, Callees, Effect, Event, HttpReply, Program, State, check, step};
use model::{Flow, Input, Language, Resources, Status};
use serde_json::{Value, json};

const FLOW: &str = include_str!("w1/flow.json");
/// What the customer says after the conversation is open.
const SAID: [&str; 5] = ["订单有问题", "A10442", "好", "没有了", "再见"];
const NOW: i64 = 1_763_800_000_000;

fn main() -> anyhow::Result<()> {
    let flow = flow(FLOW)?;
    let program = compile(&flow)?;
    let (end, middle) = conversation(&program)?;
    ensure!(end.status == Status::Ended, "the conversation does not reach its end");

    let said = Event::Said { input: Input::Text(SAID[2].to_owned()) };
    let copy = median(|| drop(black_box(middle.clone())));
    let turn = median(|| drop(black_box(step(&program, middle.clone(), &said, NOW))));
    println!("step of a middle turn (expression, template)  {}", words(turn.saturating_sub(copy)));
    println!("copy of the state beforehand                  {}", words(copy));
    println!(
        "a conversation of six turns                   {}",
        words(median(|| drop(black_box(conversation(&program)))))
    );

    let large = chain(100)?;
    println!("check and compile of a flow of 100 steps      {}", words(median(|| drop(black_box(compile(&large))))));
    Ok(())
}

/// The whole conversation; answers with its end, and with its state before the third message.
fn conversation(program: &Program) -> anyhow::Result<(State, State)> {
    let mut state = State::new(Language::zh());
    let mut middle = state.clone();
    let open = Event::Open { language: None, values: Default::default() };
    let said = SAID.iter().map(|text| Event::Said { input: Input::Text((*text).to_owned()) });
    for (idx, event) in std::iter::once(open).chain(said).enumerate() {
        if idx == 3 {
            middle = state.clone();
        }
        let mut next = Some(event);
        while let Some(event) = next.take() {
            let done = step(program, state, &event, NOW);
            state = done.state;
            next = done.effects.into_iter().find_map(|effect| match effect {
                Effect::Call { id, .. } => Some(Event::Done {
                    effect: id,
                    answer: Answer::Replied(HttpReply { status: 200, body: json!({ "days": 9 }) }),
                }),
                _ => None,
            });
        }
    }
    Ok((state, middle))
}

fn flow(text: &str) -> anyhow::Result<Flow> {
    check::read_flow(text).map_err(|problems| anyhow::anyhow!("{problems:?}"))
}

fn compile(flow: &Flow) -> anyhow::Result<Program> {
    Program::compile(flow, &nodes::catalogue(), Resources::default().into(), Callees::new())
        .map_err(|problems| anyhow::anyhow!("{problems:?}"))
}

/// A flow of many steps, one after the other.
fn chain(n_nodes: usize) -> anyhow::Result<Flow> {
    let mut document: Value = serde_json::from_str(FLOW)?;
    let mut list = vec![json!({ "id": "start", "kind": "start", "v": 1, "config": {} })];
    let mut edges = vec![json!({ "from": "start", "port": "next", "to": "n1" })];
    for idx in 1..n_nodes - 1 {
        let text = json!({ "zh": "第 {{ order_no }} 步", "en": "step {{ order_no }}" });
        list.push(json!({ "id": format!("n{idx}"), "kind": "say", "v": 1, "config": { "text": text } }));
        edges.push(json!({ "from": format!("n{idx}"), "port": "next", "to": format!("n{}", idx + 1) }));
    }
    list.push(json!({ "id": format!("n{}", n_nodes - 1), "kind": "end", "v": 1, "config": {} }));
    document["nodes"] = list.into();
    document["edges"] = edges.into();
    document["layout"] = json!({});
    flow(&document.to_string()).context("the large flow")
}

/// The median of many rounds, each long enough for the clock.
fn median(mut work: impl FnMut()) -> Duration {
    let mut per_round = 1_u32;
    let once = loop {
        let begun = Instant::now();
        for _ in 0..per_round {
            work();
        }
        if begun.elapsed() > Duration::from_millis(10) {
            break begun.elapsed();
        }
        per_round *= 2;
    };
    let n_rounds = (Duration::from_secs(1).as_nanos() / once.as_nanos()).clamp(5, 101);
    let mut rounds: Vec<Duration> = (0..n_rounds)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..per_round {
                work();
            }
            begun.elapsed() / per_round
        })
        .collect();
    rounds.sort();
    rounds[rounds.len() / 2]
}

fn words(duration: Duration) -> String {
    match duration.as_nanos() {
        ns if ns < 10_000 => format!("{ns} ns"),
        ns if ns < 10_000_000 => format!("{:.1} us", ns as f64 / 1e3),
        ns => format!("{:.1} ms", ns as f64 / 1e6),
    }
}
