//! The router: which routes there are, what surrounds them, what OpenAPI says of them.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Json, Router};
use runtime::Engine;
use store::WorkspaceId;
use tokio::sync::watch;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::accept::{Client, Places};
use crate::auth::{attempts::Attempts, origin, password::Passwords};
use crate::rates::Rates;
use crate::{body, error, routes};

/// What routes work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) workspace_name: Arc<str>,
    pub(crate) passwords: Passwords,
    pub(crate) attempts: Attempts,
    /// Messages of one customer.
    pub(crate) messages: Arc<Rates>,
    /// Conversations opened from one address.
    pub(crate) openings: Arc<Rates>,
    pub(crate) places: Arc<Places>,
    /// Do people reach us by https?
    pub(crate) is_https: bool,
    /// True from the moment the product is asked to stop.
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) started: Instant,
    pub(crate) probe: Arc<routes::health::Probe>,
}

impl App {
    /// The session's cookie; browsers bind the `__Host-` one to this very host.
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.is_https { "__Host-heliu_session" } else { "heliu_session" }
    }
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Heliu",
    description = "Staff routes want the session cookie; customer routes the token of their conversation. \
                   Errors are application/problem+json with a stable `code`."
))]
struct Api;

/// Bodies of staff requests; imports may be larger.
const STAFF_BODY: usize = 17 * 1024 * 1024;
/// Bodies of customers' requests.
const CUSTOMER_BODY: usize = 64 * 1024;

/// Everything the product answers.
pub(crate) fn router(app: App) -> Router {
    let staff = OpenApiRouter::new()
        .merge(routes::session::routes())
        .merge(routes::kinds::routes())
        .merge(routes::flows::routes())
        .merge(routes::drafts::routes())
        .merge(routes::versions::routes())
        .merge(routes::import::routes())
        .merge(routes::test_chat::routes())
        .merge(routes::intents::routes())
        .merge(routes::details::routes())
        .merge(routes::libraries::routes())
        .merge(routes::documents::routes())
        .merge(routes::synonyms::routes())
        .merge(routes::directory::routes())
        .merge(routes::secrets::routes())
        .merge(routes::phrases::routes())
        .merge(routes::members::routes())
        .merge(routes::models::routes())
        .merge(routes::channels::routes())
        .merge(routes::desk::routes())
        .merge(routes::desk_events::routes())
        .layer(middleware::from_fn(origin::check))
        .layer(DefaultBodyLimit::max(STAFF_BODY));
    let customers = OpenApiRouter::new()
        .merge(routes::chat::routes())
        .layer(middleware::from_fn(routes::chat::from_anywhere))
        .layer(DefaultBodyLimit::max(CUSTOMER_BODY));
    let others = OpenApiRouter::new().merge(routes::demo::routes()).merge(routes::health::routes());

    let (router, mut api) =
        OpenApiRouter::with_openapi(Api::openapi()).merge(staff).merge(customers).merge(others).split_for_parts();
    api.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let api = Arc::new(serde_json::to_value(&api).unwrap_or_default());
    router
        .route("/api/openapi.json", axum::routing::get(async move || Json((*api).clone())))
        .route("/api/{*rest}", axum::routing::any(error::unknown_route))
        .merge(routes::pages::routes())
        .layer(middleware::from_fn(body::in_time))
        .layer(middleware::from_fn(error::in_callers_language))
        .layer(middleware::from_fn(with_headers))
        .with_state(app)
}

/// Headers that every answer has, and a line in the log.
async fn with_headers(request: Request, next: Next) -> Response {
    let (method, path, begun) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    let is_api = path.starts_with("/api/");
    let client = request.extensions().get::<Client>().map(|Client(address)| tracing::field::display(*address));
    let mut response = next.run(request).await;
    let (status, duration_ms) = (response.status().as_u16(), begun.elapsed().as_millis());
    // Without the query: it may hold a token.
    tracing::debug!(%method, path, status, duration_ms, client, "answered");
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        );
    }
    response
}
