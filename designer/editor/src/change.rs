//! A change in the making: ops that are done at once, with what takes them back and what they touch.

use model::{Edge, Node, NodeId, PortId};

use crate::{Document, Op, Touched};

/// A change in the making: every op is done at once and its inverse kept.
pub(crate) struct Change<'a> {
    pub(crate) document: &'a mut Document,
    undo: Vec<Op>,
    redo: Vec<Op>,
    touched: Touched,
}

impl<'a> Change<'a> {
    pub(crate) fn new(document: &'a mut Document) -> Self {
        Self { document, undo: Vec::new(), redo: Vec::new(), touched: Touched::default() }
    }

    /// Does one op; one without effect leaves no trace.
    pub(crate) fn apply(&mut self, op: Op) {
        if matches!(op, Op::Replace(_)) {
            self.note_touched(&op);
        }
        if let Some(inverse) = op.clone().apply(&mut self.document.flow) {
            self.note_touched(&op);
            self.undo.push(inverse);
            self.redo.push(op);
        }
    }

    /// Leads an exit to a node; the answer says whether it led elsewhere before.
    pub(crate) fn connect(&mut self, from: &NodeId, port: &PortId, to: &NodeId) -> bool {
        let linked = self.document.is_linked(from, port);
        if linked {
            self.apply(Op::Retarget(from.clone(), port.clone(), to.clone()));
        } else {
            let edge = Edge { from: from.clone(), port: port.clone(), to: to.clone() };
            self.apply(Op::InsertEdge(self.document.flow.edges.len(), edge));
        }
        linked
    }

    /// Adds a node at the end of the list, with its place.
    pub(crate) fn add_node(&mut self, node: Node, at: [i32; 2]) {
        let id = node.id.clone();
        self.apply(Op::InsertNode(self.document.flow.nodes.len(), Box::new(node)));
        self.apply(Op::Place(id, Some(at)));
    }

    /// Undo and redo, each in the order in which it is applied, and what was touched.
    pub(crate) fn finish(mut self) -> (Vec<Op>, Vec<Op>, Touched) {
        self.undo.reverse();
        let touched = if self.redo.is_empty() { Touched::default() } else { self.touched };
        (self.undo, self.redo, touched)
    }

    fn note_touched(&mut self, op: &Op) {
        let touched = &mut self.touched;
        match op {
            Op::InsertNode(_, node) => {
                touched.nodes.insert(node.id.clone());
                touched.order = true;
            }
            Op::RemoveNode(id) => {
                touched.nodes.insert(id.clone());
                touched.order = true;
            }
            Op::SetTitle(id, _) | Op::SetNote(id, _) | Op::SetConfig(id, _) => {
                touched.nodes.insert(id.clone());
                touched.paths |= matches!(op, Op::SetConfig(..));
            }
            Op::Place(id, _) => {
                touched.places.insert(id.clone());
            }
            Op::InsertEdge(_, edge) => {
                touched.nodes.insert(edge.from.clone());
                touched.paths = true;
            }
            Op::RemoveEdge(from, _) | Op::Retarget(from, _, _) => {
                touched.nodes.insert(from.clone());
                touched.paths = true;
            }
            Op::SetVariables(_) | Op::SetHandlers(_) | Op::SetNotes(_) | Op::SetHead(_) => {
                touched.rest = true;
                // Labels of variables and dead ends are on the cards; notes are not.
                if !matches!(op, Op::SetNotes(_)) {
                    touched.nodes.extend(self.document.flow.nodes.iter().map(|node| node.id.clone()));
                }
            }
            Op::Replace(_) => {
                let ids = self.document.flow.nodes.iter().map(|node| node.id.clone());
                touched.nodes.extend(ids);
                touched.places.extend(self.document.flow.layout.keys().cloned());
                touched.order = true;
                touched.paths = true;
                touched.rest = true;
            }
        }
    }
}
