//! Bringing in flows: by a button, or by dropping a file anywhere on the page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::api::{FlowSummary, Imported};
use crate::dialogs::ImportDialog;
use crate::i18n::tr;
use crate::pages::load::Remote;
use crate::ui::{Button, Icon};

/// An import about to happen. Copy it freely.
#[derive(Clone, Copy)]
pub(super) struct Importing {
    flows: Remote<Vec<FlowSummary>>,
    is_open: RwSignal<bool>,
    dropped: RwSignal<Option<web_sys::File>, LocalStorage>,
}

impl Importing {
    pub(super) fn new(flows: Remote<Vec<FlowSummary>>) -> Self {
        Self { flows, is_open: RwSignal::new(false), dropped: RwSignal::new_local(None) }
    }
}

/// Opens the dialog.
#[component]
pub(super) fn ImportButton(importing: Importing) -> impl IntoView {
    view! {
        <Button icon="upload" label=move || tr("导入", "Import") test="import" on_press=move |()| importing.is_open.set(true) />
    }
}

/// The dialog itself, with the list that an import changes.
#[component]
pub(super) fn Import(importing: Importing) -> impl IntoView {
    view! {
        <ImportDialog open=importing.is_open dropped=importing.dropped done=move |_: Imported| importing.flows.reload() />
    }
}

/// Takes files that are dropped on the child.
#[component]
pub(super) fn DropZone(importing: Importing, children: Children) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let carries_files = |event: &web_sys::DragEvent| {
        event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
    };
    view! {
        <div
            class="drop-zone"
            on:dragover=move |event| {
                if carries_files(&event) {
                    event.prevent_default();
                    is_over.set(true);
                }
            }
            on:dragleave=move |event| {
                // Leaving for a child is not leaving.
                let inside = event.related_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                    .is_some_and(|element| element.closest(".drop-zone").ok().flatten().is_some());
                if !inside {
                    is_over.set(false);
                }
            }
            on:drop=move |event| {
                if carries_files(&event) {
                    event.prevent_default();
                    is_over.set(false);
                    let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.item(0));
                    if file.is_some() {
                        importing.dropped.set(file);
                        importing.is_open.set(true);
                    }
                }
            }
        >
            {children()}
            <Show when=move || is_over.get()>
                <div class="drop-veil"><div><Icon name="file-up" /><b>{move || tr("松开即可导入", "Drop to import")}</b></div></div>
            </Show>
        </div>
    }
}
