//! A choice of one out of few, all of them in sight.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A row of buttons, one of which is pressed, over `(value, words)` pairs.
#[component]
pub(crate) fn Segments(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(into)] label: TextProp,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <span class="seg" role="group" aria-label=move || label.get()>
            {move || {
                let chosen = value.get();
                options
                    .get()
                    .into_iter()
                    .map(|(option, words)| {
                        let is_chosen = option == chosen;
                        view! {
                            <button
                                type="button"
                                class="seg-item"
                                class:on=is_chosen
                                aria-pressed=is_chosen.to_string()
                                on:click=move |_| on_change.run(option.clone())
                            >
                                {words}
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </span>
    }
}
