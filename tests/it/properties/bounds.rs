//! What a flow asks for is bounded: circles, calls of calls, variables that grow. The conversation stays usable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use interpreter::{Callees, Catalogue, Effect, Event, Program, State, Step, check, step};
use model::{Flow, Input, Mark, Resources, Status};
use serde_json::{Value, json};
use tests::walk::BEGIN;

/// The CPU of one turn that goes in circles; the target of a release build is 50 ms.
const LONGEST_TURN: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 50 });

#[test]
fn circles_end_with_a_person_and_a_reason() {
    let say = |text: &str| json!({ "text": { "zh": text } });
    let to = |node: &str| json!({ "node": node });
    let itself = flow("main", &[("a", "say", say("又"))], &[("start", "next", "a"), ("a", "next", "a")]);
    let two = flow(
        "main",
        &[("a", "say", say("甲")), ("b", "go_to", to("a"))],
        &[("start", "next", "a"), ("a", "next", "b")],
    );
    let through_a_call = flow(
        "main",
        &[("a", "call_flow", json!({ "flow": "sub" }))],
        &[("start", "next", "a"), ("a", "done", "a"), ("a", "failed", "a")],
    );
    let mut on_error = flow(
        "main",
        &[("a", "script", json!({ "source": "throw \"x\"" })), ("b", "go_to", to("a"))],
        &[("start", "next", "a"), ("a", "failed", "b")],
    );
    on_error.handlers = serde_json::from_value(json!([
        { "id": "e", "name": { "zh": "出错时" }, "on": { "kind": "error" }, "to": "b" }
    ]))
    .expect("a handler");

    for circle in [itself, two, through_a_call, on_error] {
        let mut talk = Talked::new(&circle);
        let begun = Instant::now();
        let opened = talk.open();

        assert!(begun.elapsed() < LONGEST_TURN, "{:?}", begun.elapsed());
        let why = last_failure(&opened);
        assert!(why.contains("goes in circles") || why.contains("seems to go in circles"), "{why}");
        assert!(opened.trace.len() <= 202, "{} visits", opened.trace.len());
        assert_eq!(talk.state.status, Status::Queued);
        assert!(
            opened
                .effects
                .iter()
                .any(|effect| matches!(effect, Effect::HandOff { packet } if packet.reason.contains("绕圈")))
        );
        // The conversation goes on with a person, and hears what is said.
        talk.says("在吗");
        assert_eq!(talk.state.heard, ["在吗"]);
    }
}

#[test]
fn flows_that_call_each_other_stop_at_sixteen() {
    let call = |key: &str| json!({ "flow": key });
    let ping = flow("main", &[("a", "call_flow", call("pong"))], &[("start", "next", "a")]);
    let pong = flow("pong", &[("a", "call_flow", call("main"))], &[("start", "next", "a")]);
    let catalogue = nodes::catalogue();
    let resources = Arc::new(Resources::default());
    let callee = Program::compile_draft(&pong, &catalogue, Arc::clone(&resources), Callees::new()).expect("a start");
    let callees = Callees::from([("pong".into(), Arc::new(callee))]);
    let program = Program::compile_draft(&ping, &catalogue, resources, callees).expect("a start");

    let step = step(&program, State::new("zh".into()), &opening(), BEGIN);

    let n_calls = step.trace.iter().filter(|visit| matches!(visit.mark, Mark::Called(_))).count();
    let deepest = step.trace.iter().find(|visit| visit.mark == Mark::Failed).expect("a failure");
    assert_eq!(n_calls, 16, "fifteen calls succeed, the sixteenth fails");
    assert_eq!(deepest.why.in_language("en"), "flows call each other more than 16 deep");
    assert_eq!(step.state.status, Status::Queued);
}

#[test]
fn ten_thousand_flows_in_a_row_are_no_deep_tree() {
    let catalogue = nodes::catalogue();
    let resources = Arc::new(Resources::default());
    let mut callees = Callees::new();
    let mut program = None;
    for n in (0..10_000).rev() {
        let key = format!("f{n}");
        let flow =
            flow(&key, &[("a", "call_flow", json!({ "flow": format!("f{}", n + 1) }))], &[("start", "next", "a")]);
        let made = Program::compile_draft(&flow, &catalogue, Arc::clone(&resources), callees).expect("a start");
        let made = Arc::new(made);
        callees = Callees::from([(key.into(), Arc::clone(&made))]);
        program = Some(made);
    }
    let program = program.expect("ten thousand programs");

    let step = step(&program, State::new("zh".into()), &opening(), BEGIN);

    assert!(step.trace.iter().any(|visit| visit.why.in_language("en") == "flows call each other more than 16 deep"));
    assert_eq!(step.state.status, Status::Queued);
}

#[test]
fn ten_thousand_brackets_are_refused_with_words() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let text = format!(r#"{{ "format": 1, "nodes": [{{ "id": "a", "kind": "say", "config": {deep} }}] }}"#);
        let problems = check::read_flow(&text).expect_err("too deep");
        assert_eq!(problems[0].code, "not-json");
    }
    for source in ["(".repeat(10_000), "{{".repeat(10_000), "{{ [".repeat(5_000), "-".repeat(10_000)] {
        let deep = flow("main", &[("a", "say", json!({ "text": { "zh": format!("{{{{ {source} }}}}") } }))], &[]);
        let problems = check::check(&deep, &nodes::catalogue(), &Resources::default());
        assert!(problems.iter().any(|problem| problem.code == "expression-not-valid"));
    }
}

/// What reads a state again reads 128 levels; a flow that wraps a value every turn must not come to where it cannot.
#[test]
fn a_variable_that_is_wrapped_each_turn_can_always_be_read_again() {
    let wrapping = flow(
        "main",
        &[
            ("ask", "ask", json!({ "question": { "zh": "?" }, "save_to": "answer" })),
            ("wrap", "script", json!({ "source": "note = [note];" })),
            ("full", "say", json!({ "text": { "zh": "太深了" } })),
        ],
        &[
            ("start", "next", "ask"),
            ("ask", "answered", "wrap"),
            ("wrap", "done", "ask"),
            ("wrap", "failed", "full"),
            ("full", "next", "ask"),
        ],
    );
    let mut talk = Talked::new(&wrapping);
    talk.open();
    let mut n_refused = 0;

    for turn in 0..150 {
        let step = talk.says(&format!("第 {turn} 轮"));
        n_refused += usize::from(step.trace.iter().any(|visit| visit.mark == Mark::Failed));
        let written = serde_json::to_string(&talk.state).expect("plain data");
        let read: State = serde_json::from_str(&written).unwrap_or_else(|error| panic!("turn {turn}: {error}"));
        assert_eq!(read, talk.state);
    }

    assert_eq!(n_refused, 150 - 64, "each turn wraps once, up to 64 levels");
}

#[test]
fn a_variable_that_doubles_each_turn_stays_small_and_the_turns_as_quick() {
    let source = "amount = amount + 1; note = note + note;";
    let doubling = flow(
        "main",
        &[
            ("ask", "ask", json!({ "question": { "zh": "?" }, "save_to": "answer" })),
            ("double", "script", json!({ "source": source })),
            ("full", "say", json!({ "text": { "zh": "满了 {{ amount }}" } })),
        ],
        &[
            ("start", "next", "ask"),
            ("ask", "answered", "double"),
            ("double", "done", "ask"),
            ("double", "failed", "full"),
            ("full", "next", "ask"),
        ],
    );
    let mut talk = Talked::new(&doubling);
    talk.open();
    let mut took = Vec::new();
    let (mut largest, mut n_refused) = (0, 0);

    for turn in 0..1_000 {
        let before = talk.value("amount");
        let begun = Instant::now();
        let step = talk.says(&format!("第 {turn} 轮，{}", "话".repeat(200)));
        took.push(begun.elapsed());
        if turn % 20 == 0 {
            largest = largest.max(serde_json::to_string(&talk.state).expect("plain data").len());
        }
        if step.trace.iter().any(|visit| visit.mark == Mark::Failed) {
            n_refused += 1;
            assert_eq!(talk.value("amount"), before, "a step that fails has changed nothing");
        }
        assert_eq!(talk.state.status, Status::Waiting);
    }

    let middle = |part: &[Duration]| {
        let mut sorted = part.to_vec();
        sorted.sort();
        sorted[sorted.len() / 2]
    };
    let (early, late) = (middle(&took[100..300]), middle(&took[800..]));
    println!("largest state {largest} bytes, {n_refused} steps refused, a turn took {early:?} early and {late:?} late");
    assert!(largest <= State::MAX_BYTES, "{largest} bytes");
    assert!(n_refused > 900);
    // On a quiet machine they differ by a few per cent; this one may be busy.
    assert!(late < early * 2 + Duration::from_millis(1), "turns grow slower: {early:?}, then {late:?}");
}

#[test]
fn many_variables_are_bounded_together_by_the_step_that_adds_one_too_many() {
    let mut text = String::new();
    for n in 0..40 {
        text += &format!("v{n} = \"\"; v{n}.pad(10000, 'x');\n");
    }
    let mut greedy = flow(
        "main",
        &[("a", "script", json!({ "source": text })), ("full", "say", json!({ "text": { "zh": "满了" } }))],
        &[("start", "next", "a"), ("a", "failed", "full")],
    );
    greedy.variables = (0..40)
        .map(|n| serde_json::from_value(json!({ "name": format!("v{n}"), "type": "text" })).expect("a variable"))
        .collect();
    let mut talk = Talked::new(&greedy);

    let step = talk.open();

    let why = last_failure(&step);
    assert!(why.contains("larger than 120 KiB"), "{why}");
    assert_eq!(talk.value("v0"), Value::Null, "the state before the step is kept");
    assert!(
        step.effects.iter().any(|effect| matches!(effect, Effect::Say { content, .. } if content.as_text() == "满了"))
    );
}

#[test]
fn whatever_comes_in_the_state_is_bounded() {
    let waiting = flow(
        "main",
        &[("a", "wait", json!({ "minutes": 5, "until_message": false })), ("b", "ask", json!({ "save_to": "note" }))],
        &[("start", "next", "a"), ("a", "elapsed", "b"), ("b", "answered", "b")],
    );
    let mut talk = Talked::new(&waiting);
    let values = [("note".into(), json!("x".repeat(500_000))), ("items".into(), json!("字".repeat(20_000)))];
    talk.happens(Event::Open { language: None, values: values.into(), channel: String::new() });
    assert_eq!(talk.value("note"), "ab", "too large to come in");

    for n in 0..60 {
        talk.says(&"\"\n字".repeat(40_000));
        if n == 40 {
            let timer = talk.state.timer.clone().expect("it waits").id;
            talk.happens(Event::TimerDue { timer });
        }
        let size = serde_json::to_string(&talk.state).expect("plain data").len();
        assert!(size <= State::MAX_BYTES, "{size} bytes after {n} messages");
    }
    talk.says("我叫李雷");
    assert_eq!(talk.value("note"), "我叫李雷");
}

/// A flow in Chinese with a start: nodes as (id, kind, settings), edges as (from, port, to).
fn flow(key: &str, nodes: &[(&str, &str, Value)], edges: &[(&str, &str, &str)]) -> Flow {
    let given = nodes.iter().map(|(id, kind, config)| json!({ "id": id, "kind": kind, "config": config }));
    let nodes: Vec<_> = std::iter::once(json!({ "id": "start", "kind": "start" })).chain(given).collect();
    let edges: Vec<_> = edges.iter().map(|(from, port, to)| json!({ "from": from, "port": port, "to": to })).collect();
    serde_json::from_value(json!({
        "format": 1, "id": key, "key": key, "name": { "zh": key }, "languages": ["zh"], "nodes": nodes, "edges": edges,
        "variables": [
            { "name": "note", "type": "text", "initial": "ab" }, { "name": "items", "type": "list" },
            { "name": "amount", "type": "number", "initial": 0 }, { "name": "answer", "type": "text" },
        ],
    }))
    .expect("a flow")
}

fn opening() -> Event {
    Event::open()
}

fn last_failure(step: &Step) -> String {
    let failed = step.trace.iter().rev().find(|visit| visit.mark == Mark::Failed);
    failed.map(|visit| visit.why.in_language("en").to_owned()).unwrap_or_default()
}

/// A conversation with a flow that may have problems, and a small one it can call.
struct Talked {
    program: Program,
    state: State,
}

impl Talked {
    fn new(flow: &Flow) -> Self {
        let catalogue: Catalogue = nodes::catalogue();
        let resources = Arc::new(Resources::default());
        let sub = self::flow("sub", &[("a", "say", json!({ "text": { "zh": "子" } }))], &[("start", "next", "a")]);
        let sub = Program::compile_draft(&sub, &catalogue, Arc::clone(&resources), Callees::new()).expect("a start");
        let callees = Callees::from([("sub".into(), Arc::new(sub))]);
        let program = Program::compile_draft(flow, &catalogue, resources, callees).expect("a start");
        Self { program, state: State::new("zh".into()) }
    }

    fn happens(&mut self, event: Event) -> Step {
        let step = step(&self.program, std::mem::replace(&mut self.state, State::new("zh".into())), &event, BEGIN);
        self.state = step.state.clone();
        step
    }

    fn open(&mut self) -> Step {
        self.happens(opening())
    }

    fn says(&mut self, words: &str) -> Step {
        self.happens(Event::said(Input::Text(words.into())))
    }

    fn value(&self, name: &str) -> Value {
        self.state.values().and_then(|values| values.get(name)).cloned().unwrap_or(Value::Null)
    }
}
