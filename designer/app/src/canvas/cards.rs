//! Cards: header, summary, a row per exit. Fixed geometry, computed by `editor`.

use std::collections::BTreeMap;
use std::sync::Arc;

use editor::Edit;
use editor::card::{Card, Exit, ExitState};
use editor::geometry::{LINE, exit_offset};
use leptos::prelude::*;
use model::spec::Part;
use model::{Language, Mark, NodeId, Severity};

use super::Canvas;
use crate::designer::{CardRx, DesignerCx};
use crate::i18n::{counted, language_code, tr, tr_string, words};
use crate::ui::{Icon, is_composing};

/// How a test conversation went through a card.
#[derive(Clone, Debug, PartialEq)]
struct RunMark {
    /// Which step of the way it was.
    number: usize,
    visits: u32,
    has_failed: bool,
    is_waiting: bool,
}

/// Marks of all cards a test conversation went through.
fn run_marks(cx: DesignerCx) -> Memo<BTreeMap<NodeId, RunMark>> {
    Memo::new(move |_| {
        let key = cx.with_flow(|flow| flow.key.0.clone());
        cx.trace.with(|trace| {
            let mut marks: BTreeMap<NodeId, RunMark> = BTreeMap::new();
            for visit in trace.iter().filter(|visit| visit.flow == key) {
                let number = marks.len() + 1;
                let mark = marks.entry(visit.node.clone()).or_insert(RunMark {
                    number,
                    visits: 0,
                    has_failed: false,
                    is_waiting: false,
                });
                mark.visits = mark.visits.max(visit.visit);
                mark.has_failed = visit.mark == Mark::Failed;
                mark.is_waiting = false;
            }
            if let Some(last) = trace.iter().rev().find(|visit| visit.flow == key)
                && last.mark == Mark::Waits
                && let Some(mark) = marks.get_mut(&last.node)
            {
                mark.is_waiting = true;
            }
            marks
        })
    })
}

/// How many findings a card has, and whether one of them blocks publishing.
fn badges(cx: DesignerCx) -> Memo<BTreeMap<NodeId, (usize, bool)>> {
    Memo::new(move |_| {
        cx.problems.with(|problems| {
            let mut badges: BTreeMap<NodeId, (usize, bool)> = BTreeMap::new();
            for problem in problems {
                // A dead end is seen on its own row.
                if let Some(node) = problem.place.node.as_ref().filter(|_| problem.code != "dead-end") {
                    let badge = badges.entry(node.clone()).or_default();
                    badge.0 += 1;
                    badge.1 |= problem.severity == Severity::Error;
                }
            }
            badges
        })
    })
}

/// All cards in view.
#[component]
pub(super) fn Cards(canvas: Canvas) -> impl IntoView {
    let visible = super::visible_cards(canvas);
    let (marks, badges) = (run_marks(canvas.cx), badges(canvas.cx));
    let each = move || visible.get().iter().cloned().collect::<Vec<_>>();
    view! {
        <div class="cards">
            <For each=each key=Clone::clone let:id>
                {canvas.cx.card(&id).map(|rx| view! { <OneCard canvas id rx marks badges /> })}
            </For>
        </div>
    }
}

#[component]
fn OneCard(
    canvas: Canvas,
    id: NodeId,
    rx: CardRx,
    marks: Memo<BTreeMap<NodeId, RunMark>>,
    badges: Memo<BTreeMap<NodeId, (usize, bool)>>,
) -> impl IntoView {
    let cx = canvas.cx;
    let is_selected = {
        let id = id.clone();
        Memo::new(move |_| cx.selection.with(|selection| selection.nodes.contains(&id)))
    };
    let mark = {
        let id = id.clone();
        Memo::new(move |_| marks.with(|marks| marks.get(&id).cloned()))
    };
    let badge = {
        let id = id.clone();
        Memo::new(move |_| badges.with(|badges| badges.get(&id).copied()))
    };
    // 0: nothing is being connected; 1: it may lead here; 2: it leads here now; 3: it may not.
    let target = {
        let id = id.clone();
        Memo::new(move |_| {
            canvas.connecting.with(|connecting| match connecting {
                None => 0,
                Some(connecting) if connecting.over.as_ref() == Some(&id) && connecting.is_valid() => 2,
                Some(connecting) if connecting.from == id => 0,
                Some(connecting) if connecting.valid.contains(&id) => 1,
                Some(_) => 3,
            })
        })
    };
    let style = {
        let rx = rx.clone();
        move || {
            let place = rx.place.get();
            let card = rx.card.read();
            format!(
                "transform:translate({}px,{}px);height:{}px;--c:var(--{})",
                place.x,
                place.y,
                card.height,
                card.family.name()
            )
        }
    };
    let label = {
        let rx = rx.clone();
        move || spoken(cx, &rx.card.get())
    };
    let (face, element_id) = (rx.card.clone(), format!("step-{id}"));
    view! {
        <div
            class="card"
            class:sel=move || is_selected.get()
            class:ran=move || mark.with(Option::is_some)
            class:failed=move || mark.with(|mark| mark.as_ref().is_some_and(|mark| mark.has_failed))
            class:waiting=move || mark.with(|mark| mark.as_ref().is_some_and(|mark| mark.is_waiting))
            class:bad=move || badge.get().is_some_and(|(_, is_error)| is_error)
            class:can=move || target.get() == 1
            class:target=move || target.get() == 2
            class:cannot=move || target.get() == 3
            id=element_id
            data-step=id.0.clone()
            role="group"
            aria-label=label
            aria-current=move || is_selected.get().then_some("true")
            style=style
        >
            {move || {
                let card = face.get();
                view! { <Face canvas card mark badge /> }
            }}
        </div>
    }
}

/// All that a card shows.
#[component]
fn Face(
    canvas: Canvas,
    card: Arc<Card>,
    mark: Memo<Option<RunMark>>,
    badge: Memo<Option<(usize, bool)>>,
) -> impl IntoView {
    let id = card.id.clone();
    let is_renaming = {
        let id = id.clone();
        Memo::new(move |_| canvas.renaming.with(|renaming| renaming.as_ref() == Some(&id)))
    };
    let title = card.title.clone();
    let shown_title = move || {
        if is_renaming.get() {
            view! { <Rename canvas id=id.clone() title=title.clone() /> }.into_any()
        } else {
            view! { <b title=title.clone()>{title.clone()}</b> }.into_any()
        }
    };
    let summary: Vec<_> = card.summary.iter().map(part).collect();
    let (n_lines, n_exits) = (card.n_lines, card.exits.len());
    let offset = move |row: usize| exit_offset(n_lines, row);
    let rows: Vec<_> =
        card.exits.iter().enumerate().map(|(row, exit)| view! { <Row exit=exit.clone() y=offset(row) /> }).collect();
    view! {
        {card.is_enterable.then(|| view! { <i class="entry"></i> })}
        <div class="card-head">
            <span class="card-icon"><Icon name=card.icon.clone() /></span>
            {shown_title}
            {card.has_note.then(|| view! { <span class="card-note"><Icon name="message-square-text" /></span> })}
            {move || badge.get().map(|(n, is_error)| view! {
                <span
                    class="card-badge"
                    class:bad=is_error
                    title=tr_string(|| format!("{n} 个问题"), || counted(n, "problem"))
                >
                    <Icon name=if is_error { "circle-alert" } else { "triangle-alert" } />
                </span>
            })}
            {move || mark.get().map(|mark| view! {
                <em title=(mark.visits > 1).then(|| tr_string(|| format!("经过 {} 次", mark.visits), || counted(mark.visits, "visit")))>
                    {mark.number}
                </em>
            })}
        </div>
        {(n_lines > 0).then(|| view! {
            <p style=format!("height:{}px;-webkit-line-clamp:{n_lines}", LINE * n_lines as f64)>{summary}</p>
        })}
        {(n_exits > 0).then(|| view! { <ul>{rows}</ul> })}
    }
}

fn part(part: &Part) -> AnyView {
    match part {
        Part::Text(text) => text.clone().into_any(),
        Part::Variable(label) => view! { <span class="chip">{label.clone()}</span> }.into_any(),
    }
}

#[component]
fn Row(exit: Exit, y: f64) -> impl IntoView {
    let (class, tip) = match exit.state {
        ExitState::Linked => ("exit used", String::new()),
        ExitState::CaughtByError => {
            ("exit", tr("没有去处时，由“出错时”接住", "Without a path, “on error” catches it").to_owned())
        }
        ExitState::CaughtBySilence => {
            ("exit", tr("没有去处时，由“没有回应时”接住", "Without a path, “on silence” catches it").to_owned())
        }
        ExitState::Returns => {
            ("exit", tr("走到这里就回到被打断的步骤", "From here it goes back to the interrupted step").to_owned())
        }
        ExitState::Settled => {
            ("exit", tr("可以不接：这一步自己会处理", "May stay open: the step handles it by itself").to_owned())
        }
        ExitState::DeadEnd => {
            ("exit open", tr("没有去处：会话会停在这里", "Leads nowhere: the conversation would stop here").to_owned())
        }
    };
    let is_dead_end = exit.state == ExitState::DeadEnd;
    let port = exit.port.0.clone();
    view! {
        <li class=class title=tip style=format!("--y:{y}px")>
            <span>{exit.label}{is_dead_end.then(|| tr(" · 没有去处", " · leads nowhere"))}</span>
            {(exit.state != ExitState::Linked).then(|| view! {
                <button type="button" class="plus" tabindex="-1" data-plus=port.clone() aria-label=tr("接着添加步骤", "Add the next step")>
                    <Icon name="plus" />
                </button>
            })}
            <i class="dot" data-exit=port></i>
        </li>
    }
}

/// The title as a field: Enter keeps, Esc does not.
#[component]
fn Rename(canvas: Canvas, id: NodeId, title: String) -> impl IntoView {
    let field = NodeRef::<leptos::html::Input>::new();
    let is_done = StoredValue::new(false);
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let end = move |is_kept: bool| {
        if is_done.try_get_value() != Some(false) {
            return;
        }
        is_done.set_value(true);
        if let Some(field) = field.get_untracked().filter(|_| is_kept) {
            let language = Language::from(language_code());
            canvas.cx.run(Edit::SetTitle { node: id.clone(), language, title: field.value() });
        }
        canvas.renaming.set(None);
        canvas.focus();
    };
    let (on_key, on_blur) = (end.clone(), end);
    view! {
        <input
            node_ref=field
            class="card-rename"
            value=title
            maxlength="60"
            aria-label=tr("步骤名称", "Name of the step")
            on:pointerdown=|event| event.stop_propagation()
            on:keydown=move |event| {
                event.stop_propagation();
                match event.key().as_str() {
                    "Enter" if !is_composing(&event) => on_key(true),
                    "Escape" => on_key(false),
                    _ => {}
                }
            }
            on:blur=move |_| on_blur(true)
        />
    }
}

/// A card in words, for screen readers.
fn spoken(cx: DesignerCx, card: &Card) -> String {
    let exits = card
        .exits
        .iter()
        .map(|exit| {
            let to = cx.with_flow(|flow| flow.edge(&card.id, &exit.port).map(|edge| edge.to.clone()));
            let to = to.map(|to| cx.title(&to));
            let to = to.unwrap_or_else(|| tr("没有去处", "nowhere").to_owned());
            format!("{} → {to}", exit.label)
        })
        .collect::<Vec<_>>()
        .join(tr("；", "; "));
    let kind = words(&card.kind_label);
    tr_string(
        || format!("{}。{kind}步骤。{} 个出口：{exits}", card.title, card.exits.len()),
        || format!("{}. {kind} step. {}: {exits}", card.title, counted(card.exits.len(), "exit")),
    )
}
