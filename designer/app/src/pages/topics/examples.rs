//! The examples of a topic, one per line: write, change, delete, paste many at once.

use leptos::html::Input;
use leptos::prelude::*;
use model::Intent;

use super::hints::new_examples;
use crate::i18n::{tr, tr_string};
use crate::ui::{Icon, IconButton, is_composing, toast};

type Change = Callback<Box<dyn FnOnce(&mut Intent)>>;

/// The list with the line for a new one above it.
#[component]
pub(super) fn Examples(topic: Signal<Intent>, change: Change) -> impl IntoView {
    let add = Callback::new(move |text: String| {
        let new = topic.with_untracked(|topic| new_examples(&text, &topic.examples));
        let n_new = new.len();
        if n_new == 0 && !text.trim().is_empty() {
            toast(tr("已经有这一句了", "This one is already there"));
        }
        if n_new > 0 {
            // The newest stand first, where they were written.
            change.run(Box::new(move |topic| drop(topic.examples.splice(0..0, new))));
        }
        if n_new > 1 {
            toast(tr_string(|| format!("已添加 {n_new} 句"), || format!("{n_new} examples added")));
        }
    });
    let n_examples = move || topic.with(|topic| topic.examples.len());
    view! {
        <section class="examples">
            <header class="row">
                <h3>{move || tr("例句", "Examples")}</h3>
                <span class="quiet num">{n_examples}</span>
            </header>
            <NewExample add />
            <ul class="example-list">
                // Only lines that changed are drawn anew, so that the focus stays where it is.
                <For
                    each=move || topic.with(|topic| topic.examples.clone().into_iter().enumerate().collect::<Vec<_>>())
                    key=|line| line.clone()
                    let:line
                >
                    <OneExample idx=line.0 example=line.1 change />
                </For>
            </ul>
        </section>
    }
}

#[component]
fn NewExample(add: Callback<String>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let submit = move || {
        let Some(input) = input.get_untracked() else { return };
        let text = input.value();
        input.set_value("");
        add.run(text);
    };
    view! {
        <div class="example-new">
            <Icon name="plus" />
            <input
                node_ref=input
                class="in"
                aria-label=move || tr("新例句", "New example")
                placeholder=move || tr("写一句客户会说的话，回车添加；也可以粘贴多行", "Write what a customer would say, Enter adds; or paste many lines")
                data-test="new-example"
                on:keydown=move |event| {
                    if event.key() == "Enter" && !is_composing(&event) {
                        event.prevent_default();
                        submit();
                    }
                }
                on:paste=move |event| {
                    let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
                    if text.trim().contains('\n') {
                        event.prevent_default();
                        add.run(text);
                    }
                }
            />
        </div>
    }
}

#[component]
fn OneExample(idx: usize, example: String, change: Change) -> impl IntoView {
    let before = example.clone();
    let commit = move |text: String| {
        let text = text.trim().to_owned();
        if text.is_empty() {
            change.run(Box::new(move |topic| {
                if idx < topic.examples.len() {
                    topic.examples.remove(idx);
                }
            }));
        } else if text != before {
            change.run(Box::new(move |topic| {
                if let Some(place) = topic.examples.get_mut(idx) {
                    *place = text;
                }
            }));
        }
    };
    view! {
        <li class="example">
            <input
                class="in"
                value=example
                aria-label=move || tr("例句", "Example")
                on:change=move |event| commit(event_target_value(&event))
            />
            <IconButton
                icon="x"
                danger=true
                label=move || tr("删除这一句", "Delete this one")
                on_press=move |()| change.run(Box::new(move |topic| {
                    if idx < topic.examples.len() {
                        topic.examples.remove(idx);
                    }
                }))
            />
        </li>
    }
}
