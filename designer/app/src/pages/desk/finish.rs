//! The two ways out of a conversation: back to the flow, or the end.

use leptos::prelude::*;

use super::state::Desk;
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, Dialog, Field, TextArea};

/// Back to the flow, with a note for it.
#[component]
pub(super) fn HandBackDialog(desk: Desk) -> impl IntoView {
    let note = RwSignal::new(String::new());
    let open = desk.is_handing_back;
    view! {
        <Dialog open title=move || tr("交还给机器人", "Hand back to the bot")>
            <form on:submit=move |event| {
                event.prevent_default();
                desk.finish(true, note.get_untracked().trim().to_owned());
                note.set(String::new());
            }>
                <div class="dialog-body">
                    <p>{move || tr("流程会从“转人工”之后的那一步继续。", "The flow goes on with the step after the hand-over.")}</p>
                    <Field label=move || tr("备注（可选）", "Note (optional)") help=move || tr("客户看不到。", "The customer does not see it.")>
                        <TextArea value=note rows=2 autofocus=true test="note" />
                    </Field>
                </div>
                <footer class="dialog-foot">
                    <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                    <Button kind=ButtonKind::Primary submit=true busy=desk.is_busy label=move || tr("交还", "Hand back") test="confirm-hand-back" />
                </footer>
            </form>
        </Dialog>
    }
}

/// The end, with a summary.
#[component]
pub(super) fn EndDialog(desk: Desk) -> impl IntoView {
    let summary = RwSignal::new(String::new());
    let open = desk.is_ending;
    view! {
        <Dialog open title=move || tr("结束人工服务", "End your part")>
            <form on:submit=move |event| {
                event.prevent_default();
                desk.finish(false, summary.get_untracked().trim().to_owned());
                summary.set(String::new());
            }>
                <div class="dialog-body">
                    <p>{move || tr("人工服务到此结束，流程会接着走，例如请客户评价。", "Your part ends here; the flow goes on, for example with a rating.")}</p>
                    <Field label=move || tr("小结（可选）", "Summary (optional)") help=move || tr("什么事，怎么解决的。", "What it was about and how it was solved.")>
                        <TextArea value=summary rows=3 autofocus=true test="summary" />
                    </Field>
                </div>
                <footer class="dialog-foot">
                    <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
                    <Button kind=ButtonKind::Danger submit=true busy=desk.is_busy label=move || tr("结束", "End it") test="confirm-end" />
                </footer>
            </form>
        </Dialog>
    }
}
