//! The preview: what a customer in this mood and language reads, as a bubble.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Emotion, Phrase};

use super::PhrasesCx;
use crate::api::{self, ApiError, PhraseTrial};
use crate::i18n::{UiLanguage, language_now, tr, words};
use crate::ui::{Field, Icon, Segments, Select, icon_of};

/// The preview beside the wordings. It follows what is written, saved or not.
#[component]
pub(super) fn Preview(cx: PhrasesCx, phrase: Signal<Phrase>) -> impl IntoView {
    let mood = RwSignal::new(Emotion::Neutral);
    let language = RwSignal::new(language_now().code().to_owned());
    let channel = RwSignal::new(String::new());
    let trial = RwSignal::new(None::<Result<PhraseTrial, ApiError>>);
    let run = StoredValue::new(0_u64);
    Effect::new(move |_| {
        let (phrase, mood, language, channel) = (phrase.get(), mood.get(), language.get(), channel.get());
        run.update_value(|run| *run += 1);
        let mine = run.get_value();
        spawn_local(async move {
            let answer = api::try_phrase(&phrase, mood, &language, &channel).await;
            // Answers to what was written before are thrown away.
            if run.try_get_value() == Some(mine) {
                drop(trial.try_set(Some(answer)));
            }
        });
    });
    let languages = Signal::derive(|| {
        [UiLanguage::Zh, UiLanguage::En].map(|it| (it.code().to_owned(), it.name().to_owned())).to_vec()
    });
    let channels = Signal::derive(move || {
        let known = cx.channels.with(|channels| {
            channels.into_iter().flatten().map(|it| (it.key.clone(), it.name.clone())).collect::<Vec<_>>()
        });
        std::iter::once((String::new(), tr("任何渠道", "Any channel").to_owned())).chain(known).collect::<Vec<_>>()
    });
    let moods = Emotion::ALL.map(|emotion| {
        let label = emotion.label();
        view! {
            <button
                type="button"
                class="mood-pick"
                class:on=move || mood.get() == emotion
                aria-pressed=move || (mood.get() == emotion).to_string()
                data-mood=emotion.as_str()
                on:click=move |_| mood.set(emotion)
            >
                <Icon name=icon_of(emotion) />
                <span>{move || words(&label)}</span>
            </button>
        }
    });
    view! {
        <header class="column-head"><h2>{move || tr("客户看到的", "What the customer reads")}</h2></header>
        <div class="column-body stack">
            <div class="mood-picks" role="group" aria-label=move || tr("客户的情绪", "The customer's mood")>{moods}</div>
            <Segments label=move || tr("客户的语言", "The customer's language") value=Signal::derive(move || language.get()) options=languages on_change=move |code: String| language.set(code) />
            <Field label=move || tr("渠道", "Channel")>
                <Select label=move || tr("渠道", "Channel") value=Signal::derive(move || channel.get()) options=channels on_change=move |key: String| channel.set(key) />
            </Field>
            <div class="phrase-preview" aria-live="polite" data-test="phrase-preview">
                {move || trial.get().map(|trial| match trial {
                    Ok(PhraseTrial { wording: Some(_), text }) => view! { <p class="phrase-bubble">{text}</p> }.into_any(),
                    Ok(_) => view! { <p class="quiet">{tr("还没有适合这位客户的说法。", "There is no wording for this customer yet.")}</p> }.into_any(),
                    Err(error) => view! { <p class="bad-note" role="alert"><Icon name="triangle-alert" />{error.title}" "{error.detail}</p> }.into_any(),
                })}
            </div>
        </div>
    }
}
