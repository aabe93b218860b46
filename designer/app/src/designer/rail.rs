//! The left side: a rail of icons and the panel that is open.

use leptos::prelude::*;

use super::{LeftPanel, Overlay, outline, variables};
use crate::canvas::{Canvas, KindList};
use crate::dialogs::FlowSettings;
use crate::i18n::tr;
use crate::ui::{Icon, IconButton};

const PANELS: [(LeftPanel, &str, &str, &str, &str); 4] = [
    (LeftPanel::Add, "plus", "添加步骤", "Add a step", "rail-add"),
    (LeftPanel::Outline, "list", "步骤列表", "Outline", "rail-outline"),
    (LeftPanel::Variables, "variable", "变量", "Variables", "rail-variables"),
    (LeftPanel::Flow, "settings-2", "流程设置", "Flow settings", "rail-flow"),
];

/// Rail and panel.
#[component]
pub(super) fn Rail(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let buttons = PANELS.map(|(panel, icon, zh, en, test)| {
        view! {
            <button
                type="button"
                class="rail-item"
                class:on=move || cx.left.get() == Some(panel)
                aria-pressed=move || (cx.left.get() == Some(panel)).to_string()
                aria-label=move || tr(zh, en)
                title=move || tr(zh, en)
                data-test=test
                on:click=move |_| cx.left.update(|left| *left = if *left == Some(panel) { None } else { Some(panel) })
            >
                <Icon name=icon />
            </button>
        }
    });
    view! {
        <nav class="rail" aria-label=move || tr("设计面板", "Design panels")>
            {buttons}
            <button
                type="button"
                class="rail-item"
                aria-label=move || tr("版本", "Versions")
                title=move || tr("版本", "Versions")
                data-test="rail-versions"
                on:click=move |_| cx.overlay.set(Some(Overlay::Versions))
            >
                <Icon name="history" />
            </button>
            <span class="space"></span>
            <button
                type="button"
                class="rail-item"
                aria-label=move || tr("快捷键", "Keyboard shortcuts")
                title=move || tr("快捷键（?）", "Keyboard shortcuts (?)")
                on:click=move |_| cx.overlay.set(Some(Overlay::Keys))
            >
                <Icon name="keyboard" />
            </button>
        </nav>
        {move || cx.left.get().map(|panel| {
            let (_, _, zh, en, _) = PANELS.into_iter().find(|(known, ..)| *known == panel).unwrap_or(PANELS[0]);
            view! {
                <section class="left-panel" class:wide=panel == LeftPanel::Flow aria-label=tr(zh, en)>
                    <header>
                        <h2>{move || tr(zh, en)}</h2>
                        <IconButton icon="x" label=move || tr("收起（[）", "Close ([)") on_press=move |()| cx.left.set(None) />
                    </header>
                    {match panel {
                        LeftPanel::Add => view! { <KindList canvas /> }.into_any(),
                        LeftPanel::Outline => view! { <outline::Outline canvas /> }.into_any(),
                        LeftPanel::Variables => view! { <variables::Variables canvas /> }.into_any(),
                        LeftPanel::Flow => view! { <div class="panel-scroll"><FlowSettings cx /></div> }.into_any(),
                    }}
                </section>
            }
        })}
    }
}
