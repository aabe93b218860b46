//! Forms: which widget shows which field of a schema, by one ordered function.

use model::Texts;
use serde_json::Value;

/// What shows a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Widget {
    /// Yes or no.
    Switch,
    /// A number; whole numbers only, bounds when the schema has them.
    Number {
        /// No fractions?
        whole: bool,
        /// The least.
        min: Option<f64>,
        /// The most.
        max: Option<f64>,
    },
    /// A number between two bounds, by a slider.
    Slider {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// A span of time, kept in seconds or minutes as the unit says.
    Duration,
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// Customers' words in every language; `long` for several lines.
    Texts {
        /// Several lines?
        long: bool,
    },
    /// A text with `{{ variables }}`.
    Template {
        /// Several lines?
        long: bool,
    },
    /// One rhai expression.
    Expression,
    /// A rhai script.
    Script,
    /// A variable, chosen or made.
    Variable,
    /// Something of the workspace or the flow, chosen by name.
    Pick(Source),
    /// Several of them.
    PickMany(Source),
    /// One of named values.
    Select(Vec<Choice>),
    /// Several of named values.
    SelectMany(Vec<Choice>),
    /// Short texts in a row: words, phrases, tags.
    Words,
    /// Rows of fields, each an object; order can be changed.
    List {
        /// The fields of one row.
        fields: Vec<Field>,
    },
    /// Rows of one value each, which is not an object.
    Rows {
        /// What shows one row.
        item: Box<Field>,
    },
    /// Rows of *variable · is · value*, all or any of them.
    Conditions,
    /// Rows of key and value.
    KeyValues {
        /// What shows a value.
        value: Box<Field>,
    },
    /// Fields in a frame.
    Group {
        /// The fields.
        fields: Vec<Field>,
    },
    /// A widget this function does not know by its own means; the form looks it up by name.
    Named(String),
    /// Nothing fits: the value as JSON.
    Json,
}

/// What a picker offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Intents.
    Intent,
    /// Details that the workspace defines.
    Detail,
    /// Answer libraries.
    Library,
    /// Teams of agents.
    Team,
    /// Opening hours.
    Calendar,
    /// Outside services.
    Connector,
    /// Other flows.
    Flow,
    /// Steps of this flow.
    Node,
}

impl Source {
    /// What the schema's `x-ref` means.
    pub fn from_reference(name: &str) -> Option<Self> {
        Some(match name {
            "intent" => Self::Intent,
            "detail" => Self::Detail,
            "library" => Self::Library,
            "team" => Self::Team,
            "calendar" => Self::Calendar,
            "connector" => Self::Connector,
            "flow" => Self::Flow,
            "node" => Self::Node,
            _ => return None,
        })
    }
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is kept.
    pub value: Value,
    /// What is shown.
    pub label: Texts,
}

/// Where in the form a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Always seen.
    Main,
    /// Under "More".
    More,
    /// Under "If it goes wrong".
    Trouble,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the object; "" for the value of a row.
    pub name: String,
    /// The words above it.
    pub label: Texts,
    /// The words under it.
    pub help: Texts,
    /// Where it stands.
    pub section: Section,
    /// What shows it.
    pub widget: Widget,
    /// Shown only when every named field of the same object has one of these values.
    pub show_when: Vec<(String, Vec<Value>)>,
    /// The words after the value.
    pub unit: Option<Texts>,
    /// The word for one item of a list.
    pub item: Option<Texts>,
    /// Is an empty value a problem?
    pub required: bool,
    /// The value when nothing is there.
    pub default: Value,
    /// The schema of the value, for what the rest does not say.
    pub schema: Value,
}

impl Field {
    /// Is it shown, with these values beside it? `defaults` of the other fields count where a value is missing.
    pub fn is_shown(&self, siblings: &Value) -> bool {
        self.show_when.iter().all(|(name, wanted)| wanted.contains(siblings.get(name).unwrap_or(&Value::Null)))
    }
}

/// The fields of an object's schema, in order: `x-order` of a field decides, else the schema's own order.
pub fn fields(schema: &Value) -> Vec<Field> {
    let schema = resolved(schema);
    let mut fields: Vec<(f64, Field)> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, part)| part.get("x-hidden") != Some(&Value::Bool(true)))
        .map(|(name, part)| {
            let order = part.get("x-order").and_then(Value::as_f64).unwrap_or(f64::MAX);
            (order, field(name, part))
        })
        .collect();
    let position = |name: &str| {
        let order = schema.get("x-order").and_then(Value::as_array)?;
        order.iter().position(|known| known == name)
    };
    fields.sort_by(|(a, one), (b, other)| {
        let places = (position(&one.name).unwrap_or(usize::MAX), position(&other.name).unwrap_or(usize::MAX));
        a.total_cmp(b).then(places.0.cmp(&places.1))
    });
    fields.into_iter().map(|(_, field)| field).collect()
}

/// One field of this name and schema.
pub fn field(name: &str, part: &Value) -> Field {
    let schema = resolved(part);
    let hint = |key: &str| part.get(key).or_else(|| schema.get(key));
    let words = |key: &str| hint(key).and_then(Value::as_str).unwrap_or_default();
    let zh = |index: usize| {
        let texts = hint("x-zh").and_then(|zh| if zh.is_array() { zh.get(index) } else { (index == 0).then_some(zh) });
        texts.and_then(Value::as_str)
    };
    let english = if words("title").is_empty() { humanised(name) } else { words("title").to_owned() };
    Field {
        name: name.to_owned(),
        label: Texts::new(zh(0).unwrap_or(&english), english.clone()),
        help: Texts::new(zh(1).unwrap_or(words("description")), words("description")),
        section: match words("x-group") {
            "more" => Section::More,
            "trouble" => Section::Trouble,
            _ => Section::Main,
        },
        widget: widget(part),
        show_when: hint("x-show-when").map(conditions).unwrap_or_default(),
        unit: hint("x-unit").and_then(pair),
        item: hint("x-item").and_then(pair),
        required: hint("x-required").and_then(Value::as_bool).unwrap_or(false),
        default: hint("default").cloned().unwrap_or(Value::Null),
        schema: part.clone(),
    }
}

/// The widget of a schema: what `x-widget` names, then what `x-ref` means, then what the type allows.
pub fn widget(part: &Value) -> Widget {
    let schema = resolved(part);
    let hint = |key: &str| part.get(key).or_else(|| schema.get(key));
    hint("x-widget")
        .and_then(Value::as_str)
        .and_then(|name| by_name(name, schema, part))
        .or_else(|| hint("x-ref").and_then(Value::as_str).and_then(by_reference))
        .or_else(|| choices(part).map(Widget::Select))
        .unwrap_or_else(|| by_type(schema))
}

fn by_name(name: &str, schema: &Value, part: &Value) -> Option<Widget> {
    let item = || schema.get("items").unwrap_or(&Value::Null);
    Some(match name {
        "switch" => Widget::Switch,
        "number" => number(schema),
        "slider" => Widget::Slider { min: bound(schema, "minimum", 0.0), max: bound(schema, "maximum", 1.0) },
        "duration" | "seconds" | "minutes" => Widget::Duration,
        "text" => Widget::Text,
        "long-text" | "long_text" | "textarea" => match by_reference_of(part) {
            Some("texts") => Widget::Texts { long: true },
            Some("template") => Widget::Template { long: true },
            _ => Widget::LongText,
        },
        "texts" => Widget::Texts { long: false },
        "long-texts" | "message" => Widget::Texts { long: true },
        "template" => Widget::Template { long: false },
        "expression" => Widget::Expression,
        "script" | "code" => Widget::Script,
        "variable" => Widget::Variable,
        "select" => Widget::Select(choices(part)?),
        "select-many" | "multi-select" | "checkboxes" => Widget::SelectMany(choices(item())?),
        "words" | "phrases" | "tags" => Widget::Words,
        "conditions" => Widget::Conditions,
        "key-values" | "key-value" | "headers" => key_values(schema),
        "list" | "options" | "rows" => list(schema),
        "group" => Widget::Group { fields: fields(schema) },
        "json" => Widget::Json,
        other => return Some(Widget::Named(other.to_owned())),
    })
}

fn by_reference_of(part: &Value) -> Option<&str> {
    resolved(part).get("x-ref").or_else(|| part.get("x-ref")).and_then(Value::as_str)
}

fn by_reference(name: &str) -> Option<Widget> {
    Some(match name {
        "texts" => Widget::Texts { long: false },
        "template" => Widget::Template { long: false },
        "expression" => Widget::Expression,
        "script" => Widget::Script,
        "variable" => Widget::Variable,
        other => Widget::Pick(Source::from_reference(other)?),
    })
}

fn by_type(schema: &Value) -> Widget {
    match type_of(schema) {
        "boolean" => Widget::Switch,
        "integer" | "number" => number(schema),
        "string" => Widget::Text,
        "array" => list(schema),
        "object" if schema.get("properties").is_some() => Widget::Group { fields: fields(schema) },
        "object" if schema.get("additionalProperties").is_some() => key_values(schema),
        _ => Widget::Json,
    }
}

fn list(schema: &Value) -> Widget {
    let item = schema.get("items").unwrap_or(&Value::Null);
    let shape = resolved(item);
    if let Some(source) = by_reference_of(item).and_then(Source::from_reference) {
        return Widget::PickMany(source);
    }
    if let Some(choices) = choices(item) {
        return Widget::SelectMany(choices);
    }
    if type_of(shape) == "object" && shape.get("properties").is_some() && by_reference_of(item).is_none() {
        return Widget::List { fields: fields(shape) };
    }
    match widget(item) {
        Widget::Text => Widget::Words,
        Widget::Json => Widget::Json,
        _ => Widget::Rows { item: Box::new(field("", item)) },
    }
}

fn key_values(schema: &Value) -> Widget {
    let value = schema.get("additionalProperties").filter(|value| value.is_object());
    let value = value.cloned().unwrap_or_else(|| serde_json::json!({ "type": "string" }));
    Widget::KeyValues { value: Box::new(field("", &value)) }
}

fn number(schema: &Value) -> Widget {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    Widget::Number { whole: type_of(schema) == "integer", min: bound("minimum"), max: bound("maximum") }
}

fn bound(schema: &Value, key: &str, otherwise: f64) -> f64 {
    schema.get(key).and_then(Value::as_f64).unwrap_or(otherwise)
}

/// Named values: `x-options`, else an `enum`, else a `oneOf` of constants.
pub(crate) fn choices(part: &Value) -> Option<Vec<Choice>> {
    let schema = resolved(part);
    let named = part.get("x-options").or_else(|| schema.get("x-options")).and_then(Value::as_array);
    if let Some(options) = named {
        let choice = |option: &Value| {
            let words = |index: usize| option.get(index).and_then(Value::as_str);
            let value = option.get(0)?.clone();
            let shown = value.as_str().map(humanised).unwrap_or_else(|| value.to_string());
            let zh = words(1).unwrap_or(&shown).to_owned();
            Some(Choice { label: Texts::new(zh, words(2).unwrap_or(&shown)), value })
        };
        return Some(options.iter().filter_map(choice).collect());
    }
    let plain = |value: &Value, help: Option<&str>| {
        let shown = value.as_str().map(humanised).unwrap_or_else(|| value.to_string());
        let shown = help.filter(|help| help.len() < 40).map_or(shown, |help| help.trim_end_matches('.').to_owned());
        Choice { label: Texts::new(shown.clone(), shown), value: value.clone() }
    };
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Some(values.iter().map(|value| plain(value, None)).collect());
    }
    let constants = schema.get("oneOf").and_then(Value::as_array)?;
    let choices: Option<Vec<Choice>> = constants
        .iter()
        .map(|part| Some(plain(part.get("const")?, part.get("description").and_then(Value::as_str))))
        .collect();
    choices.filter(|choices| !choices.is_empty())
}

/// A schema that may also be null is shown by its other part.
fn resolved(schema: &Value) -> &Value {
    for key in ["anyOf", "oneOf"] {
        let Some(parts) = schema.get(key).and_then(Value::as_array) else { continue };
        let is_null = |part: &&Value| part.get("type").is_some_and(|kind| kind == "null");
        let others: Vec<&Value> = parts.iter().filter(|part| !is_null(part)).collect();
        if let [only] = others.as_slice()
            && parts.len() > 1
        {
            return resolved(only);
        }
    }
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) if schema.get("type").is_none() => resolved(only),
        _ => schema,
    }
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ => "",
    }
}

fn conditions(hint: &Value) -> Vec<(String, Vec<Value>)> {
    hint.as_object()
        .into_iter()
        .flatten()
        .map(|(name, wanted)| {
            let wanted = match wanted {
                Value::Array(values) => values.clone(),
                value => vec![value.clone()],
            };
            (name.clone(), wanted)
        })
        .collect()
}

fn pair(hint: &Value) -> Option<Texts> {
    Some(Texts::new(hint.get(0)?.as_str()?, hint.get(1)?.as_str()?))
}

/// `save_to` → `Save to`.
fn humanised(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_named_widget_wins_over_a_reference_and_that_over_the_type() {
        let text = json!({ "type": "object", "additionalProperties": { "type": "string" }, "x-ref": "texts" });
        let mut long = text.clone();
        long["x-widget"] = json!("long-text");

        assert_eq!(widget(&text), Widget::Texts { long: false });
        assert_eq!(widget(&long), Widget::Texts { long: true });
        assert_eq!(widget(&json!({ "type": "string" })), Widget::Text);
        assert_eq!(widget(&json!({ "type": ["string", "null"], "x-ref": "team" })), Widget::Pick(Source::Team));
        assert_eq!(
            widget(&json!({ "type": "array", "items": { "type": "string", "x-ref": "intent" } })),
            Widget::PickMany(Source::Intent)
        );
        assert_eq!(widget(&json!({ "type": "array", "items": { "type": "string" } })), Widget::Words);
        assert_eq!(widget(&json!({ "type": "string", "x-widget": "faces" })), Widget::Named("faces".into()));
        assert_eq!(widget(&json!(true)), Widget::Json);
    }

    #[test]
    fn an_optional_value_is_shown_like_the_value() {
        let part = json!({ "anyOf": [{ "type": "integer", "minimum": 1 }, { "type": "null" }] });

        assert_eq!(widget(&part), Widget::Number { whole: true, min: Some(1.0), max: None });
    }

    #[test]
    fn a_field_carries_its_words_in_both_languages() {
        let schema = json!({ "type": "object", "properties": {
            "tries": {
                "type": "integer", "title": "Tries", "description": "How often to ask.",
                "x-zh": ["次数", "最多问几次。"], "x-group": "trouble", "x-unit": ["次", "times"], "x-required": true,
                "x-show-when": { "check": true }, "x-order": 2,
            },
            "type": { "enum": ["text", "order_number"], "x-options": [["text", "文字", "Text"]], "x-order": 1 },
        }});

        let fields = fields(&schema);

        assert_eq!(fields[0].name, "type");
        assert_eq!(
            fields[0].widget,
            Widget::Select(vec![Choice { value: json!("text"), label: Texts::new("文字", "Text") }])
        );
        let tries = &fields[1];
        assert_eq!(tries.label, Texts::new("次数", "Tries"));
        assert_eq!(tries.help, Texts::new("最多问几次。", "How often to ask."));
        assert_eq!((tries.section, tries.required), (Section::Trouble, true));
        assert!(tries.is_shown(&json!({ "check": true })) && !tries.is_shown(&json!({ "check": false })));
    }

    #[test]
    fn rows_of_objects_become_a_list_of_fields() {
        let schema = json!({ "type": "array", "items": { "type": "object", "properties": {
            "id": { "type": "string", "x-hidden": true },
            "label": { "type": "object", "additionalProperties": { "type": "string" }, "x-ref": "texts" },
        }}});

        let Widget::List { fields } = widget(&schema) else { panic!("a list") };

        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].label.in_language("en"), "Label");
    }
}
