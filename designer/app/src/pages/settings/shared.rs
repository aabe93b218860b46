//! What the forms of teams, calendars and connections share.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::api::Answer;
use crate::i18n::{tr, tr_string};
use crate::pages::act;
use crate::ui::{Button, ButtonKind};

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
pub(super) fn delete_with_undo<R: Future<Output = Answer<serde_json::Value>> + 'static>(
    name: String,
    delete: impl Future<Output = Answer<()>> + 'static,
    restore: impl Fn() -> R + Send + Sync + 'static,
    done: impl Fn() + Send + Sync + Copy + 'static,
) {
    let said = tr_string(|| format!("已删除“{name}”"), || format!("Deleted “{name}”"));
    act::delete_with_undo(said, delete, done, restore, done);
}
