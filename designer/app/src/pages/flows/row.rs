//! One flow in the list: its name, what state it is in, what can be done with it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use super::FlowsCx;
use crate::api::{self, FlowSummary};
use crate::browser;
use crate::i18n::{counted, tr, tr_string, words};
use crate::pages::when::{ago, exact};
use crate::ui::{Icon, IconButton, Menu, MenuItem, MenuLine, Pill, Tone, toast, toast_error};

/// The row. All of it is the link to the canvas, except the buttons.
#[component]
pub(super) fn FlowRow(cx: FlowsCx, flow: FlowSummary) -> impl IntoView {
    let flow = StoredValue::new(flow);
    let read = move |read: fn(&FlowSummary) -> String| flow.with_value(read);
    let address = format!("/flows/{}", read(|flow| flow.id.clone()));
    let label = move || flow.with_value(|flow| words(&flow.name));
    let menu_label = move || tr_string(|| format!("“{}”的更多操作", label()), || format!("More for “{}”", label()));

    view! {
        <li class="flow-row" data-flow=read(|flow| flow.key.clone())>
            <span class="flow-mark"><Icon name="workflow" /></span>
            <div class="flow-names">
                <A href=address attr:class="flow-name">{label}</A>
                <span class="quiet ellipsis">{move || flow.with_value(about)}</span>
            </div>
            <div class="flow-state">{move || flow.with_value(live_pill)}</div>
            <div class="flow-problems">{move || flow.with_value(problem_pill)}</div>
            <div class="flow-time quiet">
                <span title=move || flow.with_value(|flow| exact(&flow.updated_at))>{move || flow.with_value(|flow| ago(&flow.updated_at))}</span>
                <span class="ellipsis">{read(|flow| flow.updated_by.clone())}</span>
            </div>
            <div class="flow-actions">
                <IconButton
                    icon="message-circle"
                    label=move || tr("打开客户聊天页", "Open the customer's chat")
                    disabled=flow.with_value(|flow| flow.live.is_none())
                    on_press=move |()| flow.with_value(open_chat)
                />
                <Menu label=menu_label test="flow-menu">
                    <FlowMenu cx flow />
                </Menu>
            </div>
        </li>
    }
}

#[component]
fn FlowMenu(cx: FlowsCx, flow: StoredValue<FlowSummary>) -> impl IntoView {
    let navigate = use_navigate();
    let id = flow.with_value(|flow| flow.id.clone());
    let (opened, duplicated, exported, templated) = (id.clone(), id.clone(), id.clone(), id);
    view! {
        <MenuItem icon="pen-line" label=move || tr("编辑", "Edit") on_press=move |()| navigate(&format!("/flows/{opened}"), NavigateOptions::default()) />
        <MenuItem icon="copy" label=move || tr("复制一份", "Duplicate") test="duplicate" on_press=move |()| duplicate(cx, duplicated.clone()) />
        <MenuItem icon="layout-template" label=move || tr("以它为模板新建", "New flow like this") on_press=move |()| {
            cx.template.set(Some(templated.clone()));
            cx.is_new_open.set(true);
        } />
        <MenuItem icon="download" label=move || tr("导出", "Export") test="export" on_press=move |()| browser::download(&api::export_address(&exported)) />
        <MenuItem icon="link" label=move || tr("复制聊天链接", "Copy the chat link") on_press=move |()| {
            browser::copy(&flow.with_value(chat_address));
            toast(tr("链接已复制", "Link copied"));
        } />
        <MenuLine />
        <MenuItem icon="trash-2" danger=true label=move || tr("删除…", "Delete…") test="delete" on_press=move |()| cx.deleting.set(Some(flow.get_value())) />
    }
}

/// Steps, key, and what it is for.
fn about(flow: &FlowSummary) -> String {
    let steps = tr_string(|| format!("{} 个步骤", flow.nodes), || counted(flow.nodes, "step"));
    let description = words(&flow.description);
    if description.is_empty() { format!("{steps} · {}", flow.key) } else { format!("{steps} · {description}") }
}

fn live_pill(flow: &FlowSummary) -> AnyView {
    match &flow.live {
        Some(live) => {
            let version = live.version;
            let differs = flow.draft_differs;
            view! {
                <Pill tone=Tone::Ok icon="circle-dot" text=move || tr_string(|| format!("线上 v{version}"), || format!("Live v{version}")) />
                {differs.then(|| view! { <Pill text=move || tr("草稿有改动", "Draft differs") /> })}
            }
            .into_any()
        }
        None => view! { <Pill text=move || tr("草稿", "Draft") /> }.into_any(),
    }
}

fn problem_pill(flow: &FlowSummary) -> Option<AnyView> {
    let (errors, warnings) = (flow.errors, flow.warnings);
    if errors > 0 {
        let text = move || tr_string(|| format!("{errors} 个错误"), || counted(errors, "error"));
        Some(view! { <Pill tone=Tone::Bad icon="octagon-alert" text /> }.into_any())
    } else if warnings > 0 {
        let text = move || tr_string(|| format!("{warnings} 个提醒"), || counted(warnings, "warning"));
        Some(view! { <Pill tone=Tone::Warn icon="triangle-alert" text /> }.into_any())
    } else {
        None
    }
}

/// The page where customers would talk to this flow.
fn chat_address(flow: &FlowSummary) -> String {
    format!("{}/chat/web?flow={}", browser::origin(), flow.key)
}

fn open_chat(flow: &FlowSummary) {
    // A browser that blocks new windows tells the reader so itself.
    let _ = window().open_with_url_and_target(&chat_address(flow), "_blank");
}

fn duplicate(cx: FlowsCx, id: String) {
    spawn_local(async move {
        match api::duplicate_flow(&id).await {
            Ok(draft) => {
                let name = draft.flow.name.in_language(crate::i18n::language_now().code()).to_owned();
                toast(tr_string(|| format!("已复制为“{name}”"), || format!("Duplicated as “{name}”")));
                cx.flows.reload();
            }
            Err(error) => toast_error(&error),
        }
    });
}
