//! Getting around by key: from step to step, along paths, to problems; and what keys do in place of a drag.

use editor::geometry::Point;
use editor::selection::{Direction, Spot, along_path, nearest, nearest_spot};
use editor::{Edit, Selection};
use leptos::prelude::*;
use model::{NodeId, PortId};

use super::Canvas;
use crate::i18n::{counted, tr, tr_string};
use crate::ui::toast;

/// Cards grabbed by key: where each stood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grabbed(Vec<(NodeId, Point)>);

impl Canvas {
    /// Begins a path at the free exit of the selected step; arrows choose where to, Enter makes it. While one is being
    /// made, the next exit of its step is chosen.
    pub(crate) fn connect_selected(self) {
        let making = self.connecting.with_untracked(|connecting| {
            connecting.as_ref().map(|connecting| (connecting.from.clone(), connecting.port.clone()))
        });
        let exit = match making {
            Some((from, port)) => self.exit_after(&from, &port).map(|port| (from, port)),
            None => self.cx.selection.with_untracked(|selection| {
                let id = selection.single()?;
                let port = self.cx.with_document(|document| {
                    editor::insert::main_exit(document, id).or_else(|| {
                        let ports = document.flow.node(id).map(|node| document.ports_of(node))?;
                        ports.first().map(|port| port.id.clone())
                    })
                })?;
                Some((id.clone(), port))
            }),
        };
        let Some((from, port)) = exit else { return };
        let label = self.cx.card(&from).and_then(|rx| {
            let card = rx.card.get_untracked();
            card.exits.iter().find(|exit| exit.port == port).map(|exit| exit.label.clone())
        });
        self.begin_path(from, port, true);
        let label = label.unwrap_or_default();
        self.cx.announcement.set(tr_string(
            || format!("从出口“{label}”连接：方向键选去处，Enter 连上，C 换出口"),
            || format!("Connect from “{label}”: arrows choose where to, Enter connects, C takes the next exit"),
        ));
    }

    /// The exit below this one, or the first after the last.
    fn exit_after(self, from: &NodeId, port: &PortId) -> Option<PortId> {
        self.cx.with_document(|document| {
            let ports = document.ports_of(document.flow.node(from)?);
            let at = ports.iter().position(|other| other.id == *port)?;
            Some(ports[(at + 1) % ports.len()].id.clone())
        })
    }

    /// Moves the selection to the nearest step or path, or the target of a path in the making.
    pub(crate) fn go(self, direction: Direction, is_extended: bool) {
        let cx = self.cx;
        if self.connecting.with_untracked(Option::is_some) {
            self.aim(direction);
            return;
        }
        let selection = cx.selection.get_untracked();
        let from = selection.path.map(|(from, port)| Spot::Path(from, port));
        let from = from.or_else(|| selection.nodes.last().cloned().map(Spot::Card));
        let next = match &from {
            Some(Spot::Card(from)) if is_extended => {
                cx.with_document(|document| nearest(document, from, direction)).map(Spot::Card)
            }
            Some(from) => cx.with_document(|document| nearest_spot(document, from, direction)),
            None => cx.order.with_untracked(|order| order.first().cloned().map(Spot::Card)),
        };
        match next {
            Some(Spot::Card(next)) if is_extended => cx.selection.update(|selection| {
                selection.path = None;
                selection.nodes.insert(next);
            }),
            Some(Spot::Card(next)) => cx.reveal(&next),
            Some(Spot::Path(from, port)) => {
                cx.selection.set(Selection::path(from.clone(), port.clone()));
                self.say_path(&from, &port);
            }
            None => {}
        }
    }

    /// Says where a path leads from and to.
    fn say_path(self, from: &NodeId, port: &PortId) {
        let to = self.cx.with_flow(|flow| flow.edge(from, port).map(|edge| edge.to.clone()));
        let (from, to) = (self.cx.title(from), to.map(|to| self.cx.title(&to)).unwrap_or_default());
        self.cx
            .announcement
            .set(tr_string(|| format!("走向：从“{from}”到“{to}”"), || format!("Path from “{from}” to “{to}”")));
    }

    /// The arrow keys choose where a path in the making leads.
    fn aim(self, direction: Direction) {
        let Some(connecting) = self.connecting.get_untracked() else { return };
        let from = connecting.over.unwrap_or(connecting.from);
        let next = self.cx.with_document(|document| {
            let next = nearest(document, &from, direction)?;
            Some(editor::geometry::entry_point(&editor::geometry::card_rect(document, &next)))
        });
        if let Some(entry) = next {
            self.move_path(Point::new(entry.x + 4.0, entry.y));
        }
    }

    /// Goes along a path, on or back.
    pub(crate) fn follow(self, forward: bool) {
        let from = self.cx.selection.with_untracked(|selection| selection.single().cloned());
        let next = from.and_then(|from| self.cx.with_document(|document| along_path(document, &from, forward)));
        if let Some(next) = next {
            self.cx.reveal(&next);
        }
    }

    /// The first step, or the last.
    pub(crate) fn go_to_end(self, is_first: bool) {
        let id =
            self.cx.order.with_untracked(|order| if is_first { order.first().cloned() } else { order.last().cloned() });
        if let Some(id) = id {
            self.cx.reveal(&id);
        }
    }

    /// Moves the selected cards by steps of the grid.
    pub(crate) fn nudge(self, direction: Direction, by: i32) {
        let (dx, dy) = match direction {
            Direction::Left => (-by, 0),
            Direction::Right => (by, 0),
            Direction::Up => (0, -by),
            Direction::Down => (0, by),
        };
        let nodes = self.cx.selection.with_untracked(|selection| selection.nodes.clone());
        if self.grabbed.with_untracked(Option::is_some) {
            for rx in nodes.iter().filter_map(|id| self.cx.card(id)) {
                rx.place.update(|place| *place = Point::new(place.x + f64::from(dx), place.y + f64::from(dy)));
            }
            return;
        }
        let to = self.cx.with_flow(|flow| {
            let place = |id: &NodeId| flow.layout.get(id).copied().unwrap_or_default();
            nodes.iter().map(|id| (id.clone(), [place(id)[0] + dx, place(id)[1] + dy])).collect()
        });
        self.cx.run(Edit::Move { to });
    }

    /// Takes the selected cards into the hand, for the arrow keys to move.
    pub(super) fn grab(self) {
        let nodes = self.cx.selection.with_untracked(|selection| selection.nodes.clone());
        if nodes.is_empty() {
            return;
        }
        let n = nodes.len();
        let places = nodes.into_iter().filter_map(|id| Some((id.clone(), self.cx.card(&id)?.place.get_untracked())));
        self.grabbed.set(Some(Grabbed(places.collect())));
        let said = tr_string(
            || format!("已抓起 {n} 个步骤：方向键移动，Enter 放下，Esc 放回"),
            || format!("Grabbed {}: arrows move, Enter drops, Esc puts back", counted(n, "step")),
        );
        self.cx.announcement.set(said.clone());
        toast(said);
    }

    /// Lets them go where they are, or where they were; `false` when nothing was in the hand.
    pub(super) fn let_go(self, is_kept: bool) -> bool {
        let Some(Grabbed(places)) = self.grabbed.get_untracked() else { return false };
        self.grabbed.set(None);
        let mut to = Vec::new();
        for (id, start) in places {
            let Some(rx) = self.cx.card(&id) else { continue };
            if is_kept {
                let at = rx.place.get_untracked();
                to.push((id, [at.x.round() as i32, at.y.round() as i32]));
            } else {
                rx.place.set(start);
            }
        }
        if is_kept {
            self.cx.run(Edit::Move { to });
        }
        true
    }

    /// The next finding after the selected step, or the one before it.
    pub(crate) fn go_to_problem(self, forward: bool) {
        let cx = self.cx;
        let nodes: Vec<NodeId> = cx.problems.with_untracked(|problems| {
            let mut nodes: Vec<NodeId> = problems.iter().filter_map(|problem| problem.place.node.clone()).collect();
            nodes.dedup();
            nodes
        });
        if nodes.is_empty() {
            toast(tr("没有问题", "No problems"));
            return;
        }
        let here = cx.selection.with_untracked(|selection| selection.single().cloned());
        let at = here.and_then(|here| nodes.iter().position(|node| *node == here));
        let next = match (at, forward) {
            (None, true) => 0,
            (None, false) => nodes.len() - 1,
            (Some(at), true) => (at + 1) % nodes.len(),
            (Some(at), false) => (at + nodes.len() - 1) % nodes.len(),
        };
        cx.is_dock_open.set(true);
        cx.reveal(&nodes[next]);
    }
}
