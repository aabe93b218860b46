//! The bar over everything: where we are, saving, undo, what the right side shows, problems, publish.

use leptos::prelude::*;
use leptos_router::components::A;
use model::Severity;

use super::{DesignerCx, LeftPanel, Overlay, RightPanel, SaveState};
use crate::canvas::Canvas;
use crate::i18n::{counted, tr, tr_string, words};
use crate::pages::UserMenu;
use crate::ui::{Icon, IconButton, Menu, MenuItem, MenuLine};
use crate::{api, browser};

/// The bar.
#[component]
pub(super) fn TopBar(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let name = move || cx.track_document(|document| words(&document.flow.name));
    view! {
        <header class="top-bar">
            <A href="/flows" attr:class="top-back" attr:aria-label=move || tr("合流 Heliu，返回流程列表", "合流 Heliu, back to the flows")>
                <Icon name="chevron-left" /><b>"合流 Heliu"</b>
            </A>
            <span class="top-slash" aria-hidden="true">"/"</span>
            <button
                type="button"
                class="top-name"
                data-test="flow-name"
                title=move || tr("流程设置", "Flow settings")
                on:click=move |_| cx.left.set(Some(LeftPanel::Flow))
            >
                {name}
            </button>
            <SaveMark cx />
            <History cx />
            <Modes cx />
            <button type="button" class="top-search" data-test="palette" on:click=move |_| cx.overlay.set(Some(Overlay::Palette))>
                <Icon name="search" /><span>{move || tr("查找或执行", "Find or do")}</span><kbd>"Ctrl K"</kbd>
            </button>
            <ProblemCount cx />
            <Menu label=move || tr("更多", "More") test="more">
                <MenuItem icon="history" label=move || tr("版本", "Versions") test="versions" on_press=move |()| cx.overlay.set(Some(Overlay::Versions)) />
                <MenuItem icon="download" label=move || tr("导出", "Export") test="export" on_press=move |()| export(cx) />
                <MenuItem icon="keyboard" label=move || tr("快捷键", "Keyboard shortcuts") on_press=move |()| cx.overlay.set(Some(Overlay::Keys)) />
                <MenuLine />
                <MenuItem icon="settings-2" label=move || tr("流程设置", "Flow settings") on_press=move |()| cx.left.set(Some(LeftPanel::Flow)) />
            </Menu>
            <span class="top-user"><UserMenu /></span>
            <button type="button" class="btn primary" data-test="publish" on:click=move |_| cx.overlay.set(Some(Overlay::Publish))>
                {move || tr("发布", "Publish")}
            </button>
        </header>
    }
}

/// Saved, saving, or why not.
#[component]
fn SaveMark(cx: DesignerCx) -> impl IntoView {
    let view = move || {
        let (class, words) = match cx.save.get() {
            SaveState::Saved(at) => {
                let at = clock(&at);
                ("saved", tr_string(|| format!("草稿 · 已保存 {at}"), || format!("Draft · saved {at}")))
            }
            SaveState::Changed | SaveState::Saving => ("saved", tr("草稿 · 正在保存…", "Draft · saving…").to_owned()),
            SaveState::Offline => {
                ("saved warn", tr("连不上服务器，改动留在这里", "Offline: changes are kept here").to_owned())
            }
            SaveState::Refused(error) => ("saved bad", error.title),
            SaveState::Conflict { .. } => ("saved bad", tr("有人先保存了", "Someone else saved first").to_owned()),
        };
        view! { <span class=class role="status" data-test="save-state">{words}</span> }
    };
    let live = move || {
        cx.live.get().map(|live| {
            view! { <span class="pill ok top-live" title=live.note>{tr_string(|| format!("线上 v{}", live.version), || format!("Live v{}", live.version))}</span> }
        })
    };
    view! { {view}{live} }
}

#[component]
fn History(cx: DesignerCx) -> impl IntoView {
    let undo = Memo::new(move |_| cx.history().0);
    let redo = Memo::new(move |_| cx.history().1);
    let named = |what: &'static str, action: Option<String>| match action {
        Some(action) => format!("{what}{}{action}", tr("：", ": ")),
        None => what.to_owned(),
    };
    view! {
        <span class="top-history">
            <IconButton
                icon="undo-2"
                test="undo"
                label=move || named(tr("撤销", "Undo"), undo.get())
                disabled=Signal::derive(move || undo.with(Option::is_none))
                on_press=move |()| { cx.undo(); }
            />
            <IconButton
                icon="redo-2"
                test="redo"
                label=move || named(tr("重做", "Redo"), redo.get())
                disabled=Signal::derive(move || redo.with(Option::is_none))
                on_press=move |()| { cx.redo(); }
            />
        </span>
    }
}

/// Edit, or edit beside the test chat.
#[component]
fn Modes(cx: DesignerCx) -> impl IntoView {
    let mode = move |panel: RightPanel, test: &'static str, zh: &'static str, en: &'static str| {
        view! {
            <button
                type="button"
                class="seg-item"
                class:on=move || cx.right.get() == panel
                aria-pressed=move || (cx.right.get() == panel).to_string()
                data-test=test
                on:click=move |_| cx.right.set(panel)
            >
                {move || tr(zh, en)}
            </button>
        }
    };
    view! {
        <div class="seg top-modes" role="group" aria-label=move || tr("模式", "Mode")>
            {mode(RightPanel::Form, "mode-edit", "编辑", "Edit")}
            {mode(RightPanel::Test, "mode-test", "试聊", "Test")}
        </div>
    }
}

#[component]
fn ProblemCount(cx: DesignerCx) -> impl IntoView {
    let count = Memo::new(move |_| {
        cx.problems
            .with(|problems| (problems.len(), problems.iter().any(|problem| problem.severity == Severity::Error)))
    });
    view! {
        <button
            type="button"
            class=move || match count.get() {
                (0, _) => "pill ok top-problems",
                (_, false) => "pill warn top-problems",
                (_, true) => "pill bad top-problems",
            }
            aria-expanded=move || cx.is_dock_open.get().to_string()
            data-test="problems"
            data-count=move || count.get().0
            on:click=move |_| cx.is_dock_open.update(|is_open| *is_open = !*is_open)
        >
            <Icon name=Signal::derive(move || if count.get().0 == 0 { "circle-check".to_owned() } else { "triangle-alert".to_owned() }) />
            <span>{move || match count.get().0 {
                0 => tr("没有问题", "No problems").to_owned(),
                n => tr_string(|| format!("{n} 个问题"), || counted(n, "problem")),
            }}</span>
        </button>
    }
}

/// Saves first, then downloads what was saved.
fn export(cx: DesignerCx) {
    leptos::task::spawn_local(async move {
        match super::flush(cx).await {
            Ok(_) => browser::download(&api::export_address(&cx.flow_id.get_value())),
            Err(error) => crate::ui::toast_error(&error),
        }
    });
}

/// The time of day of an instant, in the reader's zone.
fn clock(instant: &str) -> String {
    let date = js_sys::Date::new(&instant.into());
    if date.get_time().is_nan() {
        return String::new();
    }
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}
