//! Suggestions of a model for an author: asked for by a button, chosen one by one, added by whoever opened the dialog.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::i18n::{tr, tr_string};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, SkeletonRows};

/// A button that asks for sentences and a dialog to choose from: `examples` of a topic or `variants` of a question.
#[component]
pub(crate) fn SuggestButton(
    what: &'static str,
    /// The topic's name or the question.
    #[prop(into)]
    about: Signal<String>,
    /// Sentences that are there already.
    #[prop(into)]
    known: Signal<Vec<String>>,
    /// Takes the chosen ones.
    #[prop(into)]
    on_add: Callback<Vec<String>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let found = RwSignal::new(None::<Result<Vec<String>, ApiError>>);
    let chosen = RwSignal::new(BTreeSet::<String>::new());
    let ask = move || {
        found.set(None);
        chosen.set(BTreeSet::new());
        let (about, known) = (about.get_untracked(), known.get_untracked());
        spawn_local(async move {
            let answer = api::suggest(what, &about, &known).await;
            let _ = found.try_set(Some(answer));
        });
    };
    let is_empty = Signal::derive(move || about.with(|about| about.trim().is_empty()));
    view! {
        <Button small=true icon="sparkles" label=move || tr("建议", "Suggest") disabled=is_empty test="suggest" on_press=move |()| { open.set(true); ask(); } />
        <Dialog open size=DialogSize::Medium title=move || tr("模型的建议", "Suggestions of a model")>
            <div class="dialog-body">
                {move || match found.get() {
                    None => view! { <SkeletonRows rows=4 /> }.into_any(),
                    Some(Err(error)) => view! {
                        <div role="alert"><b>{error.title}</b><p class="quiet">{error.detail}</p></div>
                    }
                    .into_any(),
                    Some(Ok(sentences)) if sentences.is_empty() => {
                        view! { <p class="quiet">{move || tr("没有新的建议。", "Nothing new was suggested.")}</p> }.into_any()
                    }
                    Some(Ok(sentences)) => view! {
                        <ul class="suggestions">
                            {sentences.into_iter().map(|sentence| view! { <Suggestion sentence chosen /> }).collect_view()}
                        </ul>
                    }
                    .into_any(),
                }}
            </div>
            <footer class="dialog-foot">
                <Button icon="refresh-cw" label=move || tr("再来几句", "More") on_press=move |()| ask() />
                <Button
                    kind=ButtonKind::Primary
                    label=move || {
                        let n = chosen.with(BTreeSet::len);
                        tr_string(|| format!("加入 {n} 句"), || format!("Add {n}"))
                    }
                    disabled=Signal::derive(move || chosen.with(BTreeSet::is_empty))
                    test="add-suggestions"
                    on_press=move |()| {
                        on_add.run(chosen.get_untracked().into_iter().collect());
                        open.set(false);
                    }
                />
            </footer>
        </Dialog>
    }
}

#[component]
fn Suggestion(sentence: String, chosen: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let (shown, own) = (sentence.clone(), sentence.clone());
    let is_chosen = move || chosen.with(|chosen| chosen.contains(&own));
    view! {
        <li>
            <label>
                <input type="checkbox" prop:checked=is_chosen on:change=move |_| chosen.update(|chosen| {
                    if !chosen.remove(&sentence) {
                        chosen.insert(sentence.clone());
                    }
                }) />
                <span>{shown}</span>
            </label>
        </li>
    }
}
