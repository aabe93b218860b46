//! Topics: what customers speak about, learnt from examples.

mod quality;
mod rearrange;
mod table;
mod uses;

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
use crate::topics::limits::{MAX_TRIED_CHARS, check_all, checked};
use crate::transfer::blank::derived_key;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(replace, delete))
        .routes(routes!(try_out))
        .merge(quality::routes())
        .merge(rearrange::routes())
        .merge(table::routes())
        .merge(uses::routes())
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

impl Given {
    fn with_key(self, key: IntentKey) -> Intent {
        Intent { key, name: self.name, examples: self.examples }
    }
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
    // "try" is an address beside those of topics.
    let known: Vec<&str> = known.iter().map(|intent| intent.key.as_str()).chain(["try"]).collect();
    let key = derived_key(given.key.as_deref(), &given.name, "topic", &known)?;
    let intent = checked(given.with_key(IntentKey(key)))?;
    save(&app, &signed_in, std::slice::from_ref(&intent)).await?;
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
    found(&known, &key)?;
    let intent = checked(given.with_key(key))?;
    save(&app, &signed_in, std::slice::from_ref(&intent)).await?;
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

/// Which topics a sentence may be about, by the topics as they are written; and the examples it is most like.
#[utoipa::path(post, path = "/api/intents/try", tag = "topics", request_body = Value, responses((status = 200, body = Value)))]
async fn try_out(State(app): State<App>, signed_in: SignedIn, Body(given): Body<Try>) -> Result<Json<Value>> {
    if given.text.chars().count() > MAX_TRIED_CHARS {
        return Err(ApiError::not_valid(
            format!("最多试 {MAX_TRIED_CHARS} 个字符，客户的消息也只能这么长"),
            format!("at most {MAX_TRIED_CHARS} characters can be tried; a customer cannot write more either"),
        ));
    }
    let recognised = app.engine.try_topics(signed_in.workspace, &given.text, &[]).await?;
    let nearest = app.engine.nearest_examples(signed_in.workspace, &given.text).await?;
    let mut answer = json!(recognised);
    answer["nearest"] = json!(nearest);
    Ok(Json(answer))
}

/// Stores topics, all of them or none.
async fn save(app: &App, signed_in: &SignedIn, intents: &[Intent]) -> Result<()> {
    let writing = app.engine.store().write().await?;
    for intent in intents {
        store::intents::save(&writing, signed_in.workspace, intent).await?;
    }
    let all = store::intents::all(&writing, signed_in.workspace).await?;
    check_all(all.len(), all.iter().map(|intent| intent.examples.len()).sum())?;
    commit(writing).await?;
    app.engine.topics_changed(signed_in.workspace);
    Ok(())
}

/// The topic with this key.
fn found<'a>(all: &'a [Intent], key: &IntentKey) -> Result<&'a Intent> {
    all.iter().find(|intent| intent.key == *key).ok_or_else(no_topic)
}

fn no_topic() -> ApiError {
    ApiError::not_found("没有这个意图", "there is no such topic")
}
