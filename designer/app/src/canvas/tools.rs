//! The tools in the lower left corner: zoom, fit, tidy, note, mouse or trackpad.

use editor::Edit;
use leptos::prelude::*;

use super::Canvas;
use crate::i18n::tr;
use crate::ui::{Icon, IconButton};

impl Canvas {
    /// Lays the selected steps out afresh, or all of them.
    pub(crate) fn tidy(self) {
        let nodes = self.cx.selection.with_untracked(|selection| selection.nodes.iter().cloned().collect::<Vec<_>>());
        let nodes = if nodes.len() < 2 { Vec::new() } else { nodes };
        let is_all = nodes.is_empty();
        if let Some(root) = self.root.get_untracked() {
            // Cards glide to their new places; the style sheet takes it back after that.
            let _ = root.class_list().add_1("gliding");
            set_timeout(
                move || {
                    if let Some(root) = self.root.try_get_untracked().flatten() {
                        let _ = root.class_list().remove_1("gliding");
                    }
                },
                std::time::Duration::from_millis(300),
            );
        }
        self.cx.run(Edit::Tidy { nodes });
        if is_all {
            self.fit();
        }
    }
}

/// The bar.
#[component]
pub(super) fn Tools(canvas: Canvas) -> impl IntoView {
    let percent = move || format!("{:.0}%", canvas.cx.view.with(|view| view.k * 100.0));
    view! {
        <div class="tools" role="toolbar" aria-label=move || tr("画布工具", "Canvas tools")>
            <IconButton icon="minus" label=move || tr("缩小（-）", "Zoom out (-)") on_press=move |()| canvas.zoom(1.0 / 1.2) />
            <button type="button" class="tools-zoom" title=move || tr("原始大小（0）", "Actual size (0)") on:click=move |_| canvas.zoom_to_one()>
                {percent}
            </button>
            <IconButton icon="plus" label=move || tr("放大（+）", "Zoom in (+)") on_press=move |()| canvas.zoom(1.2) />
            <IconButton icon="maximize" label=move || tr("显示全部（1）", "Show all (1)") test="fit" on_press=move |()| canvas.fit() />
            <i class="tools-line"></i>
            <button type="button" class="tools-tidy" data-test="tidy" title=move || tr("自动整理布局（Shift+L）", "Lay out again (Shift+L)") on:click=move |_| canvas.tidy()>
                <Icon name="network" /><span>{move || tr("整理", "Tidy")}</span>
            </button>
            <IconButton icon="sticky-note" label=move || tr("便签（Shift+S）", "Note (Shift+S)") on_press=move |()| canvas.add_note() />
            <IconButton
                icon="map"
                label=move || tr("小地图（M）", "Map (M)")
                pressed=Signal::derive(move || canvas.is_map.get())
                on_press=move |()| canvas.is_map.update(|is_map| *is_map = !*is_map)
            />
            <IconButton
                icon=Signal::derive(move || if canvas.is_trackpad.get() { "hand".to_owned() } else { "mouse".to_owned() })
                label=move || if canvas.is_trackpad.get() {
                    tr("触控板：双指平移，捏合缩放。点此改用鼠标", "Trackpad: two fingers pan, pinch zooms. Press for mouse")
                } else {
                    tr("鼠标：拖动平移，滚轮缩放。点此改用触控板", "Mouse: drag pans, wheel zooms. Press for trackpad")
                }
                on_press=move |()| canvas.choose_hand(!canvas.is_trackpad.get_untracked())
            />
        </div>
    }
}

/// Asks once whether it is a mouse or a trackpad; until it is answered the system's usual one holds.
#[component]
pub(super) fn HandChoice(canvas: Canvas) -> impl IntoView {
    let hand = move |is_trackpad: bool| {
        let icon = if is_trackpad { "hand" } else { "mouse" };
        let words = move || match is_trackpad {
            true => (tr("触控板", "Trackpad"), tr("双指平移，捏合缩放", "Two fingers move, pinch zooms")),
            false => (tr("鼠标", "Mouse"), tr("拖动平移，滚轮缩放", "Drag moves, wheel zooms")),
        };
        view! {
            <button
                type="button"
                class="hand"
                class:on=move || canvas.is_trackpad.get() == is_trackpad
                data-test=if is_trackpad { "hand-trackpad" } else { "hand-mouse" }
                on:click=move |_| {
                    canvas.choose_hand(is_trackpad);
                    canvas.focus();
                }
            >
                <Icon name=icon /><b>{move || words().0}</b><small>{move || words().1}</small>
            </button>
        }
    };
    move || {
        canvas.is_hand_asked.get().then(|| {
            view! {
                <section class="hand-choice nokey" aria-label=tr("怎么移动画布", "How to move the canvas") data-test="hand-choice">
                    <header>
                        <span>{tr("您用的是？", "What do you use?")}</span>
                        <IconButton icon="x" label=move || tr("以后再说", "Not now") on_press=move |()| canvas.choose_hand(canvas.is_trackpad.get_untracked()) />
                    </header>
                    <div>{hand(false)}{hand(true)}</div>
                    <small>{tr("随时可在下方工具栏换。", "It can be changed in the bar below at any time.")}</small>
                </section>
            }
        })
    }
}
