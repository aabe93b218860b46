//! The ends of the selected path: dragged elsewhere, it leaves by another exit or leads to another step.

use editor::Edit;
use editor::geometry::{Hit, Point, card_rect, connection_shape, entry_point, hit};
use editor::insert::main_exit;
use leptos::prelude::*;
use model::{NodeId, PortId};

use super::Canvas;
use super::paths::shape;
use crate::i18n::{tr, words};
use crate::ui::toast;

/// How near the pointer must be to an exit, in px of the screen.
const SNAP: f64 = 24.0;
/// How far from the end of its path a grip stands: beside the dot of the exit, which draws paths too.
const GRIP: f64 = 22.0;

/// A path whose beginning is in the hand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rehanging {
    from: NodeId,
    port: PortId,
    /// Where it leads.
    end: Point,
    /// Where its beginning is now.
    at: Point,
    /// The exit it would leave by.
    pub(super) over: Option<(NodeId, PortId)>,
}

impl Rehanging {
    /// The line.
    pub(super) fn d(&self) -> String {
        connection_shape(self.at, self.end).d
    }

    /// Is it the path of this exit?
    pub(super) fn leaves(&self, exit: &(NodeId, PortId)) -> bool {
        (&self.from, &self.port) == (&exit.0, &exit.1)
    }
}

impl Canvas {
    /// Takes the beginning of a path into the hand.
    pub(super) fn begin_rehang(self, from: NodeId, port: PortId) {
        let rehanging = self.cx.with_document(|document| {
            let to = document.flow.edge(&from, &port)?.to.clone();
            let end = entry_point(&card_rect(document, &to));
            Some(Rehanging { from, port, end, at: end, over: None })
        });
        self.rehanging.set(rehanging);
    }

    /// The pointer is at this point of the world: on an exit, or on a card with one that is free.
    pub(super) fn move_rehang(self, world: Point) {
        let reach = SNAP / self.cx.view.with_untracked(|view| view.k);
        self.rehanging.update(|rehanging| {
            let Some(rehanging) = rehanging else { return };
            self.cx.with_document(|document| {
                rehanging.over = match hit(document, world, reach) {
                    Hit::Exit(node, port) => Some((node, port)),
                    Hit::Card(node) => main_exit(document, &node).map(|port| (node, port)),
                    Hit::Path(..) | Hit::Nothing => None,
                };
                let dot =
                    rehanging.over.as_ref().and_then(|(node, port)| editor::geometry::exit_of(document, node, port));
                rehanging.at = dot.unwrap_or(world);
            });
        });
    }

    /// Lets the beginning go.
    pub(super) fn end_rehang(self, rehanging: Option<Rehanging>) {
        let Some(Rehanging { from, port, over: Some(by), .. }) = rehanging else { return };
        let outcome = self.cx.run(Edit::Rehang { from, port, by });
        match outcome.note {
            Some(objection) => toast(words(&objection)),
            None => self.cx.announcement.set(words(&outcome.label)),
        }
    }
}

/// The two grips of the selected path.
#[component]
pub(super) fn Grips(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    move || {
        let exit = cx.selection.with(|selection| selection.path.clone())?;
        let key =
            cx.paths.with(|paths| paths.iter().find(|(from, port, _)| (from, port) == (&exit.0, &exit.1)).cloned())?;
        let (start, end) = shape(cx, &key)?.near_ends(GRIP);
        let name = format!("{} {}", exit.0, exit.1);
        let at = |point: Point| format!("transform:translate({}px,{}px) translate(-50%,-50%)", point.x, point.y);
        Some(view! {
            <i class="grip" data-from=name.clone() style=at(start) title=tr("拖到另一个出口", "Drag to another exit")></i>
            <i class="grip" data-to=name style=at(end) title=tr("拖到另一个步骤", "Drag to another step")></i>
        })
    }
}
