//! The context menu: right click, or Shift+F10.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Canvas;
use super::commands::COMMANDS;
use crate::i18n::tr;
use crate::ui::Icon;

/// Commands for an empty place.
const ON_EMPTY: [&str; 7] = ["add-after", "note", "select-all", "tidy", "fit", "undo", "redo"];

/// The menu, while it is open.
#[component]
pub(super) fn ContextMenu(canvas: Canvas) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let inside = root.try_get_untracked().flatten().is_some_and(|root| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            target.is_some_and(|target| root.contains(Some(&target)))
        });
        if !inside && canvas.menu.try_with_untracked(Option::is_some) == Some(true) {
            canvas.menu.set(None);
        }
    });
    on_cleanup(move || outside.remove());
    Effect::new(move |_| {
        if let Some(root) = root.get() {
            let first = root.query_selector("button").ok().flatten();
            if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = first.focus();
            }
        }
    });
    move || {
        canvas.menu.get().map(|at| {
            // The form of a step that was not selected makes the canvas narrower.
            let style = move || {
                let (width, height) = canvas.cx.canvas_size.get();
                format!("left:{}px;top:{}px", at.x.min(width - 248.0).max(8.0), at.y.min(height - 340.0).max(8.0))
            };
            let is_on_something = !canvas.cx.selection.with_untracked(|selection| selection.is_empty());
            let items = COMMANDS
                .iter()
                .filter(|command| {
                    if is_on_something {
                        command.is_about_selection() && untrack(|| command.is_possible(canvas))
                    } else {
                        ON_EMPTY.contains(&command.id)
                    }
                })
                .map(|command| {
                    view! {
                        <button
                            type="button"
                            role="menuitem"
                            class="menu-item"
                            class:danger=command.id == "delete"
                            data-command=command.id
                            on:click=move |_| {
                                canvas.menu.set(None);
                                canvas.focus();
                                (command.run)(canvas);
                            }
                        >
                            <Icon name=command.icon />
                            <span>{command.label()}</span>
                            <kbd>{command.keys}</kbd>
                        </button>
                    }
                })
                .collect_view();
            view! {
                <div
                    node_ref=root
                    class="canvas-menu menu"
                    role="menu"
                    aria-label=tr("操作", "Actions")
                    style=style
                    on:keydown=move |event| {
                        event.stop_propagation();
                        match event.key().as_str() {
                            "Escape" => {
                                canvas.menu.set(None);
                                canvas.focus();
                            }
                            "ArrowDown" => move_focus(root, true),
                            "ArrowUp" => move_focus(root, false),
                            _ => return,
                        }
                        event.prevent_default();
                    }
                >
                    {items}
                </div>
            }
        })
    }
}

fn move_focus(root: NodeRef<Div>, down: bool) {
    let Some(items) = root.get_untracked().and_then(|root| root.query_selector_all("button").ok()) else { return };
    let n = items.length();
    let focused = document().active_element();
    let at = (0..n).find(|idx| {
        items.item(*idx).is_some_and(|item| focused.as_ref().is_some_and(|it| item.is_same_node(Some(it))))
    });
    let next = match (at, down) {
        (None, _) => 0,
        (Some(at), true) => (at + 1) % n,
        (Some(at), false) => (at + n - 1) % n,
    };
    if let Some(item) = items.item(next).and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = item.focus();
    }
}
