//! A choice of one out of several: the browser's own select.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::Icon;

/// A native select over `(value, words)` pairs.
#[component]
pub(crate) fn Select(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] label: Option<TextProp>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] test: Option<&'static str>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <span class="select">
            <select
                class="in"
                aria-label=move || label.as_ref().map(TextProp::get)
                disabled=move || disabled.get()
                data-test=test
                on:change=move |event| on_change.run(event_target_value(&event))
            >
                {move || {
                    let chosen = value.get();
                    options
                        .get()
                        .into_iter()
                        .map(|(option, words)| {
                            let selected = option == chosen;
                            view! { <option value=option selected=selected>{words}</option> }
                        })
                        .collect_view()
                }}
            </select>
            <Icon name="chevron-down" />
        </span>
    }
}
