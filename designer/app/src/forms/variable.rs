//! Search or create a variable in one box, with its type beside it.

use leptos::html::Input;
use leptos::prelude::*;
use model::{Texts, VarName, VarType, Variable};
use serde_json::Value;

use super::context::FormCx;
use super::popup::{Popup, PopupList, Row};
use super::words::{TYPES, is_known, system_offers, type_name, variable_offers, words_for};
use crate::i18n::{language_code, tr, tr_string};

/// What the key of a row that creates begins with; no variable's name does.
const CREATE: &str = "+";

/// The box. `change` gets the chosen name; "" is none.
#[component]
pub(crate) fn VariableBox(
    cx: FormCx,
    id: String,
    #[prop(into)] value: Signal<String>,
    change: Callback<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] described_by: String,
    #[prop(into, optional)] fresh_type: Signal<VarType>,
    #[prop(into, optional)] invalid: Signal<bool>,
    /// May something be written that is no variable? Then words are taken as they are.
    #[prop(optional)]
    may_be_expression: bool,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    let query = RwSignal::new(None::<String>);
    let popup = Popup::new(format!("{id}-list"));
    let variable = move || {
        let name = value.get();
        cx.variables.with(|all| all.iter().find(|variable| variable.name == name.as_str()).cloned())
    };
    // The menu stays the same element, and keeps the focus, while the variable's type changes.
    let known = Memo::new(move |_| variable().map(|variable| variable.name));
    let shown = move || {
        query.get().unwrap_or_else(|| {
            let name = value.get();
            cx.variables.with(|all| words_for(all, &name, language_code())).unwrap_or(name)
        })
    };
    let suggest = move || {
        let Some(element) = field.get_untracked() else { return };
        let words = query.get_untracked().unwrap_or_default();
        let rows =
            cx.variables.with_untracked(|all| rows(all, words.trim(), &value.get_untracked(), may_be_expression));
        popup.show(rows, &element);
    };
    let take = Callback::new(move |key: String| {
        popup.close();
        query.set(None);
        match key.strip_prefix(CREATE) {
            Some(words) => {
                let variable = cx.variables.with_untracked(|all| fresh(all, words, fresh_type.get_untracked()));
                let name = variable.name.to_string();
                cx.add_variable.run(variable);
                change.run(name);
            }
            None => change.run(key),
        }
    });
    let is_there = move || cx.variables.with(|all| is_known(all, &value.get()));
    let is_unknown = move || !may_be_expression && !value.get().is_empty() && !is_there();
    view! {
        <div class="f-variable" class:bad=move || invalid.get() || is_unknown()>
            <input
                node_ref=field
                id=id
                type="text"
                class="nokey"
                class:chosen=move || query.with(Option::is_none) && is_there()
                spellcheck="false"
                {..popup.combobox()}
                aria-label=move || label.get()
                aria-describedby=described_by
                placeholder=move || tr("选择或新建变量", "Choose or create a variable")
                prop:value=shown
                on:focus=move |_| {
                    if let Some(element) = field.get_untracked() {
                        element.select();
                    }
                    suggest();
                }
                on:click=move |_| suggest()
                on:input=move |event| {
                    query.set(Some(event_target_value(&event)));
                    suggest();
                }
                on:keydown=move |event| {
                    if !popup.uses(&event, take) && event.key() == "ArrowDown" && !event.is_composing() {
                        event.prevent_default();
                        suggest();
                    }
                }
                on:blur=move |_| {
                    popup.close();
                    match query.get_untracked().map(|words| words.trim().to_owned()) {
                        Some(words) if words.is_empty() || may_be_expression => change.run(words),
                        Some(words) if cx.variables.with_untracked(|all| is_known(all, &words)) => change.run(words),
                        _ => {}
                    }
                    query.set(None);
                }
            />
            {move || known.get().map(|name| view! { <TypeMenu cx name /> })}
            <PopupList popup take />
        </div>
    }
}

/// The type of the chosen variable, to see and to change.
#[component]
fn TypeMenu(cx: FormCx, name: VarName) -> impl IntoView {
    let name = StoredValue::new(name);
    let variable = move || {
        cx.variables.with(|all| name.with_value(|name| all.iter().find(|variable| variable.name == *name).cloned()))
    };
    let kind = Memo::new(move |_| variable().map(|variable| variable.kind));
    let options = move || {
        let chosen = kind.get();
        TYPES
            .into_iter()
            .map(|(kind, name)| view! { <option value=name selected=Some(kind) == chosen>{type_name(kind)}</option> })
            .collect_view()
    };
    view! {
        <select
            class="f-type"
            aria-label=move || tr("变量的类型", "Type of the variable")
            title=move || tr("变量的类型", "Type of the variable")
            on:change=move |event| {
                let wanted = event_target_value(&event);
                let kind = TYPES.into_iter().find(|(_, name)| *name == wanted).map(|(kind, _)| kind);
                if let (Some(kind), Some(variable)) = (kind, untrack(variable)) {
                    cx.change_variable.run(Variable { kind, ..variable });
                }
            }
        >
            {options}
        </select>
    }
}

fn rows(all: &[Variable], query: &str, chosen: &str, with_system: bool) -> Vec<Row> {
    let system = if with_system { system_offers(query) } else { Vec::new() };
    let mut rows: Vec<Row> = variable_offers(all, query, language_code())
        .into_iter()
        .chain(system)
        .map(|offer| Row {
            is_chosen: offer.insert == chosen,
            group: String::new(),
            key: offer.insert,
            label: offer.label,
            detail: offer.detail,
        })
        .collect();
    let is_there =
        all.iter().any(|variable| variable.name == query || variable.label.iter().any(|(_, label)| label == query));
    let is_name = !with_system || query.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ');
    if !query.is_empty() && !is_there && is_name {
        rows.push(Row {
            key: format!("{CREATE}{query}"),
            label: tr_string(|| format!("新建变量“{query}”"), || format!("Create “{query}”")),
            detail: String::new(),
            group: String::new(),
            is_chosen: false,
        });
    }
    rows
}

/// A variable for typed words: the words are the name where expressions can say them, else the label.
fn fresh(all: &[Variable], words: &str, kind: VarType) -> Variable {
    let words = words.trim();
    let plain: String = words
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect::<String>()
        .trim_matches('_')
        .to_owned();
    let has_name = words.is_ascii() && VarName::from(plain.as_str()).is_valid();
    let stem = if has_name { plain } else { "info".to_owned() };
    let is_free = |name: &str| !all.iter().any(|variable| variable.name == name);
    let name = (1..)
        .map(|number| if number == 1 { stem.clone() } else { format!("{stem}_{number}") })
        .find(|name| is_free(name))
        .expect("there are more numbers than variables");
    let label = if name == words {
        Texts::default()
    } else {
        let mut label = Texts::default();
        label.set(language_code().into(), words);
        label
    };
    Variable { name: name.as_str().into(), kind, scope: model::Scope::default(), label, initial: Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_gets_a_name_that_expressions_can_say() {
        let order = fresh(&[], "Order No", VarType::Text);
        assert_eq!(order.name, *"order_no");

        let taken = fresh(&[order], "order_no", VarType::Number);
        assert_eq!(taken.name, *"order_no_2");
    }
}
