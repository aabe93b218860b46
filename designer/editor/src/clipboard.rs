//! Copy and paste across flows: a JSON envelope that a chat or a mail can carry.

use std::collections::{BTreeMap, BTreeSet};

use model::spec::references;
use model::{Edge, FlowId, Node, NodeId, Texts, Variable};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::edit::{Outcome, about};
use crate::geometry::{Point, snap};
use crate::{Document, Op, Selection, variables};

/// What marks our envelope.
const APP: &str = "flow-clip";

/// Steps on the clipboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// Always `flow-clip`.
    app: String,
    /// The envelope's format.
    v: u32,
    /// The flow they come from.
    source: FlowId,
    /// The steps.
    pub nodes: Vec<Node>,
    /// The paths among them.
    edges: Vec<Edge>,
    /// Where they stood, the left upper corner at 0, 0.
    layout: BTreeMap<NodeId, [i32; 2]>,
    /// The variables they use.
    variables: Vec<Variable>,
}

impl Clip {
    /// The envelope as text.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a clip is plain data with string keys")
    }

    /// Reads an envelope; `None` when the text is something else.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text.trim()).ok().filter(|clip| clip.app == APP && clip.v == 1)
    }
}

/// The selected steps as a clip; the start stays, for a flow has one. `None` when nothing can be copied.
pub fn copy(document: &Document, ids: &BTreeSet<NodeId>) -> Option<Clip> {
    let nodes: Vec<Node> = document
        .flow
        .nodes
        .iter()
        .filter(|node| ids.contains(&node.id) && document.is_enterable(&node.id))
        .cloned()
        .collect();
    let ids: BTreeSet<&NodeId> = nodes.iter().map(|node| &node.id).collect();
    let places = || ids.iter().map(|id| document.flow.layout.get(*id).copied().unwrap_or_default());
    let left = places().map(|[x, _]| x).min()?;
    let top = places().map(|[_, y]| y).min()?;
    let layout = ids.iter().copied().cloned().zip(places().map(|[x, y]| [x - left, y - top])).collect();
    let edges =
        document.flow.edges.iter().filter(|edge| ids.contains(&edge.from) && ids.contains(&edge.to)).cloned().collect();
    let used: BTreeSet<&NodeId> = ids.clone();
    let variables = document
        .flow
        .variables
        .iter()
        .filter(|variable| variables::uses(document, &variable.name).iter().any(|id| used.contains(id)))
        .cloned()
        .collect();
    Some(Clip { app: APP.into(), v: 1, source: document.flow.id.clone(), layout, edges, variables, nodes })
}

/// Brings a clip in: new ids, titles of their own, variables that are missing.
pub(crate) fn paste(change: &mut Change<'_>, clip: &Clip, at: [i32; 2]) -> Outcome {
    for variable in &clip.variables {
        variables::add(change, variable);
    }
    let mut renamed: BTreeMap<&NodeId, NodeId> = BTreeMap::new();
    for node in &clip.nodes {
        let id = change.document.fresh_node_id(&node.kind);
        let own_title = if node.title.is_empty() {
            change.document.specs.get(&node.kind).map(|spec| spec.label.clone()).unwrap_or_default()
        } else {
            node.title.clone()
        };
        let title = change.document.fresh_title(&own_title);
        let title = if title == own_title { node.title.clone() } else { title };
        let [x, y] = clip.layout.get(&node.id).copied().unwrap_or_default();
        let place = snap(Point::new(f64::from(at[0]) + f64::from(x), f64::from(at[1]) + f64::from(y)));
        change.add_node(Node { id: id.clone(), title, ..node.clone() }, place);
        renamed.insert(&node.id, id);
    }
    for edge in &clip.edges {
        if let (Some(from), Some(to)) = (renamed.get(&edge.from), renamed.get(&edge.to)) {
            change.connect(from, &edge.port, to);
        }
    }
    retarget_references(change, &renamed);
    let n = clip.nodes.len();
    Outcome {
        label: Texts::new(format!("粘贴 {n} 个步骤"), format!("Paste {n} step{}", if n == 1 { "" } else { "s" })),
        select: Selection::nodes(renamed.into_values()),
        ..Outcome::default()
    }
}

/// Copies of steps, so far from where they stand.
pub(crate) fn duplicate(change: &mut Change<'_>, nodes: &[NodeId], by: [i32; 2]) -> Outcome {
    let ids: BTreeSet<NodeId> = nodes.iter().cloned().collect();
    let Some(clip) = copy(change.document, &ids) else { return Outcome::default() };
    let places =
        || clip.nodes.iter().map(|node| change.document.flow.layout.get(&node.id).copied().unwrap_or_default());
    let left = places().map(|[x, _]| x).min().unwrap_or_default();
    let top = places().map(|[_, y]| y).min().unwrap_or_default();
    let pasted = paste(change, &clip, [left + by[0], top + by[1]]);
    let label = match clip.nodes.as_slice() {
        [only] => about("再来一份", "Duplicate", &change.document.titles(&only.id)),
        several => {
            let n = several.len();
            Texts::new(format!("再来一份（{n} 个步骤）"), format!("Duplicate {n} steps"))
        }
    };
    Outcome { label, ..pasted }
}

/// Settings that name a step of the clip ("go to") name its copy.
fn retarget_references(change: &mut Change<'_>, renamed: &BTreeMap<&NodeId, NodeId>) {
    for id in renamed.values() {
        let Some(node) = change.document.flow.node(id) else { continue };
        let Some(spec) = change.document.specs.get(&node.kind) else { continue };
        let mut config = node.config.clone();
        for found in references(&spec.schema, &node.config).into_iter().filter(|found| found.what == "node") {
            let target = found.value.as_str().and_then(|name| renamed.get(&NodeId::from(name)));
            if let Some(target) = target {
                crate::pointer::set(&mut config, &found.pointer, Some(serde_json::json!(target)));
            }
        }
        change.apply(Op::SetConfig(id.clone(), config));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edit, Editor, samples};

    #[test]
    fn pasted_steps_get_ids_titles_and_variables_of_their_own() {
        let document = samples::refund();
        let clip = copy(&document, &["start".into(), "ask".into(), "say".into()].into()).expect("something is copied");
        let clip = Clip::from_text(&clip.to_text()).expect("our own envelope");
        let mut empty = samples::refund();
        empty.flow.variables.clear();
        let mut editor = Editor::new(empty);

        let outcome = editor.run(&Edit::Paste { clip: Box::new(clip), at: [0, 400] }, &Selection::default(), 0.0);

        let flow = &editor.document().flow;
        assert_eq!(outcome.select, Selection::nodes(["ask_2".into(), "say_2".into()]));
        assert_eq!(flow.edge(&"ask_2".into(), &"answered".into()).map(|edge| edge.to.as_str()), Some("say_2"));
        assert_eq!(flow.node(&"ask_2".into()).map(|node| node.title.clone()), Some(Texts::new("提问 2", "Ask 2")));
        assert_eq!(flow.variables.len(), 1);
        assert_eq!(flow.layout.get(&NodeId::from("ask_2")), Some(&[0, 400]));
    }

    #[test]
    fn other_texts_are_not_a_clip() {
        assert!(Clip::from_text("您好").is_none());
        assert!(Clip::from_text("{\"app\":\"other\"}").is_none());
    }
}
