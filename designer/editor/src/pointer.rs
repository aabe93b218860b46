//! JSON pointers into settings: set and remove, making what is missing on the way.

use serde_json::{Map, Value};

/// One step of a pointer, escaped.
pub fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// Sets the value at `pointer`, making objects on the way; an index one past the end, or `-`, appends. `None` removes.
pub fn set(root: &mut Value, pointer: &str, value: Option<Value>) {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    set_at(root, &steps, value);
}

fn set_at(place: &mut Value, steps: &[String], value: Option<Value>) {
    let Some((step, rest)) = steps.split_first() else {
        *place = value.unwrap_or(Value::Null);
        return;
    };
    if let Value::Array(items) = place {
        let index = if step == "-" { Some(items.len()) } else { step.parse().ok() };
        match (index, rest.is_empty(), value) {
            (Some(index), true, None) if index < items.len() => {
                items.remove(index);
            }
            (Some(index), _, value) if index < items.len() => set_at(&mut items[index], rest, value),
            (Some(index), _, Some(value)) if index == items.len() => {
                items.push(Value::Null);
                set_at(&mut items[index], rest, Some(value));
            }
            _ => {}
        }
        return;
    }
    if !place.is_object() {
        if value.is_none() {
            return;
        }
        *place = Value::Object(Map::new());
    }
    let Value::Object(fields) = place else { return };
    match value {
        None if rest.is_empty() => {
            fields.remove(step);
        }
        None => {
            if let Some(inner) = fields.get_mut(step) {
                set_at(inner, rest, None);
            }
        }
        value => set_at(fields.entry(step.clone()).or_insert(Value::Null), rest, value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_set_appended_and_removed() {
        let mut config = json!({ "options": [{ "id": "a" }] });

        set(&mut config, "/options/1/id", Some(json!("b")));
        set(&mut config, "/question/zh", Some(json!("您好")));
        set(&mut config, "/options/0", None);
        set(&mut config, "/nothing/here", None);
        set(&mut config, "/options/7", Some(json!("far away")));

        assert_eq!(config, json!({ "options": [{ "id": "b" }], "question": { "zh": "您好" } }));
    }
}
