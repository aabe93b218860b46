//! One phrase: its name and its wordings, saved by themselves, with the preview beside them.

use leptos::prelude::*;
use model::Phrase;

use super::PhrasesCx;
use super::grid::Grid;
use super::preview::Preview;
use crate::api;
use crate::browser;
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::delete_with_undo;
use crate::pages::kept::{Kept, Refusal, SavingState};
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{Icon, Menu, MenuItem, toast};

/// The editor of the phrase with this key.
#[component]
pub(super) fn PhraseEditor(cx: PhrasesCx, key: String) -> impl IntoView {
    cx.listing.one(&key).map(|phrase| view! { <Editor cx phrase /> })
}

#[component]
fn Editor(cx: PhrasesCx, phrase: Phrase) -> impl IntoView {
    let name = NamePair::new(&phrase.name);
    let kept = Kept::new(
        phrase,
        move |changed: Phrase| cx.listing.changed(changed),
        |phrase: Phrase| async move { api::save_phrase(&phrase).await.map(drop) },
    );
    let phrase = kept.value;
    let use_as = phrase.with_untracked(|phrase| format!("{{{{ phrase(\"{}\") }}}}", phrase.key));
    let copied = use_as.clone();

    view! {
        <section class="panel column-main">
            <header class="column-head">
                <div>
                    <h2>{move || phrase.with(|phrase| words(&phrase.name))}</h2>
                    <button
                        type="button"
                        class="link use-as"
                        title=move || tr("复制后粘贴到任何一段话里", "Copy it and paste it into any text")
                        on:click=move |_| {
                            browser::copy(&copied);
                            toast(tr("已复制", "Copied"));
                        }
                    ><code>{use_as}</code><Icon name="copy" /></button>
                </div>
                <span class="space"></span>
                <SavingState kept />
                <Menu label=move || tr("更多", "More")>
                    <MenuItem icon="trash-2" danger=true label=move || tr("删除话术", "Delete the phrase") on_press=move |()| delete(cx, phrase.get_untracked()) />
                </Menu>
            </header>
            <div class="column-body stack">
                <NameFields pair=name on_change=kept.rename(name, |phrase, name| phrase.name = name) />
                <Refusal kept />
                <Grid cx phrase change=kept.change() />
            </div>
        </section>
        <aside class="panel column-side"><Preview cx phrase=phrase.into() /></aside>
    }
}

fn delete(cx: PhrasesCx, phrase: Phrase) {
    let name = words(&phrase.name);
    let (key, gone) = (phrase.key.clone(), phrase.key.clone());
    delete_with_undo(
        tr_string(|| format!("已删除话术“{name}”"), || format!("Deleted the phrase “{name}”")),
        async move { api::delete_phrase(key.as_str()).await },
        move || cx.listing.deleted(gone.as_str()),
        move || {
            let phrase = phrase.clone();
            async move { api::restore_phrase(&phrase).await }
        },
        move || cx.listing.all.reload(),
    );
}
