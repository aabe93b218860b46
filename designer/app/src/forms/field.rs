//! One field of a form: label, widget, what is wrong, help. And the fields of an object in order, with their groups.

use editor::widgets::{Field, Section, Widget, widget};
use leptos::prelude::*;
use model::{Problem, Texts, VarType};
use serde_json::Value;

use super::choice::{ChecksField, NumberField, Range, SegmentField, SelectField, SliderField, SuggestField, SwitchField};
use super::code::CodeField;
use super::conditions::ConditionsField;
use super::context::Setting;
use super::fresh::{fresh, fresh_item};
use super::key_values::{JsonField, KeyValuesField};
use super::list::{ItemList, ListLook, TagField};
use super::paths::{PathsField, operators};
use super::pickers::{ManyField, ResourceField};
use super::problem::ProblemLines;
use super::template::{TemplateInput, Writing};
use super::texts::{LanguageTabs, TextsField};
use super::variable::VariableBox;
use crate::i18n::{tr, words};

/// The fields of an object: the usual ones, then "More" and "If it goes wrong" folded away.
/// With `is_compact` they stand in a row of a list: their words are inside the boxes.
#[component]
pub(crate) fn FieldsView(fields: Vec<Field>, setting: Setting, #[prop(optional)] is_compact: bool) -> impl IntoView {
    // What a missing value means counts when fields depend on each other.
    let defaults: Vec<(String, Value)> = fields.iter().map(|field| (field.name.clone(), field.default.clone())).collect();
    let siblings = Memo::new(move |_| {
        let mut object = setting.value.get();
        if !object.is_object() {
            object = Value::Object(serde_json::Map::new());
        }
        if let Some(object) = object.as_object_mut() {
            for (name, default) in &defaults {
                object.entry(name).or_insert_with(|| default.clone());
            }
        }
        object
    });
    let mut main = Vec::new();
    let mut more = Vec::new();
    let mut trouble = Vec::new();
    for field in fields.into_iter().filter(|field| field.widget != Widget::Named("hidden".into())) {
        match field.section {
            Section::Main => main.push(field),
            Section::More => more.push(field),
            Section::Trouble => trouble.push(field),
        }
    }
    let sign = if is_compact { sign_between(&main) } else { None };
    let main = match sign {
        Some(sign) => {
            let mut parts = main.into_iter().map(|field| one(field, setting, siblings, true));
            view! {
                <div class="f-inline">
                    {parts.next()}<span class="f-arrow" aria-hidden="true">{sign}</span>{parts.next()}
                </div>
            }
            .into_any()
        }
        None => rows(main, setting, siblings, is_compact),
    };
    view! {
        {main}
        {fold(more, setting, siblings, "更多", "More")}
        {fold(trouble, setting, siblings, "出错时", "If it goes wrong")}
    }
    .into_any()
}

/// What stands between two short fields on one line; `None` when they are not two, or not short.
fn sign_between(fields: &[Field]) -> Option<&'static str> {
    match fields {
        [first, second] => match (&first.widget, &second.widget) {
            (Widget::Variable, Widget::Text) => Some("←"),
            (Widget::Text, Widget::Variable) => Some("→"),
            (Widget::Text, Widget::Text | Widget::Template { long: false }) => Some("="),
            _ => None,
        },
        _ => None,
    }
}

fn rows(fields: Vec<Field>, setting: Setting, siblings: Memo<Value>, is_compact: bool) -> AnyView {
    fields.into_iter().map(|field| one(field, setting, siblings, is_compact)).collect_view().into_any()
}

fn one(field: Field, parent: Setting, siblings: Memo<Value>, is_compact: bool) -> AnyView {
    if field.show_when.is_empty() {
        return view! { <FieldView field parent is_compact /> }.into_any();
    }
    let shown = {
        let field = field.clone();
        Memo::new(move |_| siblings.with(|siblings| field.is_shown(siblings)))
    };
    (move || shown.get().then(|| view! { <FieldView field=field.clone() parent is_compact /> })).into_any()
}

fn fold(fields: Vec<Field>, setting: Setting, siblings: Memo<Value>, zh: &'static str, en: &'static str) -> AnyView {
    if fields.is_empty() {
        return ().into_any();
    }
    let counted: Vec<Signal<Vec<Problem>>> = fields.iter().map(|field| setting.field(&field.name).problems(true)).collect();
    let count = move || counted.iter().map(|problems| problems.with(Vec::len)).sum::<usize>();
    view! {
        <details class="f-fold">
            <summary>
                {move || tr(zh, en)}
                {move || Some(count()).filter(|count| *count > 0).map(|count| view! { <span class="f-count">"● "{count}</span> })}
            </summary>
            <div class="f-fold-body">{rows(fields, setting, siblings, false)}</div>
        </details>
    }
    .into_any()
}

/// One field with everything around it.
#[component]
pub(crate) fn FieldView(field: Field, parent: Setting, #[prop(optional)] is_compact: bool) -> impl IntoView {
    let setting = if field.name.is_empty() { parent } else { parent.field(&field.name) };
    let setting = setting.or_default(field.default.clone());
    let has_inner = matches!(field.widget, Widget::List { .. } | Widget::Group { .. } | Widget::Rows { .. })
        || field.widget == Widget::Named("paths".into());
    let problems = setting.problems(!has_inner);
    let id = setting.id();
    let (help_id, problem_id) = (format!("{id}-help"), format!("{id}-problem"));
    let described_by = format!("{problem_id} {help_id}");
    let label = { let label = field.label.clone(); Signal::derive(move || words(&label)) };
    let help = { let help = field.help.clone(); move || words(&help) };
    let is_labelled_inside = matches!(field.widget, Widget::Switch);
    let is_texts = matches!(field.widget, Widget::Texts { .. });
    let has_rows_of_texts = matches!(&field.widget, Widget::List { fields } if fields.iter().any(|field| matches!(field.widget, Widget::Texts { .. })));
    let is_paths = field.widget == Widget::Named("paths".into());
    let is_grouped = matches!(
        field.widget,
        Widget::List { .. } | Widget::Group { .. } | Widget::Rows { .. } | Widget::Conditions | Widget::KeyValues { .. } | Widget::SelectMany(_)
    ) || is_paths;
    let target = id.clone();
    let head = (!is_labelled_inside && !has_hint(&field, "x-bare") && !is_compact && !field.name.is_empty()).then(|| {
        view! {
            <div class="f-label">
                {if is_grouped {
                    view! { <span>{move || label.get()}</span> }.into_any()
                } else {
                    view! { <label for=target>{move || label.get()}</label> }.into_any()
                }}
                {(is_texts || has_rows_of_texts || is_paths).then(|| view! { <LanguageTabs setting /> })}
            </div>
        }
    });
    let has_help = !field.help.is_empty() && !is_compact;
    view! {
        <div class="f-field" data-pointer=setting.pointer()>
            {head}
            {control(&field, setting, parent, is_compact, label, described_by, problems)}
            <ProblemLines problems id=problem_id />
            {has_help.then(|| view! { <p class="f-help" id=help_id>{help}</p> })}
        </div>
    }
    .into_any()
}

fn control(
    field: &Field,
    setting: Setting,
    parent: Setting,
    is_compact: bool,
    label: Signal<String>,
    described_by: String,
    problems: Signal<Vec<Problem>>,
) -> AnyView {
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
            let look = look(field, true, Callback::new(move |now: Vec<Value>| fresh_item(&schema, &now)));
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
            control(&plain, setting, parent, is_compact, label, described_by, problems)
        }
        Widget::Json if is_text(&field.schema) => {
            let inner = typed(Writing::Lines);
            view! { <div class="f-raw">{inner}</div> }.into_any()
        }
        Widget::Json => view! { <JsonField setting label described_by /> }.into_any(),
    }
}

fn list(field: &Field, fields: Vec<Field>, setting: Setting, label: Signal<String>) -> AnyView {
    let fields: Vec<Field> = fields.into_iter().filter(|field| field.widget != Widget::Named("hidden".into())).collect();
    let schema = item_schema(&field.schema);
    let is_framed = fields.len() > 1 && sign_between(&fields).is_none();
    let look = look(field, is_framed, Callback::new(move |now: Vec<Value>| fresh_item(&schema, &now)));
    let is_compact = fields.iter().all(|field| matches!(field.widget, Widget::Texts { .. } | Widget::Words | Widget::Text | Widget::Template { .. } | Widget::Variable | Widget::Expression))
        && fields.len() <= 3;
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
fn has_hint(field: &Field, hint: &str) -> bool {
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
    ["zh", "en"].into_iter().all(|code| {
        answers.iter().map(|answer| width(answer.label.in_language(code)) + 4).sum::<usize>() <= 44
    })
}
