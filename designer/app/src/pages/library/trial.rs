//! The search test: what a question finds, why each stands at its place, and what a step that answers would do.

use leptos::prelude::*;

use super::{LibraryCx, Open};
use crate::api::{self, LibraryTrial, Parts, Shared};
use crate::i18n::{language_code, sentence, tr, tr_string, words};
use crate::pages::trial::{Trial, TrialInput};
use crate::ui::{EmptyState, Pill, Tone};

/// The tab.
#[component]
pub(super) fn SearchTest(cx: LibraryCx) -> impl IntoView {
    let trial = Trial::new(move |question: String| async move {
        // The button is there only while a library is.
        let library = cx.listing.chosen.get_untracked().unwrap_or_default();
        api::try_library(&library, &question).await
    });
    Effect::new(move |_| {
        cx.listing.chosen.track();
        trial.forget();
    });
    view! {
        <section class="panel column-main">
            <div class="column-body stack">
                <div class="search-test">
                    <TrialInput
                        trial
                        rows=1
                        placeholder=move || tr("像客户一样问一句，回车看会找到什么", "Ask as a customer would, Enter shows what it finds")
                        label=move || tr("要试的问题", "The question to try")
                        button=move || tr("查找", "Search")
                        icon="search"
                        test="try-library"
                    />
                </div>
                {move || match trial.result() {
                    Some(trial) => view! { <Hits cx trial /> }.into_any(),
                    None => view! {
                        <EmptyState
                            icon="search"
                            title=move || tr("看看会找到什么", "See what it would find")
                            detail=move || tr("每条结果都说明为什么排在这里，以及机器人会怎么回答。", "Every result says why it stands at its place, and what the bot would do.")
                        />
                    }
                    .into_any(),
                }}
            </div>
        </section>
    }
}

/// Where a hit is written, to be looked at and changed; by id.
#[derive(Clone)]
enum Home {
    Article(String),
    Document(String),
}

#[component]
fn Hits(cx: LibraryCx, trial: LibraryTrial) -> impl IntoView {
    let (below, sure) = (trial.nothing_below, trial.sure_above);
    let outcome = match trial.outcome.as_str() {
        "answers" => view! { <Pill tone=Tone::Ok icon="circle-check" text=move || tr("会用第一条回答", "It would answer with the first") /> }.into_any(),
        "offers" => view! { <Pill tone=Tone::Warn icon="circle-help" text=move || tr("把握不大，会列出前三条让客户选", "Not sure: it would offer the best three as buttons") /> }.into_any(),
        _ => view! { <Pill tone=Tone::Warn icon="circle-x" text=move || tr("会走“没有找到”", "It would leave by “nothing found”") /> }.into_any(),
    };
    let hits = trial
        .hits
        .into_iter()
        .enumerate()
        .map(|(at, hit)| {
            let (is_below, score, parts) = (hit.score < below, hit.score, hit.parts);
            let models = hit.by_meaning.map(|meaning| (hit.by_words, meaning, hit.rank));
            let (title, place, text, at_home) = match (hit.article, hit.passage) {
                (Some(article), _) => {
                    let question = article.question_in(language_code());
                    let home = Home::Article(article.id);
                    (question, tr("知识", "Article").to_owned(), words(&article.answer), Some(home))
                }
                (None, Some(passage)) => {
                    let title = if passage.heading.is_empty() { passage.title.clone() } else { passage.heading };
                    let page = passage.page.map(|page| tr_string(|| format!(" · 第 {page} 页"), || format!(" · p. {page}")));
                    let place = format!("{}{}", passage.title, page.unwrap_or_default());
                    (title, place, passage.text, Some(Home::Document(passage.document)))
                }
                (None, None) => Default::default(),
            };
            let open = move |_| match at_home.clone() {
                Some(Home::Article(id)) => {
                    cx.open.set(Open::Article(id));
                    cx.tab.set("articles".to_owned());
                }
                Some(Home::Document(id)) => {
                    cx.document.set(Some(id));
                    cx.tab.set("documents".to_owned());
                }
                None => {}
            };
            let tone = if is_below { "bar" } else if score >= sure { "bar ok" } else { "bar warn" };
            view! {
                <li>
                    <button type="button" class="hit" class:below=is_below on:click=open>
                        <span class="hit-head"><em class="num">{at + 1}</em><b>{title}</b><span class="num">{format!("{score:.2}")}</span></span>
                        <span class=tone>
                            <i style=format!("width:{:.0}%", (score * 100.0).clamp(0.0, 100.0))></i>
                            <u style=format!("left:{:.1}%", (below * 100.0).clamp(0.0, 100.0)) title=tr("没有找到的线", "the line of “nothing found”")></u>
                            <u style=format!("left:{:.1}%", (sure * 100.0).clamp(0.0, 100.0)) title=tr("有把握的线", "the line of “sure”")></u>
                        </span>
                        <small class="quiet">{place}</small>
                        <small class="hit-answer">{text}</small>
                        <PartsRow parts why=hit.why />
                        {models.map(|(by_words, meaning, rank)| view! { <ModelsRow by_words meaning rank /> })}
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="row wrap">
            {outcome}
            <small class="quiet">{move || tr_string(
                || format!("低于 {below:.2} 当作没有找到，{sure:.2} 以上直接回答，中间请客户选。"),
                || format!("Below {below:.2} nothing is found, from {sure:.2} on it answers, in between the customer chooses."),
            )}</small>
        </div>
        {trial.note.map(|note| view! { <p class="quiet" data-test="search-note">{sentence(&note)}</p> })}
        <ol class="hits" data-test="hits">{hits}</ol>
    }
}

/// What models say beside the words: how alike the meanings are, and how a ranking model puts it.
#[component]
fn ModelsRow(by_words: f64, meaning: f64, rank: Option<f64>) -> impl IntoView {
    let part = |zh: &'static str, en: &'static str, value: f64| {
        view! {
            <span class="part"><small>{move || tr(zh, en)}</small><small class="num">{format!("{value:.2}")}</small></span>
        }
    };
    view! {
        <span class="parts" data-test="by-models">
            {part("按词", "by words", by_words)}
            {part("按意思", "by meaning", meaning)}
            {rank.map(|rank| part("模型重排", "ranked", rank))}
        </span>
    }
}

/// Why a hit stands where it stands: three parts, and the words it shares with the question.
#[component]
fn PartsRow(parts: Parts, why: Vec<Shared>) -> impl IntoView {
    let part = |zh: &'static str, en: &'static str, value: f64| {
        view! {
            <span class="part">
                <small>{move || tr(zh, en)}</small>
                <span class="bar"><i style=format!("width:{:.0}%", (value * 100.0).clamp(0.0, 100.0))></i></span>
                <small class="num">{format!("{value:.2}")}</small>
            </span>
        }
    };
    view! {
        <span class="parts">
            {part("问法相似", "question alike", parts.question)}
            {part("用词相关", "words", parts.words)}
            {part("覆盖问题", "covers the question", parts.contained)}
        </span>
        {(!why.is_empty()).then(|| view! {
            <span class="chips" data-test="shared">
                <small class="quiet">{move || tr("一样的词：", "In common:")}</small>
                {why.into_iter().map(|piece| view! { <Piece piece /> }).collect_view()}
            </span>
        })}
    }
}

/// A piece of the question that the text has, with how much of the question it is.
#[component]
fn Piece(piece: Shared) -> impl IntoView {
    let percent = format!("{:.0}%", piece.weight * 100.0);
    let share = percent.clone();
    view! {
        <span class="chip" title=move || tr_string(
            || format!("占这句问题分量的 {share}"),
            || format!("{share} of what the question says"),
        )>{piece.text}<small class="num">{percent}</small></span>
    }
}
