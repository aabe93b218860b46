//! Deleting a flow: at once and with Undo when no customer sees it; by typing its name when it is live.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::FlowsCx;
use crate::api::{self, FlowSummary};
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::ui::{Button, ButtonKind, Dialog, Field, TextInput, toast, toast_error, toast_undo};

/// The dialog for live flows; others go without one.
#[component]
pub(super) fn DeleteDialog(cx: FlowsCx) -> impl IntoView {
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(flow) = cx.deleting.get() else { return };
        if flow.live.is_some() {
            is_open.set(true);
        } else {
            cx.deleting.set(None);
            delete_with_undo(cx.flows, flow);
        }
    });
    Effect::new(move |was_open| {
        let open = is_open.get();
        if was_open == Some(true) && !open {
            cx.deleting.set(None);
        }
        open
    });
    view! {
        <Dialog open=is_open title=move || tr("删除线上流程", "Delete a live flow")>
            {move || cx.deleting.get().map(|flow| view! { <Confirm cx flow is_open /> })}
        </Dialog>
    }
}

#[component]
fn Confirm(cx: FlowsCx, flow: FlowSummary, is_open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let flow = StoredValue::new(flow);
    let name = Signal::derive(move || flow.with_value(|flow| words(&flow.name)));
    let is_confirmed = Signal::derive(move || typed.with(|typed| typed.trim() == name.get()));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !is_confirmed.get_untracked() {
            return;
        }
        let id = flow.with_value(|flow| flow.id.clone());
        act(busy, async move { api::delete_flow(&id).await }, move |()| {
            toast(tr("流程已删除", "The flow has been deleted"));
            let _ = is_open.try_set(false);
            cx.flows.reload();
        });
    };
    view! {
        <form on:submit=submit>
            <div class="dialog-body">
                <p>{move || tr_string(
                    || format!("“{}”正在接待客户。删除后新客户不能再进入它，所有版本也会一起删除，无法恢复。", name.get()),
                    || format!("“{}” serves customers. After this, new customers cannot enter it, and all its versions are gone for good.", name.get()),
                )}</p>
                <Field label=move || tr_string(|| format!("输入“{}”以确认", name.get()), || format!("Type “{}” to confirm", name.get()))>
                    <TextInput value=typed autofocus=true test="confirm-name" />
                </Field>
            </div>
            <footer class="dialog-foot">
                <Button label=move || tr("取消", "Cancel") on_press=move |()| is_open.set(false) />
                <Button
                    kind=ButtonKind::Danger
                    submit=true
                    busy=busy
                    disabled=Signal::derive(move || !is_confirmed.get())
                    label=move || tr("删除流程", "Delete the flow")
                    test="confirm-delete"
                />
            </footer>
        </form>
    }
}

/// Deletes, and keeps the file at hand to bring it back.
fn delete_with_undo(flows: Remote<Vec<FlowSummary>>, flow: FlowSummary) {
    spawn_local(async move {
        let kept = match api::get_bytes(&api::export_address(&flow.id)).await {
            Ok(kept) => kept,
            Err(error) => return toast_error(&error),
        };
        if let Err(error) = api::delete_flow(&flow.id).await {
            return toast_error(&error);
        }
        flows.reload();
        let name = flow.name.in_language(crate::i18n::language_now().code()).to_owned();
        let title = tr_string(|| format!("已删除“{name}”"), || format!("Deleted “{name}”"));
        toast_undo(title, move || {
            let kept = kept.clone();
            spawn_local(async move {
                match api::import(&kept).await {
                    Ok(_) => flows.reload(),
                    Err(error) => toast_error(&error),
                }
            });
        });
    });
}
