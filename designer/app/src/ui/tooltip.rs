//! A tip: words that appear over something under the pointer or the focus.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// Shows `text` while the pointer or the focus is on the child. An element with `data-tip` does the same.
#[component]
pub(crate) fn Tip(#[prop(into)] text: TextProp, children: Children) -> impl IntoView {
    view! { <span class="tip" tabindex="0" data-tip=move || text.get()>{children()}</span> }
}
