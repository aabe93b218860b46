//! The test chat's questions to the server.

use model::{Flow, Input, Language};
use serde_json::json;

use super::state::TestState;
use crate::api::{Answer, delete, post, post_empty};

/// Starts a conversation with this document.
pub(crate) async fn start(flow_id: &str, flow: &Flow, language: &Language) -> Answer<TestState> {
    post(&format!("/api/flows/{flow_id}/test"), &json!({ "flow": flow, "language": language })).await
}

/// Says something as the customer.
pub(crate) async fn say(id: &str, input: &Input) -> Answer<TestState> {
    post(&format!("/api/test/{id}/messages"), input).await
}

/// Acts as the agent.
pub(crate) async fn agent(id: &str, action: &str, text: Option<&str>) -> Answer<TestState> {
    let body = match text {
        Some(text) => json!({ "action": action, "text": text }),
        None => json!({ "action": action }),
    };
    post(&format!("/api/test/{id}/agent"), &body).await
}

/// Lets the next timer fire.
pub(crate) async fn wait(id: &str) -> Answer<TestState> {
    post_empty(&format!("/api/test/{id}/wait")).await
}

/// Ends it; one that is gone already is no matter.
pub(crate) async fn end(id: &str) {
    let _ = delete(&format!("/api/test/{id}")).await;
}
