//! Grey shapes where something will be in a moment.

use leptos::prelude::*;

/// One bar; `width` is a word of the style sheet: `short`, `half`, `long`.
#[component]
pub(crate) fn Skeleton(#[prop(default = "long")] width: &'static str) -> impl IntoView {
    view! { <span class=format!("skeleton {width}") aria-hidden="true"></span> }
}

/// Rows of a list to come.
#[component]
pub(crate) fn SkeletonRows(#[prop(default = 5)] rows: usize) -> impl IntoView {
    view! {
        <div class="skeleton-rows" role="status" aria-busy="true">
            {(0..rows)
                .map(|_| view! { <div class="skeleton-row"><Skeleton width="half" /><Skeleton /></div> })
                .collect_view()}
        </div>
    }
}
