//! How long the pure part takes: expressions, one turn, a whole conversation, checks and compiling of large flows.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use expr::{Compiled, CompiledTemplate, Now, Sink, Values};
use interpreter::{Answer, Callees, Effect, Event, HttpReply, Program, State, check, step};
use model::{Flow, Input, Language, Resources, Status};
use serde_json::{Value, json};

const FLOW: &str = include_str!("w1/flow.json");
/// What the customer says after the conversation is open.
const SAID: [&str; 5] = ["订单有问题", "A10442", "好", "没有了", "再见"];
const SCRIPT: &str = "let sum = 0;
let names = [];
for item in items {
    if item.price > 3 {
        sum += item.price;
        names.push(item.name);
    }
}
total = sum;
summary = `${names.len()} items, ${sum}`;";
const NOW: i64 = 1_763_800_000_000;

fn main() -> anyhow::Result<()> {
    let w1 = flow(FLOW)?;
    let program = compile(&w1)?;
    let (end, middle) = conversation(&program)?;
    ensure!(end.status == Status::Ended, "the conversation does not reach its end");

    let said = Event::said(Input::Text(SAID[2].to_owned()));
    let copy = median(|| drop(black_box(middle.clone())));
    let turn = median(|| drop(black_box(step(&program, middle.clone(), &said, NOW))));
    println!("step of a middle turn (expression, template)  {}", words(turn.saturating_sub(copy)));
    println!("copy of the state beforehand                  {}", words(copy));
    println!(
        "a conversation of six turns                   {}",
        words(median(|| drop(black_box(conversation(&program)))))
    );

    let (catalogue, resources) = (nodes::catalogue(), Resources::default());
    let large = chain(100)?;
    println!(
        "check of a flow of 100 steps                  {}",
        words(median(|| drop(black_box(check::check(&large, &catalogue, &resources)))))
    );
    println!("catalogue, check, compile of 100 steps        {}", words(median(|| drop(black_box(compile(&large))))));
    let text = large.to_file();
    println!("reading a document of 100 steps               {}", words(median(|| drop(black_box(flow(&text))))));
    let larger = chain(1_000)?;
    println!("catalogue, check, compile of 1,000 steps      {}", words(median(|| drop(black_box(compile(&larger))))));
    expressions()
}

/// A condition, a template and a script over the values of an order.
fn expressions() -> anyhow::Result<()> {
    let now = Now::new(NOW, "Asia/Shanghai");
    let items: Vec<_> = (0..10).map(|n| json!({ "name": format!("item {n}"), "price": n })).collect();
    let values: Values = [
        ("amount".into(), json!(120.5)),
        ("vip".into(), json!(true)),
        ("order_no".into(), json!("A10442")),
        ("items".into(), json!(items)),
    ]
    .into();
    let condition = Compiled::expression("amount > 100 && vip")?;
    println!(
        "a condition                                   {}",
        words(median(|| drop(black_box(condition.eval(&values, &now)))))
    );
    let template = CompiledTemplate::parse("订单 {{ order_no }}，共 {{ amount * 2 }} 元")?;
    println!(
        "a template with a variable and an expression  {}",
        words(median(|| drop(black_box(template.expand(&values, Sink::Text, &now)))))
    );
    let script = Compiled::script(SCRIPT)?;
    println!(
        "a script of ten lines, ten items              {}",
        words(median(|| drop(black_box(script.run(&values, &now)))))
    );
    Ok(())
}

/// The whole conversation; answers with its end, and with its state before the third message.
fn conversation(program: &Program) -> anyhow::Result<(State, State)> {
    let mut state = State::new(Language::zh());
    let mut middle = state.clone();
    let open = Event::open();
    let said = SAID.iter().map(|text| Event::said(Input::Text((*text).to_owned())));
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
