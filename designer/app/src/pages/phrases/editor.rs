//! One phrase: its name and its wordings, saved by themselves, with the preview beside them.

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Phrase;

use super::PhrasesCx;
use super::grid::Grid;
use super::preview::Preview;
use crate::api::{self, ApiError};
use crate::browser;
use crate::i18n::{tr, tr_string, words};
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{Icon, Menu, MenuItem, toast, toast_error, toast_undo};

const SAVE_AFTER_MS: u64 = 600;

/// How far saving has come.
#[derive(Clone, Debug, PartialEq)]
enum Saving {
    Saved,
    Changed,
    Sending,
    Failed(ApiError),
}

/// A change of the phrase.
pub(super) type Edit = Box<dyn FnOnce(&mut Phrase)>;

/// The editor of the phrase with this key.
#[component]
pub(super) fn PhraseEditor(cx: PhrasesCx, key: String) -> impl IntoView {
    let first = cx.phrases.now().and_then(|phrases| phrases.into_iter().find(|phrase| phrase.key.as_str() == key));
    first.map(|phrase| view! { <Editor cx phrase /> })
}

#[component]
fn Editor(cx: PhrasesCx, phrase: Phrase) -> impl IntoView {
    let name = NamePair::new(&phrase.name);
    let saving = RwSignal::new(Saving::Saved);
    let phrase = RwSignal::new(phrase);
    let timer = StoredValue::new(None::<TimeoutHandle>);

    let send = move || {
        let Some(current) = phrase.try_get_untracked() else { return };
        saving.set(Saving::Sending);
        spawn_local(async move {
            let next = match api::save_phrase(&current).await {
                Ok(_) => Saving::Saved,
                Err(error) => Saving::Failed(error),
            };
            // What was written while it was sent waits for its own timer.
            if saving.try_get_untracked() == Some(Saving::Sending) {
                saving.set(next);
            }
        });
    };
    let change = Callback::new(move |edit: Edit| {
        phrase.update(edit);
        let changed = phrase.get_untracked();
        cx.phrases.update(|phrases| {
            if let Some(place) = phrases.iter_mut().find(|other| other.key == changed.key) {
                *place = changed;
            }
        });
        saving.set(Saving::Changed);
        timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            *timer = set_timeout_with_handle(send, std::time::Duration::from_millis(SAVE_AFTER_MS)).ok();
        });
    });
    // Leaving with something unsent sends it at once.
    on_cleanup(move || {
        if saving.try_get_untracked() == Some(Saving::Changed)
            && let Some(current) = phrase.try_get_untracked()
        {
            timer.try_update_value(|timer| timer.take().map(|timer| timer.clear()));
            spawn_local(async move {
                if let Err(error) = api::save_phrase(&current).await {
                    toast_error(&error);
                }
            });
        }
    });
    let rename = Callback::new(move |_: String| {
        let texts = untrack(|| name.texts());
        if !texts.is_empty() {
            change.run(Box::new(move |phrase| phrase.name = texts));
        }
    });
    let use_as = phrase.with_untracked(|phrase| format!("{{{{ phrase(\"{}\") }}}}", phrase.key));
    let copied = use_as.clone();
    let refusal = move || match saving.get() {
        Saving::Failed(error) => Some(
            view! { <p class="bad-note" role="alert"><Icon name="triangle-alert" />{error.title}" "{error.detail}</p> },
        ),
        _ => None,
    };

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
                <span class="quiet" role="status">{move || saving_words(&saving.get())}</span>
                <Menu label=move || tr("更多", "More")>
                    <MenuItem icon="trash-2" danger=true label=move || tr("删除话术", "Delete the phrase") on_press=move |()| delete(cx, phrase.get_untracked()) />
                </Menu>
            </header>
            <div class="column-body stack">
                <NameFields pair=name on_change=rename />
                {refusal}
                <Grid cx phrase change />
            </div>
        </section>
        <aside class="panel column-side"><Preview cx phrase=phrase.into() /></aside>
    }
}

fn saving_words(saving: &Saving) -> &'static str {
    match saving {
        Saving::Saved => tr("已保存", "Saved"),
        Saving::Changed | Saving::Sending => tr("保存中…", "Saving…"),
        Saving::Failed(_) => tr("没有保存", "Not saved"),
    }
}

fn delete(cx: PhrasesCx, phrase: Phrase) {
    spawn_local(async move {
        if let Err(error) = api::delete_phrase(phrase.key.as_str()).await {
            return toast_error(&error);
        }
        let name = phrase.name.in_language(crate::i18n::language_now().code()).to_owned();
        cx.phrases.update(|phrases| phrases.retain(|other| other.key != phrase.key));
        cx.choose.try_run(None);
        toast_undo(
            tr_string(|| format!("已删除话术“{name}”"), || format!("Deleted the phrase “{name}”")),
            move || {
                let phrase = phrase.clone();
                spawn_local(async move {
                    match api::restore_phrase(&phrase).await {
                        Ok(_) => cx.phrases.reload(),
                        Err(error) => toast_error(&error),
                    }
                });
            },
        );
    });
}
