//! What is selected, and how arrow keys and marquees choose.

use std::collections::BTreeSet;

use model::{NodeId, PortId};

use crate::Document;
use crate::geometry::{Rect, card_rect, path_of};

/// What is selected: cards, or one path, or one note.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Cards.
    pub nodes: BTreeSet<NodeId>,
    /// A path, by its exit.
    pub path: Option<(NodeId, PortId)>,
    /// A note.
    pub note: Option<String>,
}

impl Selection {
    /// One card.
    pub fn node(id: NodeId) -> Self {
        Self { nodes: BTreeSet::from([id]), ..Self::default() }
    }

    /// Several cards.
    pub fn nodes(ids: impl IntoIterator<Item = NodeId>) -> Self {
        Self { nodes: ids.into_iter().collect(), ..Self::default() }
    }

    /// One path.
    pub fn path(from: NodeId, port: PortId) -> Self {
        Self { path: Some((from, port)), ..Self::default() }
    }

    /// Is nothing selected?
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.path.is_none() && self.note.is_none()
    }

    /// The only selected card.
    pub fn single(&self) -> Option<&NodeId> {
        if self.nodes.len() == 1 { self.nodes.first() } else { None }
    }

    /// With a card added, or taken out when it was in.
    pub fn toggled(&self, id: &NodeId) -> Self {
        let mut nodes = self.nodes.clone();
        if !nodes.remove(id) {
            nodes.insert(id.clone());
        }
        Self::nodes(nodes)
    }

    /// Without what is no longer there.
    pub fn kept(&self, document: &Document) -> Self {
        Self {
            nodes: self.nodes.iter().filter(|id| document.flow.node(id).is_some()).cloned().collect(),
            path: self.path.clone().filter(|(from, port)| document.is_linked(from, port)),
            note: self.note.clone().filter(|id| document.flow.notes.iter().any(|note| note.id == *id)),
        }
    }
}

/// The cards a marquee touches.
pub fn in_marquee(document: &Document, marquee: &Rect) -> BTreeSet<NodeId> {
    let ids = document.flow.nodes.iter().map(|node| &node.id);
    ids.filter(|id| card_rect(document, id).touches(marquee)).cloned().collect()
}

/// The cards that lie on a note as a whole: they go where it goes.
pub fn on_note(document: &Document, [x, y, w, h]: [i32; 4]) -> BTreeSet<NodeId> {
    let note = Rect::new(x.into(), y.into(), w.into(), h.into());
    let is_on = |id: &NodeId| {
        let card = card_rect(document, id);
        let (right, low) = (card.x + card.w, card.y + card.h);
        card.x >= note.x && card.y >= note.y && right <= note.x + note.w && low <= note.y + note.h
    };
    document.flow.nodes.iter().map(|node| node.id.clone()).filter(is_on).collect()
}

/// Where an arrow key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// ←
    Left,
    /// →
    Right,
    /// ↑
    Up,
    /// ↓
    Down,
}

/// Something the arrow keys go to.
#[derive(Clone, Debug, PartialEq)]
pub enum Spot {
    /// A card.
    Card(NodeId),
    /// A path, by its exit.
    Path(NodeId, PortId),
}

/// The nearest card in a direction: the distance between edges, and twice how far it is off the axis.
pub fn nearest(document: &Document, from: &NodeId, direction: Direction) -> Option<NodeId> {
    let start = card_rect(document, from);
    let cards = document.flow.nodes.iter().map(|node| &node.id).filter(|id| *id != from);
    let far = cards.filter_map(|id| Some((way(&start, &card_rect(document, id), direction)?, id)));
    far.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, id)| id.clone())
}

/// The nearest card or path in a direction from a card or a path; a path is where its middle is.
pub fn nearest_spot(document: &Document, from: &Spot, direction: Direction) -> Option<Spot> {
    let rect = |spot: &Spot| match spot {
        Spot::Card(id) => Some(card_rect(document, id)),
        Spot::Path(from, port) => {
            path_of(document, from, port).map(|shape| Rect::new(shape.middle.x, shape.middle.y, 0.0, 0.0))
        }
    };
    let start = rect(from)?;
    let cards = document.flow.nodes.iter().map(|node| Spot::Card(node.id.clone()));
    let paths = document.flow.edges.iter().map(|edge| Spot::Path(edge.from.clone(), edge.port.clone()));
    let others = cards.chain(paths).filter(|spot| spot != from);
    let far = others.filter_map(|spot| Some((way(&start, &rect(&spot)?, direction)?, spot)));
    far.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, spot)| spot)
}

/// How far it is to a rectangle in a direction; `None` when it is not there.
fn way(start: &Rect, rect: &Rect, direction: Direction) -> Option<f64> {
    let (dx, dy) = (rect.centre().x - start.centre().x, rect.centre().y - start.centre().y);
    let (along, off, gap, off_gap) = match direction {
        Direction::Left => (-dx, dy, start.x - rect.x - rect.w, gap(start.y, start.h, rect.y, rect.h)),
        Direction::Right => (dx, dy, rect.x - start.x - start.w, gap(start.y, start.h, rect.y, rect.h)),
        Direction::Up => (-dy, dx, start.y - rect.y - rect.h, gap(start.x, start.w, rect.x, rect.w)),
        Direction::Down => (dy, dx, rect.y - start.y - start.h, gap(start.x, start.w, rect.x, rect.w)),
    };
    if along <= 0.0 || (gap < 0.0 && off_gap > 0.0) {
        return None;
    }
    // The last term only decides between equals.
    Some(gap.max(0.0) + 2.0 * off_gap + off.abs() / 1000.0)
}

/// Free space between two spans; 0 when they overlap.
fn gap(a: f64, a_length: f64, b: f64, b_length: f64) -> f64 {
    (b - a - a_length).max(a - b - b_length).max(0.0)
}

/// The card at the other end of a path: on by the first path that leads anywhere, back by the first that comes in.
pub fn along_path(document: &Document, from: &NodeId, forward: bool) -> Option<NodeId> {
    if forward {
        let node = document.flow.node(from)?;
        let mut ports = document.ports_of(node).into_iter();
        ports.find_map(|port| document.flow.edge(from, &port.id).map(|edge| edge.to.clone()))
    } else {
        document.incoming(from).next().map(|edge| edge.from.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn arrows_go_to_the_nearest_card_and_back() {
        let document = samples::refund();

        assert_eq!(nearest(&document, &"ask".into(), Direction::Right), Some("say".into()));
        assert_eq!(nearest(&document, &"say".into(), Direction::Left), Some("ask".into()));
        assert_eq!(nearest(&document, &"start".into(), Direction::Left), None);
        assert_eq!(along_path(&document, &"start".into(), true), Some("ask".into()));
        assert_eq!(along_path(&document, &"ask".into(), false), Some("start".into()));
    }

    #[test]
    fn arrows_stop_at_the_paths_between_cards() {
        let document = samples::refund();
        let path = Spot::Path("ask".into(), "answered".into());

        assert_eq!(nearest_spot(&document, &Spot::Card("ask".into()), Direction::Right), Some(path.clone()));
        assert_eq!(nearest_spot(&document, &path, Direction::Right), Some(Spot::Card("say".into())));
        assert_eq!(nearest_spot(&document, &path, Direction::Left), Some(Spot::Card("ask".into())));
    }

    #[test]
    fn a_note_carries_the_cards_that_lie_on_it_as_a_whole() {
        let document = samples::refund();

        assert_eq!(on_note(&document, [-20, 40, 600, 300]), ["start".into(), "ask".into()].into());
        assert_eq!(on_note(&document, [-20, 40, 500, 300]), ["start".into()].into(), "the other reaches beyond it");
    }

    #[test]
    fn a_marquee_selects_what_it_touches() {
        let document = samples::refund();

        assert_eq!(in_marquee(&document, &Rect::new(-10.0, 0.0, 340.0, 90.0)), ["start".into(), "ask".into()].into());
    }
}
