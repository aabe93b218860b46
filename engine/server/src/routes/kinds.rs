//! Node kinds and what flows may refer to.

use axum::Json;
use axum::extract::State;
use model::{NodeSpec, Resources};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::SignedIn;
use crate::error::Result;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(kinds)).routes(routes!(resources))
}

/// Every node kind: settings, exits, words in both languages.
#[utoipa::path(get, path = "/api/kinds", tag = "flows", responses((status = 200, body = Value)))]
async fn kinds(State(app): State<App>, _: SignedIn) -> Json<Vec<NodeSpec>> {
    Json(app.engine.catalogue().specs())
}

/// Everything flows may refer to by key.
#[utoipa::path(get, path = "/api/resources", tag = "flows", responses((status = 200, body = Value)))]
async fn resources(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Resources>> {
    let knowledge = app.engine.knowledge(signed_in.workspace).await?;
    Ok(Json((*knowledge.resources).clone()))
}
