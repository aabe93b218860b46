//! Is the product alive, is it ready, how much is going on.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use runtime::Exposition;
use serde_json::{Value, json};
use store::Store;
use store::disk::Trouble;
use tokio::sync::Mutex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::process;

/// The store must have answered by then; who asks wants to know within two seconds.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// However often somebody asks, the store is tried this often at most.
const FRESH: Duration = Duration::from_secs(1);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics))
}

/// Remembers what the store last said of itself.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Probe {
    /// Does the store read and write? If not, why.
    async fn ask(&self, store: &Store) -> Result<(), String> {
        match *store.trouble().borrow() {
            None => {}
            // The store looks for space by itself.
            Some(Trouble::Full) => return Err("the disk is full: nothing is accepted until there is space".into()),
            Some(Trouble::Broken | Trouble::Other) => return Err("the disk failed: the product is stopping".into()),
        }
        let mut last = self.last.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < FRESH
        {
            return answer.clone();
        }
        let answer = match tokio::time::timeout(PATIENCE, store.probe()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the database does not work: {error}")),
            Err(_) => Err(format!("the database did not answer within {} ms", PATIENCE.as_millis())),
        };
        let was_well = last.as_ref().is_none_or(|(_, before)| before.is_ok());
        match &answer {
            Err(why) if was_well => tracing::error!(why, "not ready"),
            Ok(()) if !was_well => tracing::info!("ready again"),
            _ => {}
        }
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = Value)))]
async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The product takes work; if not, why.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, body = Value), (status = 503)))]
async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let why = if *app.stopping.borrow() { Err("stopping".to_owned()) } else { app.probe.ask(app.engine.store()).await };
    match why {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "why": why }))),
    }
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, body = String)))]
async fn metrics(State(app): State<App>) -> Response {
    let mut text = Exposition::default();
    app.engine.write_figures(&mut text);
    let uptime = app.started.elapsed().as_secs();
    text.counter("heliu_uptime_seconds", "Seconds since the start.", uptime);
    if let Some(process) = process::figures() {
        text.gauge("process_resident_memory_bytes", "Memory in use.", process.resident_bytes);
        text.gauge("process_open_fds", "Files and sockets that are open.", process.open_files);
        text.gauge("process_threads", "Threads.", process.threads);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.finish()).into_response()
}
