//! One flow, ready to run: its nodes built, its expressions, templates and phrases prepared once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Compiled, CompiledTemplate, ExprError, Values};
use model::spec::{Port, PortRole, ports, references};
use model::{Flow, Handler, NodeId, PortId, Resources, Texts, Trigger, VarType, time_zone};
use serde_json::Value;

use crate::run::phrases;
use crate::{Built, Catalogue, Failure, check};

/// One flow of a program.
pub(crate) struct Plan {
    pub(crate) flow: Flow,
    pub(crate) resources: Arc<Resources>,
    pub(crate) time_zone: Arc<str>,
    pub(crate) rules: Vec<Rule>,
    nodes: BTreeMap<NodeId, PlanNode>,
    start: NodeId,
    expressions: BTreeMap<String, Compiled>,
    scripts: BTreeMap<String, Compiled>,
    templates: BTreeMap<String, CompiledTemplate>,
}

/// A node of a flow.
pub(crate) struct PlanNode {
    pub(crate) id: NodeId,
    pub(crate) title: Texts,
    pub(crate) built: Box<dyn Built>,
    pub(crate) ports: Vec<Port>,
    pub(crate) edges: BTreeMap<String, NodeId>,
}

impl PlanNode {
    /// The port failures leave by.
    pub(crate) fn failed_port(&self) -> Option<&PortId> {
        self.ports.iter().find(|port| port.role == PortRole::Failed).map(|port| &port.id)
    }

    pub(crate) fn role(&self, port: &PortId) -> Option<PortRole> {
        self.ports.iter().find(|known| &known.id == port).map(|known| known.role)
    }
}

/// A whole-flow handler.
pub(crate) struct Rule {
    pub(crate) handler: Handler,
    /// Its phrases as they are compared.
    pub(crate) phrases: Vec<String>,
}

impl Plan {
    /// Everything of a flow that can run; what cannot fails when a conversation comes to it.
    pub(crate) fn new(flow: &Flow, catalogue: &Catalogue, resources: Arc<Resources>) -> Self {
        let start = flow.nodes.iter().find(|node| node.kind == "start");
        let mut edges: BTreeMap<&NodeId, BTreeMap<String, NodeId>> = BTreeMap::new();
        for edge in &flow.edges {
            edges.entry(&edge.from).or_default().insert(edge.port.0.clone(), edge.to.clone());
        }
        let mut plan = Self {
            time_zone: time_zone(&resources.calendars).into(),
            resources,
            rules: flow.handlers.iter().map(rule).collect(),
            nodes: BTreeMap::new(),
            start: start.map(|node| node.id.clone()).unwrap_or_default(),
            expressions: BTreeMap::new(),
            scripts: BTreeMap::new(),
            templates: BTreeMap::new(),
            flow: flow.clone(),
        };
        for node in &flow.nodes {
            let Some(entry) = catalogue.get(&node.kind) else {
                continue;
            };
            let config = entry.upgrade(&node.config, node.v);
            let Ok(built) = entry.build(&config) else {
                continue;
            };
            let config = check::with_defaults(&entry.spec, &config);
            plan.compile_sources(&entry.spec.schema, &config);
            let title = if node.title.is_empty() { &entry.spec.label } else { &node.title };
            let ready = PlanNode {
                id: node.id.clone(),
                title: short_title(title),
                built,
                ports: ports(&entry.spec, &config),
                edges: edges.remove(&node.id).unwrap_or_default(),
            };
            plan.nodes.insert(node.id.clone(), ready);
        }
        plan
    }

    /// Compiles every expression, script and template of a node's settings once; broken ones fail when they are used.
    fn compile_sources(&mut self, schema: &Value, config: &Value) {
        for reference in references(schema, config) {
            match (reference.what, reference.value) {
                ("expression", Value::String(source)) => {
                    if let Ok(compiled) = Compiled::expression(source) {
                        self.expressions.insert(source.clone(), compiled);
                    }
                }
                ("script", Value::String(source)) => {
                    if let Ok(compiled) = Compiled::script(source) {
                        self.scripts.insert(source.clone(), compiled);
                    }
                }
                ("template", Value::String(source)) => self.compile_template(source),
                ("texts", Value::Object(texts)) => {
                    for source in texts.values().filter_map(Value::as_str) {
                        self.compile_template(source);
                    }
                }
                _ => {}
            }
        }
    }

    fn compile_template(&mut self, source: &str) {
        if let Ok(compiled) = CompiledTemplate::parse(source) {
            self.templates.insert(source.to_owned(), compiled);
        }
    }

    pub(crate) fn compiled_expression(&self, source: &str) -> Result<Cow<'_, Compiled>, ExprError> {
        match self.expressions.get(source) {
            Some(compiled) => Ok(Cow::Borrowed(compiled)),
            None => Compiled::expression(source).map(Cow::Owned),
        }
    }

    pub(crate) fn compiled_script(&self, source: &str) -> Result<Cow<'_, Compiled>, ExprError> {
        match self.scripts.get(source) {
            Some(compiled) => Ok(Cow::Borrowed(compiled)),
            None => Compiled::script(source).map(Cow::Owned),
        }
    }

    pub(crate) fn compiled_template(&self, source: &str) -> Result<Cow<'_, CompiledTemplate>, ExprError> {
        match self.templates.get(source) {
            Some(compiled) => Ok(Cow::Borrowed(compiled)),
            None => CompiledTemplate::parse(source).map(Cow::Owned),
        }
    }

    /// Where it starts.
    pub(crate) fn start(&self) -> &NodeId {
        &self.start
    }

    pub(crate) fn node(&self, id: &NodeId) -> Result<&PlanNode, Failure> {
        self.nodes.get(id).ok_or_else(|| {
            Failure::new(
                format!("步骤 {id} 不能运行：它的设置有问题，或者这个版本不认识它"),
                format!("step {id} cannot run: its settings have a problem, or this release does not know its kind"),
            )
        })
    }

    /// The variables at the start.
    pub(crate) fn initial_values(&self) -> Values {
        let initial = |kind: VarType, value: &Value| match (kind, value) {
            (VarType::List, Value::Null) => Value::Array(Vec::new()),
            (_, value) => value.clone(),
        };
        self.flow.variables.iter().map(|v| (v.name.clone(), initial(v.kind, &v.initial))).collect()
    }
}

fn rule(handler: &Handler) -> Rule {
    let phrases = match &handler.on {
        Trigger::Phrases { phrases } => phrases::prepared(phrases),
        _ => Vec::new(),
    };
    Rule { handler: handler.clone(), phrases }
}

/// A title as the path of a conversation keeps it: states remember many of them.
fn short_title(title: &Texts) -> Texts {
    const MAX_LANGUAGES: usize = 4;
    const MAX_CHARS: usize = 60;
    let short = |text: &String| text.chars().take(MAX_CHARS).collect::<String>();
    Texts(title.0.iter().take(MAX_LANGUAGES).map(|(language, text)| (language.clone(), short(text))).collect())
}
