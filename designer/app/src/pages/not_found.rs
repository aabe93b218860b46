//! An address that leads nowhere.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::tr;
use crate::ui::EmptyState;

/// Says so, with the way back.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <main class="alone">
            <EmptyState
                icon="signpost"
                title=move || tr("没有这个页面", "There is no such page")
                detail=move || tr("地址可能写错了，或者内容已被删除。", "The address may be mistyped, or what was here has been deleted.")
            >
                <A href="/flows" attr:class="btn primary">{move || tr("回到流程列表", "Back to the flows")}</A>
            </EmptyState>
        </main>
    }
}
