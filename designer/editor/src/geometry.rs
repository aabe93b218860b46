//! Where everything on the canvas is, from the model alone: cards, exits, paths, hits, the viewport.

use std::collections::BTreeSet;

use model::{NodeId, PortId};

use crate::Document;
use crate::card::summary_lines;

mod path;
mod viewport;

pub use path::{PathShape, connection_shape, path_shape};
pub use viewport::{FitPadding, MAX_ZOOM, MIN_ZOOM, Viewport, wheel_delta};

/// The grid cards snap to.
pub const GRID: f64 = 8.0;
/// Width of every card.
pub const CARD_WIDTH: f64 = 240.0;
/// Height of a card's header.
pub const HEADER: f64 = 38.0;
/// Height of one line of the summary.
pub const LINE: f64 = 18.0;
/// Space under the summary.
pub const SUMMARY_FOOT: f64 = 10.0;
/// Height of an exit's row.
pub const ROW: f64 = 28.0;

/// A point in the world of the canvas, in px at zoom 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// A point.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// How far it is to another.
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A rectangle in the world of the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// A rectangle.
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// The rectangle between two corners.
    pub fn between(a: Point, b: Point) -> Self {
        Self::new(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs())
    }

    /// Larger by this much on every side.
    pub fn grown(&self, by: f64) -> Self {
        Self::new(self.x - by, self.y - by, self.w + 2.0 * by, self.h + 2.0 * by)
    }

    /// Do they share a point?
    pub fn touches(&self, other: &Self) -> bool {
        self.x <= other.x + other.w
            && other.x <= self.x + self.w
            && self.y <= other.y + other.h
            && other.y <= self.y + self.h
    }

    /// Is the point inside?
    pub fn contains(&self, point: Point) -> bool {
        (self.x..=self.x + self.w).contains(&point.x) && (self.y..=self.y + self.h).contains(&point.y)
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        Point::new(self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// The smallest rectangle around both.
    pub fn joined(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self::new(x, y, (self.x + self.w).max(other.x + other.w) - x, (self.y + self.h).max(other.y + other.h) - y)
    }
}

/// The nearest place on the grid.
pub fn snap(point: Point) -> [i32; 2] {
    let on_grid = |value: f64| ((value / GRID).round() * GRID) as i32;
    [on_grid(point.x), on_grid(point.y)]
}

/// Height of a card with so many lines of summary and exits.
pub fn card_height(n_lines: usize, n_exits: usize) -> f64 {
    // The last pixel is the lower border.
    HEADER + summary_height(n_lines) + ROW * n_exits as f64 + 1.0
}

fn summary_height(n_lines: usize) -> f64 {
    if n_lines == 0 { 0.0 } else { LINE * n_lines as f64 + SUMMARY_FOOT }
}

/// Where a card is and how large.
pub fn card_rect(document: &Document, id: &NodeId) -> Rect {
    let at = document.position(id);
    let height = document
        .flow
        .node(id)
        .map_or(0.0, |node| card_height(summary_lines(document, node), document.ports_of(node).len()));
    Rect::new(at.x, at.y, CARD_WIDTH, height)
}

/// Where paths come in.
pub fn entry_point(card: &Rect) -> Point {
    Point::new(card.x, card.y + HEADER / 2.0)
}

/// Where the path of the exit in this row leaves a card with so many lines of summary.
pub fn exit_point(card: &Rect, n_lines: usize, row: usize) -> Point {
    Point::new(card.x + card.w, card.y + exit_offset(n_lines, row))
}

/// How far the dot of this row is below the card's upper edge.
pub fn exit_offset(n_lines: usize, row: usize) -> f64 {
    HEADER + summary_height(n_lines) + ROW * (row as f64 + 0.5)
}

/// Where an exit is; `None` when the node has no such exit.
pub fn exit_of(document: &Document, id: &NodeId, port: &PortId) -> Option<Point> {
    let node = document.flow.node(id)?;
    let row = document.ports_of(node).iter().position(|other| other.id == *port)?;
    Some(exit_point(&card_rect(document, id), summary_lines(document, node), row))
}

/// The rectangle around these cards and all notes; `None` when there is nothing.
pub fn bounds<'a>(document: &'a Document, ids: impl IntoIterator<Item = &'a NodeId>) -> Option<Rect> {
    ids.into_iter().map(|id| card_rect(document, id)).reduce(|all, card| all.joined(&card))
}

/// The rectangle around everything.
pub fn world(document: &Document) -> Option<Rect> {
    let notes = document.flow.notes.iter().map(|note| {
        let [x, y, w, h] = note.place.map(f64::from);
        Rect::new(x, y, w, h)
    });
    let cards = document.flow.nodes.iter().map(|node| card_rect(document, &node.id));
    cards.chain(notes).reduce(|all, part| all.joined(&part))
}

/// The shape of the path of an exit; `None` when it leads nowhere or its exit is gone.
pub fn path_of(document: &Document, from: &NodeId, port: &PortId) -> Option<PathShape> {
    let edge = document.flow.edge(from, port)?;
    let node = document.flow.node(from)?;
    let row = document.ports_of(node).iter().position(|other| other.id == *port)?;
    document.flow.node(&edge.to)?;
    let source = card_rect(document, from);
    let target = card_rect(document, &edge.to);
    Some(path_shape(exit_point(&source, summary_lines(document, node), row), &source, &target, row))
}

/// What is under a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Hit {
    /// An exit's dot.
    Exit(NodeId, PortId),
    /// A card.
    Card(NodeId),
    /// A path.
    Path(NodeId, PortId),
    /// Nothing.
    Nothing,
}

/// What is under a point: the nearest dot within `reach` first, then the topmost card, then the nearest path within `reach`.
pub fn hit(document: &Document, point: Point, reach: f64) -> Hit {
    for node in document.flow.nodes.iter().rev() {
        let card = card_rect(document, &node.id);
        if !card.grown(reach).contains(point) {
            continue;
        }
        let lines = summary_lines(document, node);
        let ports = document.ports_of(node).into_iter().enumerate();
        let dots = ports.map(|(row, port)| (exit_point(&card, lines, row).distance(point), port.id));
        let nearest = dots.filter(|(far, _)| *far <= reach).min_by(|(a, _), (b, _)| a.total_cmp(b));
        if let Some((_, port)) = nearest {
            return Hit::Exit(node.id.clone(), port);
        }
        if card.contains(point) {
            return Hit::Card(node.id.clone());
        }
    }
    path_at(document, point, reach).map_or(Hit::Nothing, |(from, port)| Hit::Path(from, port))
}

/// The card under a point.
pub fn card_at(document: &Document, point: Point) -> Option<NodeId> {
    let mut cards = document.flow.nodes.iter().rev();
    cards.find(|node| card_rect(document, &node.id).contains(point)).map(|node| node.id.clone())
}

/// The nearest path within `reach` of a point.
pub fn path_at(document: &Document, point: Point, reach: f64) -> Option<(NodeId, PortId)> {
    document
        .flow
        .edges
        .iter()
        .filter_map(|edge| {
            let distance = path_of(document, &edge.from, &edge.port)?.distance(point);
            (distance <= reach).then_some((distance, edge))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, edge)| (edge.from.clone(), edge.port.clone()))
}

/// The paths that the line between two points crosses.
pub fn paths_across(document: &Document, a: Point, b: Point) -> BTreeSet<(NodeId, PortId)> {
    let crossed = document
        .flow
        .edges
        .iter()
        .filter(|edge| path_of(document, &edge.from, &edge.port).is_some_and(|shape| shape.crosses(a, b)));
    crossed.map(|edge| (edge.from.clone(), edge.port.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn dots_cards_and_paths_are_hit_in_that_order() {
        let document = samples::refund();
        let dot = exit_of(&document, &"ask".into(), &"answered".into()).expect("is there");
        let path = path_of(&document, &"ask".into(), &"answered".into()).expect("is there");

        assert_eq!(hit(&document, Point::new(dot.x + 4.0, dot.y), 14.0), Hit::Exit("ask".into(), "answered".into()));
        let below = Point::new(dot.x, dot.y + 20.0);
        assert_eq!(hit(&document, below, 30.0), Hit::Exit("ask".into(), "invalid".into()), "the nearest of two");
        assert_eq!(hit(&document, Point::new(330.0, 90.0), 7.0), Hit::Card("ask".into()));
        assert_eq!(hit(&document, path.middle, 7.0), Hit::Path("ask".into(), "answered".into()));
        assert_eq!(hit(&document, Point::new(-500.0, -500.0), 7.0), Hit::Nothing);
    }

    #[test]
    fn a_card_is_as_high_as_its_parts() {
        assert_eq!(card_height(1, 3), 38.0 + 28.0 + 84.0 + 1.0);
        assert_eq!(card_height(0, 0), 39.0);
        assert_eq!(snap(Point::new(11.0, -5.0)), [8, -8]);
    }
}
