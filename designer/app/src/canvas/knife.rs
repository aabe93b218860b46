//! Alt and a drag over empty ground draw a line; the paths it crosses are cut, in one change.

use std::collections::BTreeSet;

use editor::Edit;
use editor::geometry::{Point, paths_across};
use leptos::prelude::*;
use model::{NodeId, PortId};

use super::Canvas;
use crate::i18n::words;
use crate::ui::toast_undo;

/// A line that cuts, and what it crosses.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Knife {
    /// Where it begins, in the world.
    pub(super) from: Point,
    /// Where the pointer is.
    pub(super) to: Point,
    /// The paths it crosses, by their exits.
    pub(super) paths: BTreeSet<(NodeId, PortId)>,
}

impl Canvas {
    /// Begins a line here.
    pub(super) fn begin_cut(self, from: Point) {
        self.knife.set(Some(Knife { from, to: from, paths: BTreeSet::new() }));
    }

    /// The line goes to here.
    pub(super) fn move_cut(self, to: Point) {
        self.knife.update(|knife| {
            if let Some(knife) = knife {
                knife.to = to;
                knife.paths = self.cx.with_document(|document| paths_across(document, knife.from, to));
            }
        });
    }

    /// Cuts what the line crosses.
    pub(super) fn end_cut(self, knife: Option<Knife>) {
        let Some(knife) = knife.filter(|knife| !knife.paths.is_empty()) else { return };
        let outcome = self.cx.run(Edit::Cut { paths: knife.paths.into_iter().collect() });
        let (cx, said) = (self.cx, words(&outcome.label));
        cx.announcement.set(said.clone());
        toast_undo(said, move || {
            cx.undo();
        });
    }
}
