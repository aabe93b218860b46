//! One topic: its name, its examples, what to mend. Every change is saved by itself.

use leptos::prelude::*;
use model::Intent;

use super::TopicsCx;
use super::dialogs::MergeDialog;
use super::examples::Examples;
use super::hints::{Hint, hints};
use super::learning::Grade;
use crate::api;
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::delete_with_undo;
use crate::pages::kept::{Kept, Refusal, SavingState};
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{Icon, Menu, MenuItem, MenuLine};

/// The editor of the topic with this key.
#[component]
pub(super) fn TopicEditor(cx: TopicsCx, key: String) -> impl IntoView {
    let first = cx.topics.now().and_then(|topics| topics.into_iter().find(|topic| topic.key.as_str() == key));
    first.map(|topic| view! { <Editor cx topic /> })
}

#[component]
fn Editor(cx: TopicsCx, topic: Intent) -> impl IntoView {
    let name = NamePair::new(&topic.name);
    let kept = Kept::new(
        topic,
        move |changed: Intent| {
            cx.topics.update(|topics| {
                if let Some(place) = topics.iter_mut().find(|other| other.key == changed.key) {
                    *place = changed;
                }
            });
        },
        move |topic: Intent| async move {
            let answer = api::save_intent(&topic).await;
            cx.learning.follow();
            answer.map(drop)
        },
    );
    let topic = kept.value;
    // What was pasted, moved or merged in comes from the server.
    Effect::new(move |_| {
        let key = topic.with_untracked(|topic| topic.key.clone());
        let newest = cx.topics.with(|topics| topics.and_then(|all| all.iter().find(|it| it.key == key).cloned()));
        if let Some(newest) = newest
            && kept.is_saved()
            && topic.with_untracked(|topic| *topic != newest)
        {
            topic.set(newest);
        }
    });
    let is_merge_open = RwSignal::new(false);
    let quality = move || {
        topic.with(|topic| cx.learning.of(topic.key.as_str())).map(|quality| {
            let grade = Grade::of(&quality);
            let text = tr_string(
                || format!("认出 {:.0}% · 认准 {:.0}%", quality.recall * 100.0, quality.precision * 100.0),
                || format!("{:.0}% found · {:.0}% right", quality.recall * 100.0, quality.precision * 100.0),
            );
            view! { <span class=format!("grade-words {}", grade.class())><b>{grade.words()}</b>" "{text}</span> }
        })
    };
    let found = Memo::new(move |_| {
        let all = cx.topics.get().unwrap_or_default();
        topic.with(|topic| hints(topic, &all))
    });

    view! {
        <header class="column-head">
            <div>
                <h2>{move || topic.with(|topic| words(&topic.name))}</h2>
                <p class="row"><code class="quiet">{topic.with_untracked(|topic| topic.key.0.clone())}</code>{quality}</p>
            </div>
            <span class="space"></span>
            <SavingState kept />
            <Menu label=move || tr("更多", "More") test="topic-menu">
                <MenuItem icon="git-merge" label=move || tr("并入另一个意图…", "Merge into another topic…") test="merge-topic" on_press=move |()| is_merge_open.set(true) />
                <MenuLine />
                <MenuItem icon="trash-2" danger=true label=move || tr("删除意图", "Delete the topic") on_press=move |()| delete(cx, topic.get_untracked()) />
            </Menu>
        </header>
        <div class="column-body stack">
            <NameFields pair=name on_change=kept.rename(name, |topic, name| topic.name = name) />
            <Refusal kept />
            <Hints cx found />
            <Examples cx topic=topic.into() change=kept.change() />
        </div>
        <MergeDialog cx topic=topic.into() open=is_merge_open />
    }
}

#[component]
fn Hints(cx: TopicsCx, found: Memo<Vec<Hint>>) -> impl IntoView {
    let line = move |hint: Hint| {
        let is_warning = !matches!(hint, Hint::OneLanguage(_));
        let text = match hint {
            Hint::MoreExamples(n) => tr_string(
                || format!("再写 {n} 句，认得更准。换几种说法：口语、错别字、只说半句。"),
                || format!("Write {n} more to be recognised well: colloquial, misspelt, half sentences."),
            ),
            Hint::AlsoElsewhere(example, key) => {
                let other = cx.name_of(&key).get();
                tr_string(
                    || format!("“{example}”也写在“{other}”里，机器人会分不清。"),
                    || format!("“{example}” also stands in “{other}”: the bot cannot tell them apart."),
                )
            }
            Hint::SameAs(key, n) => {
                let other = cx.name_of(&key).get();
                tr_string(
                    || {
                        format!(
                            "和“{other}”有 {n} 句一样的例句，几乎是同一个意图：在“更多”里合并，或把例句改成能区分的说法。"
                        )
                    },
                    || {
                        format!(
                            "It shares {n} examples with “{other}” and is almost the same topic: merge them under “More”, or write examples that tell them apart."
                        )
                    },
                )
            }
            Hint::TooLong(example) => {
                let start: String = example.chars().take(16).collect();
                tr_string(
                    || format!("“{start}…”太长了，拆成客户会说的短句。"),
                    || format!("“{start}…” is long: split it into what a customer would write."),
                )
            }
            Hint::OneLanguage("zh") => tr(
                "只有中文例句。有英文客户的话，也写几句英文。",
                "Only Chinese examples. Add some in English if customers write English.",
            )
            .to_owned(),
            Hint::OneLanguage(_) => tr(
                "只有英文例句。有中文客户的话，也写几句中文。",
                "Only English examples. Add some in Chinese if customers write Chinese.",
            )
            .to_owned(),
        };
        view! {
            <li class:warn=is_warning>
                <Icon name=if is_warning { "triangle-alert" } else { "lightbulb" } />
                <span>{text}</span>
            </li>
        }
    };
    move || {
        let found = found.get();
        (!found.is_empty()).then(|| view! { <ul class="hints">{found.into_iter().map(line).collect_view()}</ul> })
    }
}

fn delete(cx: TopicsCx, topic: Intent) {
    let name = words(&topic.name);
    let (key, gone) = (topic.key.clone(), topic.key.clone());
    delete_with_undo(
        tr_string(|| format!("已删除意图“{name}”"), || format!("Deleted the topic “{name}”")),
        async move { api::delete_intent(key.as_str()).await },
        move || {
            cx.topics.update(|topics| topics.retain(|other| other.key != gone));
            cx.learning.follow();
            cx.go.try_run("/topics".to_owned());
        },
        move || {
            let topic = topic.clone();
            async move { api::restore_intent(&topic).await }
        },
        move || cx.changed(),
    );
}
