//! Phrases 话术: what is said again and again, in wordings by language, mood and channel.

mod editor;
mod grid;
mod preview;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::Phrase;

use self::editor::PhraseEditor;
use super::act::act;
use super::load::Remote;
use super::name_pair::{NameFields, NamePair};
use crate::api::{self, Channel};
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Dialog, EmptyState, Field, SearchInput, TextInput};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct PhrasesCx {
    phrases: Remote<Vec<Phrase>>,
    channels: Remote<Vec<Channel>>,
    chosen: Memo<Option<String>>,
    choose: Callback<Option<String>>,
    is_new_open: RwSignal<bool>,
}

/// The page: list, wordings, preview.
#[component]
pub(crate) fn PhrasesPage() -> impl IntoView {
    let phrases = Remote::new(api::phrases);
    let query = use_query_map();
    let navigate = use_navigate();
    let cx = PhrasesCx {
        phrases,
        channels: Remote::new(api::channels),
        // The address says which phrase; without one it is the first.
        chosen: Memo::new(move |_| {
            let wanted = query.with(|query| query.get("phrase"));
            phrases.with(|phrases| {
                let phrases = phrases?;
                let named = phrases.iter().find(|phrase| Some(phrase.key.as_str()) == wanted.as_deref());
                named.or(phrases.first()).map(|phrase| phrase.key.0.clone())
            })
        }),
        choose: Callback::new(move |key: Option<String>| {
            let address = key.map_or_else(|| "/phrases".to_owned(), |key| format!("/phrases?phrase={key}"));
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
        }),
        is_new_open: RwSignal::new(false),
    };
    let is_empty = Memo::new(move |_| phrases.with(|phrases| phrases.is_some_and(Vec::is_empty)));

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("话术", "Phrases")}</h1>
                <p class="quiet">{move || tr("常说的话写在这里一次，每个流程都能用；说法随客户的语言、情绪和渠道变。", "Write once what is said often; every flow can use it, in the wording for the customer's language, mood and channel.")}</p>
                <span class="space"></span>
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建话术", "New phrase") test="new-phrase" on_press=move |()| cx.is_new_open.set(true) />
            </header>
            {phrases.show(6, move || view! {
                {move || if is_empty.get() {
                    view! { <NoPhrases cx /> }.into_any()
                } else {
                    view! { <Columns cx /> }.into_any()
                }}
            })}
        </main>
        <NewPhraseDialog cx />
    }
}

#[component]
fn Columns(cx: PhrasesCx) -> impl IntoView {
    view! {
        <div class="columns three phrases">
            <PhraseList cx />
            {move || cx.chosen.get().map(|key| view! { <PhraseEditor cx key=key /> })}
        </div>
    }
}

#[component]
fn PhraseList(cx: PhrasesCx) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let search = search.get().trim().to_lowercase();
        let is_found = |phrase: &Phrase| {
            search.is_empty()
                || phrase.key.as_str().contains(&search)
                || phrase.name.iter().any(|(_, name)| name.to_lowercase().contains(&search))
                || phrase.wordings.iter().any(|wording| wording.text.to_lowercase().contains(&search))
        };
        let found = |phrases: &Vec<Phrase>| phrases.iter().filter(|it| is_found(it)).cloned().collect::<Vec<_>>();
        cx.phrases.with(|phrases| phrases.map(found).unwrap_or_default())
    });
    view! {
        <nav class="panel column-list" aria-label=move || tr("话术列表", "Phrases")>
            <div class="column-tools"><SearchInput value=search label=move || tr("查找话术或内容", "Find a phrase or its words") /></div>
            <ul class="pick-list">
                {move || found.get().into_iter().map(|phrase| {
                    let (key, compared) = (phrase.key.0.clone(), phrase.key.0.clone());
                    let n = phrase.wordings.len();
                    let is_chosen = Memo::new(move |_| cx.chosen.get().as_deref() == Some(&compared));
                    view! {
                        <li>
                            <button
                                type="button"
                                class="pick"
                                class:on=move || is_chosen.get()
                                aria-current=move || is_chosen.get().then_some("true")
                                data-phrase=key.clone()
                                on:click=move |_| cx.choose.run(Some(key.clone()))
                            >
                                <span class="pick-words">
                                    <b>{words(&phrase.name)}</b>
                                    <small>{tr_string(|| format!("{n} 种说法"), || counted(n, "wording"))}</small>
                                </span>
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
fn NoPhrases(cx: PhrasesCx) -> impl IntoView {
    view! {
        <div class="panel">
            <EmptyState
                icon="quote"
                title=move || tr("还没有话术", "No phrases yet")
                detail=move || tr(
                    "话术是常说的一句话，例如“问候”或“道歉”。写好各种说法，流程里用 {{ phrase(\"greeting\") }} 就能说出合适的那一种。",
                    "A phrase is something said often, a greeting or an apology. Write its wordings once; {{ phrase(\"greeting\") }} in any text says the one that suits.",
                )
            >
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建话术", "New phrase") on_press=move |()| cx.is_new_open.set(true) />
            </EmptyState>
        </div>
    }
}

#[component]
fn NewPhraseDialog(cx: PhrasesCx) -> impl IntoView {
    let name = NamePair::new(&Default::default());
    let key = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if untrack(|| name.is_empty()) {
            return;
        }
        let (texts, wanted) = (untrack(|| name.texts()), key.get_untracked().trim().to_owned());
        act(busy, async move { api::create_phrase(&texts, &wanted).await }, move |phrase| {
            name.clear();
            key.set(String::new());
            cx.is_new_open.set(false);
            let key = phrase.key.0.clone();
            cx.phrases.update(|phrases| phrases.push(phrase));
            cx.choose.try_run(Some(key));
        });
    };
    view! {
        <Dialog open=cx.is_new_open title=move || tr("新建话术", "New phrase")>
            <form on:submit=submit>
                <div class="dialog-body stack">
                    <NameFields pair=name autofocus=true zh_placeholder=move || tr("例如：问候", "for example 问候") en_placeholder=move || tr("例如：Greeting", "for example Greeting") />
                    <Field label=move || tr("键（可不填）", "Key (may stay empty)")>
                        <TextInput value=key label=move || tr("键", "Key") placeholder=move || tr("例如 greeting，流程里用它来找这条话术", "for example greeting: flows find the phrase by it") test="phrase-key" />
                    </Field>
                </div>
                <footer class="dialog-foot">
                    <Button label=move || tr("取消", "Cancel") on_press=move |()| cx.is_new_open.set(false) />
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=busy
                        disabled=Signal::derive(move || name.is_empty())
                        label=move || tr("创建", "Create")
                        test="create-phrase"
                    />
                </footer>
            </form>
        </Dialog>
    }
}
