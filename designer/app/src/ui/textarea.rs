//! Text of several lines that grows with what is written. Enter that ends pinyin is never taken for more.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// Is this key press part of composing a character? Then it means nothing else.
pub(crate) fn is_composing(event: &web_sys::KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Several lines. With `on_enter`, Enter calls it and Shift+Enter makes a line.
#[component]
pub(crate) fn TextArea(
    value: RwSignal<String>,
    #[prop(default = 3)] rows: u32,
    #[prop(optional, into)] placeholder: TextProp,
    #[prop(optional, into)] label: Option<TextProp>,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] test: Option<&'static str>,
    #[prop(optional, into)] node: Option<NodeRef<leptos::html::Textarea>>,
    #[prop(optional, into)] on_enter: Option<Callback<()>>,
    #[prop(optional, into)] on_change: Option<Callback<String>>,
) -> impl IntoView {
    let node = node.unwrap_or_default();
    view! {
        <span class="grow" data-text=move || value.get()>
            <textarea
                node_ref=node
                class="in"
                rows=rows
                prop:value=move || value.get()
                placeholder=move || placeholder.get()
                aria-label=move || label.as_ref().map(TextProp::get)
                autofocus=autofocus
                disabled=move || disabled.get()
                data-test=test
                on:input=move |event| value.set(event_target_value(&event))
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_value(&event));
                    }
                }
                on:keydown=move |event| {
                    let Some(on_enter) = on_enter else { return };
                    if event.key() == "Enter" && !event.shift_key() && !is_composing(&event) {
                        event.prevent_default();
                        on_enter.run(());
                    }
                }
            ></textarea>
        </span>
    }
}
