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
use super::picking::{Columns, Listing, NameDialog, NoneYet, Picks, is_named};
use crate::api::{self, Channel};
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Field, TextInput};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct PhrasesCx {
    listing: Listing<Phrase>,
    channels: Remote<Vec<Channel>>,
}

/// The page: list, wordings, preview.
#[component]
pub(crate) fn PhrasesPage() -> impl IntoView {
    let listing = Listing::new(Remote::new(api::phrases), "/phrases", "phrase", |phrase| phrase.key.as_str());
    let cx = PhrasesCx { listing, channels: Remote::new(api::channels) };
    let is_empty = Memo::new(move |_| listing.is_empty());

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("话术", "Phrases")}</h1>
                <p class="quiet">{move || tr("常说的话写在这里一次，每个流程都能用；说法随客户的语言、情绪和渠道变。", "Write once what is said often; every flow can use it, in the wording for the customer's language, mood and channel.")}</p>
                <span class="space"></span>
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建话术", "New phrase") test="new-phrase" on_press=move |()| listing.is_new_open.set(true) />
            </header>
            {listing.all.show(6, move || view! {
                {move || if is_empty.get() {
                    view! { <NoPhrases listing /> }.into_any()
                } else {
                    view! {
                        <Columns chosen=listing.chosen main=move || tr("说法", "Wordings") side=move || tr("客户看到的", "What the customer reads")>
                            <Picks
                                listing
                                label=move || tr("话术列表", "Phrases")
                                search_label=move || tr("查找话术或内容", "Find a phrase or its words")
                                is_found=is_found
                                mark="data-phrase"
                                line=phrase_line
                            />
                            {move || listing.chosen.get().map(|key| view! { <PhraseEditor cx key=key /> })}
                        </Columns>
                    }.into_any()
                }}
            })}
        </main>
        <NewPhraseDialog listing />
    }
}

fn is_found(phrase: &Phrase, search: &str) -> bool {
    let names = phrase.name.iter().map(|(_, name)| name);
    is_named(search, phrase.key.as_str(), names.chain(phrase.wordings.iter().map(|wording| wording.text.as_str())))
}

fn phrase_line(phrase: Phrase) -> AnyView {
    let n = phrase.wordings.len();
    view! {
        <span class="pick-words">
            <b>{words(&phrase.name)}</b>
            <small>{tr_string(|| format!("{n} 种说法"), || counted(n, "wording"))}</small>
        </span>
    }
    .into_any()
}

#[component]
fn NoPhrases(listing: Listing<Phrase>) -> impl IntoView {
    view! {
        <NoneYet
            icon="quote"
            title=move || tr("还没有话术", "No phrases yet")
            detail=move || tr(
                "话术是常说的一句话，例如“问候”或“道歉”。写好各种说法，流程里用 {{ phrase(\"greeting\") }} 就能说出合适的那一种。",
                "A phrase is something said often, a greeting or an apology. Write its wordings once; {{ phrase(\"greeting\") }} in any text says the one that suits.",
            )
            make=move || tr("新建话术", "New phrase")
            is_new_open=listing.is_new_open
        />
    }
}

#[component]
fn NewPhraseDialog(listing: Listing<Phrase>) -> impl IntoView {
    let name = NamePair::new(&Default::default());
    let key = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let create = move |texts: Texts| {
        let wanted = key.get_untracked().trim().to_owned();
        act(busy, async move { api::create_phrase(&texts, &wanted).await }, move |phrase| {
            name.clear();
            key.set(String::new());
            listing.made(phrase);
        });
    };
    view! {
        <NameDialog
            open=listing.is_new_open
            title=move || tr("新建话术", "New phrase")
            name
            zh_placeholder=move || tr("例如：问候", "for example 问候")
            en_placeholder=move || tr("例如：Greeting", "for example Greeting")
            busy
            test="create-phrase"
            on_submit=create
        >
            <Field label=move || tr("键（可不填）", "Key (may stay empty)") help=move || tr("流程里用它来找这条话术", "Flows find the phrase by it")>
                <TextInput value=key placeholder=move || tr("例如：greeting", "for example greeting") test="phrase-key" />
            </Field>
        </NameDialog>
    }
}
