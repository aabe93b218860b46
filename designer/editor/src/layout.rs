//! Auto layout: left to right in layers, keeping the present vertical order where it can.

use std::collections::{BTreeMap, BTreeSet};

use model::{NodeId, PortId};

use crate::Document;
use crate::geometry::{CARD_WIDTH, Point, card_rect, exit_of, snap};
use crate::insert::{GAP_X, GAP_Y};

/// Free space between parts of a flow that are not connected.
const GAP_PARTS: f64 = 80.0;

/// New places for these cards, or for all when none is named.
pub fn tidy(document: &Document, chosen: &[NodeId]) -> Vec<(NodeId, [i32; 2])> {
    let ids: Vec<NodeId> = document
        .flow
        .nodes
        .iter()
        .map(|node| node.id.clone())
        .filter(|id| chosen.len() < 2 || chosen.contains(id))
        .collect();
    let left = ids.iter().map(|id| document.position(id).x).fold(f64::INFINITY, f64::min);
    let top = ids.iter().map(|id| document.position(id).y).fold(f64::INFINITY, f64::min);
    if ids.is_empty() {
        return Vec::new();
    }
    let graph = Graph::new(document, &ids);
    let mut places = Vec::new();
    let mut y = top;
    for part in graph.parts() {
        let placed = part_places(document, &graph, &part);
        let first = placed.iter().map(|(_, at)| at.y).fold(f64::INFINITY, f64::min);
        let mut low = y;
        for (id, at) in placed {
            let at = Point::new(left + at.x, y + at.y - first);
            low = low.max(at.y + card_rect(document, &id).h);
            places.push((id, snap(at)));
        }
        y = low + GAP_PARTS;
    }
    places
}

/// The steps to lay out with the paths among them, in a stable order.
struct Graph<'a> {
    ids: &'a [NodeId],
    next: BTreeMap<&'a NodeId, Vec<(PortId, &'a NodeId)>>,
}

impl<'a> Graph<'a> {
    fn new(document: &'a Document, ids: &'a [NodeId]) -> Self {
        let known: BTreeMap<&NodeId, &NodeId> = ids.iter().map(|id| (id, id)).collect();
        let next = ids
            .iter()
            .map(|id| {
                let ports = document.flow.node(id).map(|node| document.ports_of(node)).unwrap_or_default();
                let targets = ports
                    .into_iter()
                    .filter_map(|port| {
                        let to = document.flow.edge(id, &port.id)?;
                        Some((port.id, *known.get(&to.to)?))
                    })
                    .collect();
                (id, targets)
            })
            .collect();
        Self { ids, next }
    }

    fn targets(&self, id: &NodeId) -> impl Iterator<Item = &'a NodeId> {
        self.next.get(id).into_iter().flatten().map(|(_, to)| *to)
    }

    /// Groups of connected steps: the one with the first step first.
    fn parts(&self) -> Vec<Vec<&'a NodeId>> {
        let mut neighbours: BTreeMap<&NodeId, BTreeSet<&'a NodeId>> = BTreeMap::new();
        for id in self.ids {
            for to in self.targets(id) {
                neighbours.entry(id).or_default().insert(to);
                neighbours.entry(to).or_default().insert(id);
            }
        }
        let mut seen: BTreeSet<&NodeId> = BTreeSet::new();
        let mut parts = Vec::new();
        for id in self.ids {
            if !seen.insert(id) {
                continue;
            }
            let mut part = BTreeSet::from([id]);
            let mut open = vec![id];
            while let Some(id) = open.pop() {
                for &other in neighbours.get(id).into_iter().flatten() {
                    if seen.insert(other) {
                        part.insert(other);
                        open.push(other);
                    }
                }
            }
            parts.push(self.ids.iter().filter(|id| part.contains(id)).collect());
        }
        parts
    }
}

/// Places of one part, its first layer at x = 0.
fn part_places(document: &Document, graph: &Graph<'_>, part: &[&NodeId]) -> Vec<(NodeId, Point)> {
    let layers = layers(graph, part);
    let mut columns: Vec<Vec<&NodeId>> = Vec::new();
    for &id in part {
        let layer = layers[id];
        if columns.len() <= layer {
            columns.resize(layer + 1, Vec::new());
        }
        columns[layer].push(id);
    }
    let mut places: BTreeMap<NodeId, Point> = BTreeMap::new();
    for (layer, column) in columns.iter().enumerate() {
        let mut wanted: Vec<(f64, &NodeId)> =
            column.iter().map(|&id| (wanted_y(document, graph, part, &layers, &places, id), id)).collect();
        // The sort is stable: equals keep the present order from top to bottom.
        wanted.sort_by(|(_, a), (_, b)| document.position(a).y.total_cmp(&document.position(b).y));
        wanted.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut low = f64::NEG_INFINITY;
        for (y, id) in wanted {
            let at = Point::new(layer as f64 * (CARD_WIDTH + GAP_X), y.max(low));
            low = at.y + card_rect(document, id).h + GAP_Y;
            places.insert(id.clone(), at);
        }
    }
    part.iter().map(|&id| (id.clone(), places[id])).collect()
}

/// The y of the highest exit that leads here, as far below its step's top as it is below that step's first exit: a chain
/// keeps its headers in one line, and what a lower exit leads to stands lower.
fn wanted_y(
    document: &Document,
    graph: &Graph<'_>,
    part: &[&NodeId],
    layers: &BTreeMap<&NodeId, usize>,
    places: &BTreeMap<NodeId, Point>,
    id: &NodeId,
) -> f64 {
    let mut tops = Vec::new();
    for &from in part.iter().filter(|from| layers[*from] < layers[id]) {
        for (port, _) in graph.next.get(from).into_iter().flatten().filter(|(_, to)| *to == id) {
            let first = document.flow.node(from).and_then(|node| document.ports_of(node).into_iter().next());
            let first = first.and_then(|first| exit_of(document, from, &first.id));
            let (Some(place), Some(exit), Some(first)) = (places.get(from), exit_of(document, from, port), first)
            else {
                continue;
            };
            tops.push(place.y + exit.y - first.y);
        }
    }
    tops.into_iter().reduce(f64::min).unwrap_or(0.0)
}

/// The layer of each step: one more than the highest before it, paths that go back left out.
fn layers<'a>(graph: &Graph<'a>, part: &[&'a NodeId]) -> BTreeMap<&'a NodeId, usize> {
    let targets: BTreeSet<&NodeId> = part.iter().flat_map(|id| graph.targets(id)).collect();
    let mut order: Vec<&'a NodeId> = Vec::new();
    let mut state: BTreeMap<&NodeId, bool> = BTreeMap::new();
    let mut backward: BTreeSet<(&NodeId, &NodeId)> = BTreeSet::new();
    let roots = part.iter().copied().filter(|id| !targets.contains(id)).chain(part.iter().copied());
    for root in roots {
        visit(graph, root, &mut state, &mut backward, &mut order);
    }
    order.reverse();
    let mut layers: BTreeMap<&'a NodeId, usize> = part.iter().map(|&id| (id, 0)).collect();
    for id in order {
        let after = layers[id] + 1;
        for to in graph.targets(id).filter(|to| !backward.contains(&(id, to))) {
            let layer = layers.get_mut(to).expect("targets are within the part");
            *layer = (*layer).max(after);
        }
    }
    layers
}

/// Depth first, without recursion: a long chain must not exhaust the browser's stack.
fn visit<'a>(
    graph: &Graph<'a>,
    root: &'a NodeId,
    state: &mut BTreeMap<&'a NodeId, bool>,
    backward: &mut BTreeSet<(&'a NodeId, &'a NodeId)>,
    order: &mut Vec<&'a NodeId>,
) {
    if state.contains_key(root) {
        return;
    }
    state.insert(root, false);
    let mut open = vec![(root, graph.targets(root).collect::<Vec<_>>().into_iter().rev())];
    while let Some((id, rest)) = open.last_mut() {
        let id = *id;
        match rest.next() {
            Some(to) => match state.get(to) {
                None => {
                    state.insert(to, false);
                    open.push((to, graph.targets(to).collect::<Vec<_>>().into_iter().rev()));
                }
                Some(false) => {
                    backward.insert((id, to));
                }
                Some(true) => {}
            },
            None => {
                state.insert(id, true);
                order.push(id);
                open.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn cards_never_overlap_and_paths_go_right() {
        let mut document = samples::refund();
        document.flow.layout.clear();

        for (id, place) in tidy(&document, &[]) {
            document.flow.layout.insert(id, place);
        }

        let rects: Vec<_> = document.flow.nodes.iter().map(|node| card_rect(&document, &node.id)).collect();
        for (index, rect) in rects.iter().enumerate() {
            assert!(rects[index + 1..].iter().all(|other| !rect.touches(other)), "{rects:?}");
        }
        let x = |id: &str| document.position(&id.into()).x;
        assert!(x("start") < x("ask") && x("ask") < x("say") && x("say") < x("end"));
    }

    #[test]
    fn a_tidy_flow_stays_as_it_is() {
        let mut document = samples::refund();
        for (id, place) in tidy(&document, &[]) {
            document.flow.layout.insert(id, place);
        }
        let once = document.flow.layout.clone();

        for (id, place) in tidy(&document, &[]) {
            document.flow.layout.insert(id, place);
        }

        assert_eq!(document.flow.layout, once);
    }

    #[test]
    fn a_chain_stands_in_one_line() {
        let document = samples::refund();

        let tops: BTreeSet<i32> = tidy(&document, &[]).into_iter().map(|(_, [_, y])| y).collect();

        assert_eq!(tops.len(), 1, "{tops:?}");
    }

    #[test]
    fn a_cycle_is_laid_out_too() {
        let mut document = samples::refund();
        document.flow.edges.push(model::Edge { from: "ask".into(), port: "silent".into(), to: "ask".into() });
        document.flow.edges.push(model::Edge { from: "ask".into(), port: "invalid".into(), to: "ask".into() });

        assert_eq!(tidy(&document, &[]).len(), 4);
    }
}
