//! One field of a form: label, widget, what is wrong, help. And the fields of an object in order, with their groups.

use editor::widgets::{Field, Section, Widget};
use leptos::prelude::*;
use model::Problem;
use serde_json::Value;

use super::context::Setting;
use super::control::{Around, control, has_hint};
use super::problem::ProblemLines;
use super::texts::LanguageTabs;
use crate::i18n::{tr, words};

/// The fields of an object: the usual ones, then "More" and "If it goes wrong" folded away.
/// With `is_compact` they stand in a row of a list: their words are inside the boxes.
#[component]
pub(crate) fn FieldsView(fields: Vec<Field>, setting: Setting, #[prop(optional)] is_compact: bool) -> impl IntoView {
    // What a missing value means counts when fields depend on each other.
    let defaults: Vec<(String, Value)> =
        fields.iter().map(|field| (field.name.clone(), field.default.clone())).collect();
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
pub(super) fn sign_between(fields: &[Field]) -> Option<&'static str> {
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
    let counted: Vec<Signal<Vec<Problem>>> =
        fields.iter().map(|field| setting.field(&field.name).problems(true)).collect();
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
    let label = {
        let label = field.label.clone();
        Signal::derive(move || words(&label))
    };
    let help = {
        let help = field.help.clone();
        move || words(&help)
    };
    let is_labelled_inside = matches!(field.widget, Widget::Switch);
    let is_texts = matches!(field.widget, Widget::Texts { .. });
    let has_rows_of_texts = matches!(&field.widget, Widget::List { fields } if fields.iter().any(|field| matches!(field.widget, Widget::Texts { .. })));
    let is_paths = field.widget == Widget::Named("paths".into());
    let is_grouped = matches!(
        field.widget,
        Widget::List { .. }
            | Widget::Group { .. }
            | Widget::Rows { .. }
            | Widget::Conditions
            | Widget::KeyValues { .. }
            | Widget::SelectMany(_)
    ) || is_paths;
    let target = id.clone();
    let head =
        (!is_labelled_inside && !has_hint(&field, "x-bare") && !is_compact && !field.name.is_empty()).then(|| {
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
            {control(&field, setting, Around { parent, is_compact, label, described_by, problems })}
            <ProblemLines problems id=problem_id />
            {has_help.then(|| view! { <p class="f-help" id=help_id>{help}</p> })}
        </div>
    }
    .into_any()
}
