//! Search or create a variable in one box, with its type beside it.

use leptos::html::Input;
use leptos::prelude::*;
use model::{Texts, VarName, VarType, Variable};
use serde_json::Value;

use super::context::FormCx;
use super::popup::{KeyMeaning, Popup, PopupList, Row};
use super::words::{TYPES, label_of, type_name, variable_offers};
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
    #[prop(optional)] fresh_type: VarType,
    #[prop(into, optional)] invalid: Signal<bool>,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    let query = RwSignal::new(None::<String>);
    let popup = Popup::new(format!("{id}-list"));
    let variable = move || {
        let name = value.get();
        cx.variables.with(|all| all.iter().find(|variable| variable.name == name.as_str()).cloned())
    };
    let shown = move || {
        query.get().unwrap_or_else(|| variable().map_or_else(|| value.get(), |variable| label_of(&variable, language_code())))
    };
    let suggest = move || {
        let Some(element) = field.get_untracked() else { return };
        let words = query.get_untracked().unwrap_or_default();
        let rows = cx.variables.with_untracked(|all| rows(all, words.trim(), &value.get_untracked()));
        popup.show(rows, &element);
    };
    let take = Callback::new(move |key: String| {
        popup.close();
        query.set(None);
        match key.strip_prefix(CREATE) {
            Some(words) => {
                let variable = cx.variables.with_untracked(|all| fresh(all, words, fresh_type));
                let name = variable.name.to_string();
                cx.add_variable.run(variable);
                change.run(name);
            }
            None => change.run(key),
        }
    });
    let is_unknown = move || !value.get().is_empty() && variable().is_none();
    view! {
        <div class="f-variable" class:bad=move || invalid.get() || is_unknown()>
            <input
                node_ref=field
                id=id
                type="text"
                class="nokey"
                class:chosen=move || query.with(Option::is_none) && variable().is_some()
                autocomplete="off"
                spellcheck="false"
                role="combobox"
                aria-autocomplete="list"
                aria-expanded=move || popup.is_open().to_string()
                aria-controls=popup.id.get_value()
                aria-activedescendant=move || popup.active_id()
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
                on:keydown=move |event| match popup.key(&event) {
                    KeyMeaning::Take(key) => take.run(key),
                    KeyMeaning::Used => {}
                    KeyMeaning::NotUsed => {
                        if event.key() == "ArrowDown" && !event.is_composing() {
                            event.prevent_default();
                            suggest();
                        }
                    }
                }
                on:blur=move |_| {
                    popup.close();
                    if query.get_untracked().is_some_and(|words| words.trim().is_empty()) {
                        change.run(String::new());
                    }
                    query.set(None);
                }
            />
            {move || variable().map(|variable| view! { <TypeMenu cx variable /> })}
            <PopupList popup take />
        </div>
    }
}

/// The type of the chosen variable, to see and to change.
#[component]
fn TypeMenu(cx: FormCx, variable: Variable) -> impl IntoView {
    let options = TYPES
        .into_iter()
        .map(|(kind, name)| view! { <option value=name selected=kind == variable.kind>{type_name(kind)}</option> })
        .collect_view();
    view! {
        <select
            class="f-type"
            aria-label=tr("变量的类型", "Type of the variable")
            title=tr("变量的类型", "Type of the variable")
            on:change=move |event| {
                let wanted = event_target_value(&event);
                if let Some((kind, _)) = TYPES.into_iter().find(|(_, name)| *name == wanted) {
                    cx.change_variable.run(Variable { kind, ..variable.clone() });
                }
            }
        >
            {options}
        </select>
    }
}

fn rows(all: &[Variable], query: &str, chosen: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = variable_offers(all, query, language_code())
        .into_iter()
        .map(|offer| Row {
            is_chosen: offer.insert == chosen,
            group: String::new(),
            key: offer.insert,
            label: offer.label,
            detail: offer.detail,
        })
        .collect();
    let is_there = all.iter().any(|variable| variable.name == query || variable.label.iter().any(|(_, label)| label == query));
    if !query.is_empty() && !is_there {
        rows.push(Row {
            key: format!("{CREATE}{query}"),
            label: tr_string(|| format!("新建变量「{query}」"), || format!("Create “{query}”")),
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
