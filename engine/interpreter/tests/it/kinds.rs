//! Three tiny kinds and the helpers to make flows and conversations of them.

use std::sync::Arc;

use interpreter::{
    AgentAct, Answer, Callees, Catalogue, Ctx, Effect, Entry, Event, Failure, Happened, HttpRequest, Kind, KindInfo,
    Method, Next, Program, State, Step, step,
};
use model::spec::{Family, PortRole, PortSpec};
use model::{Content, Emotion, Flow, HandOffPacket, Input, Language, Mood, Named, Resources, Template, Texts, VarName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const NOON: i64 = 1_763_784_000_000;

/// Where a flow begins.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Start {}

impl Kind for Start {
    fn info() -> KindInfo {
        info("start", vec![PortSpec::one("next", PortRole::Next, Texts::new("继续", "next"))], false, false)
    }
    fn examples() -> Vec<(Texts, Self)> {
        Vec::new()
    }
    fn enter(&self, _: &mut Ctx<'_>) -> Result<Next, Failure> {
        Ok(Next::go("next"))
    }
}

/// Says a text and, when it names a variable, waits for the answer.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Talk {
    #[serde(default)]
    text: Texts,
    #[serde(default)]
    save_to: VarName,
    /// Only digits are an answer.
    #[serde(default)]
    digits: bool,
    /// Only this word is an answer.
    #[serde(default)]
    only: String,
    /// For who does not know.
    #[serde(default)]
    help: Texts,
}

impl Kind for Talk {
    fn info() -> KindInfo {
        let ports = vec![
            PortSpec::one("next", PortRole::Next, Texts::new("继续", "next")),
            PortSpec::one("silence", PortRole::Silence, Texts::new("没有回答", "no answer")),
        ];
        info("talk", ports, true, true)
    }
    fn examples() -> Vec<(Texts, Self)> {
        Vec::new()
    }
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        ctx.say_text(&self.text)?;
        Ok(if self.save_to.is_empty() { Next::go("next") } else { ctx.wait_for_customer(Some(10.0)) })
    }
    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        match happened {
            Happened::Said(input) if self.digits => {
                let digits: String = input.as_text().chars().filter(char::is_ascii_digit).collect();
                if digits.is_empty() {
                    ctx.does_not_fit();
                    ctx.say(Content::text("Only digits, please."));
                    return Ok(ctx.wait_for_customer(Some(10.0)));
                }
                ctx.set(&self.save_to, digits.into())?;
                Ok(Next::go("next"))
            }
            Happened::Said(input) if !self.only.is_empty() && input.as_text() != self.only => {
                ctx.does_not_fit();
                Ok(ctx.wait_for_customer(Some(10.0)))
            }
            Happened::Said(input) => {
                if self.only.is_empty() {
                    ctx.takes_any_words();
                }
                ctx.set(&self.save_to, input.as_text().into())?;
                Ok(Next::go("next"))
            }
            _ => Ok(Next::go("silence")),
        }
    }
    fn help(&self, _: &Ctx<'_>) -> Option<Texts> {
        Some(self.help.clone())
    }
}

/// Does what its word says: `call KEY`, `end`, `fail`, `search`, `queue`, `post`.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Act {
    #[serde(default)]
    what: String,
    #[serde(default)]
    with: Template,
}

impl Kind for Act {
    fn info() -> KindInfo {
        let ports = vec![
            PortSpec::one("done", PortRole::Next, Texts::new("完成", "done")),
            PortSpec::when("failed", PortRole::Failed, Texts::new("失败", "failed"), "/what", json!("search")),
        ];
        info("act", ports, true, false)
    }
    fn examples() -> Vec<(Texts, Self)> {
        Vec::new()
    }
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        match self.what.split_once(' ').unwrap_or((&self.what, "")) {
            ("call", key) => Ok(Next::Call {
                flow: key.into(),
                give: [("name".into(), ctx.get(&"name".into()))].into(),
                get: vec![("greeting".into(), "answer".into())],
            }),
            ("end", result) => Ok(Next::End { result: result.into() }),
            ("search", _) => Ok(ctx.ask_search("q", &[], 1)),
            ("post", _) => Ok(ctx.ask_service(HttpRequest {
                method: Method::Post,
                url: "https://example.com".into(),
                headers: Default::default(),
                secrets: Default::default(),
                body: None,
                timeout_ms: 1_000,
                retries: 0,
                at_most_once: true,
            })),
            ("queue", _) => Ok(ctx.hand_off(HandOffPacket { team: "desk".into(), ..Default::default() }, Some(3.0))),
            _ => Err(Failure::new("坏了", "broken")),
        }
    }
    fn resume(&self, _: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        match happened {
            Happened::Answered(Answer::Failed { why }) => Err(Failure { why }),
            _ => Ok(Next::go("done")),
        }
    }
}

fn info(kind: &'static str, ports: Vec<PortSpec>, enterable: bool, waits: bool) -> KindInfo {
    KindInfo {
        kind,
        version: 1,
        family: Family::Frame,
        icon: "square",
        label: Texts::new(kind, kind),
        description: Texts::new(kind, kind),
        keywords: &[],
        summary: Texts::default(),
        ports,
        enterable,
        waits,
        order: 1,
    }
}

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::new([Entry::of::<Start>(), Entry::of::<Talk>(), Entry::of::<Act>()])
}

pub(crate) fn resources() -> Resources {
    Resources { teams: vec![Named { key: "desk".into(), name: Texts::new("客服", "Desk") }], ..Resources::default() }
}

/// A flow in English: nodes as (id, kind, config), edges as (from, port, to).
pub(crate) fn flow(key: &str, nodes: &[(&str, &str, Value)], edges: &[(&str, &str, &str)]) -> Flow {
    let nodes: Vec<_> =
        nodes.iter().map(|(id, kind, config)| json!({ "id": id, "kind": kind, "config": config })).collect();
    let edges: Vec<_> = edges.iter().map(|(from, port, to)| json!({ "from": from, "port": port, "to": to })).collect();
    let variables = json!([
        { "name": "name", "type": "text" }, { "name": "answer", "type": "text" }, { "name": "greeting", "type": "text" },
    ]);
    let document = json!({
        "format": 1, "id": key, "key": key, "name": { "en": key }, "languages": ["en"],
        "variables": variables, "nodes": nodes, "edges": edges,
    });
    serde_json::from_value(document).expect("a flow")
}

/// A conversation that is talked to by hand.
#[derive(Clone)]
pub(crate) struct Talked {
    program: Arc<Program>,
    pub(crate) state: State,
    pub(crate) last: Vec<Effect>,
    pub(crate) now: i64,
}

impl Talked {
    pub(crate) fn open(flow: &Flow, callees: Callees) -> Self {
        let program = Program::compile_draft(flow, &catalogue(), Arc::new(resources()), callees).expect("a start");
        let program = Arc::new(program);
        let mut talked = Self { program, state: State::new(Language::en()), last: Vec::new(), now: NOON };
        talked.happens(Event::open());
        talked
    }

    pub(crate) fn happens(&mut self, event: Event) -> Step {
        let step = step(&self.program, self.state.clone(), &event, self.now);
        self.state = step.state.clone();
        self.last = step.effects.clone();
        step
    }

    pub(crate) fn says(&mut self, text: &str) -> Step {
        self.happens(Event::said(Input::Text(text.into())))
    }

    pub(crate) fn says_in_mood(&mut self, text: &str, emotion: Emotion, score: f64) -> Step {
        let mood = Some(Mood { emotion, score, ..Mood::default() });
        self.happens(Event::Said { input: Input::Text(text.into()), mood, act: None })
    }

    pub(crate) fn agent(&mut self, act: AgentAct) -> Step {
        self.happens(Event::Agent { act })
    }

    /// What the bot said in the last step.
    pub(crate) fn heard(&self) -> Vec<String> {
        let said = |effect: &Effect| match effect {
            Effect::Say { content: Content::Text { text }, .. } => Some(text.clone()),
            _ => None,
        };
        self.last.iter().filter_map(said).collect()
    }
}

pub(crate) fn program(flow: &Flow) -> Arc<Program> {
    let program = Program::compile_draft(flow, &catalogue(), Arc::new(resources()), Callees::new());
    Arc::new(program.expect("a start"))
}
