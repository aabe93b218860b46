//! What a test conversation remembers: name, value, and a mark on what the last turn changed.

use leptos::prelude::*;
use serde_json::Value;

use super::chat::Chat;
use super::state::shown;
use crate::forms::words_for;
use crate::i18n::{language_code, tr};

/// The table; long values wrap and scroll.
#[component]
pub(crate) fn VariableTable(chat: Chat) -> impl IntoView {
    // What is remembered, the last turn's first; what is still empty says nothing.
    let remembered = move || {
        let variables =
            chat.state.with(|state| state.as_ref().map(|state| state.variables.clone()).unwrap_or_default());
        let changed = chat.changed.get();
        let mut rows: Vec<(bool, String, Value)> = variables
            .into_iter()
            .filter(|(_, value)| !value.is_null() && value != "")
            .map(|(name, value)| (changed.contains(&name), name, value))
            .collect();
        rows.sort_by_key(|(is_changed, ..)| !is_changed);
        rows
    };
    let row = move |(is_changed, name, value): (bool, String, Value)| {
        let label = chat.cx.with_flow(|flow| words_for(&flow.variables, &name, language_code()));
        let is_named = label.as_ref().is_some_and(|label| *label != name);
        view! {
            <tr class:changed=is_changed>
                <th scope="row">
                    {label.unwrap_or_else(|| name.clone())}
                    {is_named.then(|| view! { <code>{name.clone()}</code> })}
                </th>
                <td>{shown(&value)}</td>
                <td class="tc-mark">
                    {is_changed.then(|| view! {
                        <i title=tr("上一轮改动", "Changed by the last turn") aria-label=tr("已改动", "changed")></i>
                    })}
                </td>
            </tr>
        }
    };
    view! {
        <div class="tc-memory" aria-label=move || tr("记住的变量", "What it remembers")>
            {move || {
                let rows = remembered();
                if rows.is_empty() {
                    view! { <p class="tc-none">{tr("还没有记住任何内容。", "Nothing remembered yet.")}</p> }.into_any()
                } else {
                    view! { <table><tbody>{rows.into_iter().map(row).collect_view()}</tbody></table> }.into_any()
                }
            }}
        </div>
    }
}
