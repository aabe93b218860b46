//! One topic: its name, its examples, what to mend. Every change is saved by itself.

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Intent;

use super::TopicsCx;
use super::dialogs::MergeDialog;
use super::examples::Examples;
use super::hints::{Hint, hints};
use super::learning::Grade;
use crate::api;
use crate::i18n::{tr, tr_string, words};
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{Icon, Menu, MenuItem, MenuLine, toast_error, toast_undo};

const SAVE_AFTER_MS: u64 = 500;

/// How far saving has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Saving {
    Saved,
    Changed,
    Sending,
    Failed,
}

/// The editor of the topic with this key.
#[component]
pub(super) fn TopicEditor(cx: TopicsCx, key: String) -> impl IntoView {
    let first = cx.topics.now().and_then(|topics| topics.into_iter().find(|topic| topic.key.as_str() == key));
    first.map(|topic| view! { <Editor cx topic /> })
}

#[component]
fn Editor(cx: TopicsCx, topic: Intent) -> impl IntoView {
    let name = NamePair::new(&topic.name);
    let saving = RwSignal::new(Saving::Saved);
    let topic = RwSignal::new(topic);
    let timer = StoredValue::new(None::<TimeoutHandle>);

    let send = move || {
        let Some(current) = topic.try_get_untracked() else { return };
        saving.set(Saving::Sending);
        spawn_local(async move {
            let answer = api::save_intent(&current).await;
            let next = match &answer {
                Ok(_) => Saving::Saved,
                Err(_) => Saving::Failed,
            };
            if let Err(error) = answer {
                toast_error(&error);
            }
            // What was written while it was sent waits for its own timer.
            if saving.try_get_untracked() == Some(Saving::Sending) {
                saving.set(next);
            }
            cx.learning.follow();
        });
    };
    let change = Callback::new(move |edit: Box<dyn FnOnce(&mut Intent)>| {
        topic.update(edit);
        let changed = topic.get_untracked();
        cx.topics.update(|topics| {
            if let Some(place) = topics.iter_mut().find(|other| other.key == changed.key) {
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
            && let Some(current) = topic.try_get_untracked()
        {
            timer.try_update_value(|timer| timer.take().map(|timer| timer.clear()));
            spawn_local(async move {
                if let Err(error) = api::save_intent(&current).await {
                    toast_error(&error);
                }
                cx.learning.follow();
            });
        }
    });
    // What was pasted, moved or merged in comes from the server.
    Effect::new(move |_| {
        let key = topic.with_untracked(|topic| topic.key.clone());
        let newest = cx.topics.with(|topics| topics.and_then(|all| all.iter().find(|it| it.key == key).cloned()));
        if let Some(newest) = newest
            && saving.get_untracked() == Saving::Saved
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
    let rename = Callback::new(move |_: String| {
        let texts = untrack(|| name.texts());
        if !texts.is_empty() {
            change.run(Box::new(move |topic| topic.name = texts));
        }
    });
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
            <span class="quiet" role="status">{move || saving_words(saving.get())}</span>
            <Menu label=move || tr("更多", "More") test="topic-menu">
                <MenuItem icon="git-merge" label=move || tr("并入另一个意图…", "Merge into another topic…") test="merge-topic" on_press=move |()| is_merge_open.set(true) />
                <MenuLine />
                <MenuItem icon="trash-2" danger=true label=move || tr("删除意图", "Delete the topic") on_press=move |()| delete(cx, topic.get_untracked()) />
            </Menu>
        </header>
        <div class="column-body stack">
            <NameFields pair=name on_change=rename />
            <Hints cx found />
            <Examples cx topic=topic.into() change />
        </div>
        <MergeDialog cx topic=topic.into() open=is_merge_open />
    }
}

fn saving_words(saving: Saving) -> &'static str {
    match saving {
        Saving::Saved => tr("已保存", "Saved"),
        Saving::Changed | Saving::Sending => tr("保存中…", "Saving…"),
        Saving::Failed => tr("没有保存", "Not saved"),
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
    spawn_local(async move {
        if let Err(error) = api::delete_intent(topic.key.as_str()).await {
            return toast_error(&error);
        }
        let name = topic.name.in_language(crate::i18n::language_now().code()).to_owned();
        cx.topics.update(|topics| topics.retain(|other| other.key != topic.key));
        cx.learning.follow();
        cx.go.try_run("/topics".to_owned());
        toast_undo(
            tr_string(|| format!("已删除意图“{name}”"), || format!("Deleted the topic “{name}”")),
            move || {
                let topic = topic.clone();
                spawn_local(async move {
                    match api::restore_intent(&topic).await {
                        Ok(_) => cx.changed(),
                        Err(error) => toast_error(&error),
                    }
                });
            },
        );
    });
}
