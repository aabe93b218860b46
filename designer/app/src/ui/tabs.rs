//! Tabs: arrow keys move between them, as everywhere.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

/// A row of tabs over `(value, words, count)`; the panel below belongs to the caller.
#[component]
pub(crate) fn Tabs(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] tabs: Signal<Vec<(String, String, Option<u64>)>>,
    #[prop(into)] label: TextProp,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="tabs" role="tablist" aria-label=move || label.get() on:keydown=move_focus>
            {move || {
                let chosen = value.get();
                tabs.get()
                    .into_iter()
                    .map(|(tab, words, count)| {
                        let is_chosen = tab == chosen;
                        view! {
                            <button
                                type="button"
                                role="tab"
                                class="tab"
                                class:on=is_chosen
                                aria-selected=is_chosen.to_string()
                                tabindex=if is_chosen { "0" } else { "-1" }
                                data-tab=tab.clone()
                                on:click=move |_| on_change.run(tab.clone())
                            >
                                {words}
                                {count.map(|count| view! { <em>{count}</em> })}
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}

/// Left and right go to the neighbour and choose it.
fn move_focus(event: web_sys::KeyboardEvent) {
    let key = event.key();
    let Some(tab) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else { return };
    let neighbour = match key.as_str() {
        "ArrowRight" | "ArrowDown" => tab.next_element_sibling(),
        "ArrowLeft" | "ArrowUp" => tab.previous_element_sibling(),
        _ => return,
    };
    if let Some(neighbour) = neighbour.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        // A choice draws the row anew, so the focus goes to the tab that then has the name.
        let name = neighbour.get_attribute("data-tab").unwrap_or_default();
        neighbour.click();
        request_animation_frame(move || {
            let found = document().query_selector(&format!("[role=tab][data-tab=\"{name}\"]")).ok().flatten();
            if let Some(found) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = found.focus();
            }
        });
    }
}
