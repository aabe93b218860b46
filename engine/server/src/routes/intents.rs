//! Topics: what customers speak about, learnt from examples.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Intent, IntentKey, Texts};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};
use crate::transfer::blank::derived_key;

const MAX_EXAMPLES: usize = 2_000;
const MAX_EXAMPLE_CHARS: usize = 500;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(replace, delete)).routes(routes!(try_out))
}

/// All topics with their examples.
#[utoipa::path(get, path = "/api/intents", tag = "topics", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Intent>>> {
    Ok(Json(store::intents::all(app.engine.store().read(), signed_in.workspace).await?))
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    name: Texts,
    #[serde(default)]
    examples: Vec<String>,
}

/// Makes a topic; without a key it gets one from its name.
#[utoipa::path(post, path = "/api/intents", tag = "topics", request_body = Value, responses((status = 201, body = Value)))]
async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(given): Body<Given>,
) -> Result<(StatusCode, Json<Intent>)> {
    signed_in.as_editor()?;
    let known = store::intents::all(app.engine.store().read(), signed_in.workspace).await?;
    let known: Vec<&str> = known.iter().map(|intent| intent.key.as_str()).collect();
    let key = derived_key(given.key.as_deref(), &given.name, "topic", &known)?;
    let intent = checked(IntentKey(key), given)?;
    save(&app, &signed_in, &intent).await?;
    Ok((StatusCode::CREATED, Json(intent)))
}

/// Changes a topic.
#[utoipa::path(put, path = "/api/intents/{key}", tag = "topics", request_body = Value, responses((status = 200, body = Value)))]
async fn replace(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<IntentKey>,
    Body(given): Body<Given>,
) -> Result<Json<Intent>> {
    signed_in.as_editor()?;
    let known = store::intents::all(app.engine.store().read(), signed_in.workspace).await?;
    if !known.iter().any(|intent| intent.key == key) {
        return Err(no_topic());
    }
    let intent = checked(key, given)?;
    save(&app, &signed_in, &intent).await?;
    Ok(Json(intent))
}

/// Removes a topic.
#[utoipa::path(delete, path = "/api/intents/{key}", tag = "topics", responses((status = 204)))]
async fn delete(State(app): State<App>, signed_in: SignedIn, Path(key): Path<IntentKey>) -> Result<StatusCode> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    if !store::intents::delete(&writing, signed_in.workspace, &key).await? {
        return Err(no_topic());
    }
    commit(writing).await?;
    app.engine.topics_changed(signed_in.workspace);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Try {
    text: String,
}

/// Which topics a sentence may be about.
#[utoipa::path(post, path = "/api/intents/try", tag = "topics", request_body = Value, responses((status = 200, body = Value)))]
async fn try_out(State(app): State<App>, signed_in: SignedIn, Body(given): Body<Try>) -> Result<Json<Value>> {
    Ok(Json(json!(app.engine.try_topics(signed_in.workspace, &given.text, &[]).await?)))
}

async fn save(app: &App, signed_in: &SignedIn, intent: &Intent) -> Result<()> {
    let writing = app.engine.store().write().await?;
    store::intents::save(&writing, signed_in.workspace, intent).await?;
    commit(writing).await?;
    app.engine.topics_changed(signed_in.workspace);
    Ok(())
}

fn checked(key: IntentKey, given: Given) -> Result<Intent> {
    if given.name.is_empty() {
        return Err(ApiError::not_valid("请填写意图名称", "give the topic a name"));
    }
    let mut examples: Vec<String> = Vec::new();
    for example in given.examples {
        let example = example.trim().to_owned();
        if !example.is_empty() && !examples.contains(&example) {
            examples.push(example);
        }
    }
    if examples.len() > MAX_EXAMPLES || examples.iter().any(|text| text.chars().count() > MAX_EXAMPLE_CHARS) {
        return Err(ApiError::not_valid(
            format!("一个意图最多 {MAX_EXAMPLES} 条例句，每条最多 {MAX_EXAMPLE_CHARS} 个字符"),
            format!("a topic has at most {MAX_EXAMPLES} examples of at most {MAX_EXAMPLE_CHARS} characters"),
        ));
    }
    Ok(Intent { key, name: given.name, examples })
}

fn no_topic() -> ApiError {
    ApiError::not_found("没有这个意图", "there is no such topic")
}
