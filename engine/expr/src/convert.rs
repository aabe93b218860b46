//! JSON values to rhai values and back.

use rhai::{Array, Dynamic, FLOAT, INT, ImmutableString};
use serde_json::{Map, Number, Value};

/// Numbers above this are not exact as floats; below it a whole float is given back as an integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A JSON value as scripts see it; `null` is `()`.
pub(crate) fn to_dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(yes) => Dynamic::from_bool(*yes),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Dynamic::from_int(whole),
            None => Dynamic::from_float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Dynamic::from(ImmutableString::from(text.as_str())),
        Value::Array(items) => Dynamic::from_array(items.iter().map(to_dynamic).collect()),
        Value::Object(fields) => {
            Dynamic::from_map(fields.iter().map(|(name, value)| (name.as_str().into(), to_dynamic(value))).collect())
        }
    }
}

/// A script's value as JSON; whole numbers are integers, and what JSON cannot hold is `null`.
pub(crate) fn to_json(value: &Dynamic) -> Value {
    if value.is_unit() {
        Value::Null
    } else if let Ok(yes) = value.as_bool() {
        Value::Bool(yes)
    } else if let Ok(whole) = value.as_int() {
        Value::from(whole)
    } else if let Ok(number) = value.as_float() {
        from_float(number)
    } else if let Ok(text) = value.as_immutable_string_ref() {
        Value::String(text.to_string())
    } else if let Ok(character) = value.as_char() {
        Value::String(character.to_string())
    } else if let Ok(items) = value.as_array_ref() {
        list_to_json(&items)
    } else if let Ok(fields) = value.as_map_ref() {
        map_to_json(&fields)
    } else {
        Value::Null
    }
}

pub(crate) fn list_to_json(items: &Array) -> Value {
    Value::Array(items.iter().map(to_json).collect())
}

pub(crate) fn map_to_json(fields: &rhai::Map) -> Value {
    let fields = fields.iter().map(|(name, value)| (name.to_string(), to_json(value)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// A number as JSON: `3.0` is `3`.
pub(crate) fn from_float(number: FLOAT) -> Value {
    if number.fract() == 0.0 && number.abs() < EXACT {
        Value::from(number as INT)
    } else {
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }
}
