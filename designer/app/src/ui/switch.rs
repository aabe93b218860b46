//! On or off, at once.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A switch with its words beside it.
#[component]
pub(crate) fn Switch(
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            role="switch"
            class="switch"
            aria-checked=move || on.get().to_string()
            disabled=move || disabled.get()
            on:click=move |_| on_change.run(!on.get_untracked())
        >
            <i></i>
            <span>{move || label.get()}</span>
        </button>
    }
}
