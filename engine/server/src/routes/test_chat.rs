//! The designer's test chat: a draft is tried, nothing is stored.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Flow, FlowId, Language};
use runtime::{AgentAction, TestState};
use serde::Deserialize;
use serde_json::Value;
use store::parse_rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::chat::refused;
use super::flows::draft;
use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::error::{ApiError, Result};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(say))
        .routes(routes!(act))
        .routes(routes!(wait))
        .routes(routes!(end))
}

#[derive(Deserialize)]
struct Begin {
    #[serde(default)]
    flow: Option<Flow>,
    #[serde(default)]
    language: Option<Language>,
    #[serde(default)]
    now: Option<String>,
}

/// Begins a test chat, of the document given or of the stored draft.
#[utoipa::path(post, path = "/api/flows/{id}/test", tag = "test chat", request_body = Value, responses((status = 200, body = Value)))]
async fn begin(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<FlowId>,
    Body(wanted): Body<Begin>,
) -> Result<Json<TestState>> {
    let flow = match wanted.flow {
        Some(flow) => flow,
        None => draft(&app, signed_in.workspace, &id).await?.flow,
    };
    let now = match wanted.now.as_deref() {
        Some(text) => Some(parse_rfc3339(text).ok_or_else(|| {
            ApiError::not_valid(
                "时间请写成 2026-11-20T10:00:00+08:00 的样子",
                "write the time like 2026-11-20T10:00:00+08:00",
            )
        })?),
        None => None,
    };
    Ok(Json(app.engine.rehearse(signed_in.workspace, &flow, wanted.language, now).await?))
}

/// The tester writes as the customer.
#[utoipa::path(post, path = "/api/test/{tid}/messages", tag = "test chat", request_body = Value, responses((status = 200, body = Value)))]
async fn say(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(tid): Path<String>,
    Body(payload): Body<Value>,
) -> Result<Json<TestState>> {
    let input = channels::web::read_input(&payload).map_err(refused)?;
    Ok(Json(app.engine.rehearse_input(signed_in.workspace, &tid, input).await.map_err(gone)?))
}

/// The tester acts as an agent.
#[utoipa::path(post, path = "/api/test/{tid}/agent", tag = "test chat", request_body = Value, responses((status = 200, body = Value)))]
async fn act(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(tid): Path<String>,
    Body(action): Body<AgentAction>,
) -> Result<Json<TestState>> {
    Ok(Json(app.engine.rehearse_agent(signed_in.workspace, &tid, action).await.map_err(gone)?))
}

/// Lets time run to the next timer.
#[utoipa::path(post, path = "/api/test/{tid}/wait", tag = "test chat", responses((status = 200, body = Value)))]
async fn wait(State(app): State<App>, signed_in: SignedIn, Path(tid): Path<String>) -> Result<Json<TestState>> {
    Ok(Json(app.engine.rehearse_wait(signed_in.workspace, &tid).await.map_err(gone)?))
}

/// Forgets a test chat.
#[utoipa::path(delete, path = "/api/test/{tid}", tag = "test chat", responses((status = 204)))]
async fn end(State(app): State<App>, _: SignedIn, Path(tid): Path<String>) -> StatusCode {
    app.engine.end_rehearsal(&tid);
    StatusCode::NO_CONTENT
}

fn gone(error: runtime::Error) -> ApiError {
    match error {
        runtime::Error::NotFound => ApiError::not_found("这次测试已经不在了", "this test is gone")
            .detail("请重新开始测试", "start the test again"),
        other => other.into(),
    }
}
