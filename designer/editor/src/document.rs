//! The document being edited: a flow beside the descriptions of its kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::spec::{Family, Port, PortRole, ports};
use model::{Edge, Flow, KindName, Language, Node, NodeId, NodeSpec, PortId, Resources, Texts, VarName, Variable};

use serde_json::Value;

use crate::geometry::Point;

/// The descriptions of all kinds, by name.
pub type Specs = BTreeMap<KindName, NodeSpec>;

/// A flow with the descriptions that give its nodes exits, icons and forms.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What is edited and saved.
    pub flow: Flow,
    /// What the server knows of the kinds.
    pub specs: Arc<Specs>,
    /// The names of what settings refer to by key.
    pub names: Arc<Names>,
}

/// Names on the screens by what they name and by key: `("team", "after_sales")`.
pub type Names = BTreeMap<(&'static str, String), Texts>;

/// The names of everything a workspace has.
pub fn names_of(resources: &Resources) -> Names {
    let named = |what: &'static str, key: &str, name: &Texts| ((what, key.to_owned()), name.clone());
    let intents = resources.intents.iter().map(|it| named("intent", it.key.as_str(), &it.name));
    let details = resources.details.iter().map(|it| named("detail", it.key.as_str(), &it.name));
    let libraries = resources.libraries.iter().map(|it| named("library", it.key.as_str(), &it.name));
    let teams = resources.teams.iter().map(|it| named("team", it.key.as_str(), &it.name));
    let calendars = resources.calendars.iter().map(|it| named("calendar", it.key.as_str(), &it.name));
    let connectors = resources.connectors.iter().map(|it| named("connector", it.key.as_str(), &it.name));
    let flows = resources.flows.iter().map(|it| named("flow", it.key.as_str(), &it.name));
    intents.chain(details).chain(libraries).chain(teams).chain(calendars).chain(connectors).chain(flows).collect()
}

impl Document {
    /// A document over the kinds the server described.
    pub fn new(flow: Flow, specs: impl IntoIterator<Item = NodeSpec>) -> Self {
        let specs = specs.into_iter().map(|spec| (spec.kind.clone(), spec)).collect();
        Self { flow, specs: Arc::new(specs), names: Arc::default() }
    }

    /// The node's kind, when this release knows it.
    pub fn spec_of(&self, id: &NodeId) -> Option<&NodeSpec> {
        self.flow.node(id).and_then(|node| self.specs.get(&node.kind))
    }

    /// The exits of a node in order of the card's rows. A node of an unknown kind keeps the exits its paths use.
    pub fn ports_of(&self, node: &Node) -> Vec<Port> {
        match self.specs.get(&node.kind) {
            Some(spec) => ports(spec, &with_defaults(spec, &node.config)),
            None => self
                .outgoing(&node.id)
                .map(|edge| Port {
                    id: edge.port.clone(),
                    label: Texts::new(edge.port.as_str(), edge.port.as_str()),
                    role: PortRole::Next,
                })
                .collect(),
        }
    }

    /// May a path lead to this node?
    pub fn is_enterable(&self, id: &NodeId) -> bool {
        self.flow.node(id).is_some() && self.spec_of(id).is_none_or(|spec| spec.enterable)
    }

    /// The family that colours a node.
    pub fn family_of(&self, id: &NodeId) -> Family {
        self.spec_of(id).map_or(Family::Frame, |spec| spec.family)
    }

    /// The name on the card: the node's own title, else the kind's name.
    pub fn title(&self, id: &NodeId, language: &Language) -> String {
        self.titles(id).get(language, &self.flow.languages).to_owned()
    }

    /// The name on the card in every language.
    pub fn titles(&self, id: &NodeId) -> Texts {
        let Some(node) = self.flow.node(id) else { return Texts::new(id.as_str(), id.as_str()) };
        if !node.title.is_empty() {
            return node.title.clone();
        }
        match self.specs.get(&node.kind) {
            Some(spec) => spec.label.clone(),
            None => Texts::new(node.kind.as_str(), node.kind.as_str()),
        }
    }

    /// Where the card stands; cards without a place stand at the origin.
    pub fn position(&self, id: &NodeId) -> Point {
        let [x, y] = self.flow.layout.get(id).copied().unwrap_or_default();
        Point::new(f64::from(x), f64::from(y))
    }

    /// The paths that leave a node.
    pub fn outgoing(&self, id: &NodeId) -> impl Iterator<Item = &Edge> {
        self.flow.edges.iter().filter(move |edge| &edge.from == id)
    }

    /// The paths that lead to a node.
    pub fn incoming(&self, id: &NodeId) -> impl Iterator<Item = &Edge> {
        self.flow.edges.iter().filter(move |edge| &edge.to == id)
    }

    /// The declared variable of this name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.flow.variables.iter().find(|variable| variable.name == *name)
    }

    /// The words for a variable: its label, else its name.
    pub fn variable_label(&self, name: &str, language: &Language) -> String {
        self.variable(name)
            .map(|variable| variable.label.get(language, &[]))
            .filter(|label| !label.is_empty())
            .unwrap_or(name)
            .to_owned()
    }

    /// A free node id derived from the kind: `ask`, `ask_2`, `ask_3`.
    pub fn fresh_node_id(&self, kind: &KindName) -> NodeId {
        fresh_name(kind.as_str(), |name| self.flow.nodes.iter().any(|node| node.id == *name)).into()
    }

    /// A free variable name: `answer`, `answer_2`.
    pub fn fresh_variable(&self, name: &VarName) -> VarName {
        fresh_name(name.as_str(), |name| self.variable(name).is_some()).into()
    }

    /// A title no other card shows, in every language it has: `Ask 2`.
    pub fn fresh_title(&self, titles: &Texts) -> Texts {
        let taken: BTreeSet<String> =
            self.flow.nodes.iter().flat_map(|node| self.titles(&node.id).0.into_values()).collect();
        let is_free = |titles: &Texts| !titles.0.values().any(|title| taken.contains(title));
        if is_free(titles) {
            return titles.clone();
        }
        (2..).map(|number| numbered(titles, number)).find(is_free).expect("there are more numbers than titles")
    }

    /// Why a path from this exit to that node cannot be, in words; `None` when it can.
    pub fn objection(&self, from: &NodeId, to: &NodeId) -> Option<Texts> {
        if self.flow.node(to).is_none() {
            return Some(Texts::new("这个步骤已不存在", "This step is no longer there"));
        }
        if !self.is_enterable(to) {
            return Some(Texts::new("开始步骤不能作为去处", "A path cannot lead to the start"));
        }
        let waits = self.spec_of(from).is_none_or(|spec| spec.waits);
        if from == to && !waits {
            return Some(Texts::new(
                "不等客户说话的步骤不能接回自己",
                "A step cannot lead to itself without a question in between",
            ));
        }
        None
    }

    /// Is this step on the path of a whole-flow handler that goes back? A path that ends there is no dead end.
    pub fn returns(&self, id: &NodeId) -> bool {
        let handlers = self.flow.handlers.iter().filter(|handler| handler.returns);
        let mut open: Vec<&NodeId> = handlers.map(|handler| &handler.to).collect();
        let mut seen = BTreeSet::new();
        while let Some(node) = open.pop() {
            if node == id {
                return true;
            }
            if seen.insert(node) {
                open.extend(self.outgoing(node).map(|edge| &edge.to));
            }
        }
        false
    }

    /// Does an exit lead somewhere?
    pub fn is_linked(&self, node: &NodeId, port: &PortId) -> bool {
        self.flow.edge(node, port).is_some()
    }
}

/// Settings with the defaults where nothing is said: an older or shorter document means the same.
pub(crate) fn with_defaults(spec: &NodeSpec, config: &Value) -> Value {
    match (&spec.defaults, config) {
        (Value::Object(defaults), Value::Object(given)) => {
            let mut whole = defaults.clone();
            whole.extend(given.clone());
            Value::Object(whole)
        }
        (defaults, Value::Null) => defaults.clone(),
        (_, config) => config.clone(),
    }
}

/// `name`, `name_2`, `name_3`: the first that is free. A number at the end counts on.
pub(crate) fn fresh_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let name = if name.is_empty() { "step" } else { name };
    if !is_taken(name) {
        return name.to_owned();
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('_').unwrap_or(name);
    (2..)
        .map(|number| format!("{stem}_{number}"))
        .find(|candidate| !is_taken(candidate))
        .expect("there are more numbers than names")
}

fn numbered(titles: &Texts, number: u32) -> Texts {
    let mut numbered = titles.clone();
    for title in numbered.0.values_mut().filter(|title| !title.is_empty()) {
        let stem = title.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(' ').unwrap_or(title);
        *title = format!("{stem} {number}");
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn new_ids_and_titles_count_on() {
        let document = samples::refund();

        assert_eq!(document.fresh_node_id(&"ask".into()), NodeId::from("ask_2"));
        assert_eq!(document.fresh_node_id(&"pause".into()), NodeId::from("pause"));
        assert_eq!(fresh_name("ask_2", |name| name == "ask_2" || name == "ask_3"), "ask_4");
        assert_eq!(document.fresh_title(&Texts::new("提问", "Ask")), Texts::new("提问 2", "Ask 2"));
    }

    #[test]
    fn nothing_leads_to_the_start() {
        let document = samples::refund();

        assert!(document.objection(&"ask".into(), &"start".into()).is_some());
        assert!(document.objection(&"say".into(), &"say".into()).is_some());
        assert!(document.objection(&"ask".into(), &"ask".into()).is_none(), "a question may ask again");
    }
}
