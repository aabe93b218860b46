//! One flow's draft: reading, saving, checking, exporting.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use interpreter::check;
use model::{Flow, FlowId};
use serde_json::{Value, json};
use store::rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::flows::{draft, save, shown_draft};
use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::error::{ApiError, Result};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read, replace)).routes(routes!(check_document)).routes(routes!(export))
}

/// A flow's draft with its problems.
#[utoipa::path(get, path = "/api/flows/{id}", tag = "flows", responses((status = 200, body = Value)))]
async fn read(State(app): State<App>, signed_in: SignedIn, Path(id): Path<FlowId>) -> Result<Json<Value>> {
    let mut draft = draft(&app, signed_in.workspace, &id).await?;
    // The forms show the newest settings of a kind; what an older node leaves out means something else there. The draft
    // itself changes when it is saved, published versions never do.
    draft.flow = app.engine.catalogue().upgraded(&draft.flow);
    let live = store::versions::live(app.engine.store().read(), signed_in.workspace, &id).await?;
    let problems = app.engine.problems(signed_in.workspace, &draft.flow).await?;
    Ok(Json(shown_draft(&draft, &problems, live.as_ref())))
}

/// Saves a draft over the revision that `If-Match` names.
#[utoipa::path(put, path = "/api/flows/{id}", tag = "flows", request_body = Value, responses((status = 200, body = Value), (status = 409)))]
async fn replace(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<FlowId>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let revision = named_revision(&headers)?;
    let flow = document(&body)?;
    if flow.id != id {
        return Err(ApiError::not_valid("流程的 id 与地址不一致", "the flow's id is not the one in the address"));
    }
    let before = draft(&app, signed_in.workspace, &id).await?;
    let problems = app.engine.problems(signed_in.workspace, &flow).await?;
    let hash = runtime::document_hash(&flow);
    let save = save(&flow, &hash, &problems, &signed_in.member.name);
    let writing = app.engine.store().write().await?;
    if flow.key != before.flow.key {
        let owner = store::flows::id_of(&writing, signed_in.workspace, &flow.key).await?;
        if owner.is_some_and(|owner| owner != id) {
            return Err(ApiError::new(
                StatusCode::CONFLICT,
                "key-in-use",
                format!("另一个流程已经使用了键“{}”", flow.key),
                format!("another flow has the key “{}”", flow.key),
            ));
        }
        store::flows::set_key(&writing, signed_in.workspace, &id, &flow.key).await?;
    }
    let Some(revision) = store::drafts::replace(&writing, signed_in.workspace, revision, save).await? else {
        drop(writing);
        let newer = draft(&app, signed_in.workspace, &id).await?;
        return Err(conflict(newer.revision, &newer.saved_by, newer.saved_at));
    };
    commit(writing).await?;
    if is_seen_by_others(&before.flow, &flow) {
        app.engine.forget_knowledge();
    }
    Ok(Json(json!({ "revision": revision, "saved_at": rfc3339(save.now), "problems": problems })))
}

/// The problems of a document that is not saved.
#[utoipa::path(post, path = "/api/flows/check", tag = "flows", request_body = Value, responses((status = 200, body = Value)))]
async fn check_document(State(app): State<App>, signed_in: SignedIn, body: Bytes) -> Result<Json<Value>> {
    let text = std::str::from_utf8(&body).map_err(|_| not_text())?;
    let problems = match check::read_flow(text) {
        Ok(flow) => app.engine.problems(signed_in.workspace, &flow).await?,
        Err(problems) => problems,
    };
    Ok(Json(json!({ "problems": problems })))
}

/// The draft as a file.
#[utoipa::path(get, path = "/api/flows/{id}/export", tag = "flows", responses((status = 200, body = Value)))]
async fn export(State(app): State<App>, signed_in: SignedIn, Path(id): Path<FlowId>) -> Result<Response> {
    let flow = draft(&app, signed_in.workspace, &id).await?.flow;
    Ok(attachment(&format!("{}.flow.json", file_name(flow.key.as_str())), flow.to_file()))
}

/// A JSON file to save.
pub(crate) fn attachment(name: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}

/// Somebody else saved in between.
pub(crate) fn conflict(revision: i64, by: &str, at: i64) -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "draft-changed",
        format!("{by} 刚刚保存了这个流程"),
        format!("{by} has just saved this flow"),
    )
    .detail("请载入最新内容，或把您的内容另存为副本", "load the newest version, or keep yours as a copy")
    .with("revision", revision)
    .with("by", by)
    .with("at", rfc3339(at))
}

fn named_revision(headers: &HeaderMap) -> Result<i64> {
    let named = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let number = named.and_then(|named| named.trim_start_matches("W/").trim_matches('"').parse().ok());
    number.ok_or_else(|| {
        ApiError::new(
            StatusCode::PRECONDITION_REQUIRED,
            "no-revision",
            "请用 If-Match 说明基于哪个修订保存",
            "say with If-Match over which revision to save",
        )
    })
}

fn document(body: &[u8]) -> Result<Flow> {
    let text = std::str::from_utf8(body).map_err(|_| not_text())?;
    check::read_flow(text).map_err(|problems| {
        ApiError::problems("flow-not-valid", "流程的内容不符合格式", "the document is not a flow", &problems)
    })
}

fn not_text() -> ApiError {
    ApiError::not_valid("内容不是 UTF-8 文本", "this is not UTF-8 text")
}

/// Does the change show in what other flows may refer to?
fn is_seen_by_others(before: &Flow, after: &Flow) -> bool {
    runtime::signature(before, false) != runtime::signature(after, false)
}

fn file_name(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect()
}
