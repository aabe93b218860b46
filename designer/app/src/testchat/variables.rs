//! What a test conversation remembers: name, value, and a mark on what the last turn changed.

use leptos::prelude::*;

use super::chat::Chat;
use super::state::shown;
use crate::i18n::{language_code, tr};

/// The table; long values wrap and scroll.
#[component]
pub(crate) fn VariableTable(chat: Chat) -> impl IntoView {
    let rows = move || {
        chat.state.with(|state| {
            let variables = state.as_ref().map(|state| state.variables.clone()).unwrap_or_default();
            variables
                .into_iter()
                .map(|(name, value)| {
                    let is_changed = chat.changed.with(|changed| changed.contains(&name));
                    let label = chat.cx.with_document(|document| document.variable_label(&name, &language_code().into()));
                    let is_named = label != name;
                    view! {
                        <tr class:changed=is_changed>
                            <th scope="row">
                                {label}
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
                })
                .collect_view()
        })
    };
    let is_empty = move || chat.state.with(|state| state.as_ref().is_none_or(|state| state.variables.is_empty()));
    view! {
        <div class="tc-memory" aria-label=move || tr("记住的变量", "What it remembers")>
            {move || if is_empty() {
                view! { <p class="tc-none">{tr("还没有记住任何内容。", "Nothing remembered yet.")}</p> }.into_any()
            } else {
                view! { <table><tbody>{rows()}</tbody></table> }.into_any()
            }}
        </div>
    }
}
