//! Topics rearranged: many examples pasted, examples moved to another topic, two topics made one.

use axum::Json;
use axum::extract::{Path, State};
use model::{Intent, IntentKey};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{found, save};
use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};
use crate::topics::limits::{checked, plain};
use crate::topics::lines::{self, Pasted};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(paste)).routes(routes!(move_examples)).routes(routes!(merge))
}

#[derive(Deserialize)]
struct Paste {
    #[serde(default)]
    text: String,
    /// Add the new ones; without it only look.
    #[serde(default)]
    apply: bool,
    /// Take those that stand in another topic, too.
    #[serde(default)]
    elsewhere_too: bool,
}

#[derive(Serialize)]
struct PasteAnswer {
    #[serde(flatten)]
    pasted: Pasted,
    /// The topic afterwards.
    intent: Intent,
}

/// Sorts pasted lines: new, there already, in another topic, not usable. With `apply` the new ones are added.
#[utoipa::path(post, path = "/api/intents/{key}/paste", tag = "topics", request_body = Value, responses((status = 200, body = Value)))]
async fn paste(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<IntentKey>,
    Body(given): Body<Paste>,
) -> Result<Json<PasteAnswer>> {
    signed_in.as_editor()?;
    let all = store::intents::all(app.engine.store().read(), signed_in.workspace).await?;
    let mut intent = found(&all, &key)?.clone();
    let pasted = lines::sort(&given.text, &intent, &all);
    if given.apply {
        let elsewhere = pasted.elsewhere.iter().filter(|_| given.elsewhere_too).map(|line| line.text.clone());
        let new: Vec<String> = pasted.new.iter().cloned().chain(elsewhere).collect();
        intent.examples.splice(0..0, new);
        intent = checked(intent)?;
        save(&app, &signed_in, std::slice::from_ref(&intent)).await?;
    }
    Ok(Json(PasteAnswer { pasted, intent }))
}

#[derive(Deserialize)]
struct Move {
    examples: Vec<String>,
    to: IntentKey,
}

#[derive(Serialize)]
struct Moved {
    from: Intent,
    to: Intent,
}

/// Moves examples to another topic; one that stands there already is only taken away here.
#[utoipa::path(post, path = "/api/intents/{key}/move", tag = "topics", request_body = Value, responses((status = 200, body = Value)))]
async fn move_examples(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<IntentKey>,
    Body(given): Body<Move>,
) -> Result<Json<Moved>> {
    signed_in.as_editor()?;
    let all = store::intents::all(app.engine.store().read(), signed_in.workspace).await?;
    let mut from = found(&all, &key)?.clone();
    let mut to = other(&all, &key, &given.to)?.clone();
    if let Some(missing) = given.examples.iter().find(|example| !from.examples.contains(example)) {
        return Err(ApiError::not_valid(
            format!("这个意图里没有“{missing}”"),
            format!("“{missing}” is no example of this topic"),
        ));
    }
    from.examples.retain(|example| !given.examples.contains(example));
    take_over(&mut to, given.examples);
    let to = checked(to)?;
    save(&app, &signed_in, &[from.clone(), to.clone()]).await?;
    Ok(Json(Moved { from, to }))
}

#[derive(Deserialize)]
struct Merge {
    into: IntentKey,
}

/// Moves everything to another topic and removes this one. Flows that use this one show it as a problem.
#[utoipa::path(post, path = "/api/intents/{key}/merge", tag = "topics", request_body = Value, responses((status = 200, body = Value)))]
async fn merge(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<IntentKey>,
    Body(given): Body<Merge>,
) -> Result<Json<Intent>> {
    signed_in.as_editor()?;
    let all = store::intents::all(app.engine.store().read(), signed_in.workspace).await?;
    let gone = found(&all, &key)?.clone();
    let mut into = other(&all, &key, &given.into)?.clone();
    take_over(&mut into, gone.examples);
    let into = checked(into)?;
    let writing = app.engine.store().write().await?;
    store::intents::save(&writing, signed_in.workspace, &into).await?;
    store::intents::delete(&writing, signed_in.workspace, &key).await?;
    commit(writing).await?;
    app.engine.topics_changed(signed_in.workspace);
    Ok(Json(into))
}

fn other<'a>(all: &'a [Intent], key: &IntentKey, wanted: &IntentKey) -> Result<&'a Intent> {
    if key == wanted {
        return Err(ApiError::not_valid("请选择另一个意图", "choose another topic"));
    }
    found(all, wanted)
}

/// Adds examples that are not there yet.
fn take_over(to: &mut Intent, examples: Vec<String>) {
    let known: std::collections::HashSet<String> = to.examples.iter().map(|example| plain(example)).collect();
    to.examples.extend(examples.into_iter().filter(|example| !known.contains(&plain(example))));
}
