//! A menu behind a button: arrow keys, Escape, a press outside closes it.

use leptos::context::Provider;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use super::Icon;

#[derive(Clone, Copy)]
struct MenuCx {
    is_open: RwSignal<bool>,
    root: NodeRef<Div>,
}

impl MenuCx {
    /// Closes the menu; the focus goes to its button, so that what a dialog gives back is not lost.
    fn close(self) {
        self.is_open.set(false);
        focus_button(self.root);
    }
}

/// A button that opens the menu in `children`. `face` is what the button shows; else three dots.
#[component]
pub(crate) fn Menu(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] face: Option<ViewFn>,
    /// Opens above the button.
    #[prop(optional)]
    up: bool,
    /// Hangs at the left edge of the button instead of the right.
    #[prop(optional)]
    left: bool,
    #[prop(optional, into)] test: Option<&'static str>,
    children: ChildrenFn,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let root = NodeRef::<Div>::new();
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let inside = root.get_untracked().is_some_and(|root| {
            event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Node>().ok())
                .is_some_and(|target| root.contains(Some(&target)))
        });
        if !inside && is_open.try_get_untracked() == Some(true) {
            is_open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let has_face = face.is_some();
    let (tip, named) = (label.clone(), label);

    view! {
        <div
            class="menu-root"
            node_ref=root
            on:keydown=move |event| {
                if event.key() == "Escape" && is_open.get_untracked() {
                    event.stop_propagation();
                    MenuCx { is_open, root }.close();
                } else if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") && is_open.get_untracked() {
                    event.prevent_default();
                    move_focus(root, event.key() == "ArrowDown");
                }
            }
        >
            <button
                type="button"
                class="menu-button"
                class:icon-btn=!has_face
                aria-haspopup="menu"
                aria-expanded=move || is_open.get().to_string()
                aria-label=move || (!has_face).then(|| tip.get())
                data-test=test
                on:click=move |_| {
                    is_open.update(|open| *open = !*open);
                    if is_open.get_untracked() {
                        request_animation_frame(move || move_focus(root, true));
                    }
                }
            >
                {match face {
                    // What the face says is part of the name.
                    Some(face) => view! { {face.run()}<span class="visually-hidden">{move || named.get()}</span> }.into_any(),
                    None => view! { <Icon name="ellipsis" /> }.into_any(),
                }}
            </button>
            {move || is_open.get().then(|| {
                let children = children.clone();
                view! {
                    <div class="menu" class:up=up class:left=left role="menu">
                        // Items look for their own menu; a bare context would be the whole page's.
                        <Provider value=MenuCx { is_open, root }>{children()}</Provider>
                    </div>
                }
            })}
        </div>
    }
}

/// One thing to do.
#[component]
pub(crate) fn MenuItem(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] icon: Option<&'static str>,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] checked: Option<Signal<bool>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] test: Option<&'static str>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    let menu = use_context::<MenuCx>();
    view! {
        <button
            type="button"
            class="menu-item"
            class:danger=danger
            role=if checked.is_some() { "menuitemradio" } else { "menuitem" }
            aria-checked=move || checked.map(|checked| checked.get().to_string())
            disabled=move || disabled.get()
            data-test=test
            on:click=move |_| {
                if let Some(menu) = menu {
                    menu.close();
                }
                on_press.run(());
            }
        >
            {icon.map(|name| view! { <Icon name=name /> })}
            <span>{move || label.get()}</span>
            {move || checked.is_some_and(|checked| checked.get()).then(|| view! { <Icon name="check" /> })}
        </button>
    }
}

/// A line between groups.
#[component]
pub(crate) fn MenuLine() -> impl IntoView {
    view! { <hr class="menu-line" /> }
}

fn focus_button(root: NodeRef<Div>) {
    let button = root.get_untracked().and_then(|root| root.query_selector(".menu-button").ok().flatten());
    if let Some(button) = button.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = button.focus();
    }
}

/// Moves the focus among the items, around the ends.
fn move_focus(root: NodeRef<Div>, down: bool) {
    let Some(root) = root.get_untracked() else { return };
    let Ok(items) = root.query_selector_all(".menu-item:not(:disabled)") else { return };
    let n_items = items.length();
    if n_items == 0 {
        return;
    }
    let focused = document().active_element();
    let position = (0..n_items).find(|idx| {
        items.item(*idx).is_some_and(|item| focused.as_ref().is_some_and(|focused| item.is_same_node(Some(focused))))
    });
    let next = match position {
        None if down => 0,
        None => n_items - 1,
        Some(idx) if down => (idx + 1) % n_items,
        Some(idx) => (idx + n_items - 1) % n_items,
    };
    if let Some(item) = items.item(next).and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = item.focus();
    }
}
