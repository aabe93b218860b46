//! New values: what a list gets when someone adds an item.

use serde_json::{Map, Value};

/// A new item for a list as it stands: its id is one that no item has or had, made of `random` letters and digits.
pub(crate) fn fresh_item(schema: &Value, now: &[Value], random: &str) -> Value {
    let mut item = fresh(schema);
    if let Some(object) = item.as_object_mut()
        && let Some(id) = object.get_mut("id").filter(|id| id.is_string())
    {
        *id = Value::String(fresh_id(now, random));
    }
    item
}

/// An empty value of a schema: its default, or what its type is when nothing is in it.
pub(crate) fn fresh(schema: &Value) -> Value {
    if let Some(default) = schema.get("default") {
        return default.clone();
    }
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
        return first.clone();
    }
    if let Some(parts) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        if parts.iter().any(|part| part.get("type").is_some_and(|kind| kind == "null")) {
            return Value::Null;
        }
        return parts.first().map_or(Value::Null, |part| part.get("const").cloned().unwrap_or_else(|| fresh(part)));
    }
    match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "string" => Value::String(String::new()),
        "boolean" => Value::Bool(false),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| Value::from(0)),
        "array" => Value::Array(Vec::new()),
        "object" => {
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            let object: Map<String, Value> = properties
                .filter(|(name, part)| {
                    name.as_str() == "id" || required.contains(&name.as_str()) || part.get("default").is_some()
                })
                .map(|(name, part)| (name.clone(), fresh(part)))
                .collect();
            Value::Object(object)
        }
        _ => Value::Null,
    }
}

/// Short, and never one that an earlier item had: a path of a removed option must not come back to a new one.
fn fresh_id(now: &[Value], random: &str) -> String {
    let id = format!("o{}", &random[random.len().saturating_sub(6)..]);
    let is_taken = |id: &str| now.iter().any(|item| item.get("id").and_then(Value::as_str) == Some(id));
    if !is_taken(&id) {
        return id;
    }
    (2..).map(|number| format!("{id}{number}")).find(|id| !is_taken(id)).expect("there are more numbers than items")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_item_has_what_its_schema_requires_and_an_id_of_its_own() {
        let schema = json!({ "type": "object", "required": ["id", "label"], "properties": {
            "id": { "type": "string" },
            "label": { "type": "object", "additionalProperties": { "type": "string" }, "x-ref": "texts" },
            "words": { "type": "array", "items": { "type": "string" }, "default": [] },
            "note": { "type": ["string", "null"] },
        }});

        let item = fresh_item(&schema, &[], "0a1b2c3d");

        assert!(item["id"].as_str().is_some_and(|id| id.len() > 1));
        assert_eq!(item["label"], json!({}));
        assert_eq!(item["words"], json!([]));
        assert!(item.get("note").is_none());
        assert_ne!(fresh_item(&schema, std::slice::from_ref(&item), "0a1b2c3d")["id"], item["id"]);
    }
}
