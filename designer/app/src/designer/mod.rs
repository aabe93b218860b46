//! The canvas screen: top bar, panels, canvas, dock. The document and what it means live in `editor`.

mod context;
mod dock;
mod outline;
mod palette;
mod rail;
mod regions;
mod right;
mod save;
mod top_bar;
mod variables;

use futures_util::future::join3;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{NodeId, NodeSpec, Resources};

pub(crate) use context::{CardRx, DesignerCx, LeftPanel, Overlay, PathKey, RightPanel};
pub(crate) use regions::go_to_region;
pub(crate) use save::{SaveState, flush, keep_mine, take_theirs};

use crate::api::{self, ApiError, FlowDraft};
use crate::canvas::{Canvas, CanvasView};
use crate::dialogs::{ConflictDialog, PublishDialog, ShortcutsDialog, VersionsDialog};
use crate::i18n::{language, tr, words};
use crate::ui::{ErrorState, SkeletonRows};

type Loaded = Result<(FlowDraft, Vec<NodeSpec>, Resources), ApiError>;

/// One flow on the canvas.
#[component]
pub(crate) fn DesignerPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let loaded = RwSignal::new(None::<Loaded>);
    let load = move || {
        let wanted = id.get();
        loaded.set(None);
        spawn_local(async move {
            let (draft, kinds, resources) = join3(api::flow(&wanted), api::kinds(), api::resources()).await;
            let answer = draft.and_then(|draft| Ok((draft, kinds?, resources?)));
            if id.try_get_untracked().as_ref() == Some(&wanted) {
                loaded.set(Some(answer));
            }
        });
    };
    Effect::new(move |_| load());
    move || match loaded.get() {
        None => view! { <main class="designer-wait" aria-busy="true"><SkeletonRows /></main> }.into_any(),
        Some(Ok((draft, kinds, resources))) => view! { <Screen draft kinds resources /> }.into_any(),
        Some(Err(error)) => view! {
            <main class="designer-wait"><ErrorState error on_retry=move |()| untrack(load) /></main>
        }
        .into_any(),
    }
}

#[component]
fn Screen(draft: FlowDraft, kinds: Vec<NodeSpec>, resources: Resources) -> impl IntoView {
    let cx = DesignerCx::new(draft, kinds, resources);
    let canvas = Canvas::new(cx);
    follow_languages(cx);
    follow_resources(cx);
    follow_leaving(cx);
    follow_address(cx);
    expose_to_tests(cx);
    view! {
        <div
            class="designer"
            class:has-left=move || cx.left.get().is_some()
            class:has-dock=move || cx.is_dock_open.get()
            data-ready="designer"
        >
            <a class="skip" href="#canvas">{move || tr("跳到画布", "Skip to canvas")}</a>
            <top_bar::TopBar canvas />
            <rail::Rail canvas />
            <main class="stage">
                <h1 class="visually-hidden">{move || cx.track_document(|document| words(&document.flow.name))}</h1>
                <CanvasView canvas />
                <dock::Dock canvas />
            </main>
            <right::RightSide canvas />
            <palette::Palette canvas />
            <PublishDialog cx />
            <VersionsDialog cx />
            <ConflictDialog cx />
            <ShortcutsDialog cx />
        </div>
    }
}

/// Another language of the screens or of the texts draws the cards anew.
fn follow_languages(cx: DesignerCx) {
    Effect::new(move |before: Option<()>| {
        language();
        cx.content_language.track();
        if before.is_some() {
            cx.show_all();
        }
    });
}

/// New topics, teams and so on give their names to the cards.
fn follow_resources(cx: DesignerCx) {
    Effect::new(move |before: Option<()>| {
        cx.resources.track();
        if before.is_some() {
            cx.take_names();
        }
    });
}

/// Saves when the tab is hidden, and asks before leaving with unsaved changes.
fn follow_leaving(cx: DesignerCx) {
    let hidden = window_event_listener(leptos::ev::blur, move |_| {
        if save::is_unsaved(cx) {
            spawn_local(async move {
                // How it went is shown in the top bar.
                let _ = flush(cx).await;
            });
        }
    });
    let leaving = window_event_listener(leptos::ev::beforeunload, move |event| {
        if save::is_unsaved(cx) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        hidden.remove();
        leaving.remove();
        if save::is_unsaved(cx) {
            save::send_last(cx);
        }
    });
}

/// `?step=` selects a step: links from findings, insights and chats.
fn follow_address(cx: DesignerCx) {
    let query = use_query_map();
    Effect::new(move |_| {
        let step = query.with(|query| query.get("step"));
        let is_measured = cx.canvas_size.with(|size| size.0 > 0.0);
        if let Some(step) = step.filter(|_| is_measured) {
            request_animation_frame(move || cx.reveal(&NodeId::from(step)));
        }
    });
}

/// With `?e2e=1`, `window.__flow` is the document, for the checks of the browser tests.
fn expose_to_tests(cx: DesignerCx) {
    let is_wanted = use_query_map().with_untracked(|query| query.get("e2e").is_some());
    if is_wanted {
        Effect::new(move |_| {
            let text = cx.track_document(|document| document.flow.to_file());
            if let Ok(value) = js_sys::JSON::parse(&text) {
                // A window takes properties.
                let _ = js_sys::Reflect::set(&window(), &"__flow".into(), &value);
            }
        });
    }
}
