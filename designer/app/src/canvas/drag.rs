//! Cards that are dragged: moved, aligned with others, put into a path; with Alt held, copies of them.

use editor::geometry::{Point, Rect, card_rect, path_at, snap};
use editor::guides::align;
use editor::{Edit, Selection, insert};
use leptos::prelude::*;
use model::{NodeId, PortId};

use super::Canvas;
use super::gesture::{Gesture, Keys};
use crate::i18n::tr;
use crate::ui::toast;

/// How near a card must be dropped to a path to be put into it, in px of the screen.
const SPLICE_REACH: f64 = 24.0;
/// How near a card must be to the line of another to snap to it, in px of the screen.
const GUIDE_REACH: f64 = 6.0;

/// Cards under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drag {
    from: Point,
    grabbed: usize,
    /// Each with where it was.
    cards: Vec<(NodeId, Point)>,
    /// May it be put into a path?
    is_free: bool,
    /// Are they copies, made when the drag began?
    is_copy: bool,
}

impl Canvas {
    /// A card is dragged, with all that is selected.
    pub(super) fn begin_drag(self, id: NodeId, from: Point, keys: Keys) -> Gesture {
        let cx = self.cx;
        let is_selected = cx.selection.with_untracked(|selection| selection.nodes.contains(&id));
        if !is_selected {
            let select = if keys.shift || keys.ctrl {
                cx.selection.with_untracked(|selection| selection.toggled(&id))
            } else {
                Selection::node(id.clone())
            };
            cx.selection.set(select);
        }
        let held = cx.with_document(|document| document.position(&id));
        if keys.alt {
            let nodes = cx.selection.with_untracked(|selection| selection.nodes.iter().cloned().collect());
            if cx.run(Edit::Duplicate { nodes, by: [0, 0] }).touched.is_empty() {
                toast(tr("开始步骤只能有一个", "A flow has one start only"));
                return Gesture::Idle;
            }
        }
        let ids = cx.selection.with_untracked(|selection| selection.nodes.clone());
        let cards: Vec<(NodeId, Point)> =
            cx.with_document(|document| ids.iter().map(|id| (id.clone(), document.position(id))).collect());
        // Of copies, the one under the pointer lies on what was pressed.
        let far = |(_, place): &(NodeId, Point)| place.distance(held);
        let nearest = cards.iter().enumerate().min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b)));
        let grabbed = nearest.map(|(at, _)| at).unwrap_or_default();
        let is_free = cards.len() == 1 && cx.with_document(|document| insert::can_splice(document, &cards[0].0));
        Gesture::Drag(Drag { from, grabbed, cards, is_free, is_copy: keys.alt })
    }

    /// The pointer is here now.
    pub(super) fn drag_to(self, drag: &Drag, world: Point, keys: Keys) {
        let Drag { from, grabbed, cards, is_free, .. } = drag;
        let (dx, dy) = drag_offset(*from, world, cards[*grabbed].1, keys);
        let (dx, dy) = if keys.ctrl || keys.shift { (dx, dy) } else { self.aligned(cards, *grabbed, dx, dy) };
        for (id, place) in cards {
            if let Some(rx) = self.cx.card(id) {
                rx.place.set(Point::new(place.x + dx, place.y + dy));
            }
        }
        if *is_free {
            let path = self.path_near(world, Some(&cards[0].0));
            if self.drop_path.with_untracked(|old| *old != path) {
                self.drop_path.set(path);
            }
        }
    }

    /// The cards go back to where they were; copies go.
    pub(super) fn cancel_drag(self, drag: Drag) {
        if drag.is_copy {
            self.cx.drop_last();
        } else {
            self.put_back(&drag.cards);
        }
    }

    pub(super) fn put_back(self, cards: &[(NodeId, Point)]) {
        for (id, place) in cards {
            if let Some(rx) = self.cx.card(id) {
                rx.place.set(*place);
            }
        }
    }

    /// The offset with the grabbed card aligned to cards near it; keeps the lines that show it.
    fn aligned(self, cards: &[(NodeId, Point)], grabbed: usize, dx: f64, dy: f64) -> (f64, f64) {
        let (id, start) = &cards[grabbed];
        let (width, height) = self.cx.canvas_size.get_untracked();
        let view = self.cx.view.get_untracked();
        let seen = view.seen(width, height);
        let (own, others) = self.cx.with_document(|document| {
            let own = card_rect(document, id);
            let ids = document.flow.nodes.iter().map(|node| &node.id);
            let still = ids.filter(|other| !cards.iter().any(|(moving, _)| moving == *other));
            (own, still.map(|other| card_rect(document, other)).filter(|rect| rect.touches(&seen)).collect::<Vec<_>>())
        });
        let moving = Rect::new(start.x + dx, start.y + dy, own.w, own.h);
        let (shift_x, shift_y, guides) = align(&moving, &others, GUIDE_REACH / view.k);
        if self.guides.with_untracked(|old| *old != guides) {
            self.guides.set(guides);
        }
        (dx + shift_x, dy + shift_y)
    }

    /// The cards are let go.
    pub(super) fn drop_cards(self, drag: &Drag) {
        let Drag { grabbed, cards, is_free, is_copy, .. } = drag;
        let held = &cards[*grabbed].0;
        let place = |id: &NodeId| {
            let at = self.cx.card(id)?.place.get_untracked();
            Some([at.x.round() as i32, at.y.round() as i32])
        };
        let pointer = self.to_world(self.last_pointer.get_value());
        let path = self.path_near(pointer, Some(held)).filter(|_| *is_free);
        let edit = match (path, place(held)) {
            (Some((from, port)), Some(at)) => Edit::Splice { node: held.clone(), at, from, port },
            _ => Edit::Move { to: cards.iter().filter_map(|(id, _)| Some((id.clone(), place(id)?))).collect() },
        };
        // A copy and where it is put are taken back together.
        let outcome = if *is_copy { self.cx.amend(edit) } else { self.cx.run(edit) };
        if outcome.touched.is_empty() {
            self.put_back(cards);
        }
        if *is_copy {
            self.cx.announcement.set(crate::i18n::words(&outcome.label));
        }
    }

    /// The path near a point of the world, other than those of this card.
    pub(super) fn path_near(self, world: Point, without: Option<&NodeId>) -> Option<(NodeId, PortId)> {
        let reach = SPLICE_REACH / self.cx.view.with_untracked(|view| view.k);
        self.cx.with_document(|document| {
            path_at(document, world, reach).filter(|(from, port)| {
                Some(from) != without && document.flow.edge(from, port).map(|edge| &edge.to) != without
            })
        })
    }
}

/// How far the cards move: on the grid unless Ctrl is held, along one axis while Shift is.
fn drag_offset(from: Point, to: Point, grabbed: Point, keys: Keys) -> (f64, f64) {
    let (mut dx, mut dy) = (to.x - from.x, to.y - from.y);
    if keys.shift {
        if dx.abs() >= dy.abs() { dy = 0.0 } else { dx = 0.0 }
    }
    if keys.ctrl {
        return (dx.round(), dy.round());
    }
    let [x, y] = snap(Point::new(grabbed.x + dx, grabbed.y + dy));
    let on_grid = |moved: f64, place: i32, start: f64| if moved == 0.0 { 0.0 } else { f64::from(place) - start };
    (on_grid(dx, x, grabbed.x), on_grid(dy, y, grabbed.y))
}
