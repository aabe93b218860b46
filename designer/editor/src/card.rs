//! The face of a card: what it shows, computed from the model.

use model::spec::{Family, Part, PortRole, references, summary};
use model::{Language, Node, NodeId, NodeSpec, PortId, Texts, Trigger};
use serde_json::Value;

use crate::Document;
use crate::document::with_defaults;
use crate::geometry::card_height;
use crate::{pointer, variables, widgets};

/// Space for the words of the summary, in px.
const SUMMARY_WIDTH: f64 = 214.0;
/// More lines are cut.
const MAX_LINES: usize = 2;

/// What a card shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The step.
    pub id: NodeId,
    /// Its kind's name on the screens.
    pub kind_label: Texts,
    /// Colours the icon.
    pub family: Family,
    /// A Lucide icon's name.
    pub icon: String,
    /// The name.
    pub title: String,
    /// The summary; variables are shown by their labels.
    pub summary: Vec<Part>,
    /// Lines the summary takes.
    pub n_lines: usize,
    /// The rows.
    pub exits: Vec<Exit>,
    /// Height in px.
    pub height: f64,
    /// May a path lead to it?
    pub is_enterable: bool,
    /// Is its kind known to this release?
    pub is_known: bool,
    /// Has it a note for colleagues?
    pub has_note: bool,
}

/// A row of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    /// The exit.
    pub port: PortId,
    /// Its words.
    pub label: String,
    /// Where it leads.
    pub state: ExitState,
}

/// Where an exit leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitState {
    /// To a step.
    Linked,
    /// Nowhere, but the flow's "on error" catches it.
    CaughtByError,
    /// Nowhere, but the flow's "on silence" catches it.
    CaughtBySilence,
    /// Nowhere, but a whole-flow handler led here and goes back.
    Returns,
    /// Nowhere, and the step itself knows how to go on.
    Settled,
    /// Nowhere: the conversation would simply stop.
    DeadEnd,
}

/// The face of a card: titles and labels in `language`, customers' texts in `content`.
pub fn card(document: &Document, node: &Node, language: &Language, content: &Language) -> Card {
    let spec = document.specs.get(&node.kind);
    let exits: Vec<Exit> = document
        .ports_of(node)
        .into_iter()
        .map(|port| Exit {
            label: exit_label(document, node, &port.label, language),
            state: exit_state(document, &node.id, &port.id, port.role),
            port: port.id,
        })
        .collect();
    let n_lines = summary_lines(document, node);
    let summary = spec.map(|spec| summary_parts(document, &spec.summary, node, language, content)).unwrap_or_default();
    Card {
        id: node.id.clone(),
        kind_label: spec.map_or_else(|| Texts::new(node.kind.as_str(), node.kind.as_str()), |spec| spec.label.clone()),
        family: document.family_of(&node.id),
        icon: spec.map_or("box", |spec| spec.icon.as_str()).to_owned(),
        title: document.title(&node.id, language),
        summary,
        n_lines,
        height: card_height(n_lines, exits.len()),
        exits,
        is_enterable: document.is_enterable(&node.id),
        is_known: spec.is_some(),
        has_note: !node.note.trim().is_empty(),
    }
}

/// Where an exit leads, and what catches it when it leads nowhere.
pub fn exit_state(document: &Document, node: &NodeId, port: &PortId, role: PortRole) -> ExitState {
    let catches = |trigger: &Trigger| document.flow.handlers.iter().any(|handler| handler.on == *trigger);
    match role {
        _ if document.is_linked(node, port) => ExitState::Linked,
        PortRole::Silence if catches(&Trigger::Silence) => ExitState::CaughtBySilence,
        PortRole::Invalid | PortRole::Failed if catches(&Trigger::Error) => ExitState::CaughtByError,
        PortRole::Settled => ExitState::Settled,
        PortRole::Next | PortRole::Choice | PortRole::Otherwise if document.returns(node) => ExitState::Returns,
        _ => ExitState::DeadEnd,
    }
}

/// How many lines a node's summary takes in the flow's main language, so that a card keeps its height whatever language
/// the screen is in.
pub fn summary_lines(document: &Document, node: &Node) -> usize {
    let Some(spec) = document.specs.get(&node.kind) else { return 0 };
    let main = document.flow.main_language();
    let parts = summary_parts(document, &spec.summary, node, &main, &main);
    let width: f64 = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text_width(text),
            Part::Variable(label) => text_width(label) + 14.0,
        })
        .sum();
    if width == 0.0 { 0 } else { ((width / SUMMARY_WIDTH).ceil() as usize).clamp(1, MAX_LINES) }
}

fn summary_parts(
    document: &Document,
    template: &Texts,
    node: &Node,
    language: &Language,
    content: &Language,
) -> Vec<Part> {
    // The frame of the summary speaks the screen's language, the customers' texts in it theirs.
    let mut in_both = Texts::default();
    in_both.set(content.clone(), template.get(language, &[]));
    let config = document.specs.get(&node.kind).map_or_else(
        || node.config.clone(),
        |spec| named(document, spec, &with_defaults(spec, &node.config), language),
    );
    let parts = summary(&in_both, &config, content).into_iter().map(|part| match part {
        Part::Variable(code) => Part::Variable(variables::labelled(document, &code, language)),
        Part::Text(text) => Part::Text(text.split_whitespace().collect::<Vec<_>>().join(" ").pad_like(&text)),
    });
    let parts: Vec<Part> = parts.collect();
    let is_blank = parts.iter().all(|part| matches!(part, Part::Text(text) if text.trim().is_empty()));
    if is_blank { Vec::new() } else { without_loose_separators(parts) }
}

/// An exit's words; one that only shows a key shows the name of what the key stands for.
fn exit_label(document: &Document, node: &Node, label: &Texts, language: &Language) -> String {
    let words = label.get(language, &document.flow.languages);
    let Some(spec) = document.specs.get(&node.kind) else { return words.to_owned() };
    references(&spec.schema, &node.config)
        .iter()
        .filter(|found| found.value.as_str() == Some(words))
        .find_map(|found| name_of(document, found.what, words, language))
        .unwrap_or_else(|| words.to_owned())
}

/// Settings with names in place of keys, for the summary.
fn named(document: &Document, spec: &NodeSpec, config: &Value, language: &Language) -> Value {
    let mut named = config.clone();
    for found in references(&spec.schema, config) {
        let Some(key) = found.value.as_str().filter(|key| !key.is_empty()) else { continue };
        if let Some(name) = name_of(document, found.what, key, language) {
            pointer::set(&mut named, &found.pointer, Some(Value::String(name)));
        }
    }
    for (field, part) in spec.schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(name) = config.get(field).and_then(|value| choice_name(part, value, language)) {
            named[field] = Value::String(name);
        }
    }
    named
}

/// What one of named values is called, unless its name only explains it: `GET 读取` stays `GET`.
fn choice_name(part: &Value, value: &Value, language: &Language) -> Option<String> {
    let key = value.as_str()?;
    let choice = widgets::choices(part)?.into_iter().find(|choice| choice.value == *value)?;
    let name = choice.label.get(language, &[]);
    (!name.starts_with(key)).then(|| name.to_owned())
}

/// The name of what a key stands for: something of the workspace, a variable, a step.
fn name_of(document: &Document, what: &str, key: &str, language: &Language) -> Option<String> {
    match what {
        "variable" => document.variable(key).map(|_| document.variable_label(key, language)),
        "node" => document.flow.node(&key.into()).map(|node| document.title(&node.id, language)),
        _ => {
            let (_, name) = document.names.iter().find(|((known, k), _)| *known == what && k == key)?;
            Some(name.get(language, &[]).to_owned()).filter(|name| !name.is_empty())
        }
    }
}

/// Empty settings leave separators at the ends that separate nothing.
fn without_loose_separators(mut parts: Vec<Part>) -> Vec<Part> {
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '·' | '→' | ',' | '，' | '/');
    if let Some(Part::Text(first)) = parts.first_mut() {
        *first = first.trim_start_matches(|c: char| c != '/' && is_separator(c)).to_owned();
    }
    if let Some(Part::Text(last)) = parts.last_mut() {
        *last = last.trim_end_matches(is_separator).to_owned();
    }
    parts.retain(|part| *part != Part::Text(String::new()));
    parts
}

/// Keeps the space between words and a chip.
trait PadLike {
    fn pad_like(self, original: &str) -> String;
}

impl PadLike for String {
    fn pad_like(self, original: &str) -> String {
        let starts = original.starts_with(char::is_whitespace);
        let ends = original.ends_with(char::is_whitespace) && !self.is_empty();
        format!("{}{self}{}", if starts { " " } else { "" }, if ends { " " } else { "" })
    }
}

/// About how wide a text is at 12.5 px.
fn text_width(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | 'i' | 'l' | 'j' | 't' | 'f' | '!' | '(' | ')' | '/' => 4.0,
            'm' | 'w' | 'M' | 'W' | '@' => 11.0,
            'A'..='Z' => 8.2,
            c if c.is_ascii() => 7.0,
            '“' | '”' | '‘' | '’' | '·' => 5.5,
            c if u32::from(c) < 0x2000 => 7.5,
            _ => 12.5,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_card_shows_its_title_summary_and_exits() {
        let document = samples::refund();
        let node = document.flow.node(&"ask".into()).expect("is there");

        let card = card(&document, node, &Language::en(), &Language::zh());

        assert_eq!(card.title, "Ask");
        assert_eq!(card.summary[0], Part::Text("“请问您的订单号是多少？” → ".into()));
        assert_eq!(card.summary[1], Part::Variable("order number".into()));
        assert_eq!(card.n_lines, 2);
        let states: Vec<_> = card.exits.iter().map(|exit| (exit.port.as_str(), exit.state)).collect();
        assert_eq!(
            states,
            [("answered", ExitState::Linked), ("invalid", ExitState::CaughtByError), ("silent", ExitState::DeadEnd),]
        );
    }

    #[test]
    fn names_stand_for_keys() {
        let mut document = samples::refund();
        document.flow.nodes[1].config["save_to"] = "gone".into();
        let lines = |document: &Document| {
            let node = document.flow.node(&"ask".into()).expect("is there");
            card(document, node, &Language::zh(), &Language::zh()).summary[1].clone()
        };

        assert_eq!(lines(&document), Part::Variable("gone".into()));
        document.flow.nodes[1].config["save_to"] = "order_no".into();
        assert_eq!(lines(&document), Part::Variable("订单号".into()));
        assert_eq!(variables::labelled(&document, "upper(order_no)", &Language::zh()), "upper(订单号)");
    }

    #[test]
    fn an_unknown_kind_keeps_its_paths() {
        let mut document = samples::refund();
        document.flow.nodes[1].kind = "tomorrow".into();
        let node = document.flow.nodes[1].clone();

        let card = card(&document, &node, &Language::zh(), &Language::zh());

        assert!(!card.is_known);
        assert_eq!(card.exits.len(), 1);
    }
}
