//! Screens in the making.

use leptos::prelude::*;

#[component] pub(crate) fn DeskPage() -> impl IntoView { view! { <main></main> } }
#[component] pub(crate) fn FlowsPage() -> impl IntoView { view! { <main></main> } }
#[component] pub(crate) fn LibraryPage() -> impl IntoView { view! { <main></main> } }
#[component] pub(crate) fn SettingsPage() -> impl IntoView { view! { <main></main> } }
#[component] pub(crate) fn SetupPage() -> impl IntoView { view! { <main></main> } }
#[component] pub(crate) fn TopicsPage() -> impl IntoView { view! { <main></main> } }
