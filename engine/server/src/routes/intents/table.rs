//! All topics as a table for spreadsheets: looked at before it is taken in, whole or not at all.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::save;
use crate::app::App;
use crate::auth::session::SignedIn;
use crate::error::Result;
use crate::table_file;
use crate::topics::plan::{Mode, plan};
use crate::topics::sheet;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export)).routes(routes!(import))
}

/// All topics with their examples as CSV: UTF-8 with a mark, as Excel wants it.
#[utoipa::path(get, path = "/api/topics/export", tag = "topics", responses((status = 200, content_type = "text/csv", body = String)))]
async fn export(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let intents = store::intents::all(app.engine.store().read(), signed_in.workspace).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"topics.csv\""),
    ];
    Ok((headers, sheet::write(&intents)).into_response())
}

#[derive(Deserialize)]
struct How {
    /// Take it in; without it only say what would change.
    #[serde(default)]
    apply: bool,
    #[serde(default)]
    mode: Mode,
}

/// Takes a CSV file or an Excel workbook in: topic key, name in Chinese, name in English, example. Without `apply` it is only looked at.
#[utoipa::path(post, path = "/api/topics/import", tag = "topics", request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = Value), (status = 422, body = Value)))]
async fn import(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(how): Query<How>,
    body: Bytes,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let sheet = sheet::read(table_file::read(&app.engine, &body, None).await?)?;
    let all = store::intents::all(app.engine.store().read(), signed_in.workspace).await?;
    let plan = plan(sheet, &all, how.mode)?;
    if how.apply && !plan.to_save.is_empty() {
        save(&app, &signed_in, &plan.to_save).await?;
    }
    Ok(Json(json!({ "applied": how.apply, "plan": plan })))
}
