//! Random flows over all kinds of the catalogue, with the flows they call, made so that most pass the checks.

use std::sync::Arc;

use interpreter::{Callees, Catalogue, Program, check};
use model::spec::{Port, ports};
use model::{Flow, Problem, Resources};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::settings::{Known, settings};

/// Keys of topics, libraries, teams, calendars and connectors.
const KEYS: [&str; 2] = ["one", "two"];
const VARIABLES: [&str; 6] = ["order_no", "amount", "items", "order", "vip", "note"];

/// A flow with the flows it may call; each may call each other.
#[derive(Clone, Debug)]
pub struct Family {
    /// The flow conversations begin with.
    pub main: Flow,
    /// The others.
    pub others: Vec<Flow>,
}

impl Family {
    /// Made of these choices.
    pub fn random(catalogue: &Catalogue, dice: &mut Dice<'_>) -> Self {
        let others = ["sub_a", "sub_b"].into_iter().take(dice.below(3));
        let keys: Vec<String> = std::iter::once("main").chain(others).map(str::to_owned).collect();
        let resources = resources(&keys);
        let mut flows = keys.iter().map(|key| flow(key, &keys, catalogue, &resources, dice));
        let main = flows.next().expect("there is a main flow");
        Self { main, others: flows.collect() }
    }

    /// What its flows refer to.
    pub fn resources(&self) -> Arc<Resources> {
        let keys: Vec<String> = self.all().map(|flow| flow.key.0.clone()).collect();
        Arc::new(resources(&keys))
    }

    /// All flows.
    pub fn all(&self) -> impl Iterator<Item = &Flow> {
        std::iter::once(&self.main).chain(&self.others)
    }

    /// Problems that keep it from being published.
    pub fn errors(&self, catalogue: &Catalogue) -> Vec<Problem> {
        let resources = self.resources();
        let problems = self.all().flat_map(|flow| check::check(flow, catalogue, &resources));
        problems.filter(Problem::is_error).collect()
    }

    /// Ready to run, whether it passes the checks or not.
    pub fn program(&self, catalogue: &Catalogue) -> Option<Program> {
        let resources = self.resources();
        let mut callees = Callees::new();
        for flow in &self.others {
            let program = Program::compile_draft(flow, catalogue, Arc::clone(&resources), Callees::new())?;
            callees.insert(flow.key.clone(), Arc::new(program));
        }
        Program::compile_draft(&self.main, catalogue, resources, callees)
    }
}

/// What every random flow may refer to.
fn resources(flows: &[String]) -> Resources {
    let named = || KEYS.map(|key| json!({ "key": key, "name": { "zh": key, "en": key } }));
    let hours = json!([{ "from": "09:00", "to": "18:00" }]);
    let calendars = KEYS.map(|key| {
        json!({
            "key": key, "name": { "zh": key }, "time_zone": "Asia/Shanghai",
            "week": [hours, hours, hours, hours, hours, [], []], "holidays": ["2026-01-01"],
        })
    });
    let connectors =
        KEYS.map(|key| json!({ "key": key, "name": { "zh": key }, "base_url": "https://api.example.com" }));
    let flows: Vec<Value> = flows
        .iter()
        .map(|key| {
            let ends = ["solved", "x"];
            json!({ "key": key, "name": { "zh": key }, "inputs": [], "outputs": [], "ends": ends, "is_live": true })
        })
        .collect();
    let all = json!({
        "intents": named(), "details": named(), "libraries": named(), "teams": named(),
        "calendars": calendars, "connectors": connectors, "flows": flows,
    });
    serde_json::from_value(all).expect("resources are written right")
}

fn flow(key: &str, keys: &[String], catalogue: &Catalogue, resources: &Resources, dice: &mut Dice<'_>) -> Flow {
    let n_nodes = 1 + dice.below(9);
    let specs: Vec<_> = catalogue.iter().map(|entry| &entry.spec).filter(|spec| spec.enterable).collect();
    let known = Known {
        variables: VARIABLES.map(str::to_owned).to_vec(),
        nodes: (1..=n_nodes).map(|n| format!("n{n}")).collect(),
        flows: keys.iter().filter(|other| *other != key).cloned().collect(),
        keys: KEYS,
    };
    let mut nodes = vec![json!({ "id": "start", "kind": "start", "config": {} })];
    for id in &known.nodes {
        let spec = specs[dice.below(specs.len())];
        let config = settings(spec, &known, dice);
        nodes.push(json!({ "id": id, "kind": spec.kind, "v": spec.version, "config": config }));
    }
    let variables = VARIABLES.map(|name| json!({ "name": name, "type": "text", "initial": initial(dice) }));
    let mut handlers = Vec::new();
    for (idx, on) in [
        json!({ "kind": "error" }),
        json!({ "kind": "silence" }),
        json!({ "kind": "phrases", "phrases": ["人工", "menu"] }),
    ]
    .into_iter()
    .enumerate()
    {
        if dice.percent(50) {
            let to = &known.nodes[dice.below(n_nodes)];
            handlers.push(json!({
                "id": format!("h{idx}"), "name": { "zh": "规则" }, "on": on, "to": to, "returns": dice.percent(40),
            }));
        }
    }
    let mut document = json!({
        "format": 1, "id": key, "key": key, "name": { "zh": key, "en": key }, "languages": ["zh", "en"],
        "variables": variables, "nodes": nodes, "handlers": handlers,
    });
    if dice.percent(60) {
        document["repair"] = mends(dice);
    }
    let mut flow: Flow = serde_json::from_value(document).expect("a random flow is a document");
    connect(&mut flow, catalogue, dice);
    repair(&mut flow, catalogue, resources);
    flow
}

/// Dialogue repair with some of it off, some words of its own, and nudges.
fn mends(dice: &mut Dice<'_>) -> Value {
    const NAMES: [&str; 5] = ["digression", "correction", "cancel", "insult", "unknown"];
    let mut mends = json!({ "nudge": { "on": dice.percent(50) } });
    for name in NAMES {
        if dice.percent(30) {
            mends[name] = json!({ "on": dice.percent(60), "say": { "zh": "{{ note }}：" } });
        }
    }
    mends
}

/// Most exits lead somewhere.
fn connect(flow: &mut Flow, catalogue: &Catalogue, dice: &mut Dice<'_>) {
    let targets: Vec<_> = flow.nodes.iter().skip(1).map(|node| node.id.clone()).collect();
    for node in &flow.nodes {
        for port in ports_of(node, catalogue) {
            if node.id == "start" || dice.percent(80) {
                let to = targets[dice.below(targets.len())].clone();
                flow.edges.push(model::Edge { from: node.id.clone(), port: port.id, to });
            }
        }
    }
}

/// Settings that do not fit become the starting ones; loops without a turn are cut; what still fails is left as it is.
fn repair(flow: &mut Flow, catalogue: &Catalogue, resources: &Resources) {
    for _ in 0..6 {
        let errors: Vec<_> = check::check(flow, catalogue, resources).into_iter().filter(Problem::is_error).collect();
        if errors.is_empty() {
            return;
        }
        for problem in errors {
            let Some(node) = problem.place.node else { continue };
            if problem.code == "loop-without-turn" {
                flow.edges.retain(|edge| edge.from != node);
            }
            let Some(broken) = flow.nodes.iter_mut().find(|known| known.id == node) else { continue };
            let takes_nothing = ["go_to", "call_flow", "set"].contains(&broken.kind.as_str());
            if takes_nothing || problem.code == "loop-without-turn" {
                // These have no starting settings that work by themselves.
                broken.kind = "say".into();
            }
            broken.config = Value::Null;
        }
        let kept: Vec<_> = flow.nodes.iter().map(|node| (node.id.clone(), ports_of(node, catalogue))).collect();
        let exists = |edge: &model::Edge| {
            kept.iter().any(|(id, ports)| *id == edge.from && ports.iter().any(|port| port.id == edge.port))
        };
        flow.edges.retain(exists);
    }
}

/// The exits of a node.
pub fn ports_of(node: &model::Node, catalogue: &Catalogue) -> Vec<Port> {
    let Some(entry) = catalogue.get(&node.kind) else {
        return Vec::new();
    };
    let mut config = entry.spec.defaults.clone();
    if let (Some(whole), Some(given)) = (config.as_object_mut(), node.config.as_object()) {
        whole.extend(given.clone());
    }
    ports(&entry.spec, &config)
}

fn initial(dice: &mut Dice<'_>) -> Value {
    match dice.below(7) {
        0 => Value::Null,
        1 => json!("A10442"),
        2 => json!(dice.number()),
        3 => json!([1, 2.5, "x"]),
        4 => json!({ "name": "a", "price": dice.number() }),
        5 => json!(true),
        _ => json!(3),
    }
}
