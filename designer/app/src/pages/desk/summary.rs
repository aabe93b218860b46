//! A conversation in a few lines, written by a model as it is handed over or when the agent asks for it; and what models
//! have cost in it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError, Spent};
use crate::i18n::{counted, tr, tr_string};
use crate::ui::{Button, Icon};

/// The part of the right column.
#[component]
pub(super) fn SummaryPart(
    conversation: String,
    spent: Spent,
    /// Without a press.
    at_once: bool,
    /// What was written as the conversation was handed over.
    handed: Option<String>,
    /// What was written, with the conversation it is of: it outlives the part.
    written: RwSignal<Option<(String, String)>>,
) -> impl IntoView {
    let own = conversation.clone();
    let text = move || {
        let own = written.with(|written| written.as_ref().filter(|(of, _)| *of == own).map(|(_, text)| text.clone()));
        own.or_else(|| handed.clone())
    };
    let is_there = untrack(&text).is_some();
    let is_busy = RwSignal::new(false);
    // Nobody may have asked for it: a failure is said here, and nothing pops up.
    let failed = RwSignal::new(None::<ApiError>);
    let press = move |(): ()| {
        let conversation = conversation.clone();
        is_busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let answer = api::summarise(&conversation).await;
            let _ = is_busy.try_set(false);
            match answer {
                Ok(text) => drop(written.try_set(Some((conversation, text)))),
                Err(error) => drop(failed.try_set(Some(error))),
            }
        });
    };
    if at_once && !is_there {
        press(());
    }
    let used = move || {
        let Spent { calls, tokens_in, tokens_out, .. } = spent;
        let tokens = tokens_in + tokens_out;
        tr_string(
            || format!("模型：{calls} 次，{tokens} 个 token"),
            || format!("Models: {}, {}", counted(calls, "call"), counted(tokens, "token")),
        )
    };
    view! {
        <section class="side-part">
            <h3>{move || tr("摘要", "Summary")}</h3>
            {move || text().map(|text| view! {
                <p class="desk-summary" data-test="summary">{text}</p>
                <p class="quiet desk-by-model" data-test="by-model">
                    <Icon name="sparkles" />
                    {move || tr("由模型撰写，可能有误。", "Written by a model; it may be wrong.")}
                </p>
            })}
            {move || failed.get().map(|error| {
                let why = if error.detail.is_empty() { error.title } else { error.detail };
                view! { <p class="quiet" role="status" data-test="no-summary">{tr("没有写成：", "Not written: ")}{why}</p> }
            })}
            <Button small=true icon="sparkles" label=move || tr("写摘要", "Summarise") busy=is_busy test="summarise" on_press=press />
            {(spent.calls > 0).then(|| view! { <p class="quiet">{used}</p> })}
        </section>
    }
}
