//! Secrets of connectors' headers: written and forgotten, never read.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Connector, ConnectorKey, SecretKey};
use runtime::SecretState;
use serde::Deserialize;
use serde_json::{Value, json};
use store::rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::error::{ApiError, Result};

/// A shorter one would be found in many replies, from which it is taken out.
const LEAST_CHARS: usize = 8;
const MAX_CHARS: usize = 4_000;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(all)).routes(routes!(set)).routes(routes!(forget))
}

/// The secrets that connectors refer to: whether each is set, and opens for the connector's address.
#[utoipa::path(get, path = "/api/secrets", tag = "settings", responses((status = 200, body = Value)))]
async fn all(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Value>> {
    let states = app.engine.secrets(signed_in.workspace).await?;
    let shown = states.into_iter().map(|SecretState { connector, header, secret, set_at, opens }| {
        json!({
            "connector": connector, "header": header, "secret": secret, "set_at": set_at.map(rfc3339), "opens": opens,
        })
    });
    Ok(Json(shown.collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    secret: String,
}

/// Sets a secret. It is sealed for the connector's address and never shown again.
#[utoipa::path(put, path = "/api/connectors/{key}/secrets/{secret}", tag = "settings", request_body = Value, responses((status = 204)))]
async fn set(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((key, secret)): Path<(ConnectorKey, SecretKey)>,
    Body(given): Body<Given>,
) -> Result<StatusCode> {
    signed_in.as_owner()?;
    let value = given.secret.trim();
    let is_header = value.chars().all(|character| character.is_ascii_graphic() || character == ' ');
    if value.len() < LEAST_CHARS || value.len() > MAX_CHARS || !is_header {
        return Err(ApiError::not_valid(
            "密钥是一行英文字母、数字和符号，8 到 4000 个",
            "a secret is one line of 8 to 4000 Latin letters, digits and signs",
        ));
    }
    let connectors = store::directory::connectors(app.engine.store().read(), signed_in.workspace).await?;
    let refers = |connector: &&Connector| connector.secrets.values().any(|header| header.secret == secret);
    let connector = connectors.iter().find(|connector| connector.key == key).filter(refers);
    let connector = connector.ok_or_else(|| {
        ApiError::not_found("这个连接没有用到这个密钥", "the connection does not refer to this secret")
    })?;
    app.engine.keep_secret(signed_in.workspace, connector, &secret, value).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a secret.
#[utoipa::path(delete, path = "/api/secrets/{secret}", tag = "settings", responses((status = 204)))]
async fn forget(State(app): State<App>, signed_in: SignedIn, Path(secret): Path<SecretKey>) -> Result<StatusCode> {
    signed_in.as_owner()?;
    if !app.engine.forget_secret(signed_in.workspace, &secret).await? {
        return Err(ApiError::not_found("没有保存这个密钥", "this secret is not set"));
    }
    Ok(StatusCode::NO_CONTENT)
}
