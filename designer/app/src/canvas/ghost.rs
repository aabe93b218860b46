//! A kind dragged from the list onto the canvas.

use editor::geometry::{CARD_WIDTH, HEADER, Point, snap};
use editor::{Edit, Outcome};
use leptos::prelude::*;
use model::KindName;

use super::{Attach, Canvas};
use crate::designer::RightPanel;
use crate::i18n::words;
use crate::ui::Icon;

/// Where a dragged kind is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ghost {
    kind: KindName,
    /// In the window.
    at: Point,
    start: Point,
    /// Has it been dragged far enough to be more than a click?
    is_dragged: bool,
}

impl Canvas {
    /// A kind was pressed in the list.
    pub(super) fn begin_ghost(self, kind: KindName, event: &web_sys::PointerEvent) {
        let at = Point::new(event.client_x().into(), event.client_y().into());
        self.ghost.set(Some(Ghost { kind, at, start: at, is_dragged: false }));
    }

    /// It moved.
    pub(super) fn move_ghost(self, event: &web_sys::PointerEvent) {
        if self.ghost.with_untracked(Option::is_none) {
            return;
        }
        let at = Point::new(event.client_x().into(), event.client_y().into());
        self.ghost.update(|ghost| {
            if let Some(ghost) = ghost {
                ghost.is_dragged |= ghost.start.distance(at) >= 4.0;
                ghost.at = at;
            }
        });
        let path = self.world_under(at).and_then(|world| self.path_near(world, None));
        if self.drop_path.with_untracked(|old| *old != path) {
            self.drop_path.set(path);
        }
    }

    /// It was let go: on the canvas it becomes a step; where it was pressed, that was a click.
    pub(super) fn drop_ghost(self, event: &web_sys::PointerEvent) {
        let Some(ghost) = self.ghost.get_untracked() else { return };
        self.ghost.set(None);
        self.drop_path.set(None);
        let at = Point::new(event.client_x().into(), event.client_y().into());
        if !ghost.is_dragged {
            self.add(&ghost.kind);
        } else if let Some(world) = self.world_under(at) {
            let attach = self.path_near(world, None).map_or(Attach::Free, |(from, port)| Attach::Path(from, port));
            self.add_at(&ghost.kind, Point::new(world.x - CARD_WIDTH / 2.0, world.y - HEADER / 2.0), attach);
        }
    }

    /// A drag that ended outside, or Esc.
    pub(super) fn cancel_ghost(self) {
        if self.ghost.with_untracked(Option::is_some) {
            self.ghost.set(None);
            self.drop_path.set(None);
        }
    }

    /// Adds a step, selects it, and opens its form.
    pub(crate) fn add_at(self, kind: &KindName, at: Point, attach: Attach) -> Outcome {
        let kind = kind.clone();
        let edit = match attach {
            Attach::Free => Edit::AddNode { kind, at: snap(at), from: None },
            Attach::Exit(from, port) => {
                let at = Point::new(at.x, at.y - HEADER / 2.0);
                Edit::AddNode { kind, at: snap(at), from: Some((from, port)) }
            }
            Attach::After(from, port) => Edit::AddAfter { kind, from, port },
            Attach::Path(from, port) => Edit::InsertOnPath { kind, from, port },
        };
        let outcome = self.cx.run(edit);
        if let Some(id) = outcome.select.single() {
            self.cx.reveal(id);
            self.cx.right.set(RightPanel::Form);
        }
        self.cx.announcement.set(words(&outcome.label));
        self.focus();
        outcome
    }

    /// The point of the world under one of the window, when the canvas is there.
    fn world_under(self, at: Point) -> Option<Point> {
        let screen = self.point_at(at.x, at.y);
        let (width, height) = self.cx.canvas_size.get_untracked();
        let is_inside = (0.0..=width).contains(&screen.x) && (0.0..=height).contains(&screen.y);
        is_inside.then(|| self.to_world(screen))
    }
}

/// What hangs on the pointer.
#[component]
pub(super) fn GhostView(canvas: Canvas) -> impl IntoView {
    move || {
        let ghost = canvas.ghost.get().filter(|ghost| ghost.is_dragged)?;
        let spec = canvas.cx.spec(&ghost.kind)?;
        let k = canvas.cx.view.with_untracked(|view| view.k);
        Some(view! {
            <div
                class="card ghost"
                style=format!(
                    "--c:var(--{});transform:translate({}px,{}px) scale({k}) translate(-50%,-{}px)",
                    spec.family.name(), ghost.at.x, ghost.at.y, HEADER / 2.0,
                )
            >
                <div class="card-head"><span class="card-icon"><Icon name=spec.icon.clone() /></span><b>{words(&spec.label)}</b></div>
            </div>
        })
    }
}
