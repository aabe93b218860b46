//! What a customer's words are taken for: how sure, by which words, and which examples they are like.

use leptos::prelude::*;

use super::TopicsCx;
use crate::api::{self, TopicTrial};
use crate::i18n::{tr, tr_string, words};
use crate::pages::trial::{Trial, TrialBox};
use crate::ui::{Icon, Pill, Tone};

const MOST_SHOWN: usize = 5;

/// The box beside the editor.
#[component]
pub(super) fn TopicTrialBox(cx: TopicsCx) -> impl IntoView {
    let trial = Trial::new(|text: String| async move { api::try_topics(&text).await });
    // What was tried is tried again with what is learnt now.
    Effect::new(move |before: Option<Option<String>>| {
        let hash = cx
            .learning
            .state
            .with(|state| state.as_ref().filter(|state| !state.is_training).map(|state| state.hash.clone()));
        if hash.is_some() && before.flatten() != hash {
            trial.again();
        }
        hash
    });
    view! {
        <TrialBox
            trial
            placeholder=move || tr("像客户一样写一句，回车看结果", "Write as a customer would, Enter shows what it is taken for")
            label=move || tr("要试的话", "What to try")
            button=move || tr("识别", "Recognise")
            icon="scan"
            test="try-topic"
            show=move |found: TopicTrial| view! { <Outcome cx trial=found /> }.into_any()
        />
    }
}

#[component]
fn Outcome(cx: TopicsCx, trial: TopicTrial) -> impl IntoView {
    let (sure, close) = (trial.sure_above, trial.close_above);
    let best = trial.intents.first().map_or(0.0, |best| best.confidence);
    let bars = trial.intents.iter().take(MOST_SHOWN).map(|guess| {
        let (name, key) = (guess.name.clone(), guess.intent.clone());
        let percent = (guess.confidence * 100.0).round().clamp(0.0, 100.0);
        let class = if guess.confidence >= sure {
            "bar ok"
        } else if guess.confidence >= close {
            "bar warn"
        } else {
            "bar"
        };
        view! {
            <li>
                <button type="button" class="bar-row" on:click=move |_| cx.show(&key)>
                    <span class="ellipsis">{move || words(&name)}</span>
                    <span class="num">{format!("{percent:.0}%")}</span>
                    <span class=class>
                        <i style=format!("width:{percent}%")></i>
                        <u style=format!("left:{:.1}%", sure * 100.0) title=move || tr("达到这里就算认准", "Sure from here on")></u>
                        <u style=format!("left:{:.1}%", close * 100.0) title=move || tr("达到这里会先确认", "From here on it asks")></u>
                    </span>
                </button>
            </li>
        }
    });
    let nearest = trial.nearest.iter().map(|near| {
        let (key, text, percent) = (near.intent.clone(), near.text.clone(), near.similarity * 100.0);
        let name = cx.name_of(&near.intent);
        let (shown, wanted) = (text.clone(), (key.clone(), text));
        view! {
            <li>
                <button type="button" class="near" on:click=move |_| cx.show_example(&wanted.0, &wanted.1)>
                    <span>{shown}</span>
                    <small class="quiet">{move || name.get()}" · "<span class="num">{format!("{percent:.0}%")}</span></small>
                </button>
            </li>
        }
    });
    let (bars, nearest) = (bars.collect_view(), nearest.collect::<Vec<_>>());
    let deciding = trial.words;
    view! {
        <div data-test="verdict">{if best >= sure && best > 0.0 {
            view! { <Pill tone=Tone::Ok icon="circle-check" text=move || tr("认得准", "Recognised") /> }.into_any()
        } else if best >= close && best > 0.0 {
            view! { <Pill tone=Tone::Warn icon="circle-help" text=move || tr("不太确定，会先问一句", "Not sure: it would ask") /> }.into_any()
        } else {
            view! { <Pill icon="circle-x" text=move || tr("不属于任何意图", "None of the topics") /> }.into_any()
        }}</div>
        <ul class="bars" data-test="topic-bars">{bars}</ul>
        {(!deciding.is_empty()).then(|| view! {
            <div class="stack-small">
                <h3>{move || tr("起作用的词", "Deciding words")}</h3>
                <div class="chips">{deciding.into_iter().map(|word| view! { <span class="chip">{word}</span> }).collect_view()}</div>
            </div>
        })}
        {(!nearest.is_empty()).then(|| view! {
            <div class="stack-small">
                <h3>{move || tr("最像的例句", "Most like these examples")}</h3>
                <ul class="nears" data-test="nearest">{nearest}</ul>
            </div>
        })}
        <p class="quiet row"><Icon name="info" />{move || tr_string(
            || format!("{:.0}% 以上算认准，{:.0}% 以上会先确认。", sure * 100.0, close * 100.0),
            || format!("Sure from {:.0}%, asks from {:.0}%.", sure * 100.0, close * 100.0),
        )}</p>
    }
}
