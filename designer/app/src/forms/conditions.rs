//! Conditions as rows: variable · comparison in words · value, all of them or any.

use editor::widgets::Choice;
use leptos::prelude::*;
use model::{VarType, Variable};
use serde_json::{Value, json};

use super::context::Setting;
use super::template::{TemplateInput, Writing};
use super::variable::VariableBox;
use super::words::is_known;
use crate::i18n::{tr, words};
use crate::ui::Icon;

/// Comparisons that need no value.
const WITHOUT_VALUE: [&str; 4] = ["is_empty", "is_not_empty", "is_true", "is_false"];

/// The rows. `operators` are the comparisons the kind knows, by its schema.
#[component]
pub(crate) fn ConditionsField(
    setting: Setting,
    operators: Vec<Choice>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    let operators = StoredValue::new(operators);
    let rows = setting.field("rows");
    let mode = setting.field("mode").or_default(json!("all"));
    let modes = move || {
        [("all", "全部满足", "All"), ("any", "任意一条", "Any")]
            .into_iter()
            .map(|(value, zh, en)| {
                let is_on = move || mode.value.with(|now| now == value);
                view! {
                    <button type="button" class="seg-item" class:on=is_on aria-pressed=move || is_on().to_string() on:click=move |_| mode.set(json!(value))>
                        {move || tr(zh, en)}
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <div class="f-rows" id=setting.id() role="group" aria-label=move || label.get()>
            {move || (rows.len() > 1).then(|| view! {
                <div class="seg f-seg f-mode" role="group" aria-label=tr("怎样算成立", "How many must hold")>{modes()}</div>
            })}
            <For each=move || 0..rows.len() key=|at| *at let:at>
                <ConditionRow rows at operators />
            </For>
            <button type="button" class="f-add" on:click=move |_| rows.push(json!({ "left": "", "op": "is", "right": "" }))>
                <Icon name="plus" />{move || tr("添加条件", "Add a condition")}
            </button>
        </div>
    }
}

#[component]
fn ConditionRow(rows: Setting, at: usize, operators: StoredValue<Vec<Choice>>) -> impl IntoView {
    let row = rows.item(at);
    let cx = row.cx;
    let (left, op, right) = (row.field("left"), row.field("op").or_default(json!("is")), row.field("right"));
    let kind = Memo::new(move |_| cx.variables.with(|all| type_of(all, &left.text())));
    let needs_value = move || !WITHOUT_VALUE.contains(&op.text().as_str());
    let choose = Callback::new(move |name: String| {
        left.set(Value::String(name.clone()));
        // A comparison that the new type has no words for would be a riddle.
        let kind = cx.variables.with_untracked(|all| type_of(all, &name));
        if let (Some(kind), now) = (kind, untrack(move || op.text()))
            && !fits(kind, &now)
        {
            op.set(json!(if kind == VarType::YesNo { "is_true" } else { "is" }));
        }
    });
    let options = move || {
        let (kind, now) = (kind.get(), op.text());
        operators.with_value(|all| {
            all.iter()
                .filter(|choice| {
                    let name = choice.value.as_str().unwrap_or_default();
                    name == now || kind.is_none_or(|kind| fits(kind, name))
                })
                .map(|choice| {
                    let name = choice.value.as_str().unwrap_or_default().to_owned();
                    let is_chosen = name == now;
                    view! { <option value=name selected=is_chosen>{words(&choice.label)}</option> }
                })
                .collect_view()
        })
    };
    view! {
        <div class="f-row" data-pointer=row.pointer()>
            <div class="f-row-parts">
                <div class="wide" data-pointer=left.pointer()>
                    <VariableBox
                        cx
                        id=left.id()
                        value=Signal::derive(move || left.text())
                        change=choose
                        label=Signal::derive(|| tr("变量", "Variable").to_owned())
                        may_be_expression=true
                    />
                </div>
                <select
                    class="f-select"
                    data-pointer=op.pointer()
                    aria-label=move || tr("关系", "Comparison")
                    prop:value=move || op.text()
                    on:change=move |event| op.set(json!(event_target_value(&event)))
                >
                    {options}
                </select>
                {move || needs_value().then(|| view! {
                    <div data-pointer=right.pointer()>
                        <TemplateInput
                            cx
                            id=right.id()
                            writing=Writing::Line
                            value=Signal::derive(move || right.text())
                            change=Callback::new(move |text: String| right.set(Value::String(text)))
                            label=Signal::derive(|| tr("值", "Value").to_owned())
                            placeholder=Signal::derive(move || placeholder(kind.get(), &op.text()).to_owned())
                        />
                    </div>
                })}
            </div>
            <button type="button" class="f-remove" aria-label=move || format!("{} {}", tr("移除条件", "Remove condition"), at + 1) on:click=move |_| rows.remove(at)>
                <Icon name="x" />
            </button>
        </div>
    }
}

/// The type of a variable by name; `None` for expressions and unknown names, which may be anything.
fn type_of(all: &[Variable], name: &str) -> Option<VarType> {
    let declared = all.iter().find(|variable| variable.name == name).map(|variable| variable.kind);
    declared.or_else(|| is_known(&[], name).then_some(VarType::Text))
}

/// Does a comparison say something about values of this type?
fn fits(kind: VarType, operator: &str) -> bool {
    match operator {
        "is_true" | "is_false" => kind == VarType::YesNo,
        // A text may hold a number: what a service answers is often declared as text.
        "greater" | "at_least" | "less" | "at_most" => matches!(kind, VarType::Number | VarType::Date | VarType::Text),
        "contains" | "not_contains" => matches!(kind, VarType::Text | VarType::List),
        "starts_with" => kind == VarType::Text,
        "is" | "is_not" | "one_of" => !matches!(kind, VarType::YesNo | VarType::List | VarType::Object),
        _ => true,
    }
}

fn placeholder(kind: Option<VarType>, operator: &str) -> &'static str {
    match (operator, kind) {
        ("one_of", _) => tr("用逗号分隔", "separated by commas"),
        (_, Some(VarType::Number)) => tr("数字", "a number"),
        (_, Some(VarType::Date)) => tr("日期，如 2026-11-22", "a date, e.g. 2026-11-22"),
        _ => tr("值", "a value"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_those_that_the_type_has_words_for() {
        assert!(fits(VarType::Number, "greater") && fits(VarType::Text, "greater") && !fits(VarType::List, "greater"));
        assert!(fits(VarType::YesNo, "is_true") && !fits(VarType::Number, "is_true"));
        assert!(fits(VarType::List, "is_empty"));
        assert_eq!(type_of(&[], "last_message"), Some(VarType::Text));
        assert_eq!(type_of(&[], "amount * 2"), None);
    }
}
