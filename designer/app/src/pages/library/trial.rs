//! "Try it": which articles a question finds, how well, and why.

use leptos::prelude::*;

use super::{LibraryCx, Open};
use crate::api::{self, LibraryTrial};
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::act;
use crate::ui::{Button, ButtonKind, Icon, Pill, TextArea, Tone};

/// The box at the right.
#[component]
pub(super) fn LibraryTrialBox(cx: LibraryCx) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let result = RwSignal::new(None::<LibraryTrial>);
    Effect::new(move |_| {
        cx.chosen.track();
        result.set(None);
    });
    let run = Callback::new(move |()| {
        let wanted = text.get_untracked().trim().to_owned();
        if let (false, Some(library)) = (wanted.is_empty(), cx.chosen.get_untracked()) {
            act(busy, async move { api::try_library(&library, &wanted).await }, move |trial| result.set(Some(trial)));
        }
    });
    view! {
        <header class="column-head"><h2>{move || tr("试一试", "Try it")}</h2></header>
        <div class="column-body stack">
            <TextArea
                value=text
                rows=2
                placeholder=move || tr("像客户一样问一句，回车看会找到什么", "Ask as a customer would, Enter shows what it finds")
                label=move || tr("要试的问题", "The question to try")
                test="try-library"
                on_enter=run
            />
            <Button kind=ButtonKind::Primary icon="search" busy=busy label=move || tr("查找", "Search") on_press=run disabled=Signal::derive(move || text.with(|text| text.trim().is_empty())) />
            {move || result.get().map(|trial| view! { <Hits cx trial /> })}
        </div>
    }
}

#[component]
fn Hits(cx: LibraryCx, trial: LibraryTrial) -> impl IntoView {
    let below = trial.nothing_below;
    let best = trial.hits.first().map_or(0.0, |hit| hit.score);
    let is_found = best >= below && best > 0.0;
    let hits = trial
        .hits
        .into_iter()
        .enumerate()
        .map(|(idx, hit)| {
            let id = hit.article.id.clone();
            let is_below = hit.score < below;
            let score = hit.score;
            let answer = words(&hit.article.answer);
            let why = hit.why;
            view! {
                <li>
                    <button type="button" class="hit" class:below=is_below on:click=move |_| cx.open.set(Open::Article(id.clone()))>
                        <span class="hit-head"><em class="num">{idx + 1}</em><b>{hit.article.question}</b><span class="num">{format!("{score:.2}")}</span></span>
                        <span class=if is_below { "bar" } else { "bar ok" }>
                            <i style=format!("width:{:.0}%", (score * 100.0).clamp(0.0, 100.0))></i>
                            <u style=format!("left:{:.1}%", (below * 100.0).clamp(0.0, 100.0))></u>
                        </span>
                        <small class="hit-answer">{answer}</small>
                        {(!why.is_empty()).then(|| view! {
                            <span class="chips">{why.into_iter().map(|why| view! { <span class="chip">{why}</span> }).collect_view()}</span>
                        })}
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <div>{if is_found {
            view! { <Pill tone=Tone::Ok icon="circle-check" text=move || tr("会这样回答", "It would answer") /> }.into_any()
        } else {
            view! { <Pill tone=Tone::Warn icon="circle-help" text=move || tr("会说不知道", "It would say it does not know") /> }.into_any()
        }}</div>
        <ol class="hits" data-test="hits">{hits}</ol>
        <p class="quiet row"><Icon name="info" />{move || tr_string(
            || format!("低于 {below:.2} 就当作没有找到。"),
            || format!("Below {below:.2} it counts as nothing found."),
        )}</p>
    }
}
