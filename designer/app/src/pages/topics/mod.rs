//! Topics: what customers speak about, learnt from the sentences written here.

mod editor;
mod examples;
mod hints;
mod trial;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::Intent;

use self::editor::TopicEditor;
use self::hints::{WANTED_EXAMPLES, is_thin};
use self::trial::TopicTrialBox;
use super::act::act;
use super::load::Remote;
use super::name_pair::{NameFields, NamePair};
use crate::api;
use crate::i18n::{tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Dialog, EmptyState, Icon, SearchInput};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct TopicsCx {
    topics: Remote<Vec<Intent>>,
    chosen: Memo<Option<String>>,
    choose: Callback<Option<String>>,
    is_new_open: RwSignal<bool>,
}

/// The page: list, editor, "try it".
#[component]
pub(crate) fn TopicsPage() -> impl IntoView {
    let topics = Remote::new(api::intents);
    let query = use_query_map();
    let navigate = use_navigate();
    let cx = TopicsCx {
        topics,
        // The address says which topic; without one it is the first.
        chosen: Memo::new(move |_| {
            let wanted = query.with(|query| query.get("topic"));
            topics.with(|topics| {
                let topics = topics?;
                topics
                    .iter()
                    .find(|topic| Some(topic.key.as_str()) == wanted.as_deref())
                    .or(topics.first())
                    .map(|topic| topic.key.0.clone())
            })
        }),
        choose: Callback::new(move |key: Option<String>| {
            let address = key.map_or_else(|| "/topics".to_owned(), |key| format!("/topics?topic={key}"));
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
        }),
        is_new_open: RwSignal::new(false),
    };
    let is_empty = Memo::new(move |_| topics.with(|topics| topics.is_some_and(Vec::is_empty)));

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("意图", "Topics")}</h1>
                <p class="quiet">{move || tr("客户想办什么事。写下他们会说的话，机器人就学会认。", "What customers come for. Write what they would say, and the bot learns to tell.")}</p>
                <span class="space"></span>
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建意图", "New topic") test="new-topic" on_press=move |()| cx.is_new_open.set(true) />
            </header>
            {topics.show(6, move || view! {
                {move || if is_empty.get() {
                    view! { <NoTopics cx /> }.into_any()
                } else {
                    view! { <Columns cx /> }.into_any()
                }}
            })}
        </main>
        <NewTopicDialog cx />
    }
}

#[component]
fn Columns(cx: TopicsCx) -> impl IntoView {
    view! {
        <div class="columns three">
            <TopicList cx />
            <section class="panel column-main">
                {move || cx.chosen.get().map(|key| view! { <TopicEditor cx key=key /> })}
            </section>
            <aside class="panel column-side"><TopicTrialBox cx /></aside>
        </div>
    }
}

#[component]
fn TopicList(cx: TopicsCx) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let search = search.get().trim().to_lowercase();
        let is_found = |topic: &Intent| {
            search.is_empty()
                || topic.name.iter().any(|(_, name)| name.to_lowercase().contains(&search))
                || topic.examples.iter().any(|example| example.to_lowercase().contains(&search))
        };
        cx.topics.with(|topics| {
            topics
                .map(|topics| topics.iter().filter(|topic| is_found(topic)).cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    view! {
        <nav class="panel column-list" aria-label=move || tr("意图列表", "Topics")>
            <div class="column-tools"><SearchInput value=search label=move || tr("查找意图或例句", "Find a topic or example") /></div>
            <ul class="pick-list">
                {move || found.get().into_iter().map(|topic| {
                    let (key, compared) = (topic.key.0.clone(), topic.key.0.clone());
                    let n_examples = topic.examples.len();
                    let thin = is_thin(&topic);
                    let is_chosen = Memo::new(move |_| cx.chosen.get().as_deref() == Some(&compared));
                    view! {
                        <li>
                            <button
                                type="button"
                                class="pick"
                                class:on=move || is_chosen.get()
                                aria-current=move || is_chosen.get().then_some("true")
                                data-topic=key.clone()
                                on:click=move |_| cx.choose.run(Some(key.clone()))
                            >
                                <span class="pick-words">
                                    <b>{words(&topic.name)}</b>
                                    <small>{tr_string(|| format!("{n_examples} 句"), || format!("{n_examples} example{}", if n_examples == 1 { "" } else { "s" }))}</small>
                                </span>
                                {thin.then(|| view! {
                                    <span class="warn-mark" title=tr_string(
                                        || format!("例句少于 {WANTED_EXAMPLES} 句"),
                                        || format!("Fewer than {WANTED_EXAMPLES} examples"),
                                    )><Icon name="triangle-alert" /></span>
                                })}
                            </button>
                        </li>
                    }
                }).collect_view()}
            </ul>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="quiet column-note">{move || tr("没有找到。", "Nothing found.")}</p>
            </Show>
        </nav>
    }
}

#[component]
fn NoTopics(cx: TopicsCx) -> impl IntoView {
    view! {
        <div class="panel">
            <EmptyState
                icon="tags"
                title=move || tr("还没有意图", "No topics yet")
                detail=move || tr(
                    "意图是客户来办的一件事，例如“退款”。写五句客户会说的话，流程就能按意图分流。",
                    "A topic is a matter customers come with, “refund” for example. Write five sentences they would say, and flows can branch by it.",
                )
            >
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建意图", "New topic") on_press=move |()| cx.is_new_open.set(true) />
            </EmptyState>
        </div>
    }
}

#[component]
fn NewTopicDialog(cx: TopicsCx) -> impl IntoView {
    let name = NamePair::new(&Default::default());
    let busy = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if untrack(|| name.is_empty()) {
            return;
        }
        let texts = untrack(|| name.texts());
        act(busy, async move { api::create_intent(&texts, &[]).await }, move |topic| {
            name.clear();
            cx.is_new_open.set(false);
            let key = topic.key.0.clone();
            cx.topics.update(|topics| topics.push(topic));
            cx.choose.try_run(Some(key));
        });
    };
    view! {
        <Dialog open=cx.is_new_open title=move || tr("新建意图", "New topic")>
            <form on:submit=submit>
                <div class="dialog-body">
                    <NameFields pair=name autofocus=true zh_placeholder=move || tr("例如：退款", "for example 退款") en_placeholder=move || tr("例如：Refund", "for example Refund") />
                </div>
                <footer class="dialog-foot">
                    <Button label=move || tr("取消", "Cancel") on_press=move |()| cx.is_new_open.set(false) />
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=busy
                        disabled=Signal::derive(move || name.is_empty())
                        label=move || tr("创建", "Create")
                        test="create-topic"
                    />
                </footer>
            </form>
        </Dialog>
    }
}
