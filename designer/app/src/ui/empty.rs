//! Nothing here yet, or it could not be had: one sentence, one picture, one thing to do.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Button, Icon};
use crate::api::ApiError;
use crate::i18n::tr;

/// An empty list says what belongs here; the child is what to do about it.
#[component]
pub(crate) fn EmptyState(
    #[prop(into)] icon: &'static str,
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] detail: TextProp,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-picture"><Icon name=icon /></span>
            <h2>{move || title.get()}</h2>
            <p>{move || detail.get()}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}

/// Why a list could not be read, with a way to try again.
#[component]
pub(crate) fn ErrorState(error: ApiError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="empty" role="alert">
            <span class="empty-picture bad"><Icon name="circle-alert" /></span>
            <h2>{error.title}</h2>
            <p>{error.detail}</p>
            <div class="empty-actions">
                <Button label=move || tr("重试", "Try again") icon="refresh-cw" on_press=on_retry />
            </div>
        </div>
    }
}
