//! The trait of a node kind: its settings are the struct, its description is data, its life is `enter` and `resume`.

use std::collections::BTreeMap;

use model::spec::{Family, PortSpec};
use model::{Input, NodeId, PortId, Problem, Texts, VarName};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{AgentAct, Answer, Ctx, Failure};

/// A node kind. The implementing struct is the settings: doc comments are the help texts, `schemars` makes the schema.
///
/// `Default` is what a dropped node has; it must already work.
pub trait Kind: Serialize + DeserializeOwned + JsonSchema + Default + Send + Sync + 'static {
    /// The description, without schema, defaults and examples, which come from the struct.
    fn info() -> KindInfo;

    /// Settings that show its use.
    fn examples() -> Vec<(Texts, Self)>;

    /// The conversation enters the node.
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure>;

    /// Something the node waited for happened. Kinds that never wait keep this default.
    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        let _ = happened;
        self.enter(ctx)
    }

    /// What a customer is told who does not know what to answer to the question that waits; nothing says what an answer
    /// that is not valid is told. Dialogue repair asks for it.
    fn help(&self, ctx: &Ctx<'_>) -> Option<Texts> {
        let _ = ctx;
        None
    }

    /// What the schema and the references cannot say: problems of these settings, with a pointer into them.
    /// The caller fills in the node.
    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Brings settings of an older version to the newest.
    fn upgrade(config: Value, from: u32) -> Value {
        let _ = from;
        config
    }
}

/// The part of a kind's description that the struct cannot say by itself.
pub struct KindInfo {
    /// The name in flow documents.
    pub kind: &'static str,
    /// The newest version of the settings.
    pub version: u32,
    /// The family.
    pub family: Family,
    /// A Lucide icon's name.
    pub icon: &'static str,
    /// The name on the screens.
    pub label: Texts,
    /// What it does, in one or two sentences.
    pub description: Texts,
    /// Other words people search for it by.
    pub keywords: &'static [&'static str],
    /// The card's summary: see `model::spec::summary`.
    pub summary: Texts,
    /// The exits.
    pub ports: Vec<PortSpec>,
    /// May a path lead to it?
    pub enterable: bool,
    /// Does every visit wait for the customer or for time?
    pub waits: bool,
    /// Place in the picker; below 100 for the common ones.
    pub order: u32,
}

/// Where a conversation goes after a node did its part.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Leave by this port.
    Go(PortId),
    /// Stay: something was asked, see [`Ctx`]'s `ask…` and `wait…` functions.
    Wait,
    /// Go to another node of the same flow.
    Jump(NodeId),
    /// Call another flow; the node resumes with [`Happened::Returned`].
    Call {
        /// Which; its program must be among the callees.
        flow: model::FlowKey,
        /// Its variables at the start.
        give: BTreeMap<VarName, Value>,
        /// Variables copied back at its end: (name there, name here).
        get: Vec<(VarName, VarName)>,
    },
    /// End the flow: the caller goes on, or the conversation is over.
    End {
        /// The named end.
        result: String,
    },
}

impl Next {
    /// Leave by the port with this id.
    pub fn go(port: &str) -> Self {
        Self::Go(port.into())
    }
}

/// What a waiting node is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// The customer said something.
    Said(Input),
    /// The asked effect is answered.
    Answered(Answer),
    /// The deadline has passed.
    TimeUp,
    /// Something on the agents' side.
    Agent(AgentAct),
    /// The called flow ended with this result.
    Returned(String),
}
