//! A new flow: a name, and what it begins with.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::Texts;

use super::FlowsCx;
use crate::api;
use crate::i18n::{counted, tr, tr_string, words};
use crate::pages::act::act;
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Icon};

/// The dialog; afterwards the canvas of the new flow.
#[component]
pub(super) fn NewFlowDialog(cx: FlowsCx) -> impl IntoView {
    view! {
        <Dialog open=cx.is_new_open size=DialogSize::Medium title=move || tr("新建流程", "New flow")>
            <NewFlow cx />
        </Dialog>
    }
}

#[component]
fn NewFlow(cx: FlowsCx) -> impl IntoView {
    let name = NamePair::new(&Texts::default());
    let busy = RwSignal::new(false);
    let navigate = use_navigate();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if untrack(|| name.is_empty()) {
            return;
        }
        let (texts, template) = (untrack(|| name.texts()), cx.template.get_untracked());
        let navigate = navigate.clone();
        act(busy, async move { api::create_flow(&texts, template.as_deref()).await }, move |draft| {
            let _ = cx.is_new_open.try_set(false);
            navigate(&format!("/flows/{}", draft.flow.id), NavigateOptions::default());
        });
    };
    let templates = move || cx.flows.get().unwrap_or_default();
    view! {
        <form on:submit=submit>
            <div class="dialog-body">
                <NameFields
                    pair=name autofocus=true
                    zh_placeholder=move || tr("例如：退款流程", "for example 退款流程")
                    en_placeholder=move || tr("例如：Refunds", "for example Refunds")
                />
                <fieldset class="choice-cards">
                    <legend>{move || tr("从哪里开始", "Begin with")}</legend>
                    <TemplateCard cx id=None icon="file" title=Callback::new(|()| tr("空白流程", "A blank flow").to_owned()) about=Callback::new(|()| {
                        tr("只有开始，其余由您来搭。", "Only a start; the rest is yours.").to_owned()
                    }) />
                    <For each=templates key=|flow| flow.id.clone() let:flow>
                        {
                            let flow = StoredValue::new(flow);
                            view! {
                                <TemplateCard
                                    cx
                                    id=Some(flow.with_value(|flow| flow.id.clone()))
                                    icon="layout-template"
                                    title=Callback::new(move |()| flow.with_value(|flow| words(&flow.name)))
                                    about=Callback::new(move |()| flow.with_value(|flow| {
                                        let description = words(&flow.description);
                                        if description.is_empty() {
                                            tr_string(|| format!("{} 个步骤", flow.nodes), || counted(flow.nodes, "step"))
                                        } else {
                                            description
                                        }
                                    }))
                                />
                            }
                        }
                    </For>
                </fieldset>
            </div>
            <footer class="dialog-foot">
                <Button label=move || tr("取消", "Cancel") on_press=move |()| cx.is_new_open.set(false) />
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    busy=busy
                    disabled=Signal::derive(move || name.is_empty())
                    label=move || tr("创建并打开", "Create and open")
                    test="create-flow"
                />
            </footer>
        </form>
    }
}

#[component]
fn TemplateCard(
    cx: FlowsCx,
    id: Option<String>,
    icon: &'static str,
    title: Callback<(), String>,
    about: Callback<(), String>,
) -> impl IntoView {
    let (compared, chosen) = (id.clone(), id);
    view! {
        <label class="choice-card">
            <input
                type="radio"
                name="template"
                prop:checked=move || cx.template.get() == compared
                on:change=move |_| cx.template.set(chosen.clone())
            />
            <Icon name=icon />
            <span><b>{move || title.run(())}</b><small>{move || about.run(())}</small></span>
        </label>
    }
}
