//! Phrases 话术: what is said again and again, in wordings by language, mood and channel.

mod editor;
mod grid;
mod preview;

use leptos::prelude::*;
use model::{Phrase, Texts};

use self::editor::PhraseEditor;
use super::act::act;
use super::load::Remote;
use super::name_pair::NamePair;
use super::picking::{NewDialog, Pick, PickColumn, chosen, goes};
use crate::api::{self, Channel};
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, EmptyState, Field, TextInput};

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
    let go = goes();
    let cx = PhrasesCx {
        phrases,
        channels: Remote::new(api::channels),
        chosen: chosen(phrases, "phrase", |phrase| phrase.key.as_str()),
        choose: Callback::new(move |key: Option<String>| {
            go.run(key.map_or_else(|| "/phrases".to_owned(), |key| format!("/phrases?phrase={key}")));
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
        <PickColumn
            label=move || tr("话术列表", "Phrases")
            search
            search_label=move || tr("查找话术或内容", "Find a phrase or its words")
            is_empty=Signal::derive(move || found.with(Vec::is_empty))
        >
            {move || found.get().into_iter().map(|phrase| {
                let (key, compared) = (phrase.key.0.clone(), phrase.key.0.clone());
                let n = phrase.wordings.len();
                let is_on = Memo::new(move |_| cx.chosen.get().as_deref() == Some(&compared));
                view! {
                    <li>
                        <Pick is_on attr:data-phrase=key.clone() on_press={ let key = key.clone(); move |()| cx.choose.run(Some(key.clone())) }>
                            <span class="pick-words">
                                <b>{words(&phrase.name)}</b>
                                <small>{tr_string(|| format!("{n} 种说法"), || counted(n, "wording"))}</small>
                            </span>
                        </Pick>
                    </li>
                }
            }).collect_view()}
        </PickColumn>
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
    let create = move |texts: Texts| {
        let wanted = key.get_untracked().trim().to_owned();
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
        <NewDialog
            open=cx.is_new_open
            title=move || tr("新建话术", "New phrase")
            name
            zh_placeholder=move || tr("例如：问候", "for example 问候")
            en_placeholder=move || tr("例如：Greeting", "for example Greeting")
            busy
            test="create-phrase"
            on_create=create
        >
            <Field label=move || tr("键（可不填）", "Key (may stay empty)")>
                <TextInput value=key label=move || tr("键", "Key") placeholder=move || tr("例如 greeting，流程里用它来找这条话术", "for example greeting: flows find the phrase by it") test="phrase-key" />
            </Field>
        </NewDialog>
    }
}
