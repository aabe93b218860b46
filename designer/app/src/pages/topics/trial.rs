//! "Try it": what an utterance is taken for, how sure, and by which words.

use leptos::prelude::*;

use super::TopicsCx;
use crate::api::{self, TopicTrial};
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::act;
use crate::ui::{Button, ButtonKind, Icon, Pill, TextArea, Tone};

const MOST_SHOWN: usize = 5;

/// The box beside the editor.
#[component]
pub(super) fn TopicTrialBox(cx: TopicsCx) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let result = RwSignal::new(None::<TopicTrial>);
    let run = Callback::new(move |()| {
        let wanted = text.get_untracked().trim().to_owned();
        if !wanted.is_empty() {
            act(busy, async move { api::try_topics(&wanted).await }, move |trial| result.set(Some(trial)));
        }
    });
    view! {
        <header class="column-head"><h2>{move || tr("试一试", "Try it")}</h2></header>
        <div class="column-body stack">
            <TextArea
                value=text
                rows=2
                placeholder=move || tr("像客户一样写一句，回车看结果", "Write as a customer would, Enter shows what it is taken for")
                label=move || tr("要试的话", "What to try")
                test="try-topic"
                on_enter=run
            />
            <Button kind=ButtonKind::Primary icon="scan" busy=busy label=move || tr("识别", "Recognise") on_press=run disabled=Signal::derive(move || text.with(|text| text.trim().is_empty())) />
            {move || result.get().map(|trial| view! { <Outcome cx trial /> })}
        </div>
    }
}

#[component]
fn Outcome(cx: TopicsCx, trial: TopicTrial) -> impl IntoView {
    let trial = StoredValue::new(trial);
    let verdict = move || {
        trial.with_value(|trial| {
            let best = trial.intents.first();
            match best {
                Some(best) if best.confidence >= trial.sure_above => {
                    (Tone::Ok, "circle-check", tr("认得准", "Recognised"))
                }
                Some(best) if best.confidence >= trial.close_above => {
                    (Tone::Warn, "circle-help", tr("不太确定，会先问一句", "Not sure: it would ask"))
                }
                _ => (Tone::Plain, "circle-x", tr("不属于任何意图", "None of the topics")),
            }
        })
    };
    let bars = move || {
        trial.with_value(|trial| {
        let (sure, close) = (trial.sure_above, trial.close_above);
        trial
            .intents
            .iter()
            .take(MOST_SHOWN)
            .map(|guess| {
                let name = words(&guess.name);
                let percent = (guess.confidence * 100.0).round().clamp(0.0, 100.0);
                let class = if guess.confidence >= sure { "bar ok" } else if guess.confidence >= close { "bar warn" } else { "bar" };
                let key = guess.intent.clone();
                view! {
                    <li>
                        <button type="button" class="bar-row" on:click=move |_| cx.choose.run(Some(key.clone()))>
                            <span class="ellipsis">{name}</span>
                            <span class="num">{format!("{percent:.0}%")}</span>
                            <span class=class>
                                <i style=format!("width:{percent}%")></i>
                                <u style=format!("left:{:.1}%", sure * 100.0) title=tr("达到这里就算认准", "Sure from here on")></u>
                                <u style=format!("left:{:.1}%", close * 100.0) title=tr("达到这里会先确认", "From here on it asks")></u>
                            </span>
                        </button>
                    </li>
                }
            })
            .collect_view()
    })
    };
    let deciding = move || trial.with_value(|trial| trial.words.clone());
    view! {
        {move || {
            let (tone, icon, text) = verdict();
            view! { <div><Pill tone icon text /></div> }
        }}
        <ul class="bars" data-test="topic-bars">{bars}</ul>
        {move || {
            let deciding = deciding();
            (!deciding.is_empty()).then(|| view! {
                <div class="stack-small">
                    <h3>{tr("起作用的词", "Deciding words")}</h3>
                    <div class="chips">{deciding.into_iter().map(|word| view! { <span class="chip">{word}</span> }).collect_view()}</div>
                </div>
            })
        }}
        <p class="quiet row"><Icon name="info" />{move || trial.with_value(|trial| tr_string(
            || format!("{:.0}% 以上算认准，{:.0}% 以上会先确认。", trial.sure_above * 100.0, trial.close_above * 100.0),
            || format!("Sure from {:.0}%, asks from {:.0}%.", trial.sure_above * 100.0, trial.close_above * 100.0),
        ))}</p>
    }
}
