//! A kind's exits as a rule over its settings, and the exits of one node.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::NodeSpec;
use crate::{PortId, Texts};

/// One rule for exits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum PortSpec {
    /// One exit that is there always, or when a setting has a value.
    One {
        /// The stable id.
        id: PortId,
        /// The words on the card; `{field}` puts a setting in.
        label: Texts,
        /// What it is for.
        role: PortRole,
        /// A JSON pointer into the settings and the value that must stand there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<(String, Value)>,
    },
    /// One exit per item of a list in the settings.
    PerItem {
        /// JSON pointer to the list.
        items: String,
        /// The field of an item that is the exit's id; "" when the item itself is a string.
        id: String,
        /// The field of an item that is the label (texts or a string); "" when the item itself is.
        label: String,
        /// What they are for.
        role: PortRole,
    },
}

impl PortSpec {
    /// An exit that is always there.
    pub fn one(id: &str, role: PortRole, label: Texts) -> Self {
        Self::One { id: id.into(), label, role, when: None }
    }

    /// An exit that is there when the setting at `pointer` has this value.
    pub fn when(id: &str, role: PortRole, label: Texts, pointer: &str, value: Value) -> Self {
        Self::One { id: id.into(), label, role, when: Some((pointer.into(), value)) }
    }

    /// One exit per item of the list at `items`.
    pub fn per_item(items: &str, id: &str, label: &str) -> Self {
        Self::PerItem { items: items.into(), id: id.into(), label: label.into(), role: PortRole::Choice }
    }
}

/// What an exit is for: decides what happens when it leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortRole {
    /// The usual way on.
    Next,
    /// One of several answers or conditions.
    Choice,
    /// None of them.
    Otherwise,
    /// Not valid after all tries, or cancelled: caught by "on error" when it leads nowhere.
    Invalid,
    /// No answer in time: caught by "on silence" when it leads nowhere.
    Silence,
    /// May stay without a path: the kind itself goes on in a sensible way, as a queue goes on waiting.
    Settled,
    /// Something outside failed: caught by "on error" when it leads nowhere.
    Failed,
}

/// An exit of one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// The stable id.
    pub id: PortId,
    /// The words on the card.
    pub label: Texts,
    /// What it is for.
    pub role: PortRole,
}

/// The exits of a node of this kind with these settings, in order of the card's rows. Ids that come twice are kept once.
pub fn ports(spec: &NodeSpec, config: &Value) -> Vec<Port> {
    let mut ports: Vec<Port> = Vec::new();
    for rule in &spec.ports {
        match rule {
            PortSpec::One { id, label, role, when } => {
                let holds = when.as_ref().is_none_or(|(pointer, wanted)| config.pointer(pointer) == Some(wanted));
                if holds {
                    ports.push(Port { id: id.clone(), label: fill(label, config), role: *role });
                }
            }
            PortSpec::PerItem { items, id, label, role } => {
                let list = config.pointer(items).and_then(Value::as_array).into_iter().flatten();
                ports.extend(list.filter_map(|item| {
                    let id = part(item, id)?.as_str().filter(|id| !id.is_empty())?;
                    Some(Port { id: id.into(), label: texts(part(item, label)?), role: *role })
                }));
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    ports.retain(|port| seen.insert(port.id.clone()));
    ports
}

fn part<'a>(item: &'a Value, field: &str) -> Option<&'a Value> {
    if field.is_empty() { Some(item) } else { item.get(field) }
}

/// A label from a document: texts per language, or one plain string for all.
fn texts(value: &Value) -> Texts {
    match value {
        Value::String(text) => Texts::new(text, text),
        other => serde_json::from_value(other.clone()).unwrap_or_default(),
    }
}

/// Puts `{field}` of the settings into a label; only numbers and strings at the top level are put in.
fn fill(label: &Texts, config: &Value) -> Texts {
    let mut filled = label.clone();
    for text in filled.0.values_mut() {
        while let Some((start, end)) = text.find('{').and_then(|start| Some((start, start + text[start..].find('}')?)))
        {
            let value = match config.get(&text[start + 1..end]) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            // A setting's own braces must not be read again.
            text.replace_range(start..=end, &value.replace(['{', '}'], ""));
        }
    }
    filled
}
