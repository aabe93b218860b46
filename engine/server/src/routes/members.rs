//! Members: who works here.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use store::members::{Member, Role};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::session::new_member;
use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// All members.
#[utoipa::path(get, path = "/api/members", tag = "settings", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Value>>> {
    let members = store::members::all(app.engine.store().read(), signed_in.workspace).await?;
    Ok(Json(members.iter().map(shown).collect()))
}

#[derive(Deserialize)]
struct New {
    name: String,
    email: String,
    password: String,
    role: Role,
    #[serde(default)]
    language: Option<String>,
}

/// Adds a member; owners only.
#[utoipa::path(post, path = "/api/members", tag = "settings", request_body = Value, responses((status = 201, body = Value)))]
async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Value>)> {
    signed_in.as_owner()?;
    let language = new.language.or_else(|| Some(signed_in.member.language.0.clone()));
    let member = new_member(&app, &new.name, &new.email, &new.password, new.role, language).await?;
    let writing = app.engine.store().write().await?;
    if store::members::by_email(&writing, signed_in.workspace, &member.email).await?.is_some() {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "email-in-use",
            "这个邮箱已经有成员在用",
            "a member has this e-mail address already",
        ));
    }
    store::members::create(&writing, signed_in.workspace, &member, runtime::now()).await?;
    commit(writing).await?;
    Ok((StatusCode::CREATED, Json(shown(&member))))
}

fn shown(member: &Member) -> Value {
    json!({
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "role": member.role,
        "language": member.language,
        "presence": member.presence,
    })
}
