//! Channels: which flow answers where.

use axum::Json;
use axum::extract::{Path, State};
use model::FlowKey;
use serde::Deserialize;
use serde_json::{Value, json};
use store::channels::Channel;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one, change))
}

/// All channels.
#[utoipa::path(get, path = "/api/channels", tag = "settings", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Value>>> {
    let channels = store::channels::all(app.engine.store().read(), signed_in.workspace).await?;
    Ok(Json(channels.iter().map(shown).collect()))
}

/// One channel.
#[utoipa::path(get, path = "/api/channels/{key}", tag = "settings", responses((status = 200, body = Value)))]
async fn one(State(app): State<App>, signed_in: SignedIn, Path(key): Path<String>) -> Result<Json<Value>> {
    let channel = store::channels::by_key(app.engine.store().read(), signed_in.workspace, &key).await?;
    Ok(Json(shown(&channel.ok_or_else(no_channel)?)))
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    flow: Option<FlowKey>,
}

/// Chooses the flow that new conversations of a channel run.
#[utoipa::path(put, path = "/api/channels/{key}", tag = "settings", request_body = Value, responses((status = 200, body = Value)))]
async fn change(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    let before = store::channels::by_key(&writing, signed_in.workspace, &key).await?.ok_or_else(no_channel)?;
    let flow = change.flow.filter(|flow| !flow.is_empty());
    if let Some(flow) = &flow
        && store::flows::id_of(&writing, signed_in.workspace, flow).await?.is_none()
    {
        return Err(super::flows::no_flow());
    }
    let name = change.name.filter(|name| !name.trim().is_empty()).unwrap_or(before.name);
    let channel = Channel { name, flow, ..before };
    store::channels::save(&writing, signed_in.workspace, &channel).await?;
    changes::keep(&app, writing).await?;
    Ok(Json(shown(&channel)))
}

fn shown(channel: &Channel) -> Value {
    json!({ "key": channel.key, "name": channel.name, "flow": channel.flow, "open": channel.is_open })
}

fn no_channel() -> ApiError {
    ApiError::not_found("没有这个渠道", "there is no such channel")
}
