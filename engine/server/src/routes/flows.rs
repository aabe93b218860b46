//! Flows: the list, making, copying, deleting.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Flow, FlowId, FlowKey, Problem, Severity, Texts};
use serde::Deserialize;
use serde_json::{Value, json};
use store::drafts::{Draft, Save};
use store::versions::Published;
use store::{WorkspaceId, Writing, rfc3339};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};
use crate::transfer::blank::{blank, free_key, key_from};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete)).routes(routes!(duplicate))
}

/// All flows.
#[utoipa::path(get, path = "/api/flows", tag = "flows", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Value>>> {
    let db = app.engine.store().read();
    let drafts = store::drafts::all(db, signed_in.workspace).await?;
    let mut live = store::versions::all_live(db, signed_in.workspace).await?;
    let mut drafts: BTreeMap<FlowId, Draft> = drafts.into_iter().map(|draft| (draft.flow.id.clone(), draft)).collect();
    let flows = store::flows::all(db, signed_in.workspace).await?;
    let rows = flows.into_iter().filter_map(|(id, key)| {
        let draft = drafts.remove(&id)?;
        let live = live.remove(&id);
        Some(json!({
            "id": id,
            "key": key,
            "name": draft.flow.name,
            "description": draft.flow.description,
            "nodes": draft.flow.nodes.len(),
            "updated_at": rfc3339(draft.saved_at),
            "updated_by": draft.saved_by,
            "revision": draft.revision,
            "errors": draft.errors,
            "warnings": draft.warnings,
            "draft_differs": differs(&draft, live.as_ref()),
            "live": live.as_ref().map(shown_live),
        }))
    });
    Ok(Json(rows.collect()))
}

#[derive(Deserialize)]
struct New {
    #[serde(default)]
    name: Texts,
    #[serde(default)]
    template: Option<FlowId>,
}

/// Makes a flow: blank, with "on error" in place, or a copy of another one.
#[utoipa::path(post, path = "/api/flows", tag = "flows", request_body = Value, responses((status = 201, body = Value)))]
async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Value>)> {
    signed_in.as_editor()?;
    let name = if new.name.is_empty() { Texts::new("未命名流程", "Untitled flow") } else { new.name };
    let flow = match new.template {
        Some(template) => Flow { name, ..draft(&app, signed_in.workspace, &template).await?.flow },
        None => blank(name, app.engine.catalogue()),
    };
    add(&app, &signed_in, flow).await
}

/// Copies a flow.
#[utoipa::path(post, path = "/api/flows/{id}/duplicate", tag = "flows", responses((status = 201, body = Value)))]
async fn duplicate(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<FlowId>,
) -> Result<(StatusCode, Json<Value>)> {
    signed_in.as_editor()?;
    let mut flow = draft(&app, signed_in.workspace, &id).await?.flow;
    let names: Vec<_> = flow.name.iter().map(|(language, name)| (language.clone(), name.to_owned())).collect();
    for (language, name) in names {
        let copy = if language.as_str() == "zh" { format!("{name} 副本") } else { format!("{name} copy") };
        flow.name.set(language, copy);
    }
    add(&app, &signed_in, flow).await
}

/// Deletes a flow; conversations that run on it go on.
#[utoipa::path(delete, path = "/api/flows/{id}", tag = "flows", responses((status = 204)))]
async fn delete(State(app): State<App>, signed_in: SignedIn, Path(id): Path<FlowId>) -> Result<StatusCode> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    let was_there = store::flows::delete(&writing, signed_in.workspace, &id).await?;
    changes::deleted(&app, writing, was_there, no_flow).await
}

/// Adds a flow under a new id and a free key.
async fn add(app: &App, signed_in: &SignedIn, flow: Flow) -> Result<(StatusCode, Json<Value>)> {
    let db = app.engine.store().read();
    let known: Vec<FlowKey> =
        store::flows::all(db, signed_in.workspace).await?.into_iter().map(|(_, key)| key).collect();
    let key = free_key(&key_from(&flow.name), &known);
    let flow = Flow { id: FlowId(Uuid::now_v7().to_string()), key, ..flow };
    let problems = app.engine.problems(signed_in.workspace, &flow).await?;
    let writing = app.engine.store().write().await?;
    create_draft(&writing, signed_in.workspace, &flow, &problems, &signed_in.member.name).await?;
    changes::keep(app, writing).await?;
    let draft = draft(app, signed_in.workspace, &flow.id).await?;
    Ok((StatusCode::CREATED, Json(shown_draft(&draft, &problems, None))))
}

/// Stores a new flow with its first draft.
pub(crate) async fn create_draft(
    writing: &Writing,
    workspace: WorkspaceId,
    flow: &Flow,
    problems: &[Problem],
    by: &str,
) -> Result<()> {
    let now = runtime::now();
    store::flows::create(writing, workspace, &flow.id, &flow.key, now).await?;
    let hash = runtime::document_hash(flow);
    store::drafts::create(writing, workspace, save(flow, &hash, problems, by)).await?;
    Ok(())
}

/// A draft to save now.
pub(crate) fn save<'a>(flow: &'a Flow, hash: &'a str, problems: &[Problem], by: &'a str) -> Save<'a> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    Save { flow, hash, errors, warnings: problems.len() - errors, by, now: runtime::now() }
}

/// The draft of a flow, or 404.
pub(crate) async fn draft(app: &App, workspace: WorkspaceId, id: &FlowId) -> Result<Draft> {
    store::drafts::of(app.engine.store().read(), workspace, id).await?.ok_or_else(no_flow)
}

/// A draft as the designer gets it.
pub(crate) fn shown_draft(draft: &Draft, problems: &[Problem], live: Option<&Published>) -> Value {
    json!({
        "flow": draft.flow,
        "revision": draft.revision,
        "saved_at": rfc3339(draft.saved_at),
        "saved_by": draft.saved_by,
        "problems": problems,
        "live": live.map(shown_live),
        "draft_differs": differs(draft, live),
    })
}

pub(crate) fn shown_live(live: &Published) -> Value {
    json!({ "version": live.version, "published_at": rfc3339(live.published_at), "note": live.note })
}

pub(crate) fn no_flow() -> ApiError {
    ApiError::not_found("没有这个流程", "there is no such flow")
}

fn differs(draft: &Draft, live: Option<&Published>) -> bool {
    live.is_none_or(|live| live.hash != draft.hash)
}
