//! Which flows use a topic: whoever merges or deletes it sees them first.

use axum::Json;
use axum::extract::{Path, State};
use interpreter::Catalogue;
use model::spec::references;
use model::{Flow, IntentKey, Trigger};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::found;
use crate::app::App;
use crate::auth::session::SignedIn;
use crate::error::Result;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(flows))
}

/// The flows whose drafts use a topic, by their names.
#[utoipa::path(get, path = "/api/intents/{key}/flows", tag = "topics", responses((status = 200, body = Value)))]
async fn flows(State(app): State<App>, signed_in: SignedIn, Path(key): Path<IntentKey>) -> Result<Json<Vec<Value>>> {
    let db = app.engine.store().read();
    found(&store::intents::all(db, signed_in.workspace).await?, &key)?;
    let drafts = store::drafts::all(db, signed_in.workspace).await?;
    let used = drafts.into_iter().filter(|draft| uses(&draft.flow, &key, app.engine.catalogue()));
    Ok(Json(used.map(|draft| json!({ "id": draft.flow.id, "name": draft.flow.name })).collect()))
}

/// Does a step or a whole-flow handler name the topic?
fn uses(flow: &Flow, key: &IntentKey, catalogue: &Catalogue) -> bool {
    let by_handler = flow.handlers.iter().any(|handler| match &handler.on {
        Trigger::Intents { intents } => intents.contains(key),
        _ => false,
    });
    by_handler
        || flow.nodes.iter().any(|node| {
            let Some(entry) = catalogue.get(&node.kind) else { return false };
            let config = entry.upgrade(&node.config, node.v);
            references(&entry.spec.schema, &config)
                .iter()
                .any(|reference| reference.what == "intent" && reference.value.as_str() == Some(key.as_str()))
        })
}
