//! Pages: the designer and desk, the customer's window, and the files they need.

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::assets::{Asset, asset};
use crate::samples::widget_file;

/// Our own pages: nothing from elsewhere, no frame around them; wasm may compile.
const APP_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: https: http:; font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
/// The customer's window may stand in any page.
const CHAT_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: https: http:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; \
    form-action 'self'; frame-ancestors *";

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/chat/{channel}", get(chat))
        .route("/widget.js", get(|headers: HeaderMap| async move { widget("widget.js", &headers) }))
        .route(
            "/widget/{*path}",
            get(|Path(path): Path<String>, headers: HeaderMap| async move { widget(&path, &headers) }),
        )
        .fallback(get(page))
}

/// A file of the designer, or its page for every address the app routes itself.
async fn page(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let headers = request.headers();
    if !path.is_empty()
        && let Some(file) = asset(path, accepted(headers))
    {
        return send(file, headers, APP_POLICY);
    }
    if path.contains('.') {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    }
    match asset("index.html", accepted(headers)) {
        Some(index) => send(index, headers, APP_POLICY),
        None => {
            let words = "The API is here; the designer is not built. Run `cargo xtask build`.\n\
                         接口可用；设计器还没有构建，请运行 `cargo xtask build`。\n";
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response()
        }
    }
}

async fn chat(headers: HeaderMap) -> Response {
    widget("chat.html", &headers)
}

fn widget(path: &str, headers: &HeaderMap) -> Response {
    let built = asset(&format!("widget/{path}"), accepted(headers));
    match built.or_else(|| widget_file(path)) {
        Some(file) => {
            let mut response = send(file, headers, CHAT_POLICY);
            // The embed script and what it loads are used by other sites' pages.
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            response
        }
        None => (StatusCode::NOT_FOUND, "not found").into_response(),
    }
}

fn send(file: Asset, headers: &HeaderMap, policy: &'static str) -> Response {
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == file.etag.as_bytes());
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { file.bytes.into_owned().into_response() };
    let out = response.headers_mut();
    let caching = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    if let Some(encoding) = file.encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(etag) = HeaderValue::from_str(&file.etag) {
        out.insert(header::ETAG, etag);
    }
    response
}

fn accepted(headers: &HeaderMap) -> &str {
    headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
