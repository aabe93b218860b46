//! Publishing: versions, which one is live, going back.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Flow, FlowId, Problem};
use serde::Deserialize;
use serde_json::{Value, json};
use store::rfc3339;
use store::versions::Publish;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::drafts::conflict;
use super::flows::{draft, no_flow, save, shown_draft};
use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(publish))
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(make_live))
        .routes(routes!(restore))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    note: String,
    #[serde(default)]
    revision: Option<i64>,
}

/// Publishes the draft: the next version, live at once. Blocked by problems that are errors.
#[utoipa::path(post, path = "/api/flows/{id}/publish", tag = "flows", request_body = Value, responses((status = 200, body = Value)))]
async fn publish(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<FlowId>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let draft = draft(&app, signed_in.workspace, &id).await?;
    if wanted.revision.is_some_and(|revision| revision != draft.revision) {
        return Err(conflict(draft.revision, &draft.saved_by, draft.saved_at));
    }
    let problems = app.engine.problems(signed_in.workspace, &draft.flow).await?;
    if problems.iter().any(Problem::is_error) {
        return Err(ApiError::problems(
            "flow-has-problems",
            "流程还有错误，不能发布",
            "the flow has errors and cannot be published",
            &problems,
        ));
    }
    // A flow goes live with the topics that its author has written.
    app.engine.topics_learnt(signed_in.workspace).await?;
    let now = runtime::now();
    let writing = app.engine.store().write().await?;
    let version = store::versions::publish(
        &writing,
        signed_in.workspace,
        Publish { flow: &draft.flow, hash: &draft.hash, note: &wanted.note, by: &signed_in.member.name, now },
    )
    .await?;
    changes::keep(&app, writing).await?;
    tracing::info!(flow.id = %id, version, member.id = signed_in.member.id, "a flow was published");
    Ok(Json(json!({ "version": version, "published_at": rfc3339(now) })))
}

/// All versions, newest first.
#[utoipa::path(get, path = "/api/flows/{id}/versions", tag = "flows", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn, Path(id): Path<FlowId>) -> Result<Json<Vec<Value>>> {
    let db = app.engine.store().read();
    let live = store::versions::live(db, signed_in.workspace, &id).await?.map(|live| live.version);
    let open = store::versions::open_conversations(db, signed_in.workspace, &id).await?;
    let versions = store::versions::all(db, signed_in.workspace, &id).await?;
    let rows = versions.into_iter().map(|version| {
        json!({
            "version": version.version,
            "note": version.note,
            "published_at": rfc3339(version.published_at),
            "published_by": version.published_by,
            "is_live": live == Some(version.version),
            "conversations": open.get(&version.version).copied().unwrap_or(0),
            "hash": version.hash,
        })
    });
    Ok(Json(rows.collect()))
}

/// One version with its document.
#[utoipa::path(get, path = "/api/flows/{id}/versions/{n}", tag = "flows", responses((status = 200, body = Value)))]
async fn one(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((id, number)): Path<(FlowId, i64)>,
) -> Result<Json<Value>> {
    let db = app.engine.store().read();
    let (flow, published) =
        store::versions::document(db, signed_in.workspace, &id, number).await?.ok_or_else(no_version)?;
    Ok(Json(json!({
        "flow": flow,
        "version": published.version,
        "note": published.note,
        "published_at": rfc3339(published.published_at),
        "published_by": published.published_by,
        "hash": published.hash,
    })))
}

/// Makes a version live: new conversations begin on it.
#[utoipa::path(post, path = "/api/flows/{id}/versions/{n}/live", tag = "flows", responses((status = 200, body = Value)))]
async fn make_live(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((id, number)): Path<(FlowId, i64)>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    if !store::flows::is_known(&writing, signed_in.workspace, &id).await? {
        return Err(no_flow());
    }
    store::versions::document(&writing, signed_in.workspace, &id, number).await?.ok_or_else(no_version)?;
    let by = &signed_in.member.name;
    store::versions::make_live(&writing, signed_in.workspace, &id, number, by, runtime::now()).await?;
    changes::keep(&app, writing).await?;
    Ok(Json(json!({ "version": number })))
}

#[derive(Deserialize)]
struct Over {
    #[serde(default)]
    revision: Option<i64>,
}

/// Copies a version into the draft.
#[utoipa::path(post, path = "/api/flows/{id}/versions/{n}/restore", tag = "flows", request_body = Value, responses((status = 200, body = Value)))]
async fn restore(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((id, number)): Path<(FlowId, i64)>,
    Body(over): Body<Over>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let before = draft(&app, signed_in.workspace, &id).await?;
    let db = app.engine.store().read();
    let (flow, _) = store::versions::document(db, signed_in.workspace, &id, number).await?.ok_or_else(no_version)?;
    // The key is the flow's, whatever it was then.
    let flow = Flow { key: before.flow.key.clone(), ..flow };
    let problems = app.engine.problems(signed_in.workspace, &flow).await?;
    let hash = runtime::document_hash(&flow);
    let revision = over.revision.unwrap_or(before.revision);
    let writing = app.engine.store().write().await?;
    let saved = store::drafts::replace(
        &writing,
        signed_in.workspace,
        revision,
        save(&flow, &hash, &problems, &signed_in.member.name),
    )
    .await?;
    if saved.is_none() {
        drop(writing);
        let newer = draft(&app, signed_in.workspace, &id).await?;
        return Err(conflict(newer.revision, &newer.saved_by, newer.saved_at));
    }
    changes::keep(&app, writing).await?;
    let restored = draft(&app, signed_in.workspace, &id).await?;
    let live = store::versions::live(app.engine.store().read(), signed_in.workspace, &id).await?;
    Ok(Json(shown_draft(&restored, &problems, live.as_ref())))
}

fn no_version() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "not-found", "没有这个版本", "there is no such version")
}
