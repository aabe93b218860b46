//! Import and export of flows and of the whole workspace.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use interpreter::check;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::drafts::attachment;
use crate::app::App;
use crate::auth::session::SignedIn;
use crate::error::{ApiError, Result};
use crate::transfer;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import)).routes(routes!(export))
}

/// Takes a flow or a bundle in. Everything is checked first; on failure nothing has changed.
#[utoipa::path(post, path = "/api/import", tag = "flows", request_body = Value, responses((status = 200, body = Value), (status = 422, body = Value)))]
async fn import(State(app): State<App>, signed_in: SignedIn, body: Bytes) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let file = check::read_file(&body).map_err(|refused| {
        let error = ApiError::problems(
            "import-not-valid",
            "这个文件不能导入，没有做任何改动",
            "this file cannot be imported; nothing was changed",
            &refused.problems,
        );
        match refused.excerpt {
            Some(excerpt) => error.with("excerpt", excerpt),
            None => error,
        }
    })?;
    let report = transfer::take_in(&app.engine, signed_in.workspace, file, &signed_in.member.name, false).await?;
    Ok(Json(serde_json::to_value(report).unwrap_or_default()))
}

/// The whole workspace as a bundle.
#[utoipa::path(get, path = "/api/export", tag = "flows", responses((status = 200, body = Value)))]
async fn export(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let bundle = transfer::bundle(app.engine.store(), signed_in.workspace).await?;
    Ok(attachment("heliu.bundle.json", transfer::bundle_file(&bundle)))
}
