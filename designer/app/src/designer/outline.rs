//! All steps as a list, in reading order: the way through a flow without a pointer.

use editor::outline::{Line, lines};
use leptos::prelude::*;
use model::spec::Family;
use model::{Language, NodeId};

use crate::canvas::Canvas;
use crate::i18n::{language_code, tr};
use crate::ui::Icon;

#[derive(Clone, PartialEq)]
struct Row {
    line: Line,
    title: String,
    icon: String,
    family: Family,
}

/// The list.
#[component]
pub(super) fn Outline(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let query = RwSignal::new(String::new());
    let rows = Memo::new(move |_| {
        let language = Language::from(language_code());
        cx.track_document(|document| {
            lines(document)
                .into_iter()
                .map(|line| Row {
                    title: document.title(&line.node, &language),
                    icon: document.spec_of(&line.node).map_or_else(|| "box".to_owned(), |spec| spec.icon.clone()),
                    family: document.family_of(&line.node),
                    line,
                })
                .collect::<Vec<_>>()
        })
    });
    let shown = move || {
        let query = query.get().trim().to_lowercase();
        rows.with(|rows| {
            rows.iter().filter(|row| row.title.to_lowercase().contains(&query)).cloned().collect::<Vec<_>>()
        })
    };
    let items = move || {
        shown()
            .into_iter()
            .map(|row| {
                let (id, selected, problem) = (row.line.node.clone(), row.line.node.clone(), row.line.node.clone());
                view! {
                    <button
                        type="button"
                        role="treeitem"
                        class="outline-row"
                        class:on=move || cx.selection.with(|selection| selection.nodes.contains(&selected))
                        attr:aria-level=(row.line.depth + 1).to_string()
                        style=format!("--depth:{};--c:var(--{})", row.line.depth.min(6), row.family.name())
                        data-outline=row.line.node.0.clone()
                        on:click=move |_| {
                            cx.reveal(&id);
                        }
                    >
                        <span class="card-icon"><Icon name=row.icon /></span>
                        <span class="outline-title">{row.title}</span>
                        {move || has_problem(canvas, &problem).then(|| view! { <i class="outline-warn" title=tr("有问题", "Has problems")></i> })}
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <label class="picker-search nokey">
            <Icon name="search" />
            <input
                type="search"
                placeholder=move || tr("查找步骤", "Find a step")
                aria-label=move || tr("查找步骤", "Find a step")
                prop:value=move || query.get()
                on:input=move |event| query.set(event_target_value(&event))
            />
        </label>
        <div class="panel-scroll outline" role="tree" aria-label=move || tr("步骤", "Steps")>{items}</div>
    }
}

fn has_problem(canvas: Canvas, id: &NodeId) -> bool {
    canvas.cx.problems.with(|problems| problems.iter().any(|problem| problem.place.node.as_ref() == Some(id)))
}
