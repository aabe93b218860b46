//! What nodes refer to: variables, intents, libraries, teams, connectors, flows; expressions that do not parse; missing languages.

use std::collections::{BTreeMap, BTreeSet};

use expr::{Compiled, CompiledTemplate, ExprError, MOOD, nearest};
use model::spec::{Reference, references};
use model::{
    ConnectorKey, Flow, FlowKey, Node, PhraseKey, Place, Problem, Repair, Resources, SecretKey, Texts, Trigger, VarName,
};
use serde_json::Value;

use super::Known;
use crate::program::is_system;

pub(super) fn check(flow: &Flow, nodes: &[Known<'_>], resources: &Resources) -> Vec<Problem> {
    let there = There::new(flow, resources);
    let mut problems = Vec::new();
    for Known { node, entry, config, .. } in nodes {
        for reference in &references(&entry.spec.schema, config) {
            problems.extend(check_one(flow, node, reference, &there));
        }
    }
    for handler in &flow.handlers {
        if let Trigger::Intents { intents } = &handler.on {
            for intent in intents.iter().filter(|intent| !there.intents.contains(intent.as_str())) {
                let place = Place { handler: Some(handler.id.clone()), ..Place::default() };
                problems.push(unknown(place, "intent", intent.as_str()));
            }
        }
    }
    if let Some(repair) = &flow.repair {
        problems.extend(check_repair(repair, &there));
    }
    problems
}

/// Words and libraries of dialogue repair.
fn check_repair(repair: &Repair, there: &There<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, library) in repair.libraries.iter().enumerate() {
        if !there.libraries.contains(library.as_str()) {
            let place = Place::document(format!("/repair/libraries/{index}"));
            problems.push(unknown(place, "library", library.as_str()));
        }
    }
    for (name, texts) in repair.texts() {
        for (language, text) in texts.iter() {
            let place = Place::document(format!("/repair/{name}/say/{language}"));
            problems.extend(sources(place, template(text), there));
        }
    }
    problems
}

/// Everything that may be referred to.
struct There<'a> {
    variables: BTreeSet<&'a str>,
    nodes: BTreeSet<&'a str>,
    intents: BTreeSet<&'a str>,
    details: BTreeSet<&'a str>,
    libraries: BTreeSet<&'a str>,
    teams: BTreeSet<&'a str>,
    calendars: BTreeSet<&'a str>,
    connectors: BTreeSet<&'a str>,
    unset_secrets: &'a BTreeMap<ConnectorKey, Vec<SecretKey>>,
    flows: BTreeMap<&'a FlowKey, bool>,
    phrases: BTreeSet<&'a PhraseKey>,
}

impl<'a> There<'a> {
    fn new(flow: &'a Flow, resources: &'a Resources) -> Self {
        Self {
            variables: flow.variables.iter().map(|variable| variable.name.as_str()).collect(),
            nodes: flow.nodes.iter().map(|node| node.id.as_str()).collect(),
            intents: resources.intents.iter().map(|intent| intent.key.as_str()).collect(),
            details: resources.details.iter().map(|detail| detail.key.as_str()).collect(),
            libraries: resources.libraries.iter().map(|library| library.key.as_str()).collect(),
            teams: resources.teams.iter().map(|team| team.key.as_str()).collect(),
            calendars: resources.calendars.iter().map(|calendar| calendar.key.as_str()).collect(),
            connectors: resources.connectors.iter().map(|connector| connector.key.as_str()).collect(),
            unset_secrets: &resources.unset_secrets,
            flows: resources.flows.iter().map(|flow| (&flow.key, flow.is_live)).collect(),
            phrases: resources.phrases.iter().map(|phrase| &phrase.key).collect(),
        }
    }

    fn has_variable(&self, name: &VarName) -> bool {
        self.variables.contains(name.as_str()) || is_system(name)
    }

    /// What can be read: every variable, and the customer's mood.
    fn can_read(&self, name: &VarName) -> bool {
        self.has_variable(name) || name == MOOD
    }
}

fn check_one(flow: &Flow, node: &Node, reference: &Reference<'_>, there: &There<'_>) -> Vec<Problem> {
    let place = Place::field(&node.id, reference.pointer.clone());
    if is_empty(reference.value) {
        return if reference.required { vec![empty(place)] } else { Vec::new() };
    }
    if let ("texts", Value::Object(texts)) = (reference.what, reference.value) {
        return check_texts(flow, node, &reference.pointer, texts, there);
    }
    let Some(text) = reference.value.as_str() else {
        return Vec::new();
    };
    match reference.what {
        "expression" => sources(place, Compiled::expression(text).map(Used::by), there),
        "template" => sources(place, template(text), there),
        "script" => match Compiled::script(text) {
            Ok(compiled) => {
                let assigned = compiled.assigns().into_iter().filter(|name| name == MOOD && !there.has_variable(name));
                let unknown: Vec<_> = assigned.map(|name| unknown_variable(place.clone(), name.as_str())).collect();
                let mut used = Used::by(compiled.clone());
                used.variables.extend(compiled.assigns());
                let mut problems = sources(place, Ok(used), there);
                problems.extend(unknown);
                problems
            }
            Err(error) => sources(place, Err(error), there),
        },
        "variable" if !there.has_variable(&text.into()) => vec![unknown_variable(place, text)],
        "node" if !there.nodes.contains(text) => vec![unknown(place, "node", text)],
        "intent" if !there.intents.contains(text) => vec![unknown(place, "intent", text)],
        "detail" if !there.details.contains(text) => vec![unknown(place, "detail", text)],
        "library" if !there.libraries.contains(text) => vec![unknown(place, "library", text)],
        "team" if !there.teams.contains(text) => vec![unknown(place, "team", text)],
        "calendar" if !there.calendars.contains(text) => vec![unknown(place, "calendar", text)],
        "connector" if !there.connectors.contains(text) => vec![unknown(place, "connector", text)],
        "connector" => {
            let unset = there.unset_secrets.get(&ConnectorKey::from(text)).into_iter().flatten();
            unset.map(|secret| secret_not_set(place.clone(), text, secret)).collect()
        }
        "flow" if flow.key == *text => vec![Problem::error(
            "flow-calls-itself",
            place,
            Texts::new("流程不能调用自己", "a flow cannot call itself"),
            Texts::new(
                "要回到前面的步骤，请直接连线或用“跳转”",
                "to go back, connect to the earlier step or use “Go to step”",
            ),
        )],
        "flow" => match there.flows.get(&FlowKey::from(text)) {
            None => vec![unknown(place, "flow", text)],
            Some(false) => vec![Problem::warning(
                "flow-not-live",
                place,
                Texts::new(format!("流程“{text}”还没有发布"), format!("the flow “{text}” has not been published")),
                Texts::new("请先发布它", "publish it first"),
            )],
            Some(true) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A text of several languages: each parses, uses known variables, and none of the flow's languages is missing.
fn check_texts(
    flow: &Flow,
    node: &Node,
    pointer: &str,
    texts: &serde_json::Map<String, Value>,
    there: &There<'_>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (language, text) in texts {
        let place = Place::field(&node.id, format!("{pointer}/{language}"));
        let text = text.as_str().unwrap_or_default();
        problems.extend(sources(place, template(text), there));
    }
    let is_missing = |code: &str| texts.get(code).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty());
    let missing: Vec<_> = flow.languages.iter().map(|l| l.as_str()).filter(|code| is_missing(code)).collect();
    if !missing.is_empty() {
        let codes = missing.join(", ");
        problems.push(Problem::warning(
            "language-missing",
            Place::field(&node.id, pointer),
            Texts::new(format!("这段话没有语言 {codes}"), format!("this text has no {codes}")),
            Texts::new("请补上译文；没有时会用其他语言", "add the translation; without it another language is used"),
        ));
    }
    problems
}

/// What an expression, template or script refers to, and its calls that cannot work.
struct Used {
    variables: BTreeSet<VarName>,
    phrases: BTreeSet<String>,
    impossible_calls: Vec<ExprError>,
}

impl Used {
    fn by(compiled: Compiled) -> Self {
        Self {
            variables: compiled.uses(),
            phrases: compiled.phrases().clone(),
            impossible_calls: compiled.impossible_calls(),
        }
    }
}

fn template(text: &str) -> Result<Used, ExprError> {
    let template = CompiledTemplate::parse(text)?;
    let impossible_calls = template.impossible_calls(text);
    Ok(Used { variables: template.uses(), phrases: template.phrases(), impossible_calls })
}

fn sources(place: Place, used: Result<Used, ExprError>, there: &There<'_>) -> Vec<Problem> {
    let marked = |code: &str, error: ExprError| {
        let place = Place { line: error.line, column: error.column, ..place.clone() };
        Problem::error(code, place, error.message, Texts::new("请在标出的位置修改", "correct it at the marked place"))
    };
    match used {
        Ok(used) => {
            let variables = used.variables.iter().filter(|name| !there.can_read(name));
            let phrases = used.phrases.iter().filter(|key| !there.phrases.contains(&PhraseKey::from(key.as_str())));
            let unknown_phrase = |key: &String| unknown_phrase(place.clone(), key, there);
            variables
                .map(|name| unknown_variable(place.clone(), name.as_str()))
                .chain(phrases.map(unknown_phrase))
                .chain(used.impossible_calls.into_iter().map(|error| marked("call-not-valid", error)))
                .collect()
        }
        Err(error) => vec![marked("expression-not-valid", error)],
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(texts) => texts.values().all(|text| text.as_str().is_none_or(|text| text.trim().is_empty())),
        _ => false,
    }
}

fn empty(place: Place) -> Problem {
    Problem::error(
        "field-empty",
        place,
        Texts::new("这一项必须填写", "this must be filled in"),
        Texts::new("请填写", "fill it in"),
    )
}

fn unknown_variable(place: Place, name: &str) -> Problem {
    Problem::error(
        "unknown-variable",
        place,
        Texts::new(format!("没有变量“{name}”"), format!("there is no variable “{name}”")),
        Texts::new("请在“变量”里新建它，或换成已有的变量", "create it under “Variables”, or use one that exists"),
    )
}

fn unknown_phrase(place: Place, key: &str, there: &There<'_>) -> Problem {
    let fix = match nearest(key, there.phrases.iter().copied()) {
        Some(near) => Texts::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
        None => Texts::new("请在“话术”里新建它，或换成已有的话术", "create it under “Phrases”, or use one that exists"),
    };
    Problem::error(
        "unknown-phrase",
        place,
        Texts::new(format!("没有话术“{key}”"), format!("there is no phrase “{key}”")),
        fix,
    )
}

/// The flow is fine; its calls fail until somebody enters the secret.
fn secret_not_set(place: Place, connector: &str, secret: &SecretKey) -> Problem {
    Problem::warning(
        "secret-not-set",
        place,
        Texts::new(
            format!("连接“{connector}”的密钥“{secret}”还没有填写，或者是为另一个地址填写的，调用会失败"),
            format!(
                "the secret “{secret}” of the connection “{connector}” is not set, or was entered for another address; its calls fail"
            ),
        ),
        Texts::new(
            "请所有者在“设置”的“系统连接”里填写这个密钥",
            "an owner enters it under “Connections” in the settings",
        ),
    )
}

fn unknown(place: Place, what: &str, key: &str) -> Problem {
    let (zh, en) = match what {
        "node" => ("步骤", "step"),
        "intent" => ("意图", "topic"),
        "detail" => ("信息项", "detail"),
        "library" => ("知识库", "answer library"),
        "team" => ("客服组", "team"),
        "calendar" => ("服务时间", "calendar"),
        "connector" => ("连接", "connector"),
        _ => ("流程", "flow"),
    };
    Problem::error(
        &format!("unknown-{what}"),
        place,
        Texts::new(format!("没有{zh}“{key}”"), format!("there is no {en} “{key}”")),
        Texts::new(format!("请选择已有的{zh}，或先新建它"), format!("choose a {en} that exists, or create it first")),
    )
}
