//! The list of flows: find one, open it, make one, bring one in.

mod delete;
mod import;
mod new;
mod row;

use leptos::prelude::*;

use self::delete::DeleteDialog;
use self::import::{DropZone, Import, ImportButton, Importing};
use self::new::NewFlowDialog;
use self::row::FlowRow;
use super::load::Remote;
use super::picking::{NoneYet, is_named};
use crate::api::{self, FlowSummary};
use crate::browser;
use crate::i18n::tr;
use crate::ui::{Button, ButtonKind, EmptyState, Menu, MenuItem, SearchInput};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct FlowsCx {
    flows: Remote<Vec<FlowSummary>>,
    is_new_open: RwSignal<bool>,
    template: RwSignal<Option<String>>,
    deleting: RwSignal<Option<FlowSummary>>,
    importing: Importing,
}

/// The page.
#[component]
pub(crate) fn FlowsPage() -> impl IntoView {
    let flows = Remote::new(api::flows);
    let cx = FlowsCx {
        flows,
        is_new_open: RwSignal::new(false),
        template: RwSignal::new(None),
        deleting: RwSignal::new(None),
        importing: Importing::new(flows),
    };
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let search = search.get().trim().to_lowercase();
        cx.flows.with(|flows| {
            flows
                .map(|flows| flows.iter().filter(|flow| is_found(flow, &search)).cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let is_empty = Memo::new(move |_| cx.flows.with(|flows| flows.is_some_and(Vec::is_empty)));

    view! {
        <DropZone importing=cx.importing>
            <main class="page">
                <header class="page-head">
                    <h1>{move || tr("流程", "Flows")}</h1>
                    <span class="space"></span>
                    <Show when=move || !is_empty.get()>
                        <SearchInput value=search label=move || tr("按名称查找", "Find by name") />
                    </Show>
                    <ImportButton importing=cx.importing />
                    <Button
                        kind=ButtonKind::Primary
                        icon="plus"
                        label=move || tr("新建流程", "New flow")
                        test="new-flow"
                        on_press=move |()| { cx.template.set(None); cx.is_new_open.set(true); }
                    />
                    <Menu label=move || tr("更多", "More")>
                        <MenuItem
                            icon="download"
                            label=move || tr("导出整个工作区", "Export the whole workspace")
                            on_press=|()| browser::download(api::EXPORT_ALL_ADDRESS)
                        />
                    </Menu>
                </header>
                {cx.flows.show(4, move || view! {
                    {move || if is_empty.get() {
                        view! { <NoFlows cx /> }.into_any()
                    } else {
                        view! { <FlowList cx found search /> }.into_any()
                    }}
                })}
            </main>
        </DropZone>
        <NewFlowDialog cx />
        <DeleteDialog cx />
        <Import importing=cx.importing />
    }
}

#[component]
fn FlowList(cx: FlowsCx, found: Memo<Vec<FlowSummary>>, search: RwSignal<String>) -> impl IntoView {
    view! {
        <ul class="flow-list panel" data-test="flows">
            <For each=move || found.get() key=|flow| (flow.id.clone(), flow.revision, flow.live.as_ref().map(|live| live.version)) let:flow>
                <FlowRow cx flow />
            </For>
        </ul>
        <Show when=move || found.with(Vec::is_empty)>
            <EmptyState
                icon="search"
                title=move || tr("没有找到", "Nothing found")
                detail=move || tr("换个词试试，或者清空查找。", "Try another word, or clear the search.")
            >
                <Button label=move || tr("清空查找", "Clear the search") on_press=move |()| search.set(String::new()) />
            </EmptyState>
        </Show>
    }
}

#[component]
fn NoFlows(cx: FlowsCx) -> impl IntoView {
    view! {
        <NoneYet
            icon="workflow"
            title=move || tr("还没有流程", "No flows yet")
            detail=move || tr(
                "流程就是机器人和客户怎么谈：先说什么、问什么、什么时候转人工。新建一个，或者把导出的文件拖到这里。",
                "A flow is how the bot talks with customers: what it says, what it asks, when it brings in a person. Make one, or drop an exported file here.",
            )
            make=move || tr("新建流程", "New flow")
            is_new_open=cx.is_new_open
        >
            <ImportButton importing=cx.importing />
        </NoneYet>
    }
}

fn is_found(flow: &FlowSummary, search: &str) -> bool {
    is_named(search, &flow.key, flow.name.iter().chain(flow.description.iter()).map(|(_, text)| text))
}
