//! What the settings of a node refer to: variables, texts, expressions, intents, teams, …, found by the schema alone.

use serde_json::Value;

/// One string or text in the settings with a meaning of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference<'a> {
    /// What it is, as the schema's `x-ref` says: `variable`, `texts`, `expression`, `template`, `script`, `intent`, ….
    pub what: &'a str,
    /// JSON pointer into the settings.
    pub pointer: String,
    /// The value there.
    pub value: &'a Value,
    /// Does the schema say that it must not be empty?
    pub required: bool,
}

/// Everything in `config` that `schema` gives a meaning (`x-ref`) or requires (`x-required`), in the order of the schema.
pub fn references<'a>(schema: &'a Value, config: &'a Value) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    walk(schema, config, &mut String::new(), false, &mut found);
    found
}

fn walk<'a>(schema: &'a Value, value: &'a Value, pointer: &mut String, required: bool, found: &mut Vec<Reference<'a>>) {
    let required = required || schema.get("x-required").and_then(Value::as_bool).unwrap_or(false);
    let what = schema.get("x-ref").and_then(Value::as_str);
    if what.is_some() || (required && (value.is_string() || value.is_array())) {
        found.push(Reference { what: what.unwrap_or("value"), pointer: pointer.clone(), value, required });
        if what.is_some() {
            return;
        }
    }
    for alternatives in ["anyOf", "oneOf", "allOf"] {
        for part in schema.get(alternatives).and_then(Value::as_array).into_iter().flatten() {
            walk(part, value, pointer, required, found);
        }
    }
    if let (Some(properties), Some(object)) = (schema.get("properties").and_then(Value::as_object), value.as_object()) {
        for (name, part) in properties {
            if let Some(inner) = object.get(name) {
                descend(part, inner, &name.replace('~', "~0").replace('/', "~1"), pointer, found);
            } else if part.get("x-required").and_then(Value::as_bool).unwrap_or(false) {
                found.push(Reference {
                    what: part.get("x-ref").and_then(Value::as_str).unwrap_or("value"),
                    pointer: format!("{pointer}/{name}"),
                    value: &Value::Null,
                    required: true,
                });
            }
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (index, inner) in list.iter().enumerate() {
            descend(items, inner, &index.to_string(), pointer, found);
        }
    }
    if let (Some(every), Some(object)) = (schema.get("additionalProperties"), value.as_object())
        && every.is_object()
    {
        for (name, inner) in object {
            descend(every, inner, &name.replace('~', "~0").replace('/', "~1"), pointer, found);
        }
    }
}

fn descend<'a>(schema: &'a Value, value: &'a Value, step: &str, pointer: &mut String, found: &mut Vec<Reference<'a>>) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(step);
    walk(schema, value, pointer, false, found);
    pointer.truncate(length);
}
