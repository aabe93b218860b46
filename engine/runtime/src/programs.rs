//! Programs of published versions and of drafts, compiled once per version and state of the workspace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use interpreter::{Callees, Catalogue, Program};
use model::{Flow, FlowId, FlowKey, Resources};
use store::conversations::Conversation;
use store::{Store, WorkspaceId};

use crate::circumstances::Live;
use crate::{Engine, Error, Knowledge, Result, secret};

/// Programs that are kept; beyond it all are forgotten, compiling is cheap.
const MAX_KEPT: usize = 512;

/// A version, the generation of its workspace, and the circumstances that name the callees.
type Key = (WorkspaceId, FlowId, i64, u64, i64);

/// The programs in use.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    kept: Mutex<HashMap<Key, Arc<Program>>>,
}

impl Programs {
    /// The program of a conversation. Flows that it calls stay on the versions that were live when it began.
    pub(crate) async fn of_conversation(
        &self,
        engine: &Engine,
        knowledge: &Knowledge,
        conversation: &Conversation,
    ) -> Result<Arc<Program>> {
        let (workspace, began_in) = (conversation.workspace, conversation.circumstances);
        let key = (workspace, conversation.flow_id.clone(), conversation.version, knowledge.generation, began_in);
        if let Some(program) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(program));
        }
        let now = knowledge.circumstances(engine, workspace).await?;
        let past = if began_in == now { None } else { engine.past.get(&engine.store, began_in).await? };
        let live = past.as_ref().map_or(&knowledge.circumstances.live, |past| &past.live);
        let (store, catalogue, resources) = (&engine.store, &engine.catalogue, &knowledge.resources);
        let (id, version) = (&conversation.flow_id, conversation.version);
        let program = of_version(store, catalogue, resources, live, workspace, id, version).await?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.retain(|(_, _, _, generation, _), _| *generation == knowledge.generation);
        kept.insert(key, Arc::clone(&program));
        Ok(program)
    }
}

/// Where the documents of published versions are.
pub(crate) trait Versions {
    /// The document of a version; none where it is gone.
    fn version(
        &self,
        workspace: WorkspaceId,
        id: &FlowId,
        number: i64,
    ) -> impl Future<Output = Result<Option<Flow>>> + Send;
}

impl Versions for Store {
    async fn version(&self, workspace: WorkspaceId, id: &FlowId, number: i64) -> Result<Option<Flow>> {
        let found = store::versions::document(self.read(), workspace, id, number).await?;
        Ok(found.map(|(flow, _)| flow))
    }
}

/// The program of a published version.
pub(crate) async fn of_version(
    versions: &impl Versions,
    catalogue: &Catalogue,
    resources: &Arc<Resources>,
    live: &Live,
    workspace: WorkspaceId,
    id: &FlowId,
    version: i64,
) -> Result<Arc<Program>> {
    let flow = versions.version(workspace, id, version).await?;
    let flow = flow.ok_or_else(|| Error::Broken(format!("version {version} is gone")))?;
    of_document(versions, catalogue, resources, live, workspace, &flow).await
}

/// The program of a document, even one with problems: what cannot run fails when a conversation comes to it.
/// A published version passed its checks; what it refers to may have gone since.
pub(crate) async fn of_document(
    versions: &impl Versions,
    catalogue: &Catalogue,
    resources: &Arc<Resources>,
    live: &Live,
    workspace: WorkspaceId,
    flow: &Flow,
) -> Result<Arc<Program>> {
    // Every flow is compiled once, however many call it; a program finds those that its own flows call.
    let mut callees = Callees::new();
    let mut open = flows_called(flow);
    while let Some(key) = open.pop() {
        if key != flow.key
            && !callees.contains_key(&key)
            && let Some((id, version)) = live.get(&key)
            && let Some(callee) = versions.version(workspace, id, *version).await?
            && let Some(program) = Program::compile_draft(&callee, catalogue, Arc::clone(resources), Callees::new())
        {
            open.extend(flows_called(&callee));
            callees.insert(key, Arc::new(program));
        }
    }
    let program = Program::compile_draft(flow, catalogue, Arc::clone(resources), callees);
    program.map(Arc::new).ok_or(Error::NoStart)
}

/// The flows that a flow calls.
pub fn flows_called(flow: &Flow) -> Vec<FlowKey> {
    flow.calls().into_iter().collect()
}

/// The hash that names the content of a document.
pub fn document_hash(flow: &Flow) -> String {
    secret::hash(&flow.to_file())
}
