//! The problems dock: findings by step; a press shows the place.

use leptos::prelude::*;
use model::Problem;

use crate::canvas::Canvas;
use crate::dialogs::jump;
use crate::i18n::{sentence, tr};
use crate::ui::{Icon, IconButton};

/// The dock, while it is open.
#[component]
pub(super) fn Dock(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let rows = move || {
        // Titles in the rows follow renames.
        cx.changes.track();
        cx.problems.get().into_iter().map(|problem| view! { <Row canvas problem /> }).collect_view()
    };
    move || {
        cx.is_dock_open.get().then(|| view! {
            <section class="dock" aria-label=tr("问题", "Problems")>
                <header>
                    <h2>{move || tr("问题", "Problems")}</h2>
                    <span class="dock-count">{move || cx.problems.with(Vec::len)}</span>
                    <span class="space"></span>
                    <span class="dock-hint"><kbd>"F8"</kbd>{move || tr("下一个", "next")}</span>
                    <IconButton icon="x" label=move || tr("收起", "Close") on_press=move |()| cx.is_dock_open.set(false) />
                </header>
                <div class="dock-list">
                    {rows}
                    {move || cx.problems.with(Vec::is_empty).then(|| view! {
                        <p class="dock-none"><Icon name="circle-check" />{tr("没有问题，可以发布。", "No problems. It can be published.")}</p>
                    })}
                </div>
            </section>
        })
    }
}

#[component]
fn Row(canvas: Canvas, problem: Problem) -> impl IntoView {
    let cx = canvas.cx;
    let is_error = problem.is_error();
    let title = problem.place.node.as_ref().map_or_else(|| tr("整个流程", "Whole flow").to_owned(), |id| cx.title(id));
    let target = problem.clone();
    view! {
        <button
            type="button"
            class="dock-row"
            class:bad=is_error
            data-problem=problem.code.clone()
            data-problem-step=problem.place.node.as_ref().map(|id| id.0.clone())
            on:click=move |_| jump(cx, &target)
        >
            <Icon name=if is_error { "circle-alert" } else { "triangle-alert" } />
            <b>{title}</b>
            <span>{sentence(&problem.message)}</span>
            <small>{sentence(&problem.advice)}</small>
        </button>
    }
}
