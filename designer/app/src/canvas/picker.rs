//! Choosing a kind: the list at the left, and the popup where a path was dropped.

use editor::picker::{Group, find, groups};
use leptos::html::{Div, Input};
use leptos::prelude::*;
use model::KindName;
use wasm_bindgen::JsCast;

use super::{Attach, Canvas, PickerAt};
use crate::i18n::{tr, words};
use crate::ui::{Icon, is_composing};

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 420.0;

/// What matches, grouped.
fn offered(canvas: Canvas, query: &str) -> Vec<Group> {
    canvas.cx.specs.with_value(|specs| {
        if query.trim().is_empty() { groups(specs) } else { vec![Group { label: None, kinds: find(specs, query) }] }
    })
}

/// The popup, while it is open.
#[component]
pub(super) fn Picker(canvas: Canvas) -> impl IntoView {
    move || canvas.picker.get().map(|at| view! { <PickerBox canvas at /> })
}

#[component]
fn PickerBox(canvas: Canvas, at: PickerAt) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let field = NodeRef::<Input>::new();
    let root = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let found = Memo::new(move |_| offered(canvas, &query.get()));
    let flat = move || found.with(|groups| groups.iter().flat_map(|group| group.kinds.clone()).collect::<Vec<_>>());
    let (width, height) = canvas.cx.canvas_size.get_untracked();
    let left = at.screen.x.min(width - WIDTH - 12.0).max(12.0);
    let top = (at.screen.y - 24.0).min(height - HEIGHT - 12.0).max(12.0);
    let close = move || {
        canvas.picker.set(None);
        canvas.focus();
    };
    let choose = {
        let at = at.clone();
        move |kind: KindName, is_chained: bool| {
            canvas.picker.set(None);
            let outcome = canvas.add_at(&kind, at.world, at.attach.clone());
            if let Some(id) = outcome.select.single().filter(|_| is_chained)
                && let Some(port) = canvas.cx.with_document(|document| editor::insert::main_exit(document, id))
            {
                let attach = Attach::After(id.clone(), port);
                canvas.picker.set(Some(PickerAt { screen: at.screen, world: at.world, attach }));
            }
        }
    };
    let on_key = {
        let choose = choose.clone();
        move |event: web_sys::KeyboardEvent| {
            event.stop_propagation();
            let n = untrack(flat).len().max(1);
            match event.key().as_str() {
                "Escape" => {
                    event.prevent_default();
                    return close();
                }
                "ArrowDown" => active.update(|active| *active = (*active + 1) % n),
                "ArrowUp" => active.update(|active| *active = (*active + n - 1) % n),
                "Enter" if !is_composing(&event) => {
                    event.prevent_default();
                    if let Some(kind) = untrack(flat).get(active.get_untracked()) {
                        choose(kind.clone(), event.ctrl_key() || event.meta_key());
                    }
                    return;
                }
                _ => return,
            }
            event.prevent_default();
            scroll_to_active(root);
        }
    };
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let inside = root.try_get_untracked().flatten().is_some_and(|root| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            target.is_some_and(|target| root.contains(Some(&target)))
        });
        if !inside && canvas.picker.try_with_untracked(Option::is_some) == Some(true) {
            canvas.picker.set(None);
        }
    });
    on_cleanup(move || outside.remove());

    let items = move || {
        let mut index = 0;
        let choose = choose.clone();
        found
            .get()
            .into_iter()
            .map(|group| {
                let kinds: Vec<_> = group
                    .kinds
                    .into_iter()
                    .map(|kind| {
                        let place = index;
                        index += 1;
                        let (choose, chosen) = (choose.clone(), kind.clone());
                        view! {
                            <button
                                type="button"
                                role="option"
                                class="kind"
                                class:active=move || active.get() == place
                                aria-selected=move || (active.get() == place).to_string()
                                data-kind=kind.0.clone()
                                tabindex="-1"
                                on:pointermove=move |_| active.set(place)
                                on:click=move |event| choose(chosen.clone(), event.ctrl_key())
                            >
                                <KindFace canvas kind=kind.clone() with_help=true />
                            </button>
                        }
                    })
                    .collect();
                let label = group.label.map(|label| view! { <h3>{words(&label)}</h3> });
                view! { {label}{kinds} }
            })
            .collect_view()
    };
    view! {
        <div
            node_ref=root
            class="picker nokey"
            role="dialog"
            aria-label=tr("添加步骤", "Add a step")
            style=format!("left:{left}px;top:{top}px;width:{WIDTH}px;max-height:{HEIGHT}px")
            on:keydown=on_key
            on:wheel=|event| event.stop_propagation()
        >
            <label class="picker-search">
                <Icon name="search" />
                <input
                    node_ref=field
                    type="text"
                    placeholder=tr("接下来做什么？", "What comes next?")
                    aria-label=tr("查找步骤", "Find a kind of step")
                    data-test="picker-search"
                    prop:value=move || query.get()
                    on:input=move |event| {
                        query.set(event_target_value(&event));
                        active.set(0);
                    }
                />
            </label>
            <div class="picker-list" role="listbox">
                {items}
                {move || found.with(|groups| groups.iter().all(|group| group.kinds.is_empty())).then(|| view! {
                    <p class="picker-none">{tr("没有这样的步骤，换个词试试", "No such step. Try another word.")}</p>
                })}
            </div>
            <footer>
                <kbd>"↑↓"</kbd>{tr("选择", "choose")}
                <kbd>"Enter"</kbd>{tr("添加", "add")}
                <kbd>"Ctrl Enter"</kbd>{tr("添加并继续", "add and go on")}
            </footer>
        </div>
    }
}

fn scroll_to_active(root: NodeRef<Div>) {
    request_animation_frame(move || {
        // The picker may be gone by then.
        let root = root.try_get_untracked().flatten();
        let active = root.and_then(|root| root.query_selector(".kind.active").ok().flatten());
        if let Some(active) = active {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            active.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Icon, name and what it does.
#[component]
fn KindFace(canvas: Canvas, kind: KindName, #[prop(optional)] with_help: bool) -> impl IntoView {
    canvas.cx.spec(&kind).map(|spec| {
        view! {
            <span class="card-icon" style=format!("--c:var(--{})", spec.family.name())><Icon name=spec.icon.clone() /></span>
            <span class="kind-words">
                <b>{words(&spec.label)}</b>
                {with_help.then(|| view! { <small>{words(&spec.description)}</small> })}
            </span>
        }
    })
}

/// The list of kinds at the left: drag one onto the canvas, or press it to add it after the selected step.
#[component]
pub(crate) fn KindList(canvas: Canvas) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let found = Memo::new(move |_| offered(canvas, &query.get()));
    let items = move || {
        found
            .get()
            .into_iter()
            .map(|group| {
                let label = group.label.map(|label| view! { <h3>{words(&label)}</h3> });
                let kinds = group.kinds.into_iter().map(|kind| view! { <DragKind canvas kind /> }).collect_view();
                view! { {label}<div class="kinds">{kinds}</div> }
            })
            .collect_view()
    };
    view! {
        <div class="kind-list nokey">
            <label class="picker-search">
                <Icon name="search" />
                <input
                    type="search"
                    placeholder=move || tr("查找步骤", "Find a step")
                    aria-label=move || tr("查找步骤", "Find a kind of step")
                    data-test="kind-search"
                    prop:value=move || query.get()
                    on:input=move |event| query.set(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Enter" && !is_composing(&event) {
                            let first = found.with_untracked(|groups| groups.iter().flat_map(|group| group.kinds.clone()).next());
                            if let Some(kind) = first {
                                canvas.add(&kind);
                            }
                        }
                    }
                />
            </label>
            <div class="kind-scroll">{items}</div>
            <p class="panel-hint">{move || tr("拖到画布上，或点一下接在所选步骤后面", "Drag onto the canvas, or press to add after the selected step")}</p>
        </div>
    }
}

#[component]
fn DragKind(canvas: Canvas, kind: KindName) -> impl IntoView {
    let help = canvas.cx.spec(&kind).map(|spec| spec.description).unwrap_or_default();
    let (pressed, by_key) = (kind.clone(), kind.clone());
    view! {
        <button
            type="button"
            class="kind drag"
            data-kind=kind.0.clone()
            title=move || words(&help)
            on:pointerdown=move |event| {
                if event.button() == 0 {
                    canvas.begin_ghost(pressed.clone(), &event);
                    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
                        // Without capture the drag still works inside the window.
                        let _ = element.set_pointer_capture(event.pointer_id());
                    }
                }
            }
            on:pointermove=move |event| canvas.move_ghost(&event)
            on:pointerup=move |event| canvas.drop_ghost(&event)
            on:pointercancel=move |_| canvas.cancel_ghost()
            on:keydown=move |event| {
                if matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    canvas.add(&by_key);
                }
            }
        >
            <KindFace canvas kind=kind.clone() />
        </button>
    }
}
