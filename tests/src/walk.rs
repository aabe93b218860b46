//! A conversation in which customer, services, clock and agents do whatever comes into their heads.

use interpreter::{
    AgentAct, Answer, Effect, Event, Found, FoundDetail, Generated, HttpReply, IntentScore, Pending, Program,
    Recognised, Source, State, Step, Task, TimerId, ToolCall, WaitsFor, step,
};
use model::{Act, ActKind, Citation, Content, Input, Moment, Texts};
use serde_json::{Value, json};

use crate::dice::Dice;

/// Friday, 20 November 2026, ten o'clock in Shanghai.
pub const BEGIN: Moment = 1_795_140_000_000;

/// What happened, and what it led to.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub now: Moment,
    /// What.
    pub event: Event,
    /// The state afterwards, effects and trace.
    pub step: Step,
}

/// Talks to a program for at most this many events; ends early when the conversation is over.
pub fn walk(program: &Program, n_events: usize, dice: &mut Dice<'_>) -> Vec<Happening> {
    let mut now = BEGIN;
    let mut state = State::new(program.flow().main_language());
    let language = [None, Some("zh".into()), Some("en".into())][dice.below(3)].clone();
    let mut event =
        Event::Open { language, values: [("order_no".into(), json!(dice.number()))].into(), channel: String::new() };
    let mut happened: Vec<Happening> = Vec::new();
    for _ in 0..n_events {
        let done = step(program, state, &event, now);
        state = done.state.clone();
        happened.push(Happening { now, event, step: done });
        if state.is_over() && dice.percent(90) {
            break;
        }
        now += [0, 1, 999, 60_000, 3_600_000][dice.below(5)];
        event = next(&state, &happened, &mut now, dice);
    }
    happened
}

/// Something that may happen next: mostly what the conversation waits for.
fn next(state: &State, happened: &[Happening], now: &mut Moment, dice: &mut Dice<'_>) -> Event {
    if dice.percent(5) {
        return anything(state, dice);
    }
    match (state.waits_for(), &state.pending) {
        (WaitsFor::Effect, Pending::Effect { effect, id }) => {
            Event::Done { effect: id.clone(), answer: answer(effect, dice) }
        }
        (WaitsFor::Agent, _) => Event::Agent { act: act(dice) },
        (WaitsFor::Customer, _) if state.burst.is_some() && dice.percent(50) => {
            let timer = state.burst.as_ref().map(|burst| burst.timer.clone()).expect("there is a burst");
            *now = (*now).max(timer.due);
            Event::TimerDue { timer: timer.id }
        }
        (WaitsFor::Time | WaitsFor::Customer, _) => match &state.timer {
            Some(timer) if state.waits_for() == WaitsFor::Time || dice.percent(10) => {
                *now = (*now).max(timer.due);
                Event::TimerDue { timer: timer.id.clone() }
            }
            _ => said(input(happened, dice), dice),
        },
        _ => anything(state, dice),
    }
}

/// What nobody waits for.
fn anything(state: &State, dice: &mut Dice<'_>) -> Event {
    match dice.below(4) {
        0 => Event::said(Input::Text("人工".into())),
        1 => Event::Agent { act: act(dice) },
        2 => Event::TimerDue { timer: TimerId(format!("t{}", state.n_timers)) },
        _ => said(input(&[], dice), dice),
    }
}

/// The customer's words with what they do: as it is judged for real, or anything at all.
fn said(input: Input, dice: &mut Dice<'_>) -> Event {
    const KINDS: [ActKind; 17] = [
        ActKind::Yes,
        ActKind::No,
        ActKind::Cancel,
        ActKind::Restart,
        ActKind::Repeat,
        ActKind::Unknown,
        ActKind::Hold,
        ActKind::Correction,
        ActKind::Aside,
        ActKind::Question,
        ActKind::Greeting,
        ActKind::Thanks,
        ActKind::Who,
        ActKind::Abilities,
        ActKind::Chat,
        ActKind::Insult,
        ActKind::Noise,
    ];
    let words = input.as_text();
    let act = match dice.below(4) {
        0 => None,
        1 | 2 => nlu::acts::act(&words),
        _ => Some(Act {
            answer: ["", "A10443", "明天"][dice.below(3)].to_owned(),
            whole: dice.percent(50),
            rest: ["", "A10443", "13912345678", words.as_str()][dice.below(4)].to_owned(),
            ..Act::of(KINDS[dice.below(KINDS.len())])
        }),
    };
    Event::Said { input, mood: None, act }
}

fn input(happened: &[Happening], dice: &mut Dice<'_>) -> Input {
    const WORDS: [&str; 20] = [
        "A10442",
        "好",
        "不对，是 A10443",
        "13812345678",
        "明天下午三点",
        "三百五十块",
        "1",
        "第二个",
        "都不是",
        "yes",
        "no",
        "a@b.cn",
        "menu",
        "我要退款",
        "0.30000000000000004",
        "",
        "😀😀",
        "{{ amount }} ${order_no}",
        "2026-12-01",
        "我的订单号是 A10442，电话 13812345678，明天来",
    ];
    let offered =
        happened.iter().rev().flat_map(|happened| happened.step.effects.iter().rev()).find_map(|effect| match effect {
            Effect::Say { content: Content::Choices { options, .. }, .. } if !options.is_empty() => Some(options),
            _ => None,
        });
    match (dice.below(10), offered) {
        (0..=3, Some(options)) => Input::Choice(options[dice.below(options.len())].id.clone()),
        (4, _) => Input::Choice(format!("{}", dice.below(6))),
        (5, _) => Input::Form([("order_no".to_owned(), json!(dice.number()))].into()),
        (6, _) => Input::File("https://example.com/a.png".into()),
        (7, _) if dice.percent(20) => Input::Text("长".repeat(1 + dice.below(8_000))),
        _ => Input::Text(WORDS[dice.below(WORDS.len())].into()),
    }
}

fn act(dice: &mut Dice<'_>) -> AgentAct {
    match dice.below(6) {
        0 | 1 => AgentAct::Taken { name: "李雷".into() },
        2 | 3 => AgentAct::HandedBack { note: ["", "vip"][dice.below(2)].into() },
        4 => AgentAct::Nobody,
        _ => AgentAct::Ended,
    }
}

/// An answer of the kind that was asked for, or a failure.
pub fn answer(effect: &Effect, dice: &mut Dice<'_>) -> Answer {
    if dice.percent(10) {
        return Answer::Failed { why: Texts::new("坏了", "broken") };
    }
    match effect {
        Effect::Recognise { intents, .. } => Answer::Recognised(Recognised {
            intents: intents
                .iter()
                .map(|intent| IntentScore {
                    intent: intent.0.clone(),
                    name: Texts::default(),
                    confidence: dice.below(1001) as f64 / 1000.0,
                })
                .collect(),
            words: vec!["退款".into()],
            sure_above: 0.6,
            close_above: 0.3,
        }),
        Effect::Search { limit, .. } => Answer::Found {
            found: (0..dice.below(limit + 1).min(5))
                .map(|n| Found {
                    id: format!("a{n}"),
                    question: format!("问题 {n}"),
                    asked: model::asked_in(&format!("问题 {n}"), &[format!("question {n}")]),
                    answer: Texts::new(format!("回答 {n}"), format!("answer {n}")),
                    score: dice.below(1001) as f64 / 1000.0,
                    source: (n % 2 == 1).then(|| Source {
                        document: "d".into(),
                        citation: Citation { title: "政策".into(), ..Citation::default() },
                    }),
                })
                .collect(),
            nothing_below: 0.2,
            sure_above: 0.6,
            note: None,
        },
        Effect::Generate { task, .. } => generated(task, dice),
        Effect::Extract { sentences, details, .. } => Answer::Extracted {
            found: (0..dice.below(4).min(sentences.len()))
                .filter_map(|sentence| {
                    Some(FoundDetail {
                        sentence,
                        detail: details.get(dice.below(details.len().max(1)))?.clone(),
                        value: ["甲", "乙", "x"][dice.below(3)].into(),
                        words: "甲".into(),
                        start: 0,
                        end: 3,
                    })
                })
                .collect(),
        },
        _ => Answer::Replied(HttpReply { status: [200, 201, 404, 500, 302][dice.below(5)], body: body(dice) }),
    }
}

/// What a model may answer: words, JSON that fits or does not, tools that exist or do not.
fn generated(task: &Task, dice: &mut Dice<'_>) -> Answer {
    const WORDS: [&str; 6] =
        ["好的", "", "{{ secret }} ${order_no}", "<script>alert(1)</script>", "[1] 可以", "NO_ANSWER"];
    if dice.percent(10) {
        return Answer::OverBudget { why: Texts::new("超出预算", "over budget") };
    }
    let value = task.schema.as_ref().map(|_| match dice.below(4) {
        0 => json!({ "known": true, "answer": "可以", "citations": ["1", "9"] }),
        1 => json!({ "topic": "refund", "sure": 1.0, "order_no": dice.number() }),
        2 => json!({ "text": WORDS[dice.below(WORDS.len())], "next": "anywhere", "citations": ["1"] }),
        _ => body(dice),
    });
    let name = match task.tools.get(dice.below(4)) {
        Some(tool) => tool.name.clone(),
        None => "delete_everything".into(),
    };
    let calls = (0..dice.below(3)).map(|n| ToolCall { id: format!("c{n}"), name: name.clone(), arguments: body(dice) });
    let calls = calls.collect();
    Answer::Generated(Generated { text: WORDS[dice.below(WORDS.len())].into(), value, calls, ..Generated::default() })
}

fn body(dice: &mut Dice<'_>) -> Value {
    match dice.below(5) {
        0 => json!({ "id": "A1", "amount": dice.number(), "items": [{ "name": "a", "price": dice.number() }] }),
        1 => json!([dice.number(), null, "x"]),
        2 => json!("plain words"),
        3 => Value::Null,
        _ => json!({ "data": { "items": [{ "name": "长".repeat(dice.below(30_000)) }] } }),
    }
}
