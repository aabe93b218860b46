//! A program: a checked flow with the flows it calls, ready to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Flow, FlowKey, Problem, Resources, VarName};

use crate::plan::Plan;
use crate::run::MAX_DEPTH;
use crate::{Catalogue, check};

/// The programs of the flows that a flow calls, by key.
pub type Callees = BTreeMap<FlowKey, Arc<Program>>;

/// Variables every flow has without declaring them: what the customer said last, the language, and the agent's note.
/// They belong to the innermost flow and travel with calls.
pub const SYSTEM_VARIABLES: [&str; 3] = ["last_message", "language", "agent_note"];

/// Is this one of the variables every flow has?
pub fn is_system(name: &VarName) -> bool {
    SYSTEM_VARIABLES.contains(&name.as_str())
}

/// A flow that passed its checks, and every flow it reaches by calls.
///
/// The flows are kept side by side, not inside each other: a long chain of calls is no deep tree, and a flow that is
/// called from many places is kept once.
pub struct Program {
    main: Arc<Plan>,
    called: BTreeMap<FlowKey, Called>,
}

/// A flow that is called.
struct Called {
    plan: Arc<Plan>,
    /// How many calls lead to it, at least.
    level: usize,
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
        Ok(Self::assemble(flow, catalogue, resources, &callees))
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
        has_start.then(|| Self::assemble(flow, catalogue, resources, &callees))
    }

    fn assemble(flow: &Flow, catalogue: &Catalogue, resources: Arc<Resources>, callees: &Callees) -> Self {
        let main = Arc::new(Plan::new(flow, catalogue, resources));
        let mut program = Self { main, called: BTreeMap::new() };
        for (key, callee) in callees {
            program.add(key, &callee.main, 1);
            for (key, called) in &callee.called {
                program.add(key, &called.plan, called.level + 1);
            }
        }
        program
    }

    /// Keeps a called flow by its shortest way of calls; what lies deeper than calls may go is never reached.
    fn add(&mut self, key: &FlowKey, plan: &Arc<Plan>, level: usize) {
        let is_nearer = self.called.get(key).is_none_or(|known| level < known.level);
        if is_nearer && level < MAX_DEPTH && *key != self.main.flow.key {
            self.called.insert(key.clone(), Called { plan: Arc::clone(plan), level });
        }
    }

    /// The flow it was made of.
    pub fn flow(&self) -> &Flow {
        &self.main.flow
    }

    /// Does it, or a flow it calls, mend the dialogue? Then events say what the customer's words do.
    pub fn mends(&self) -> bool {
        self.main.flow.repair.is_some() || self.called.values().any(|called| called.plan.flow.repair.is_some())
    }

    /// The conversation's own flow.
    pub(crate) fn main(&self) -> &Plan {
        &self.main
    }

    /// The flow of this key: its own or one it calls, at any depth.
    pub(crate) fn find(&self, key: &FlowKey) -> Option<&Plan> {
        if &self.main.flow.key == key {
            return Some(&self.main);
        }
        self.called.get(key).map(|called| &*called.plan)
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("flow", &self.main.flow.key)
            .field("nodes", &self.main.flow.nodes.len())
            .field("called", &self.called.len())
            .finish_non_exhaustive()
    }
}
