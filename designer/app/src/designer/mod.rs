//! The canvas screen.

mod context;
mod save;

pub(crate) use context::{DesignerCx, LeftPanel, Overlay, RightPanel};
pub(crate) use save::{SaveState, flush};

use leptos::prelude::*;

/// One flow on the canvas.
#[component]
pub(crate) fn DesignerPage() -> impl IntoView {
    view! { <main class="page"></main> }
}
