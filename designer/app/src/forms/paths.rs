//! Paths of a decision: each with its name and its conditions, as rows or as one expression; otherwise is always there.

use editor::widgets::{Choice, Field, Widget};
use leptos::prelude::*;
use serde_json::{Value, json};

use super::conditions::ConditionsField;
use super::context::Setting;
use super::field::FieldView;
use super::list::{ItemList, ListLook};
use super::problem::ProblemLines;
use super::template::{TemplateInput, Writing};
use crate::i18n::tr;
use crate::ui::Icon;

/// The list of paths. `fields` are those of one path.
#[component]
pub(crate) fn PathsField(
    setting: Setting,
    look: ListLook,
    fields: Vec<Field>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    let fields = StoredValue::new(fields);
    let row = Callback::new(move |path: Setting| view! { <OnePath path fields=fields.get_value() /> }.into_any());
    view! {
        <ItemList setting look row label />
        <div class="f-otherwise">
            <Icon name="corner-down-right" />
            {move || tr("其他情况：以上都不成立时", "Otherwise: when none of these hold")}
        </div>
    }
}

#[component]
fn OnePath(path: Setting, fields: Vec<Field>) -> impl IntoView {
    let of = |wanted: fn(&Widget) -> bool| fields.iter().find(|field| wanted(&field.widget)).cloned();
    let label = of(|widget| matches!(widget, Widget::Texts { .. }));
    let rows = of(|widget| matches!(widget, Widget::Conditions));
    let expression = of(|widget| matches!(widget, Widget::Expression));
    let when = rows.as_ref().map(|field| path.field(&field.name));
    let written = expression.as_ref().map(|field| path.field(&field.name));
    let is_written = RwSignal::new(written.is_some_and(|written| untrack(|| !written.text().trim().is_empty())));
    let operators = rows.as_ref().map(|field| operators(&field.schema)).unwrap_or_default();
    let toggle = move |_| {
        let Some(written) = written else { return };
        if is_written.get_untracked() {
            // Rows count again only when there is no expression.
            written.set(json!(""));
        } else if let Some(when) = when {
            let now = untrack(|| written.text());
            if now.trim().is_empty() {
                written.set(Value::String(when.value.with_untracked(as_expression)));
            }
        }
        is_written.update(|is_written| *is_written = !*is_written);
    };
    let problems = path.problems(false);
    let written_problems = written.map(|written| written.problems(true));
    let when_problems = when.map(|when| when.problems(true));
    view! {
        <div class="f-path">
            <div class="f-path-head">
                {label.map(|field| view! { <FieldView field parent=path is_compact=true /> })}
                {written.map(|_| view! {
                    <button
                        type="button"
                        class="f-fx"
                        class:on=move || is_written.get()
                        aria-pressed=move || is_written.get().to_string()
                        title=move || if is_written.get() { tr("改用条件行", "Use rows") } else { tr("改用表达式", "Use an expression") }
                        on:click=toggle
                    >
                        "fx"
                    </button>
                })}
            </div>
            {move || match (is_written.get(), written, when) {
                (true, Some(written), _) => view! {
                    <div data-pointer=written.pointer()>
                    <TemplateInput
                        cx=written.cx
                        id=written.id()
                        writing=Writing::Expression
                        value=Signal::derive(move || written.text())
                        change=Callback::new(move |text: String| written.set(Value::String(text)))
                        label=Signal::derive(|| tr("表达式", "Expression").to_owned())
                        placeholder=Signal::derive(|| tr("例如 amount > 500", "e.g. amount > 500").to_owned())
                    />
                    </div>
                    {written_problems.map(|problems| view! { <ProblemLines problems id=format!("{}-problem", written.id()) /> })}
                }
                .into_any(),
                (_, _, Some(when)) => view! {
                    <ConditionsField setting=when operators=operators.clone() label=Signal::derive(|| tr("条件", "Conditions").to_owned()) />
                    {when_problems.map(|problems| view! { <ProblemLines problems id=format!("{}-problem", when.id()) /> })}
                }
                .into_any(),
                _ => ().into_any(),
            }}
            <ProblemLines problems id=format!("{}-problem", path.id()) />
        </div>
    }
}

/// The comparisons of a schema of conditions.
pub(crate) fn operators(schema: &Value) -> Vec<Choice> {
    let part = schema.pointer("/properties/rows/items/properties/op").unwrap_or(&Value::Null);
    match editor::widgets::widget(part) {
        Widget::Select(choices) => choices,
        _ => Vec::new(),
    }
}

/// The rows as an expression, to go on from: what rows say, expressions can say too.
fn as_expression(when: &Value) -> String {
    let joint = if when["mode"] == "any" { " || " } else { " && " };
    let rows = when["rows"].as_array().into_iter().flatten();
    let parts: Vec<String> = rows
        .filter_map(|row| {
            let left = row["left"].as_str().map(str::trim).filter(|left| !left.is_empty())?;
            let right = row["right"].as_str().unwrap_or_default().trim();
            Some(comparison(left, row["op"].as_str().unwrap_or("is"), right))
        })
        .collect();
    parts.join(joint)
}

fn comparison(left: &str, operator: &str, right: &str) -> String {
    let value = literal(right);
    match operator {
        "is_not" => format!("{left} != {value}"),
        "greater" => format!("{left} > {value}"),
        "at_least" => format!("{left} >= {value}"),
        "less" => format!("{left} < {value}"),
        "at_most" => format!("{left} <= {value}"),
        "contains" => format!("contains({left}, {value})"),
        "not_contains" => format!("!contains({left}, {value})"),
        "starts_with" => format!("{left}.starts_with({value})"),
        "is_empty" => format!("is_empty({left})"),
        "is_not_empty" => format!("!is_empty({left})"),
        "is_true" => format!("{left} == true"),
        "is_false" => format!("{left} == false"),
        "one_of" => {
            let all: Vec<String> = right.split([',', '，', '、']).map(|one| literal(one.trim())).collect();
            format!("contains([{}], {left})", all.join(", "))
        }
        _ => format!("{left} == {value}"),
    }
}

/// A typed value as expressions write it: a number, a variable of a placeholder, else a text.
fn literal(value: &str) -> String {
    if value.parse::<f64>().is_ok() {
        return value.to_owned();
    }
    if let Some(inside) = value.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
        return inside.trim().to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_the_expression_that_says_the_same() {
        let when = json!({ "mode": "any", "rows": [
            { "left": "amount", "op": "greater", "right": "500" },
            { "left": "level", "op": "one_of", "right": "gold，platinum" },
            { "left": "name", "op": "is", "right": "{{ other }}" },
        ]});

        assert_eq!(as_expression(&when), r#"amount > 500 || contains(["gold", "platinum"], level) || name == other"#);
    }
}
