//! Signing in.

use leptos::prelude::*;

/// The form.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    view! { <main></main> }
}
