//! One HTTP call: headers, body, errors. A lost session is told to whoever listens.

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;

use super::{Answer, ApiError};
use crate::i18n::language_now;
use crate::session;

/// Reads.
pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Answer<T> {
    let answer = send_bare(start(Method::GET, path)).await;
    // Reading twice does no harm, and a short break of the network is the usual cause.
    let response = match answer {
        Err(error) if error.status == 0 => {
            wait(400).await;
            send_bare(start(Method::GET, path)).await?
        }
        other => other?,
    };
    read(response).await
}

/// Reads a file as it is.
pub(crate) async fn get_bytes(path: &str) -> Answer<Vec<u8>> {
    let response = send_bare(start(Method::GET, path)).await?;
    let status = response.status();
    response.binary().await.map_err(|error| ApiError::unreadable(status, &error.to_string()))
}

/// Creates, or starts something.
pub(crate) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Answer<T> {
    read(send_json(start(Method::POST, path), body).await?).await
}

/// The same without a body.
pub(crate) async fn post_empty<T: DeserializeOwned>(path: &str) -> Answer<T> {
    read(send_bare(start(Method::POST, path)).await?).await
}

/// Starts something and hears the data of its events as they come.
pub(crate) async fn post_events(path: &str, mut heard: impl FnMut(&str)) -> Answer<()> {
    let request = start(Method::POST, path).header("Accept", "text/event-stream");
    let response = send_bare(request).await?;
    let status = response.status();
    let broken = |error: wasm_bindgen::JsValue| ApiError::unreadable(status, &format!("{error:?}"));
    let Some(body) = response.body() else { return Ok(()) };
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut rest: Vec<u8> = Vec::new();
    loop {
        let piece = wasm_bindgen_futures::JsFuture::from(reader.read()).await.map_err(broken)?;
        let part = |name: &str| js_sys::Reflect::get(&piece, &name.into());
        if part("done").map_err(broken)?.is_truthy() {
            return Ok(());
        }
        rest.extend(js_sys::Uint8Array::new(&part("value").map_err(broken)?).to_vec());
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            if let Some(data) = String::from_utf8_lossy(&line).trim().strip_prefix("data:") {
                heard(data.trim());
            }
        }
    }
}

/// Sends a file as it is; JSON is what it should contain.
pub(crate) async fn post_bytes<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Answer<T> {
    post_as("application/json", path, bytes).await
}

/// The same for a file of any kind.
pub(crate) async fn post_file<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Answer<T> {
    post_as("application/octet-stream", path, bytes).await
}

async fn post_as<T: DeserializeOwned>(kind: &str, path: &str, bytes: &[u8]) -> Answer<T> {
    let request = start(Method::POST, path)
        .header("Content-Type", kind)
        .body(js_sys::Uint8Array::from(bytes))
        .map_err(|error| ApiError::offline(&error.to_string()))?;
    read(checked(request).await?).await
}

/// Sends a file of any kind as it is.
pub(crate) async fn upload_file<T: DeserializeOwned>(path: &str, file: &web_sys::File) -> Answer<T> {
    let request = start(Method::POST, path)
        .header("Content-Type", "application/octet-stream")
        .body(wasm_bindgen::JsValue::from(file.clone()))
        .map_err(|error| ApiError::offline(&error.to_string()))?;
    read(checked(request).await?).await
}

/// Replaces.
pub(crate) async fn put<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Answer<T> {
    read(send_json(start(Method::PUT, path), body).await?).await
}

/// Replaces only what still has this revision.
pub(crate) async fn put_if_match<T: DeserializeOwned>(path: &str, revision: u64, body: &impl Serialize) -> Answer<T> {
    let request = start(Method::PUT, path).header("If-Match", &format!("\"{revision}\""));
    read(send_json(request, body).await?).await
}

/// Changes a part.
pub(crate) async fn patch<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Answer<T> {
    read(send_json(start(Method::PATCH, path), body).await?).await
}

/// Deletes.
pub(crate) async fn delete(path: &str) -> Answer<()> {
    send_bare(start(Method::DELETE, path)).await.map(drop)
}

fn start(method: Method, path: &str) -> RequestBuilder {
    RequestBuilder::new(path)
        .method(method)
        .header("Accept", "application/json")
        .header("Accept-Language", language_now().code())
}

async fn send_json(request: RequestBuilder, body: &impl Serialize) -> Answer<Response> {
    let request = request.json(body).map_err(|error| ApiError::offline(&error.to_string()))?;
    checked(request).await
}

async fn send_bare(request: RequestBuilder) -> Answer<Response> {
    let request = request.build().map_err(|error| ApiError::offline(&error.to_string()))?;
    checked(request).await
}

async fn checked(request: Request) -> Answer<Response> {
    let response = request.send().await.map_err(|error| ApiError::offline(&error.to_string()))?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let body = response.text().await.unwrap_or_default();
    let error = ApiError::refused(status, &body);
    if error.is("not-signed-in") {
        session::lost();
    }
    Err(error)
}

async fn read<T: DeserializeOwned>(response: Response) -> Answer<T> {
    let status = response.status();
    let text = response.text().await.map_err(|error| ApiError::unreadable(status, &error.to_string()))?;
    // An empty answer is `()`.
    let text = if text.trim().is_empty() { "null" } else { &text };
    serde_json::from_str(text).map_err(|error| ApiError::unreadable(status, &error.to_string()))
}

/// Waits this many milliseconds.
pub(crate) async fn wait(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = leptos::prelude::window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
