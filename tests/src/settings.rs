//! Random settings of any kind, from its schema alone: a new kind is tested as soon as it is in the catalogue.

use model::NodeSpec;
use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// What settings may refer to.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Variables of the flow.
    pub variables: Vec<String>,
    /// Nodes that paths may lead to.
    pub nodes: Vec<String>,
    /// Other flows.
    pub flows: Vec<String>,
    /// Topics, libraries, teams, calendars and connectors all have these two keys.
    pub keys: [&'static str; 2],
}

/// Settings of a kind: its starting ones or one of its examples, with some fields made up anew.
pub fn settings(spec: &NodeSpec, known: &Known, dice: &mut Dice<'_>) -> Value {
    let n_examples = spec.examples.len();
    let mut config = match dice.below(2 + n_examples) {
        0 | 1 => spec.defaults.clone(),
        example => spec.examples[example - 2].config.clone(),
    };
    let (Some(fields), Some(whole)) = (spec.schema["properties"].as_object(), config.as_object_mut()) else {
        return config;
    };
    for (name, schema) in fields {
        // What examples refer to does not exist here, so every reference is made anew.
        if dice.percent(35) || refers(schema) {
            whole.insert(name.clone(), value(schema, known, dice, 0));
        }
    }
    config
}

/// Does a schema say that something outside of the settings is meant?
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields.contains_key("x-ref") || fields.values().any(refers),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

fn value(schema: &Value, known: &Known, dice: &mut Dice<'_>, depth: usize) -> Value {
    if let Some(what) = schema.get("x-ref").and_then(Value::as_str) {
        return reference(what, schema, known, dice);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values[dice.below(values.len())].clone();
    }
    for alternatives in ["oneOf", "anyOf"] {
        if let Some(parts) = schema.get(alternatives).and_then(Value::as_array).filter(|parts| !parts.is_empty()) {
            return value(&parts[dice.below(parts.len())], known, dice, depth);
        }
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    match schema.get("type").and_then(Value::as_str).unwrap_or("string") {
        "object" => {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            fields.iter().map(|(name, field)| (name.clone(), value(field, known, dice, depth + 1))).collect()
        }
        "array" => {
            let n_items = dice.below(if depth == 0 { 4 } else { 3 });
            (0..n_items).map(|_| value(&schema["items"], known, dice, depth + 1)).collect()
        }
        "integer" => {
            let least = schema["minimum"].as_f64().unwrap_or(0.0);
            let most = schema["maximum"].as_f64().unwrap_or(10.0).min(30.0);
            json!(least as i64 + dice.below((most - least) as usize + 1) as i64)
        }
        "number" => {
            let least = schema["minimum"].as_f64().unwrap_or(0.0);
            let most = schema["maximum"].as_f64().unwrap_or(10.0).min(30.0);
            json!(least + (most - least) * dice.below(101) as f64 / 100.0)
        }
        "boolean" => json!(dice.percent(50)),
        "null" => Value::Null,
        _ => json!(dice.pick(&["", "solved", "x", "data.items[0].name", "id", "a=b", "订单", "2"])),
    }
}

fn reference(what: &str, schema: &Value, known: &Known, dice: &mut Dice<'_>) -> Value {
    let is_required = schema.get("x-required").and_then(Value::as_bool).unwrap_or(false);
    let may_be_empty = !is_required && dice.percent(30);
    let of = |list: &[String], dice: &mut Dice<'_>| match list {
        [] => String::new(),
        list => list[dice.below(list.len())].clone(),
    };
    let text = match what {
        "texts" => return texts(known, dice, is_required),
        "port" => return json!(format!("p{}", dice.below(1000))),
        _ if may_be_empty => String::new(),
        "variable" => of(&known.variables, dice),
        "expression" => expression(known, dice),
        "template" => template(known, dice),
        "script" => script(known, dice),
        "node" => of(&known.nodes, dice),
        "flow" => of(&known.flows, dice),
        _ => known.keys[dice.below(known.keys.len())].to_owned(),
    };
    Value::String(text)
}

fn texts(known: &Known, dice: &mut Dice<'_>, is_required: bool) -> Value {
    let mut texts = Map::new();
    for language in ["zh", "en"] {
        if is_required || dice.percent(80) {
            let words = dice.pick(&["您好", "请讲 ", "Hello ", "线路\n二 ", "😀 "]);
            texts.insert(language.into(), format!("{words}{}", template(known, dice)).into());
        }
    }
    Value::Object(texts)
}

fn template(known: &Known, dice: &mut Dice<'_>) -> String {
    match dice.below(5) {
        0 => "https://example.com/a".into(),
        1 => format!("https://example.com/{{{{ {} }}}}", name(known, dice)),
        2 => format!("{{{{ {} }}}}", expression(known, dice)),
        3 => format!("{} {{{{ {} }}}} {{{{ last_message }}}}", dice.pick(&["a", "单号", "{ }"]), name(known, dice)),
        _ => "plain".into(),
    }
}

fn expression(known: &Known, dice: &mut Dice<'_>) -> String {
    let (a, b) = (name(known, dice), name(known, dice));
    match dice.below(12) {
        0 => a,
        1 => format!("{a} + {b}"),
        2 => format!("{a} * 0.9"),
        3 => format!("{a} == {b}"),
        4 => format!("default({a}, 0) / 7"),
        5 => format!("if {a} == () {{ \"none\" }} else {{ {b} }}"),
        6 => format!("[{a}, {b}, 1.5]"),
        7 => format!("#{{ a: {a}, \"b c\": {b} }}"),
        8 => format!("`${{{a}}}-${{{b}}}`"),
        9 => format!("text({a}).len() > 3"),
        10 => "today()".into(),
        _ => format!("{a} + {a}"),
    }
}

fn script(known: &Known, dice: &mut Dice<'_>) -> String {
    let mut lines = String::new();
    for _ in 0..=dice.below(3) {
        let (a, b) = (name(known, dice), expression(known, dice));
        lines += &match dice.below(6) {
            0 | 1 => format!("{a} = {b};\n"),
            2 => format!("let x = {b};\n{a} = x;\n"),
            3 => format!("for i in 0..5 {{ {a} = i; }}\n"),
            4 => format!("if {a} == 3 {{ throw \"three\"; }}\n"),
            _ => format!("let s = text({a}); {a} = s + s;\n"),
        };
    }
    lines
}

/// A variable that may be read and written.
fn name(known: &Known, dice: &mut Dice<'_>) -> String {
    match known.variables.len() {
        0 => "last_message".into(),
        n => known.variables[dice.below(n)].clone(),
    }
}
