//! Paths under the cards, and the lines that are being drawn.

use std::collections::BTreeSet;

use editor::geometry::{PathShape, exit_point, path_shape};
use leptos::prelude::*;
use model::{Mark, NodeId, PortId};

use super::Canvas;
use crate::designer::{DesignerCx, PathKey};
use crate::i18n::tr;
use crate::ui::Icon;

/// The shape of a path from the signals of its two cards; subscribes.
pub(super) fn shape(cx: DesignerCx, key: &PathKey) -> Option<PathShape> {
    let (from, port, to) = key;
    let (source, target) = (cx.card(from)?, cx.card(to)?);
    let (rect, target) = (source.rect(), target.rect());
    let face = source.card.get();
    let row = face.exits.iter().position(|exit| exit.port == *port)?;
    Some(path_shape(exit_point(&rect, face.n_lines, row), &rect, &target, row))
}

/// The exits a test conversation left by.
fn ran(cx: DesignerCx) -> Memo<BTreeSet<(NodeId, PortId)>> {
    Memo::new(move |_| {
        let key = cx.with_flow(|flow| flow.key.0.clone());
        cx.trace.with(|trace| {
            trace
                .iter()
                .filter(|visit| visit.flow == key)
                .filter_map(|visit| match &visit.mark {
                    Mark::Left(port) => Some((visit.node.clone(), port.clone())),
                    _ => None,
                })
                .collect()
        })
    })
}

/// All paths.
#[component]
pub(super) fn Paths(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let ran = ran(cx);
    view! {
        <svg class="paths" aria-hidden="true">
            <For each=move || cx.paths.get() key=Clone::clone let:key>
                <OnePath canvas key ran />
            </For>
        </svg>
    }
}

#[component]
fn OnePath(canvas: Canvas, key: PathKey, ran: Memo<BTreeSet<(NodeId, PortId)>>) -> impl IntoView {
    let cx = canvas.cx;
    let exit = (key.0.clone(), key.1.clone());
    let name = format!("{} {}", key.0, key.1);
    let d = {
        let key = key.clone();
        Memo::new(move |_| shape(cx, &key).map(|shape| shape.d).unwrap_or_default())
    };
    let is = |test: fn(Canvas, &(NodeId, PortId)) -> bool| {
        let exit = exit.clone();
        move || test(canvas, &exit)
    };
    let is_selected = is(|canvas, exit| canvas.cx.selection.with(|selection| selection.path.as_ref() == Some(exit)));
    let is_hovered = is(|canvas, exit| canvas.hovered.with(|hovered| hovered.as_ref() == Some(exit)));
    let is_drop = is(|canvas, exit| canvas.drop_path.with(|path| path.as_ref() == Some(exit)));
    let is_leaving = is(|canvas, exit| {
        canvas.connecting.with(|connecting| {
            connecting.as_ref().is_some_and(|connecting| connecting.from == exit.0 && connecting.port == exit.1)
        }) || canvas.rehanging.with(|rehanging| rehanging.as_ref().is_some_and(|it| it.leaves(exit)))
            || canvas.knife.with(|knife| knife.as_ref().is_some_and(|knife| knife.paths.contains(exit)))
    });
    let is_near = {
        let (from, to) = (key.0.clone(), key.2.clone());
        move || cx.selection.with(|selection| selection.nodes.contains(&from) || selection.nodes.contains(&to))
    };
    let has_run = {
        let exit = exit.clone();
        move || ran.with(|ran| ran.contains(&exit))
    };
    view! {
        <g
            class="path"
            class:sel=is_selected
            class:hover=is_hovered
            class:drop=is_drop
            class:leaving=is_leaving
            class:near=is_near
            class:run=has_run
            data-path=name
        >
            <path class="hit" d=move || d.get() />
            <path class="line" d=move || d.get() />
        </g>
    }
}

/// The "+" in the middle of the path under the pointer, or of the selected one.
#[component]
pub(super) fn PathPlus(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    move || {
        let exit = canvas.hovered.get().or_else(|| cx.selection.with(|selection| selection.path.clone()))?;
        let key =
            cx.paths.with(|paths| paths.iter().find(|(from, port, _)| (from, port) == (&exit.0, &exit.1)).cloned())?;
        let middle = shape(cx, &key)?.middle;
        Some(view! {
            <button
                type="button"
                class="plus path-plus"
                tabindex="-1"
                data-insert=format!("{} {}", exit.0, exit.1)
                style=format!("transform:translate({}px,{}px) translate(-50%,-50%)", middle.x, middle.y)
                aria-label=tr("在这里插入步骤", "Insert a step here")
                title=tr("在这里插入步骤", "Insert a step here")
            >
                <Icon name="plus" />
            </button>
        })
    }
}

/// The line from an exit to the pointer.
#[component]
pub(super) fn ConnectionLine(canvas: Canvas) -> impl IntoView {
    view! {
        <svg class="paths over" aria-hidden="true">
            {move || canvas.guides.get().into_iter().map(|guide| {
                let (from, to, at) = (guide.from, guide.to, guide.at);
                let d = match (guide.is_gap, guide.is_vertical) {
                    (false, true) => format!("M{at} {}V{}", from - 16.0, to + 16.0),
                    (false, false) => format!("M{} {at}H{}", from - 16.0, to + 16.0),
                    // With a stroke at both ends, as a measure has.
                    (true, true) => format!("M{at} {from}V{to}M{0} {from}H{1}M{0} {to}H{1}", at - 6.0, at + 6.0),
                    (true, false) => format!("M{from} {at}H{to}M{from} {0}V{1}M{to} {0}V{1}", at - 6.0, at + 6.0),
                };
                view! { <path class="guide" d=d /> }
            }).collect_view()}
            {move || canvas.knife.get().map(|knife| view! {
                <path
                    class="knife"
                    d=format!("M{} {}L{} {}", knife.from.x, knife.from.y, knife.to.x, knife.to.y)
                />
            })}
            {move || canvas.rehanging.get().map(|rehanging| view! {
                <path class="connecting" class:ok=rehanging.over.is_some() d=rehanging.d() />
            })}
            {move || canvas.connecting.get().map(|connecting| view! {
                <path
                    class="connecting"
                    class:ok=connecting.is_valid()
                    class:bad=connecting.objection.is_some()
                    d=connecting.d()
                />
            })}
        </svg>
    }
}
