//! A program: a checked flow, ready to run, with its expressions compiled once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Compiled, CompiledTemplate, ExprError, Values};
use model::spec::{Port, PortRole, ports, references};
use model::{Flow, FlowKey, Handler, NodeId, PortId, Problem, Resources, Texts, VarName, VarType};
use serde_json::Value;

use crate::{Built, Catalogue, Failure, check};

/// The programs of the flows that a flow calls, by key.
pub type Callees = BTreeMap<FlowKey, Arc<Program>>;

/// Variables every flow has without declaring them: what the customer said last, the language, and the agent's note.
pub const SYSTEM_VARIABLES: [&str; 3] = ["last_message", "language", "agent_note"];

/// Is this one of the variables every flow has?
pub fn is_system(name: &VarName) -> bool {
    SYSTEM_VARIABLES.contains(&name.as_str())
}

/// A flow that passed its checks.
pub struct Program {
    pub(crate) flow: Arc<Flow>,
    pub(crate) resources: Arc<Resources>,
    pub(crate) callees: Callees,
    pub(crate) time_zone: String,
    nodes: BTreeMap<NodeId, ProgramNode>,
    start: NodeId,
    expressions: BTreeMap<String, Compiled>,
    scripts: BTreeMap<String, Compiled>,
    templates: BTreeMap<String, CompiledTemplate>,
}

/// A node of a program.
pub(crate) struct ProgramNode {
    pub(crate) id: NodeId,
    pub(crate) title: Texts,
    pub(crate) built: Box<dyn Built>,
    pub(crate) ports: Vec<Port>,
    pub(crate) edges: BTreeMap<String, NodeId>,
}

impl ProgramNode {
    /// The port failures leave by.
    pub(crate) fn failed_port(&self) -> Option<&PortId> {
        self.ports.iter().find(|port| port.role == PortRole::Failed).map(|port| &port.id)
    }

    pub(crate) fn role(&self, port: &PortId) -> Option<PortRole> {
        self.ports.iter().find(|known| &known.id == port).map(|known| known.role)
    }
}

impl Program {
    /// Checks a flow and makes it ready to run. `callees` are the programs of the flows it calls.
    ///
    /// `Err` has all problems when at least one is an error; warnings alone do not keep a flow from running.
    pub fn compile(
        flow: &Flow,
        catalogue: &Catalogue,
        resources: Arc<Resources>,
        callees: Callees,
    ) -> Result<Self, Vec<Problem>> {
        let problems = check::check(flow, catalogue, &resources);
        if problems.iter().any(Problem::is_error) {
            return Err(problems);
        }
        Ok(Self::assemble(flow, catalogue, resources, callees))
    }

    /// Makes a program of a flow even if it has errors, so that an author can try a draft: what cannot run fails when
    /// the conversation comes to it. Without a start there is nothing to try: `None`.
    pub fn compile_draft(
        flow: &Flow,
        catalogue: &Catalogue,
        resources: Arc<Resources>,
        callees: Callees,
    ) -> Option<Self> {
        let has_start = flow.nodes.iter().any(|node| node.kind == "start");
        has_start.then(|| Self::assemble(flow, catalogue, resources, callees))
    }

    fn assemble(flow: &Flow, catalogue: &Catalogue, resources: Arc<Resources>, callees: Callees) -> Self {
        let mut program = Self {
            flow: Arc::new(flow.clone()),
            time_zone: time_zone(&resources),
            resources,
            callees,
            nodes: BTreeMap::new(),
            start: NodeId::default(),
            expressions: BTreeMap::new(),
            scripts: BTreeMap::new(),
            templates: BTreeMap::new(),
        };
        for node in &flow.nodes {
            if node.kind == "start" && program.start.is_empty() {
                program.start = node.id.clone();
            }
            let Some(entry) = catalogue.get(&node.kind) else {
                continue;
            };
            let config = entry.upgrade(&node.config, node.v);
            let Ok(built) = entry.build(&config) else {
                continue;
            };
            program.compile_sources(&entry.spec.schema, &config);
            let title = if node.title.is_empty() { entry.spec.label.clone() } else { node.title.clone() };
            let edges = flow.edges.iter().filter(|edge| edge.from == node.id);
            let edges = edges.map(|edge| (edge.port.0.clone(), edge.to.clone())).collect();
            let ports = ports(&entry.spec, &check::with_defaults(&entry.spec, &config));
            program.nodes.insert(node.id.clone(), ProgramNode { id: node.id.clone(), title, built, ports, edges });
        }
        program
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

    /// The flow it was made of.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// Where it starts.
    pub(crate) fn start(&self) -> &NodeId {
        &self.start
    }

    pub(crate) fn node(&self, id: &NodeId) -> Result<&ProgramNode, Failure> {
        self.nodes.get(id).ok_or_else(|| {
            Failure::new(
                format!("步骤 {id} 不能运行：它的设置有问题，或者这个版本不认识它"),
                format!("step {id} cannot run: its settings have a problem, or this release does not know its kind"),
            )
        })
    }

    pub(crate) fn handlers(&self) -> &[Handler] {
        &self.flow.handlers
    }

    /// The program of this key: itself or one it calls, at any depth.
    pub(crate) fn find(&self, key: &FlowKey) -> Option<&Program> {
        if &self.flow.key == key {
            return Some(self);
        }
        self.callees.values().find_map(|callee| callee.find(key))
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

/// The zone of the first calendar is the workspace's; without one it is China's.
fn time_zone(resources: &Resources) -> String {
    resources.calendars.first().map_or_else(|| "Asia/Shanghai".into(), |calendar| calendar.time_zone.clone())
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("flow", &self.flow.key)
            .field("nodes", &self.nodes.len())
            .finish_non_exhaustive()
    }
}
