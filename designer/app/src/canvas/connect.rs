//! A path in the making: by dragging from an exit, or by two clicks.

use std::collections::BTreeSet;
use std::sync::Arc;

use editor::Edit;
use editor::geometry::{Point, card_at, card_rect, connection_shape, entry_point, exit_of};
use leptos::prelude::*;
use model::{NodeId, PortId, Texts};

use super::{Attach, Canvas, PickerAt};
use crate::i18n::words;
use crate::ui::{toast, toast_undo};

/// How near the pointer must be to an entry, in px of the screen.
const SNAP: f64 = 32.0;

/// A path from an exit to the pointer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Connecting {
    pub(super) from: NodeId,
    pub(super) port: PortId,
    start: Point,
    end: Point,
    /// The card it would lead to.
    pub(super) over: Option<NodeId>,
    /// Why it may not lead there.
    pub(super) objection: Option<Texts>,
    /// The cards it may lead to.
    pub(super) valid: Arc<BTreeSet<NodeId>>,
    /// Is the button not held?
    pub(super) is_by_click: bool,
}

impl Connecting {
    /// The line.
    pub(super) fn d(&self) -> String {
        connection_shape(self.start, self.end).d
    }

    /// Would the path be made here?
    pub(super) fn is_valid(&self) -> bool {
        self.over.is_some() && self.objection.is_none()
    }
}

impl Canvas {
    /// Begins a path at an exit.
    pub(super) fn begin_path(self, from: NodeId, port: PortId, is_by_click: bool) {
        let connecting = self.cx.with_document(|document| {
            let start = exit_of(document, &from, &port)?;
            let valid = document.flow.nodes.iter().map(|node| node.id.clone());
            let valid = valid.filter(|id| document.objection(&from, id).is_none()).collect();
            Some(Connecting {
                start,
                end: start,
                from,
                port,
                over: None,
                objection: None,
                valid: Arc::new(valid),
                is_by_click,
            })
        });
        self.connecting.set(connecting);
    }

    /// The pointer moved to this point of the world.
    pub(super) fn move_path(self, to: Point) {
        let reach = SNAP / self.cx.view.with_untracked(|view| view.k);
        self.connecting.update(|connecting| {
            let Some(connecting) = connecting else { return };
            self.cx.with_document(|document| {
                let near = || {
                    let entries = connecting.valid.iter().map(|id| (id, entry_point(&card_rect(document, id))));
                    let nearest = entries.min_by(|(_, a), (_, b)| a.distance(to).total_cmp(&b.distance(to)))?;
                    (nearest.1.distance(to) <= reach).then(|| nearest.0.clone())
                };
                let is_at_start = connecting.start.distance(to) < reach / 2.0;
                connecting.over = card_at(document, to).or_else(near).filter(|_| !is_at_start);
                connecting.objection =
                    connecting.over.as_ref().and_then(|over| document.objection(&connecting.from, over));
                connecting.end = match &connecting.over {
                    Some(over) if connecting.objection.is_none() => entry_point(&card_rect(document, over)),
                    _ => to,
                };
            });
        });
    }

    /// The button was let go, or clicked again: makes the path, or opens the picker on empty ground.
    pub(super) fn end_path(self, screen: Point) {
        let Some(connecting) = self.connecting.get_untracked() else { return };
        self.connecting.set(None);
        let Connecting { from, port, over, objection, .. } = connecting;
        match (over, objection) {
            (_, Some(objection)) => toast(words(&objection)),
            (Some(over), None) => self.connect(from, port, over),
            (None, None) => {
                let world = self.to_world(screen);
                self.picker.set(Some(PickerAt { screen, world, attach: Attach::Exit(from, port) }));
            }
        }
    }

    /// Leads an exit to a step, and says so when it led elsewhere before.
    pub(super) fn connect(self, from: NodeId, port: PortId, to: NodeId) {
        let was_linked = self.cx.with_document(|document| document.is_linked(&from, &port));
        let outcome = self.cx.run(Edit::Connect { from, port, to });
        if let Some(objection) = outcome.note {
            toast(words(&objection));
        } else if was_linked && !outcome.touched.is_empty() {
            let cx = self.cx;
            toast_undo(words(&outcome.label), move || {
                cx.undo();
            });
        }
        self.cx.announcement.set(words(&outcome.label));
    }
}
