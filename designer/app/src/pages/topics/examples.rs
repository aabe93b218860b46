//! The examples of a topic, one per line with what is the matter with it: write, change, delete, move, paste many.

use leptos::html::Input;
use leptos::prelude::*;
use model::Intent;

use super::TopicsCx;
use super::dialogs::{MoveDialog, Moving};
use super::hints::plain;
use super::paste::PasteDialog;
use super::state::{ExampleStates, Matter};
use crate::i18n::{tr, tr_string, words};
use crate::pages::kept::Change;
use crate::pages::suggest::SuggestButton;
use crate::ui::{Button, Icon, IconButton, is_composing, toast};

/// Lines that are drawn at first: a long list is shown in parts.
const AT_ONCE: usize = 150;

/// The list with the line for a new one above it.
#[component]
pub(super) fn Examples(cx: TopicsCx, topic: Signal<Intent>, change: Change<Intent>) -> impl IntoView {
    let key = topic.with_untracked(|topic| topic.key.0.clone());
    let states = ExampleStates::of(cx, key);
    let pasted = RwSignal::new(None::<String>);
    let moving: Moving = RwSignal::new(None);
    let shown = RwSignal::new(AT_ONCE);
    let add = Callback::new(move |text: String| {
        let text = text.trim().to_owned();
        let is_there = topic.with_untracked(|topic| topic.examples.iter().any(|known| plain(known) == plain(&text)));
        if is_there {
            toast(tr("已经有这一句了", "This one is already there"));
        } else if !text.is_empty() {
            // The newest stand first, where they were written.
            change.run(Box::new(move |topic| topic.examples.insert(0, text)));
        }
    });
    let add_suggested = move |sentences: Vec<String>| {
        change.run(Box::new(move |topic| drop(topic.examples.splice(0..0, sentences))));
    };
    let all = Memo::new(move |_| {
        let against = cx.against.get();
        topic.with(|topic| {
            let numbered = topic.examples.iter().cloned().enumerate();
            let is_wanted = |example: &str| against.as_ref().is_none_or(|other| states.clashes_with(example, other));
            numbered.filter(|(_, example)| is_wanted(example)).collect::<Vec<_>>()
        })
    });
    let n_examples = move || topic.with(|topic| topic.examples.len());
    let n_matters = Memo::new(move |_| {
        topic.with(|topic| topic.examples.iter().filter(|example| states.matter(example).is_some()).count())
    });
    view! {
        <section class="examples">
            <header class="row">
                <h3>{move || tr("例句", "Examples")}</h3>
                <span class="quiet num">{n_examples}</span>
                {move || (n_matters.get() > 0).then(|| view! {
                    <span class="quiet">{tr_string(|| format!("{} 句要看一看", n_matters.get()), || format!("{} to look at", n_matters.get()))}</span>
                })}
                <span class="space"></span>
                <SuggestButton
                    what="examples"
                    about=Signal::derive(move || topic.with(|topic| words(&topic.name)))
                    known=Signal::derive(move || topic.with(|topic| topic.examples.clone()))
                    on_add=add_suggested
                />
                <Button small=true icon="clipboard-list" label=move || tr("批量粘贴", "Paste many") test="paste-many" on_press=move |()| pasted.set(Some(String::new())) />
            </header>
            <NewExample add pasted />
            <Against cx shown=Signal::derive(move || all.with(Vec::len)) />
            <ul class="example-list">
                // Only lines that changed are drawn anew, so that the focus stays where it is.
                <For
                    each=move || all.with(|all| all.iter().take(shown.get()).cloned().collect::<Vec<_>>())
                    key=|line| line.clone()
                    let:line
                >
                    <OneExample cx states moving idx=line.0 example=line.1 change />
                </For>
            </ul>
            <Show when=move || all.with(Vec::len).saturating_sub(shown.get()) != 0>
                <Button
                    label=move || { let more = all.with(Vec::len) - shown.get(); tr_string(|| format!("还有 {more} 句"), || format!("{more} more")) }
                    on_press=move |()| shown.update(|shown| *shown += 4 * AT_ONCE)
                />
            </Show>
        </section>
        <PasteDialog cx topic pasted />
        <MoveDialog cx topic moving />
    }
}

/// Says that only clashes with one other topic are shown.
#[component]
fn Against(cx: TopicsCx, shown: Signal<usize>) -> impl IntoView {
    move || {
        let other = cx.against.get()?;
        let (name, key) = (cx.name_of(&other), cx.chosen.get()?);
        let (here, there) = (key.clone(), other.clone());
        Some(view! {
            <p class="against" data-test="against">
                <Icon name="arrow-right-left" />
                <span>{move || tr_string(
                    || format!("只显示和“{}”分不清的 {} 句", name.get(), shown.get()),
                    || format!("Only the {} that clash with “{}”", shown.get(), name.get()),
                )}</span>
                <span class="space"></span>
                <Button small=true label=move || tr("看对方的", "The other side") on_press=move |()| cx.show_clashes(&there, &here) />
                <Button small=true label=move || tr("显示全部", "Show all") on_press=move |()| cx.show(&key) />
            </p>
        })
    }
}

#[component]
fn NewExample(add: Callback<String>, pasted: RwSignal<Option<String>>) -> impl IntoView {
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
                maxlength="500"
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
                        pasted.set(Some(text));
                    }
                }
            />
        </div>
    }
}

#[component]
fn OneExample(
    cx: TopicsCx,
    states: ExampleStates,
    moving: Moving,
    idx: usize,
    example: String,
    change: Change<Intent>,
) -> impl IntoView {
    let line = NodeRef::<leptos::html::Li>::new();
    let (before, judged, looked_at, moved) = (example.clone(), example.clone(), example.clone(), example.clone());
    let commit = move |text: String| {
        let text = text.trim().to_owned();
        if text.is_empty() {
            change.run(Box::new(move |topic| remove(topic, idx)));
        } else if text != before {
            change.run(Box::new(move |topic| {
                if let Some(place) = topic.examples.get_mut(idx) {
                    *place = text;
                }
            }));
        }
    };
    let matter = Memo::new(move |_| states.matter(&judged));
    let is_looked_at = Memo::new(move |_| cx.looked_at.get().as_deref() == Some(&looked_at));
    Effect::new(move |_| {
        if let (true, Some(line)) = (is_looked_at.get(), line.get()) {
            line.scroll_into_view();
        }
    });
    view! {
        <li node_ref=line class="example" class:looked-at=move || is_looked_at.get() class:has-matter=move || matter.with(Option::is_some)>
            <div class="example-line">
                <input
                    class="in"
                    value=example
                    maxlength="500"
                    aria-label=move || tr("例句", "Example")
                    on:change=move |event| commit(event_target_value(&event))
                />
                <IconButton
                    icon="arrow-right-left"
                    label=move || tr("移到别的意图", "Move to another topic")
                    on_press=move |()| moving.set(Some((moved.clone(), matter.with_untracked(|matter| matter.as_ref().and_then(|matter| matter.topic().map(str::to_owned))))))
                />
                <IconButton
                    icon="x"
                    danger=true
                    label=move || tr("删除这一句", "Delete this one")
                    on_press=move |()| change.run(Box::new(move |topic| remove(topic, idx)))
                />
            </div>
            {move || matter.get().map(|matter| view! { <MatterLine cx matter /> })}
        </li>
    }
}

/// What is the matter, with a jump to the other side.
#[component]
fn MatterLine(cx: TopicsCx, matter: Matter) -> impl IntoView {
    match matter {
        Matter::TakenFor(other) => {
            let name = cx.name_of(&other);
            view! {
                <button type="button" class="matter bad" data-test="matter" on:click=move |_| cx.show(&other)>
                    <Icon name="shuffle" />
                    {move || tr_string(|| format!("类似的话会认成“{}”", name.get()), || format!("Words like these are taken for “{}”", name.get()))}
                </button>
            }
            .into_any()
        }
        Matter::TooLike(other, text) => {
            let (name, shown) = (cx.name_of(&other), text.clone());
            view! {
                <button type="button" class="matter warn" data-test="matter" on:click=move |_| cx.show_example(&other, &text)>
                    <Icon name="copy" />
                    {move || tr_string(|| format!("和“{}”的“{shown}”太像", name.get()), || format!("Too like “{shown}” of “{}”", name.get()))}
                </button>
            }
            .into_any()
        }
        Matter::NotUnderstood => view! {
            <span class="matter" data-test="matter">
                <Icon name="circle-help" />
                {move || tr("没有别的例句和它相近，类似的话会认不出来", "No other example is near it: words like these would not be recognised")}
            </span>
        }
        .into_any(),
        Matter::SaysNothing => view! {
            <span class="matter" data-test="matter">
                <Icon name="minus" />
                {move || tr("和前面的例句一样，没有用上", "The same as an earlier one; it is not used")}
            </span>
        }
        .into_any(),
    }
}

fn remove(topic: &mut Intent, idx: usize) {
    if idx < topic.examples.len() {
        topic.examples.remove(idx);
    }
}
