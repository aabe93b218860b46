//! Inputs of one line: text, search.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::Icon;
use crate::i18n::tr;

/// One line of text.
#[component]
pub(crate) fn TextInput(
    value: RwSignal<String>,
    #[prop(optional, into)] placeholder: TextProp,
    /// `email`, `password`, `url`, `time`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// What a password manager may fill in.
    #[prop(optional, into)]
    autocomplete: Option<&'static str>,
    #[prop(optional, into)] label: Option<TextProp>,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] test: Option<&'static str>,
    #[prop(optional, into)] on_change: Option<Callback<String>>,
) -> impl IntoView {
    view! {
        <input
            type=kind
            class="in"
            prop:value=move || value.get()
            placeholder=move || placeholder.get()
            autocomplete=autocomplete
            aria-label=move || label.as_ref().map(TextProp::get)
            autofocus=autofocus
            required=required
            disabled=move || disabled.get()
            data-test=test
            on:input=move |event| value.set(event_target_value(&event))
            on:change=move |event| {
                if let Some(on_change) = on_change {
                    on_change.run(event_target_value(&event));
                }
            }
        />
    }
}

/// A search: what is typed filters at once, Escape empties it.
#[component]
pub(crate) fn SearchInput(value: RwSignal<String>, #[prop(into)] label: TextProp) -> impl IntoView {
    let placeholder = label.clone();
    view! {
        <span class="search">
            <Icon name="search" />
            <input
                type="search"
                class="in"
                prop:value=move || value.get()
                placeholder=move || placeholder.get()
                aria-label=move || label.get()
                on:input=move |event| value.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Escape" && !event.is_composing() {
                        value.set(String::new());
                    }
                }
            />
            {move || (!value.with(String::is_empty)).then(|| view! {
                <button type="button" class="search-clear" aria-label=tr("清空", "Clear") on:click=move |_| value.set(String::new())>
                    <Icon name="x" />
                </button>
            })}
        </span>
    }
}
