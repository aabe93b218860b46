//! Who is signed in.

use serde::{Deserialize, Serialize};

use super::{Answer, delete, get, patch, post};

/// A signed-in member and where they are.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct SessionInfo {
    /// Who.
    pub(crate) member: Member,
    /// Where.
    pub(crate) workspace: WorkspaceInfo,
    /// The server's version.
    #[serde(default)]
    pub(crate) version: String,
}

/// A colleague.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Member {
    /// Unique.
    pub(crate) id: String,
    /// The name colleagues and customers see.
    pub(crate) name: String,
    /// The address they sign in with.
    #[serde(default)]
    pub(crate) email: String,
    /// What they may do.
    #[serde(default)]
    pub(crate) role: String,
    /// The language of their screens.
    #[serde(default)]
    pub(crate) language: String,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct WorkspaceInfo {
    /// Unique.
    pub(crate) id: String,
    /// The name on the screens.
    pub(crate) name: String,
}

/// The owner's first steps.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Setup {
    /// From the link that was printed at the first start.
    pub(crate) token: String,
    /// The owner's name.
    pub(crate) name: String,
    /// The address to sign in with.
    pub(crate) email: String,
    /// The password.
    pub(crate) password: String,
    /// `zh` or `en`.
    pub(crate) language: String,
}

/// Who is signed in here?
pub(crate) async fn session() -> Answer<SessionInfo> {
    get("/api/session").await
}

/// Makes the first owner and signs them in.
pub(crate) async fn set_up(setup: &Setup) -> Answer<SessionInfo> {
    post("/api/setup", setup).await
}

/// Signs in.
pub(crate) async fn sign_in(email: &str, password: &str) -> Answer<SessionInfo> {
    post("/api/session", &serde_json::json!({ "email": email, "password": password })).await
}

/// Signs out.
pub(crate) async fn sign_out() -> Answer<()> {
    delete("/api/session").await
}

/// Tells the server which language the member's screens have.
pub(crate) async fn set_session_language(language: &str) -> Answer<serde_json::Value> {
    patch("/api/session", &serde_json::json!({ "language": language })).await
}
