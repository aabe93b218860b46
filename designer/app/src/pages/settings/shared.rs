//! What the forms of teams, calendars and connections share.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;

use crate::i18n::{tr, tr_string};
use crate::ui::{Button, ButtonKind, toast_error, toast_undo};

/// The buttons under a form in a dialog.
#[component]
pub(super) fn FormFoot(
    open: RwSignal<bool>,
    busy: RwSignal<bool>,
    #[prop(into)] disabled: Signal<bool>,
    #[prop(optional, into)] label: Option<TextProp>,
) -> impl IntoView {
    let label = label.unwrap_or_else(|| TextProp::from(|| tr("保存", "Save")));
    view! {
        <footer class="dialog-foot">
            <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
            <Button kind=ButtonKind::Primary submit=true busy=busy disabled=disabled label=label test="save" />
        </footer>
    }
}

/// Deletes, with Undo that creates it again under the same key.
pub(super) fn delete_with_undo<D, R>(
    name: String,
    delete: impl Future<Output = crate::api::Answer<()>> + 'static,
    restore: impl Fn() -> R + Send + Sync + Clone + 'static,
    done: D,
) where
    D: Fn() + Send + Sync + Copy + 'static,
    R: Future<Output = crate::api::Answer<serde_json::Value>> + 'static,
{
    spawn_local(async move {
        if let Err(error) = delete.await {
            return toast_error(&error);
        }
        done();
        toast_undo(tr_string(|| format!("已删除“{name}”"), || format!("Deleted “{name}”")), move || {
            let restored = restore();
            spawn_local(async move {
                match restored.await {
                    Ok(_) => done(),
                    Err(error) => toast_error(&error),
                }
            });
        });
    });
}
