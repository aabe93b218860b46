//! What is selected, and how arrow keys and marquees choose.

use std::collections::BTreeSet;

use model::{NodeId, PortId};

use crate::Document;
use crate::geometry::{Rect, card_rect};

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

/// The nearest card in a direction: the distance between edges, and twice how far it is off the axis.
pub fn nearest(document: &Document, from: &NodeId, direction: Direction) -> Option<NodeId> {
    let start = card_rect(document, from);
    document
        .flow
        .nodes
        .iter()
        .filter(|node| node.id != *from)
        .filter_map(|node| {
            let rect = card_rect(document, &node.id);
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
            Some((gap.max(0.0) + 2.0 * off_gap + off.abs() / 1000.0, &node.id))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, id)| id.clone())
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
    fn a_marquee_selects_what_it_touches() {
        let document = samples::refund();

        assert_eq!(in_marquee(&document, &Rect::new(-10.0, 0.0, 340.0, 90.0)), ["start".into(), "ask".into()].into());
    }
}
