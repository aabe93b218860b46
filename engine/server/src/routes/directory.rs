//! Teams, calendars and connectors: the same four routes for each.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Calendar, CalendarKey, Connector, ConnectorKey, SecretHeader, Team, TeamKey};
use serde_json::Value;
use store::directory;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};
use crate::transfer::blank::derived_key;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::replace, teams::delete))
        .routes(routes!(calendars::list, calendars::create))
        .routes(routes!(calendars::replace, calendars::delete))
        .routes(routes!(connectors::list, connectors::create))
        .routes(routes!(connectors::replace, connectors::delete))
}

/// List, create, replace and delete of one kind of document.
macro_rules! documents {
    ($module:ident, $type:ident, $key:ident, $path:literal, $one:literal, $prefix:literal,
     $all:ident, $save:ident, $delete:ident, $zh:literal, $en:literal) => {
        mod $module {
            use super::*;

            /// All of them.
            #[utoipa::path(get, path = $path, tag = "settings", responses((status = 200, body = Value)))]
            pub(super) async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<$type>>> {
                Ok(Json(directory::$all(app.engine.store().read(), signed_in.workspace).await?))
            }

            /// Adds one; without a key it gets one from its name.
            #[utoipa::path(post, path = $path, tag = "settings", request_body = Value, responses((status = 201, body = Value)))]
            pub(super) async fn create(
                State(app): State<App>,
                signed_in: SignedIn,
                Body(mut given): Body<Value>,
            ) -> Result<(StatusCode, Json<$type>)> {
                signed_in.as_editor()?;
                let known = directory::$all(app.engine.store().read(), signed_in.workspace).await?;
                let known: Vec<&str> = known.iter().map(|it| it.key.as_str()).collect();
                let name = given.get("name").cloned().unwrap_or_default();
                let name = serde_json::from_value(name).unwrap_or_default();
                let key = given.get("key").and_then(Value::as_str).filter(|key| !key.is_empty());
                let key = derived_key(key, &name, $prefix, &known)?;
                if let Some(fields) = given.as_object_mut() {
                    fields.insert("key".into(), key.into());
                }
                let wanted = read(given)?;
                save(&app, &signed_in, &wanted).await?;
                Ok((StatusCode::CREATED, Json(wanted)))
            }

            /// Changes one.
            #[utoipa::path(put, path = $one, tag = "settings", request_body = Value, responses((status = 200, body = Value)))]
            pub(super) async fn replace(
                State(app): State<App>,
                signed_in: SignedIn,
                Path(key): Path<$key>,
                Body(given): Body<Value>,
            ) -> Result<Json<$type>> {
                signed_in.as_editor()?;
                let mut wanted = read(given)?;
                wanted.key = key;
                let known = directory::$all(app.engine.store().read(), signed_in.workspace).await?;
                if !known.iter().any(|it| it.key == wanted.key) {
                    return Err(ApiError::not_found($zh, $en));
                }
                save(&app, &signed_in, &wanted).await?;
                Ok(Json(wanted))
            }

            /// Removes one.
            #[utoipa::path(delete, path = $one, tag = "settings", responses((status = 204)))]
            pub(super) async fn delete(
                State(app): State<App>,
                signed_in: SignedIn,
                Path(key): Path<$key>,
            ) -> Result<StatusCode> {
                signed_in.as_editor()?;
                let writing = app.engine.store().write().await?;
                let was_there = directory::$delete(&writing, signed_in.workspace, &key).await?;
                changes::deleted(&app, writing, was_there, || ApiError::not_found($zh, $en)).await
            }

            async fn save(app: &App, signed_in: &SignedIn, wanted: &$type) -> Result<()> {
                if wanted.name.is_empty() {
                    return Err(ApiError::not_valid("请填写名称", "give it a name"));
                }
                wanted.check()?;
                let writing = app.engine.store().write().await?;
                directory::$save(&writing, signed_in.workspace, wanted).await?;
                changes::keep(app, writing).await
            }

            fn read(given: Value) -> Result<$type> {
                serde_json::from_value(given).map_err(|error| {
                    ApiError::not_valid(format!("内容不符合要求：{error}"), format!("this does not fit: {error}"))
                })
            }
        }
    };
}

/// What else must be true of a document.
trait Checked {
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl Checked for Team {}
impl Checked for Calendar {}

impl Checked for Connector {
    /// Names of headers and of secrets, and what stands before a secret, are short and plain.
    fn check(&self) -> Result<()> {
        const MAX_SECRETS: usize = 10;
        const MAX_CHARS: usize = 60;
        let is_name = |name: &str| {
            let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
            (1..=MAX_CHARS).contains(&name.len()) && name.chars().all(is_plain)
        };
        let is_fine = |(header, value): (&String, &SecretHeader)| {
            let is_visible = value.before.chars().all(|character| character.is_ascii_graphic() || character == ' ');
            is_name(header) && is_name(value.secret.as_str()) && value.before.len() <= MAX_CHARS && is_visible
        };
        if self.secrets.len() > MAX_SECRETS || !self.secrets.iter().all(is_fine) {
            return Err(ApiError::not_valid(
                "密钥请求头和密钥的名称只能用英文字母、数字、- 和 _，最多 60 个字；每个连接最多 10 个密钥",
                "headers with secrets, and secrets, have names of at most 60 Latin letters, digits, - and _; a connection has at most 10",
            ));
        }
        Ok(())
    }
}

documents!(
    teams,
    Team,
    TeamKey,
    "/api/teams",
    "/api/teams/{key}",
    "team",
    teams,
    save_team,
    delete_team,
    "没有这个团队",
    "there is no such team"
);
documents!(
    calendars,
    Calendar,
    CalendarKey,
    "/api/calendars",
    "/api/calendars/{key}",
    "calendar",
    calendars,
    save_calendar,
    delete_calendar,
    "没有这个工作时间",
    "there are no such opening hours"
);
documents!(
    connectors,
    Connector,
    ConnectorKey,
    "/api/connectors",
    "/api/connectors/{key}",
    "connector",
    connectors,
    save_connector,
    delete_connector,
    "没有这个连接器",
    "there is no such connector"
);
