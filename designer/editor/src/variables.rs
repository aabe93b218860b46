//! Variables: added, renamed with all their uses, removed.

use model::spec::references;
use model::{Language, Texts, VarName, Variable};
use serde_json::Value;

use crate::change::Change;
use crate::edit::Outcome;
use crate::{Document, Head, Op, Selection, pointer};

pub(crate) fn add(change: &mut Change<'_>, variable: &Variable) {
    if change.document.variable(variable.name.as_str()).is_none() {
        let mut variables = change.document.flow.variables.clone();
        variables.push(variable.clone());
        change.apply(Op::SetVariables(variables));
    }
}

pub(crate) fn change(change: &mut Change<'_>, name: &VarName, to: &Variable, selection: &Selection) -> Outcome {
    let is_renamed = *name != to.name;
    if is_renamed && change.document.variable(to.name.as_str()).is_some() {
        let note = Texts::new(format!("已有变量 {}", to.name), format!("There is already a variable {}", to.name));
        return Outcome { note: Some(note), select: selection.clone(), ..Outcome::default() };
    }
    let mut variables = change.document.flow.variables.clone();
    if let Some(variable) = variables.iter_mut().find(|variable| variable.name == *name) {
        *variable = to.clone();
    }
    change.apply(Op::SetVariables(variables));
    if is_renamed {
        rename_uses(change, name, &to.name);
    }
    let label = if is_renamed {
        Texts::new(format!("变量改名为 {}", to.name), format!("Rename variable to {}", to.name))
    } else {
        Texts::new(format!("修改变量 {name}"), format!("Change variable {name}"))
    };
    Outcome { label, select: selection.clone(), ..Outcome::default() }
}

pub(crate) fn remove(change: &mut Change<'_>, name: &VarName) {
    let variables = change.document.flow.variables.iter().filter(|variable| variable.name != *name).cloned();
    let variables = variables.collect();
    change.apply(Op::SetVariables(variables));
}

/// The steps that use a variable, in the document's order.
pub fn uses(document: &Document, name: &VarName) -> Vec<model::NodeId> {
    let other = VarName::from("\u{1}");
    document
        .flow
        .nodes
        .iter()
        .filter(|node| {
            document.specs.get(&node.kind).is_some_and(|spec| {
                references(&spec.schema, &node.config)
                    .iter()
                    .any(|found| renamed(found.what, found.value, name, &other).is_some())
            })
        })
        .map(|node| node.id.clone())
        .collect()
}

/// An expression with the labels of variables in place of their names, to be read by people.
pub fn labelled(document: &Document, code: &str, language: &Language) -> String {
    document.flow.variables.iter().fold(code.to_owned(), |code, variable| {
        let label = document.variable_label(variable.name.as_str(), language);
        if label == variable.name.as_str() { code } else { in_code(&code, variable.name.as_str(), &label) }
    })
}

fn rename_uses(change: &mut Change<'_>, from: &VarName, to: &VarName) {
    let mut configs = Vec::new();
    for node in &change.document.flow.nodes {
        let Some(spec) = change.document.specs.get(&node.kind) else { continue };
        let mut config = node.config.clone();
        for found in references(&spec.schema, &node.config) {
            if let Some(value) = renamed(found.what, found.value, from, to) {
                pointer::set(&mut config, &found.pointer, Some(value));
            }
        }
        configs.push((node.id.clone(), config));
    }
    for (id, config) in configs {
        change.apply(Op::SetConfig(id, config));
    }
    let mut head = Head::of(&change.document.flow);
    for name in head.inputs.iter_mut().chain(&mut head.outputs).filter(|name| *name == from) {
        *name = to.clone();
    }
    change.apply(Op::SetHead(Box::new(head)));
}

/// A value that refers to variables, with one renamed; `None` when it does not use it.
fn renamed(what: &str, value: &Value, from: &VarName, to: &VarName) -> Option<Value> {
    let changed = match (what, value) {
        ("variable", Value::String(name)) if name == from.as_str() => Value::String(to.0.clone()),
        ("expression" | "script", Value::String(code)) => Value::String(in_code(code, from.as_str(), to.as_str())),
        ("template", Value::String(text)) => Value::String(in_template(text, from.as_str(), to.as_str())),
        ("texts", Value::Object(texts)) => Value::Object(
            texts
                .iter()
                .map(|(language, text)| {
                    let text = match text {
                        Value::String(text) => Value::String(in_template(text, from.as_str(), to.as_str())),
                        other => other.clone(),
                    };
                    (language.clone(), text)
                })
                .collect(),
        ),
        _ => return None,
    };
    (changed != *value).then_some(changed)
}

/// Renames inside every `{{ … }}`.
fn in_template(text: &str, from: &str, to: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else { break };
        result.push_str(&rest[..start + 2]);
        result.push_str(&in_code(&rest[start + 2..start + length], from, to));
        rest = &rest[start + length..];
    }
    result.push_str(rest);
    result
}

/// Renames a name where it stands alone: not in a string or comment, not as a field (`.name`), not as a key (`name:`).
fn in_code(code: &str, from: &str, to: &str) -> String {
    let mut result = String::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => 1 + string_length(&rest[1..]),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        let is_field = result.trim_end().ends_with('.') && !result.trim_end().ends_with("..");
        let is_key = after.trim_start().starts_with(':') && !after.trim_start().starts_with("::");
        result.push_str(if word == from && !is_field && !is_key { to } else { word });
        rest = after;
    }
    result
}

/// How long a string is up to and with its closing quote.
fn string_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (index, c) in rest.char_indices() {
        match c {
            '"' if !is_escaped => return index + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edit, Editor, samples};

    #[test]
    fn a_renamed_variable_is_renamed_where_it_is_used() {
        let mut editor = Editor::new(samples::refund());
        let to = Variable { name: "number".into(), ..editor.document().flow.variables[0].clone() };

        editor.run(&Edit::ChangeVariable { name: "order_no".into(), to }, &Selection::default(), 0.0);

        let document = editor.document();
        let say = document.flow.node(&"say".into()).expect("is there");
        let ask = document.flow.node(&"ask".into()).expect("is there");
        assert_eq!(say.config["text"]["zh"], "订单 {{ number }} 已受理");
        assert_eq!(ask.config["save_to"], "number");
        assert_eq!(uses(document, &"number".into()), ["ask", "say"]);
        assert!(uses(document, &"order_no".into()).is_empty());
    }

    #[test]
    fn strings_fields_and_keys_are_left_alone() {
        let code = "let a = no + x.no + \"no\" + #{ no: no }; // no\nno::call(no)";

        assert_eq!(in_code(code, "no", "n"), "let a = n + x.no + \"no\" + #{ no: n }; // no\nn::call(n)");
    }
}
