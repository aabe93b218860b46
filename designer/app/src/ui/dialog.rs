//! A dialog: the browser's own, which keeps the focus inside and gives it back.

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use super::IconButton;
use crate::i18n::tr;

/// How wide a dialog is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DialogSize {
    /// A question.
    #[default]
    Small,
    /// A form.
    Medium,
    /// A table or a comparison.
    Large,
}

impl DialogSize {
    fn class(self) -> &'static str {
        match self {
            Self::Small => "dialog",
            Self::Medium => "dialog medium",
            Self::Large => "dialog large",
        }
    }
}

/// A modal dialog that is there while `open` says so; Escape and a press beside it set `open` to false.
#[component]
pub(crate) fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(optional)] size: DialogSize,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let focused_before = StoredValue::new_local(None::<web_sys::HtmlElement>);
    Effect::new(move |_| {
        if let Some(dialog) = node.get()
            && !dialog.open()
        {
            let focused = document().active_element().and_then(|element| element.dyn_into().ok());
            focused_before.set_value(focused);
            // It is in the page and closed: the one case where this cannot fail.
            let _ = dialog.show_modal();
        }
    });
    // A dialog that is taken out of the page gives no focus back by itself.
    Effect::new(move |_| {
        if !open.get()
            && let Some(before) = focused_before.try_update_value(Option::take).flatten()
        {
            request_animation_frame(move || drop(before.focus()));
        }
    });
    move || {
        let (title, label, children) = (title.clone(), title.clone(), children.clone());
        open.get().then(move || {
            view! {
                <dialog
                    node_ref=node
                    class=size.class()
                    aria-label=move || label.get()
                    on:close=move |_| open.set(false)
                    on:pointerdown=move |event| {
                        let is_beside = node.get_untracked().is_some_and(|dialog| {
                            let place = dialog.get_bounding_client_rect();
                            let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
                            event.target().as_ref() == Some(dialog.as_ref())
                                && (x < place.left() || x > place.right() || y < place.top() || y > place.bottom())
                        });
                        if is_beside {
                            open.set(false);
                        }
                    }
                >
                    <header class="dialog-head">
                        <h2>{move || title.get()}</h2>
                        <IconButton icon="x" label=move || tr("关闭", "Close") on_press=move |()| open.set(false) />
                    </header>
                    {children()}
                </dialog>
            }
        })
    }
}
