//! JSON bodies, with errors in the product's own words.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, too_large};

/// A JSON body of a known shape. An empty body reads as `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { broken_off() }
        })?;
        read(&bytes).map(Self)
    }
}

/// Reads a JSON body.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_data() {
            ApiError::not_valid(
                format!("内容不符合要求：{error}"),
                format!("this is not what the address takes: {error}"),
            )
        } else {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "not-json",
                format!("内容不是正确的 JSON：第 {line} 行第 {column} 列"),
                format!("this is not JSON: line {line}, column {column}"),
            )
            .with("line", line)
            .with("column", column)
        }
    })
}

fn broken_off() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "broken-off", "内容没有传完", "the body broke off")
}
