//! A number out of a range, by hand.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// The browser's own slider with the value beside it.
#[component]
pub(crate) fn Slider(
    value: RwSignal<f64>,
    #[prop(default = 0.0)] min: f64,
    #[prop(default = 1.0)] max: f64,
    #[prop(default = 0.01)] step: f64,
    #[prop(into)] label: TextProp,
) -> impl IntoView {
    view! {
        <span class="slider">
            <input
                type="range"
                min=min
                max=max
                step=step
                aria-label=move || label.get()
                prop:value=move || value.get().to_string()
                on:input=move |event| {
                    if let Ok(number) = event_target_value(&event).parse() {
                        value.set(number);
                    }
                }
            />
            <output>{move || value.get().to_string()}</output>
        </span>
    }
}
