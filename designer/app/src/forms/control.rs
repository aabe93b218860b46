//! The control of a field: which component shows which widget.

use editor::widgets::{Field, Widget, widget};
use leptos::prelude::*;
use model::{Problem, Texts, VarType};
use serde_json::Value;

use super::choice::{
    ChecksField, NumberField, Range, SegmentField, SelectField, SliderField, SuggestField, SwitchField,
};
use super::code::CodeField;
use super::conditions::ConditionsField;
use super::context::Setting;
use super::field::{FieldView, FieldsView, sign_between};
use super::fresh::{fresh, fresh_item};
use super::key_values::{JsonField, KeyValuesField};
use super::list::{ItemList, ListLook, TagField};
use super::paths::{PathsField, operators};
use super::pickers::{ManyField, ResourceField};
use super::problem::ProblemLines;
use super::template::{TemplateInput, Writing};
use super::texts::TextsField;
use super::variable::VariableBox;
use crate::browser;

/// What is around a control.
#[derive(Clone)]
pub(super) struct Around {
    /// The object it is a field of.
    pub(super) parent: Setting,
    /// Does it stand in a row of a list, with its words inside?
    pub(super) is_compact: bool,
    /// Its words.
    pub(super) label: Signal<String>,
    /// The ids of its help and its findings.
    pub(super) described_by: String,
    /// What is wrong with it.
    pub(super) problems: Signal<Vec<Problem>>,
}

/// What shows a field, without its words.
pub(super) fn control(field: &Field, setting: Setting, around: Around) -> AnyView {
    let Around { parent, is_compact, label, described_by, problems } = around.clone();
    let cx = setting.cx;
    let invalid = Signal::derive(move || problems.with(|problems| problems.iter().any(Problem::is_error)));
    let typed = |writing: Writing| {
        view! {
            <TemplateInput
                cx
                id=setting.id()
                writing
                value=Signal::derive(move || setting.text())
                change=Callback::new(move |text: String| setting.set(Value::String(text)))
                label
                described_by=described_by.clone()
                invalid
                placeholder=Signal::derive(move || if is_compact { label.get() } else { String::new() })
            />
        }
        .into_any()
    };
    let unit = field.unit.clone();
    match field.widget.clone() {
        Widget::Switch => view! { <SwitchField setting label described_by /> }.into_any(),
        Widget::Number { whole, min, max } => {
            let range = Range { min, max, is_whole: whole, may_be_empty: is_nullable(&field.schema), unit };
            view! { <NumberField setting range label described_by /> }.into_any()
        }
        Widget::Duration => {
            let bound = |key: &str| field.schema.get(key).and_then(Value::as_f64);
            let min = bound("minimum").or(Some(0.0));
            let range = Range { min, max: bound("maximum"), is_whole: true, may_be_empty: is_nullable(&field.schema), unit };
            view! { <NumberField setting range label described_by /> }.into_any()
        }
        Widget::Slider { min, max } => {
            let range = Range { min: Some(min), max: Some(max), ..Range::default() };
            view! { <SliderField setting range label described_by /> }.into_any()
        }
        Widget::Text => typed(Writing::Plain),
        Widget::LongText => typed(Writing::PlainLines),
        Widget::Template { long } => typed(if long { Writing::Lines } else { Writing::Line }),
        Widget::Expression => typed(Writing::Expression),
        Widget::Script => view! { <CodeField setting label described_by /> }.into_any(),
        Widget::Texts { long } => {
            let is_plain = has_hint(field, "x-plain");
            // Words in a row of a list, and names, are one line; what is said by itself may have several.
            let is_line = !long && (is_compact || parent.pointer().contains('/') || field.name.ends_with("label") || is_plain);
            view! { <TextsField setting label described_by invalid is_line is_said=!is_line is_compact is_plain /> }.into_any()
        }
        Widget::Variable => view! {
            <VariableBox
                cx
                id=setting.id()
                value=Signal::derive(move || setting.text())
                change=Callback::new(move |name: String| setting.set(Value::String(name)))
                label
                described_by
                fresh_type=Signal::derive(move || parent.value.with(fresh_type))
                invalid
            />
        }
        .into_any(),
        Widget::Pick(source) => view! { <ResourceField setting source label described_by /> }.into_any(),
        Widget::PickMany(source) => view! { <ManyField setting source label described_by /> }.into_any(),
        Widget::Select(answers) => {
            let may_be_empty = is_nullable(&field.schema);
            if answers.len() <= 4 && !may_be_empty && has_short_words(&answers) {
                view! { <SegmentField setting answers label described_by /> }.into_any()
            } else {
                view! { <SelectField setting answers label described_by may_be_empty /> }.into_any()
            }
        }
        Widget::SelectMany(answers) => view! { <ChecksField setting answers label described_by /> }.into_any(),
        Widget::Words => view! { <TagField setting label described_by is_compact /> }.into_any(),
        Widget::KeyValues { value } => view! { <KeyValuesField setting item=*value label /> }.into_any(),
        Widget::Group { fields } => {
            view! { <div class=if has_hint(field, "x-bare") { "f-inner" } else { "f-group" } id=setting.id()><FieldsView fields setting /></div> }.into_any()
        }
        Widget::List { fields } => list(field, fields, setting, label),
        Widget::Rows { item } => {
            let look = look(field, false, Callback::new({
                let schema = item.schema.clone();
                move |_: Vec<Value>| fresh(&schema)
            }));
            let row = Callback::new(move |parent: Setting| {
                view! { <FieldView field=(*item).clone() parent /> }.into_any()
            });
            view! { <ItemList setting look row label /> }.into_any()
        }
        Widget::Conditions => {
            let operators = operators(&field.schema);
            view! { <ConditionsField setting operators label /> }.into_any()
        }
        Widget::Named(name) if name == "paths" => {
            let schema = item_schema(&field.schema);
            let fields = editor::widgets::fields(&schema);
            let look = look(field, true, Callback::new(move |now: Vec<Value>| fresh_item(&schema, &now, &browser::new_id())));
            view! { <PathsField setting look fields label /> }.into_any()
        }
        Widget::Named(name) if name == "suggest" => {
            view! { <SuggestField setting answers=named_values(&field.schema) label described_by /> }.into_any()
        }
        // A widget this release does not have: the value's own shape decides.
        Widget::Named(_) => {
            let mut plain = field.clone();
            if let Some(schema) = plain.schema.as_object_mut() {
                schema.remove("x-widget");
            }
            plain.widget = widget(&plain.schema);
            if matches!(plain.widget, Widget::Named(_)) {
                plain.widget = Widget::Json;
            }
            control(&plain, setting, around)
        }
        Widget::Json if is_text(&field.schema) => {
            let inner = typed(Writing::Lines);
            view! { <div class="f-raw">{inner}</div> }.into_any()
        }
        Widget::Json => view! { <JsonField setting label described_by /> }.into_any(),
    }
}

fn list(field: &Field, fields: Vec<Field>, setting: Setting, label: Signal<String>) -> AnyView {
    let fields: Vec<Field> =
        fields.into_iter().filter(|field| field.widget != Widget::Named("hidden".into())).collect();
    let schema = item_schema(&field.schema);
    let is_framed = fields.len() > 1 && sign_between(&fields).is_none();
    let look =
        look(field, is_framed, Callback::new(move |now: Vec<Value>| fresh_item(&schema, &now, &browser::new_id())));
    let is_compact = fields.iter().all(|field| {
        matches!(
            field.widget,
            Widget::Texts { .. }
                | Widget::Words
                | Widget::Text
                | Widget::Template { .. }
                | Widget::Variable
                | Widget::Expression
        )
    }) && fields.len() <= 3;
    let row = Callback::new(move |item: Setting| {
        let problems = item.problems(false);
        view! {
            <FieldsView fields=fields.clone() setting=item is_compact />
            <ProblemLines problems id=format!("{}-problem", item.id()) />
        }
        .into_any()
    });
    view! { <ItemList setting look row label /> }.into_any()
}

fn look(field: &Field, is_framed: bool, fresh: Callback<Vec<Value>, Value>) -> ListLook {
    let bound = |key: &str| field.schema.get(key).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok());
    ListLook {
        item: field.item.clone().unwrap_or_else(|| Texts::new("一项", "one")),
        fresh,
        min: bound("minItems").unwrap_or(0),
        max: bound("maxItems").unwrap_or(usize::MAX),
        is_framed,
    }
}

/// The schema of one item of a list, also when the list may be null.
fn item_schema(schema: &Value) -> Value {
    let own = schema.get("items").cloned();
    own.or_else(|| {
        let parts = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)?;
        parts.iter().find_map(|part| part.get("items").cloned())
    })
    .unwrap_or(Value::Null)
}

/// Does the schema say yes to this hint?
pub(super) fn has_hint(field: &Field, hint: &str) -> bool {
    field.schema.get(hint) == Some(&Value::Bool(true))
}

/// JSON that is written with placeholders is a text.
fn is_text(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "string")
}

/// The named values of a text that may also be another.
fn named_values(schema: &Value) -> Vec<editor::widgets::Choice> {
    let mut plain = schema.clone();
    if let Some(object) = plain.as_object_mut() {
        object.remove("x-widget");
    }
    match widget(&plain) {
        Widget::Select(choices) => choices,
        _ => Vec::new(),
    }
}

fn is_nullable(schema: &Value) -> bool {
    let is_null = |value: &Value| value == "null";
    let in_type = schema.get("type").and_then(Value::as_array).is_some_and(|kinds| kinds.iter().any(is_null));
    let in_parts = schema
        .get("anyOf")
        .or_else(|| schema.get("oneOf"))
        .and_then(Value::as_array)
        .is_some_and(|parts| parts.iter().any(|part| part.get("type").is_some_and(is_null)));
    in_type || in_parts
}

/// What a variable that is made here holds: the type of answer beside it says so.
fn fresh_type(siblings: &Value) -> VarType {
    let named = ["answer", "kind", "type"].iter().find_map(|name| siblings.get(name));
    named.and_then(|kind| serde_json::from_value(kind.clone()).ok()).unwrap_or_default()
}

/// Do the words fit side by side? Chinese letters are twice as wide.
fn has_short_words(answers: &[editor::widgets::Choice]) -> bool {
    let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    ["zh", "en"]
        .into_iter()
        .all(|code| answers.iter().map(|answer| width(answer.label.in_language(code)) + 4).sum::<usize>() <= 44)
}
