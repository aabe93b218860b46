//! For tests: a small flow around one node, and a conversation with it.
//!
//! Every exit of the node leads to an end whose result is the exit's id; a failure that nothing catches ends with
//! `on error`.

use std::collections::BTreeMap;
use std::sync::Arc;

use interpreter::{
    AgentAct, Answer, Effect, Event, Found, HttpReply, IntentScore, Pending, Program, Recognised, State, step,
};
use model::spec::ports;
use model::{
    Calendar, Connector, Emotion, Flow, Input, Moment, Mood, Named, OpenHours, Resources, SecretHeader, Texts,
};
use serde_json::{Value, json};

#[derive(Clone)]
pub(crate) struct Play {
    nodes: Vec<Value>,
    edges: Vec<Value>,
    variables: Vec<Value>,
    repair: Value,
    program: Option<Arc<Program>>,
    state: State,
    effects: Vec<Effect>,
    now: Moment,
}

impl Play {
    /// A flow with this node after the start.
    pub(crate) fn new(kind: &str, config: Value) -> Self {
        let mut play = Self::without_paths(kind, config);
        play.connect("start", "next", "it");
        play.connect_exits();
        play
    }

    /// The same, with settings for the start; the conversation is open.
    pub(crate) fn with_start(start: Value, kind: &str, config: Value) -> Self {
        let mut play = Self::new(kind, config);
        play.nodes[0]["config"] = start;
        play.open()
    }

    /// The node stands after a choice whose otherwise-exit leads to it.
    pub(crate) fn after_choice(kind: &str, config: Value) -> Self {
        let mut play = Self::without_paths(kind, config);
        play.edges.clear();
        let options = json!([{ "id": "a", "label": { "zh": "甲" } }]);
        play.nodes.push(json!({ "id": "choose", "kind": "choose", "config": { "question": { "zh": "请选择" }, "options": options } }));
        play.connect("start", "next", "choose");
        play.connect("choose", "otherwise", "it");
        play.connect_exits();
        play
    }

    /// The node's exits lead nowhere.
    pub(crate) fn without_paths(kind: &str, config: Value) -> Self {
        let nodes = vec![
            json!({ "id": "start", "kind": "start" }),
            json!({ "id": "it", "kind": kind, "config": config }),
            json!({ "id": "on_error", "kind": "end", "config": { "result": "on error", "text": {} } }),
        ];
        Self {
            nodes,
            edges: vec![json!({ "from": "start", "port": "next", "to": "it" })],
            variables: Vec::new(),
            repair: Value::Null,
            program: None,
            state: State::new("zh".into()),
            effects: Vec::new(),
            now: moment("2026-11-20T10:00:00+08:00"),
        }
    }

    pub(crate) fn knows(self, variable: &str) -> Self {
        self.given(variable, Value::Null)
    }

    pub(crate) fn knows_all(self, variables: &[&str]) -> Self {
        variables.iter().fold(self, |play, variable| play.knows(variable))
    }

    pub(crate) fn given(mut self, variable: &str, value: Value) -> Self {
        self.variables.push(json!({ "name": variable, "type": "text", "initial": value }));
        self
    }

    /// The flow mends the dialogue.
    pub(crate) fn mended(mut self) -> Self {
        self.repair = json!({});
        self
    }

    /// The customer is served in English.
    pub(crate) fn in_english(mut self) -> Self {
        self.state = State::new("en".into());
        self
    }

    pub(crate) fn at(mut self, now: &str) -> Self {
        self.now = moment(now);
        self
    }

    pub(crate) fn open(mut self) -> Self {
        let mut flow = flow("test", &self.nodes, &self.edges, &self.variables);
        flow.repair = serde_json::from_value(self.repair.clone()).expect("settings of repair");
        let callees = BTreeMap::from([("double".into(), Arc::new(double()))]);
        let program = Program::compile_draft(&flow, &crate::catalogue(), Arc::new(resources()), callees);
        self.program = program.map(Arc::new);
        self.happens(Event::open())
    }

    pub(crate) fn says(self, words: &str) -> Self {
        self.happens(Event::said(Input::Text(words.into())))
    }

    /// The same with what the words do to the dialogue.
    pub(crate) fn writes(self, words: &str) -> Self {
        let act = nlu::acts::act(words);
        self.happens(Event::Said { input: Input::Text(words.into()), mood: None, act })
    }

    /// What the customer said before sounded like this.
    pub(crate) fn feels(mut self, emotion: Emotion, score: f64) -> Self {
        let mood = Mood { emotion, score, ..Mood::default() };
        self.state.mood.get_or_insert_default().feel(&mood, "", &[]);
        self
    }

    pub(crate) fn presses(self, button: &str) -> Self {
        self.happens(Event::said(Input::Choice(button.into())))
    }

    pub(crate) fn answers(self, answer: Answer) -> Self {
        let Pending::Effect { id, .. } = self.state.pending.clone() else {
            panic!("nothing was asked: {:?}", self.state)
        };
        self.happens(Event::Done { effect: id, answer })
    }

    pub(crate) fn fails(self) -> Self {
        self.answers(Answer::Failed { why: Texts::new("坏了", "broken") })
    }

    pub(crate) fn time_up(mut self) -> Self {
        let timer = self.state.timer.clone().expect("a timer runs");
        self.now = timer.due;
        self.happens(Event::TimerDue { timer: timer.id })
    }

    pub(crate) fn agent(self, act: AgentAct) -> Self {
        self.happens(Event::Agent { act })
    }

    /// What the bot said, as plain texts.
    pub(crate) fn said(&self) -> Vec<String> {
        let said = self.effects.iter().filter_map(|effect| match effect {
            Effect::Say { content, .. } => Some(content.as_text()),
            _ => None,
        });
        said.collect()
    }

    /// The exit it left by, or `(waits)`.
    pub(crate) fn left_by(&self) -> String {
        self.state.result.clone().unwrap_or_else(|| "(waits)".into())
    }

    pub(crate) fn value(&self, variable: &str) -> Value {
        self.state.values().and_then(|values| values.get(variable)).cloned().unwrap_or(Value::Null)
    }

    pub(crate) fn effects(&self) -> &[Effect] {
        match self.effects.last() {
            // The timer is always last; tests look at what comes before it.
            Some(Effect::SetTimer { .. }) => &self.effects[..self.effects.len() - 1],
            _ => &self.effects,
        }
    }

    /// The effect that was asked last.
    pub(crate) fn asked(&self) -> Option<&Effect> {
        self.effects.iter().rfind(|effect| effect.asked().is_some())
    }

    fn happens(mut self, event: Event) -> Self {
        let program = self.program.clone().expect("open() comes first");
        let step = step(&program, self.state, &event, self.now);
        self.state = step.state;
        self.effects.extend(step.effects);
        self
    }

    fn connect(&mut self, from: &str, port: &str, to: &str) {
        self.edges.retain(|edge| edge["from"] != from || edge["port"] != port);
        self.edges.push(json!({ "from": from, "port": port, "to": to }));
    }

    fn connect_exits(&mut self) {
        let node = self.nodes[1].clone();
        let catalogue = crate::catalogue();
        let entry = catalogue.get(&node["kind"].as_str().expect("a name").into()).expect("a kind");
        let mut config = entry.spec.defaults.clone();
        for (name, value) in node["config"].as_object().into_iter().flatten() {
            config[name] = value.clone();
        }
        for port in ports(&entry.spec, &config) {
            let end = format!("end_{}", port.id);
            let result = port.id.as_str();
            self.nodes.push(json!({ "id": end, "kind": "end", "config": { "result": result, "text": {} } }));
            self.connect("it", result, &end);
        }
    }
}

/// What the recogniser answers: sure from 0.6 on, close from 0.4 on.
pub(crate) fn recognised(scores: &[(&str, f64)]) -> Answer {
    let intents = scores.iter().map(|(intent, confidence)| IntentScore {
        intent: (*intent).into(),
        name: Texts::default(),
        confidence: *confidence,
    });
    Answer::Recognised(Recognised { intents: intents.collect(), words: Vec::new(), sure_above: 0.6, close_above: 0.4 })
}

/// What the search answers: nothing below 0.3.
pub(crate) fn found(articles: &[(&str, &str, f64)]) -> Answer {
    let found = articles.iter().map(|(question, answer, score)| Found {
        id: (*question).into(),
        question: (*question).into(),
        asked: Texts::default(),
        answer: Texts::new(*answer, "…"),
        score: *score,
        source: None,
    });
    Answer::Found { found: found.collect(), nothing_below: 0.3, sure_above: 0.0, note: None }
}

pub(crate) fn replied(status: u16, body: Value) -> Answer {
    Answer::Replied(HttpReply { status, body })
}

fn flow(key: &str, nodes: &[Value], edges: &[Value], variables: &[Value]) -> Flow {
    serde_json::from_value(json!({
        "format": 1, "id": key, "key": key, "name": { "zh": key }, "languages": ["zh"],
        "variables": variables, "nodes": nodes, "edges": edges,
        "handlers": [{ "id": "error", "name": { "zh": "出错时" }, "on": { "kind": "error" }, "to": "on_error" }],
    }))
    .expect("a flow")
}

/// A flow that doubles `x`.
fn double() -> Program {
    let nodes = [
        json!({ "id": "start", "kind": "start" }),
        json!({ "id": "set", "kind": "set", "config": { "rows": [{ "variable": "x", "value": "x * 2" }] } }),
        json!({ "id": "on_error", "kind": "end", "config": { "result": "doubled", "text": {} } }),
    ];
    let edges = [
        json!({ "from": "start", "port": "next", "to": "set" }),
        json!({ "from": "set", "port": "next", "to": "on_error" }),
    ];
    let variables = [json!({ "name": "x", "type": "number", "initial": 1 })];
    let flow = flow("double", &nodes, &edges, &variables);
    Program::compile_draft(&flow, &crate::catalogue(), Arc::new(resources()), BTreeMap::new()).expect("it has a start")
}

fn resources() -> Resources {
    let open = || vec![OpenHours { from: "09:00".into(), to: "18:00".into() }];
    let week = vec![open(), open(), open(), open(), open(), Vec::new(), Vec::new()];
    Resources {
        intents: vec![
            Named { key: "refund".into(), name: Texts::new("退款", "Refund") },
            Named { key: "delivery".into(), name: Texts::new("物流", "Delivery") },
        ],
        teams: vec![Named { key: "after_sales".into(), name: Texts::new("售后", "After-sales") }],
        calendars: vec![Calendar {
            key: "shop".into(),
            name: Texts::new("店", "shop"),
            time_zone: "Asia/Shanghai".into(),
            week,
            holidays: Vec::new(),
        }],
        connectors: vec![Connector {
            key: "shop".into(),
            name: Texts::new("店", "shop"),
            base_url: "https://shop.example/api/".into(),
            headers: BTreeMap::from([("X-Shop".into(), "1".into())]),
            secrets: BTreeMap::from([(
                "Authorization".into(),
                SecretHeader { secret: "shop_token".into(), before: "Bearer ".into() },
            )]),
        }],
        ..Resources::default()
    }
}

fn moment(text: &str) -> Moment {
    text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond()
}
