//! Is the product alive, is it ready, how much is going on.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use store::disk::Trouble;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics))
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = Value)))]
async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The product takes work; if not, why.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, body = Value), (status = 503)))]
async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    if *app.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "stopping" })));
    }
    if let Some(trouble) = *app.engine.store().trouble().borrow() {
        let status = match trouble {
            Trouble::Full => "the disk is full: nothing is accepted until there is space",
            Trouble::Broken | Trouble::Other => "the disk failed: the product is stopping",
        };
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": status })));
    }
    match store::workspaces::first(app.engine.store().read()).await {
        Ok(_) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "the database does not answer" })))
        }
    }
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, body = String)))]
async fn metrics(State(app): State<App>) -> Response {
    let (turns, conversations, windows) = app.engine.load();
    let uptime = app.started.elapsed().as_secs();
    let text = format!(
        "# HELP heliu_turns_running Turns that run right now.\n# TYPE heliu_turns_running gauge\n\
         heliu_turns_running {turns}\n\
         # HELP heliu_conversations_active Conversations with something in line.\n\
         # TYPE heliu_conversations_active gauge\nheliu_conversations_active {conversations}\n\
         # HELP heliu_windows_listening Customers' windows that listen.\n\
         # TYPE heliu_windows_listening gauge\nheliu_windows_listening {windows}\n\
         # HELP heliu_uptime_seconds Seconds since the start.\n# TYPE heliu_uptime_seconds counter\n\
         heliu_uptime_seconds {uptime}\n"
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
