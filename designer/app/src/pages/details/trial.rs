//! "Try it": what is found in a sentence, marked where it stands.

use leptos::prelude::*;
use serde_json::Value;

use super::DetailsCx;
use super::kinds::{kind_of, kind_words, value_words};
use crate::api::{self, DetailTrial};
use crate::i18n::{tr, words};
use crate::pages::trial::{Trial, TrialBox};
use crate::ui::Icon;

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
    let trial = Trial::new(|sentence: String| async move {
        let found = api::try_details(&sentence).await?;
        Ok((sentence, found))
    });
    // A dictionary that was saved may find more.
    Effect::new(move |before: Option<u32>| {
        let saved = cx.saved.get();
        if before.is_some_and(|before| before != saved) {
            trial.again();
        }
        saved
    });
    view! {
        <TrialBox
            trial
            placeholder=move || tr("像客户一样写一句，回车看找到什么", "Write as a customer would, Enter shows what is found")
            label=move || tr("要试的话", "What to try")
            button=move || tr("查找", "Find")
            icon="scan"
            test="try-detail"
            show=move |(sentence, trial): (String, DetailTrial)| view! { <Outcome cx sentence trial /> }.into_any()
        />
    }
}

#[component]
fn Outcome(cx: DetailsCx, sentence: String, trial: DetailTrial) -> impl IntoView {
    let name_of = |key: &str| {
        cx.listing.all.with(|details| {
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
