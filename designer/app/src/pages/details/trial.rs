//! "Try it": what is found in a sentence, marked where it stands.

use leptos::prelude::*;
use serde_json::Value;

use super::DetailsCx;
use super::kinds::{kind_of, kind_words, value_words};
use crate::api::{self, DetailTrial};
use crate::i18n::{tr, words};
use crate::pages::act::act;
use crate::ui::{Button, ButtonKind, Icon, TextArea};

/// Something found: where, what, its value, and the key when it is the workspace's own.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    start: usize,
    end: usize,
    what: String,
    value: Value,
    own: Option<String>,
}

/// The box beside the editor.
#[component]
pub(super) fn DetailTrialBox(cx: DetailsCx) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let result = RwSignal::new(None::<(String, DetailTrial)>);
    let run = Callback::new(move |()| {
        let wanted = text.get_untracked();
        if !wanted.trim().is_empty() {
            let sentence = wanted.clone();
            act(busy, async move { api::try_details(&wanted).await }, move |trial| result.set(Some((sentence, trial))));
        }
    });
    // A dictionary that was saved may find more.
    Effect::new(move |before: Option<u32>| {
        let saved = cx.saved.get();
        if before.is_some_and(|before| before != saved) && result.with_untracked(Option::is_some) {
            run.run(());
        }
        saved
    });
    view! {
        <header class="column-head"><h2>{move || tr("试一试", "Try it")}</h2></header>
        <div class="column-body stack">
            <TextArea
                value=text
                rows=3
                placeholder=move || tr("像客户一样写一句，回车看找到什么", "Write as a customer would, Enter shows what is found")
                label=move || tr("要试的话", "What to try")
                test="try-detail"
                on_enter=run
            />
            <Button kind=ButtonKind::Primary icon="scan" busy=busy label=move || tr("查找", "Find") on_press=run disabled=Signal::derive(move || text.with(|text| text.trim().is_empty())) />
            {move || result.get().map(|(sentence, trial)| view! { <Outcome cx sentence trial /> })}
        </div>
    }
}

#[component]
fn Outcome(cx: DetailsCx, sentence: String, trial: DetailTrial) -> impl IntoView {
    let name_of = |key: &str| {
        cx.details.with(|details| {
            details
                .and_then(|details| details.iter().find(|detail| detail.key == key).map(|detail| words(&detail.name)))
                .unwrap_or_else(|| key.to_owned())
        })
    };
    let own = trial.found.iter().map(|hit| Mark {
        start: hit.start,
        end: hit.end,
        what: name_of(&hit.detail),
        value: hit.value.clone(),
        own: Some(hit.detail.clone()),
    });
    let built_in = trial.built_in.iter().map(|hit| Mark {
        start: hit.start,
        end: hit.end,
        what: kind_of(&hit.kind).map_or_else(|| hit.kind.clone(), |kind| kind_words(kind).to_owned()),
        value: hit.value.clone(),
        own: None,
    });
    let mut marks: Vec<Mark> = own.chain(built_in).collect();
    marks.sort_by_key(|mark| (mark.start, mark.own.is_none(), std::cmp::Reverse(mark.end)));
    let is_empty = marks.is_empty();
    let rows = marks.clone().into_iter().map(|mark| {
        let said = sentence.get(mark.start..mark.end).unwrap_or_default().to_owned();
        view! {
            <li class="found" class:own=mark.own.is_some()>
                <b>{mark.what}</b>
                <span>{said}</span>
                <code>{value_words(&mark.value)}</code>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <p class="marked" data-test="marked">{marked(&sentence, &marks)}</p>
        {is_empty.then(|| view! { <p class="quiet row"><Icon name="info" />{tr("没有找到任何信息。", "Nothing was found.")}</p> })}
        <ul class="found-list" data-test="found">{rows}</ul>
    }
}

/// The sentence with marks where something stands; the first of overlapping ones is marked.
fn marked(sentence: &str, marks: &[Mark]) -> Vec<AnyView> {
    let mut parts = Vec::new();
    let mut at = 0;
    for mark in marks {
        let (Some(before), Some(said)) = (sentence.get(at..mark.start), sentence.get(mark.start..mark.end)) else {
            continue;
        };
        parts.push(view! { <span>{before.to_owned()}</span> }.into_any());
        let (title, is_own) = (mark.what.clone(), mark.own.is_some());
        parts.push(view! { <mark class:own=is_own title=title>{said.to_owned()}</mark> }.into_any());
        at = mark.end;
    }
    parts.push(view! { <span>{sentence.get(at..).unwrap_or_default().to_owned()}</span> }.into_any());
    parts
}
