//! Flows: the list, drafts, publishing, versions, import and export; kinds and resources.

use model::{Flow, NodeSpec, Problem, Resources, Texts};
use serde::{Deserialize, Serialize};

use super::{Answer, delete, get, post, post_bytes, post_empty, put_if_match};

/// A line of the list of flows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct FlowSummary {
    /// The uuid.
    pub(crate) id: String,
    /// The key.
    pub(crate) key: String,
    /// The name.
    pub(crate) name: Texts,
    /// What it is for.
    #[serde(default)]
    pub(crate) description: Texts,
    /// How many steps.
    #[serde(default)]
    pub(crate) nodes: usize,
    /// When the draft was last saved, RFC 3339.
    #[serde(default)]
    pub(crate) updated_at: String,
    /// By whom.
    #[serde(default)]
    pub(crate) updated_by: String,
    /// The draft's revision.
    #[serde(default)]
    pub(crate) revision: u64,
    /// Findings that keep it from being published.
    #[serde(default)]
    pub(crate) errors: usize,
    /// Findings worth a look.
    #[serde(default)]
    pub(crate) warnings: usize,
    /// What customers get.
    #[serde(default)]
    pub(crate) live: Option<Live>,
    /// Is the draft another than what is live?
    #[serde(default)]
    pub(crate) draft_differs: bool,
}

/// The version customers get.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Live {
    /// Its number.
    pub(crate) version: u64,
    /// Since when, RFC 3339.
    #[serde(default)]
    pub(crate) published_at: String,
    /// What was written when it was published.
    #[serde(default)]
    pub(crate) note: String,
}

/// A draft with its findings.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct FlowDraft {
    /// The document.
    pub(crate) flow: Flow,
    /// Counts the saves.
    pub(crate) revision: u64,
    /// When it was saved, RFC 3339.
    #[serde(default)]
    pub(crate) saved_at: String,
    /// Findings.
    #[serde(default)]
    pub(crate) problems: Vec<Problem>,
    /// What customers get.
    #[serde(default)]
    pub(crate) live: Option<Live>,
    /// Is the draft another than what is live?
    #[serde(default)]
    pub(crate) draft_differs: bool,
}

/// The answer to a save.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Saved {
    /// The new revision.
    pub(crate) revision: u64,
    /// When, RFC 3339.
    #[serde(default)]
    pub(crate) saved_at: String,
    /// Findings.
    #[serde(default)]
    pub(crate) problems: Vec<Problem>,
}

/// The answer to a publish.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Published {
    /// The new version.
    pub(crate) version: u64,
    /// When, RFC 3339.
    #[serde(default)]
    pub(crate) published_at: String,
}

/// A published version.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Version {
    /// Its number.
    pub(crate) version: u64,
    /// What was written when it was published.
    #[serde(default)]
    pub(crate) note: String,
    /// When, RFC 3339.
    #[serde(default)]
    pub(crate) published_at: String,
    /// By whom.
    #[serde(default)]
    pub(crate) published_by: String,
    /// Is it what new customers get?
    #[serde(default)]
    pub(crate) is_live: bool,
    /// How many open conversations run on it.
    #[serde(default)]
    pub(crate) conversations: u64,
    /// The hash of its content.
    #[serde(default)]
    pub(crate) hash: String,
}

/// A version with its document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct VersionFlow {
    /// The document.
    pub(crate) flow: Flow,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Imported {
    /// The flows that came in.
    #[serde(default)]
    pub(crate) flows: Vec<ImportedFlow>,
    /// How many of everything else.
    #[serde(default)]
    pub(crate) created: std::collections::BTreeMap<String, u64>,
    /// What else is worth knowing.
    #[serde(default)]
    pub(crate) notes: Vec<Texts>,
}

/// A flow that came in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct ImportedFlow {
    /// Its id here.
    pub(crate) id: String,
    /// Its key here.
    pub(crate) key: String,
    /// Its name.
    pub(crate) name: Texts,
    /// `created`, or `renamed` when the key was taken.
    #[serde(default)]
    pub(crate) action: String,
    /// Findings.
    #[serde(default)]
    pub(crate) problems: Vec<Problem>,
}

#[derive(Serialize)]
struct NewFlow<'a> {
    name: &'a Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
}

/// Every kind of step.
pub(crate) async fn kinds() -> Answer<Vec<NodeSpec>> {
    get("/api/kinds").await
}

/// Everything flows may refer to.
pub(crate) async fn resources() -> Answer<Resources> {
    get("/api/resources").await
}

/// The flows of the workspace.
pub(crate) async fn flows() -> Answer<Vec<FlowSummary>> {
    get("/api/flows").await
}

/// A new flow: blank, or like the one named.
pub(crate) async fn create_flow(name: &Texts, template: Option<&str>) -> Answer<FlowDraft> {
    post("/api/flows", &NewFlow { name, template }).await
}

/// A draft.
pub(crate) async fn flow(id: &str) -> Answer<FlowDraft> {
    get(&format!("/api/flows/{id}")).await
}

/// Saves a draft that nobody else has changed since `revision`; else `draft-changed`.
pub(crate) async fn save_flow(id: &str, revision: u64, flow: &Flow) -> Answer<Saved> {
    put_if_match(&format!("/api/flows/{id}"), revision, flow).await
}

/// Deletes a flow with its versions.
pub(crate) async fn delete_flow(id: &str) -> Answer<()> {
    delete(&format!("/api/flows/{id}")).await
}

/// A copy under another name.
pub(crate) async fn duplicate_flow(id: &str) -> Answer<FlowDraft> {
    post_empty(&format!("/api/flows/{id}/duplicate")).await
}

/// Gives the draft of this revision to customers.
pub(crate) async fn publish_flow(id: &str, note: &str, revision: u64) -> Answer<Published> {
    post(&format!("/api/flows/{id}/publish"), &serde_json::json!({ "note": note, "revision": revision })).await
}

/// Published versions, newest first.
pub(crate) async fn versions(id: &str) -> Answer<Vec<Version>> {
    get(&format!("/api/flows/{id}/versions")).await
}

/// One version's document.
pub(crate) async fn version(id: &str, version: u64) -> Answer<VersionFlow> {
    get(&format!("/api/flows/{id}/versions/{version}")).await
}

/// Makes an earlier version the one new customers get.
pub(crate) async fn make_live(id: &str, version: u64) -> Answer<serde_json::Value> {
    post_empty(&format!("/api/flows/{id}/versions/{version}/live")).await
}

/// Copies a version into the draft of this revision.
pub(crate) async fn restore_version(id: &str, version: u64, revision: u64) -> Answer<FlowDraft> {
    post(&format!("/api/flows/{id}/versions/{version}/restore"), &serde_json::json!({ "revision": revision })).await
}

/// Where a flow's file is downloaded from.
pub(crate) fn export_address(id: &str) -> String {
    format!("/api/flows/{id}/export")
}

/// Where the whole workspace is downloaded from.
pub(crate) const EXPORT_ALL_ADDRESS: &str = "/api/export";

/// Brings in a file: a flow or a bundle.
pub(crate) async fn import(bytes: &[u8]) -> Answer<Imported> {
    post_bytes("/api/import", bytes).await
}
