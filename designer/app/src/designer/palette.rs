//! Find and do: steps of this flow, kinds to add, every command, in one box.

use editor::search::find;
use leptos::html::{Dialog as DialogElement, Input};
use leptos::prelude::*;
use model::{KindName, Language, NodeId};

use super::Overlay;
use crate::canvas::{COMMANDS, Canvas};
use crate::i18n::{language_code, tr, words};
use crate::ui::{Icon, is_composing};

#[derive(Clone)]
enum Action {
    Go(NodeId),
    Add(KindName),
    Do(usize),
}

#[derive(Clone)]
struct Entry {
    heading: &'static str,
    icon: String,
    title: String,
    detail: String,
    action: Action,
}

/// The box, while it is open.
#[component]
pub(super) fn Palette(canvas: Canvas) -> impl IntoView {
    move || (canvas.cx.overlay.get() == Some(Overlay::Palette)).then(|| view! { <PaletteBox canvas /> })
}

#[component]
fn PaletteBox(canvas: Canvas) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let dialog = NodeRef::<DialogElement>::new();
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let (Some(dialog), Some(field)) = (dialog.get(), field.get())
            && !dialog.open()
        {
            // In the page and closed: the one case where this cannot fail.
            let _ = dialog.show_modal();
            let _ = field.focus();
        }
    });
    let entries = Signal::derive(move || entries(canvas, &query.get()));
    let close = move || canvas.cx.overlay.set(None);
    let act = move |entry: Entry| {
        close();
        canvas.focus();
        match entry.action {
            Action::Go(id) => canvas.cx.reveal(&id),
            Action::Add(kind) => canvas.add(&kind),
            Action::Do(at) => (COMMANDS[at].run)(canvas),
        }
    };
    let rows = move || {
        let mut heading = "";
        entries
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, entry)| {
                let is_new = heading != entry.heading;
                heading = entry.heading;
                let chosen = entry.clone();
                view! {
                    {is_new.then_some(view! { <h3>{heading}</h3> })}
                    <button
                        type="button"
                        role="option"
                        class="palette-row"
                        class:active=move || active.get() == at
                        aria-selected=move || (active.get() == at).to_string()
                        tabindex="-1"
                        on:pointermove=move |_| active.set(at)
                        on:click=move |_| act(chosen.clone())
                    >
                        <Icon name=entry.icon />
                        <span>{entry.title}</span>
                        <small>{entry.detail}</small>
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <dialog
            node_ref=dialog
            class="palette nokey"
            aria-label=tr("查找或执行", "Find or do")
            on:close=move |_| close()
            on:click=move |event| {
                if event.target().as_ref() == dialog.get_untracked().as_ref().map(AsRef::as_ref) {
                    close();
                }
            }
            on:keydown=move |event| {
                let n = entries.with_untracked(Vec::len).max(1);
                match event.key().as_str() {
                    "ArrowDown" => active.update(|active| *active = (*active + 1) % n),
                    "ArrowUp" => active.update(|active| *active = (*active + n - 1) % n),
                    "Enter" if !is_composing(&event) => {
                        let entry = entries.with_untracked(|entries| entries.get(active.get_untracked()).cloned());
                        if let Some(entry) = entry {
                            act(entry);
                        }
                    }
                    _ => return,
                }
                event.prevent_default();
            }
        >
            <label class="picker-search">
                <Icon name="search" />
                <input
                    node_ref=field
                    type="text"
                    placeholder=tr("查找步骤、添加步骤、执行命令…", "Find a step, add one, do something…")
                    data-test="palette-search"
                    prop:value=move || query.get()
                    on:input=move |event| {
                        query.set(event_target_value(&event));
                        active.set(0);
                    }
                />
            </label>
            <div class="palette-list" role="listbox">
                {rows}
                {move || entries.with(Vec::is_empty).then(|| view! { <p class="picker-none">{tr("什么也没找到", "Nothing found")}</p> })}
            </div>
        </dialog>
    }
}

fn entries(canvas: Canvas, query: &str) -> Vec<Entry> {
    let cx = canvas.cx;
    let language = Language::from(language_code());
    let wanted = query.trim().to_lowercase();
    let mut entries: Vec<Entry> = cx.with_document(|document| {
        find(document, query, &language, 30)
            .into_iter()
            .map(|hit| {
                let title = document.title(&hit.node, &language);
                let detail = if hit.pointer.is_some() { hit.text } else { String::new() };
                let icon = document.spec_of(&hit.node).map_or("box", |spec| spec.icon.as_str()).to_owned();
                Entry { heading: tr("本流程", "In this flow"), icon, title, detail, action: Action::Go(hit.node) }
            })
            .collect()
    });
    let commands = COMMANDS.iter().enumerate().filter(|(_, command)| {
        untrack(|| command.is_possible(canvas))
            && command.both().iter().any(|words| words.to_lowercase().contains(&wanted))
    });
    let commands = commands.map(|(at, command)| Entry {
        heading: tr("执行", "Do"),
        icon: command.icon.to_owned(),
        title: command.label().to_owned(),
        detail: command.keys.to_owned(),
        action: Action::Do(at),
    });
    let kinds =
        cx.specs.with_value(|specs| if wanted.is_empty() { Vec::new() } else { editor::picker::find(specs, query) });
    let kinds = kinds.into_iter().filter_map(|kind| {
        let spec = cx.spec(&kind)?;
        Some(Entry {
            heading: tr("添加步骤", "Add a step"),
            icon: spec.icon.clone(),
            title: words(&spec.label),
            detail: words(&spec.description),
            action: Action::Add(kind),
        })
    });
    entries.extend(kinds);
    entries.extend(commands);
    entries
}
