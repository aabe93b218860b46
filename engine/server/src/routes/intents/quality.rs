//! How far topics are learnt, and how well they are told apart.

use axum::Json;
use axum::extract::{Path, State};
use model::IntentKey;
use nlu::intents::{ExampleReview, Review};
use runtime::TopicsState;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::no_topic;
use crate::app::App;
use crate::auth::session::SignedIn;
use crate::error::Result;

/// Pairs of topics that are shown; they come the most often confused first.
const MOST_PAIRS: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(state)).routes(routes!(quality)).routes(routes!(examples))
}

/// Are the topics as they are written learnt already? Until they are, customers are recognised by the former ones.
#[utoipa::path(get, path = "/api/topics/state", tag = "topics", responses((status = 200, body = Value)))]
async fn state(State(app): State<App>, signed_in: SignedIn) -> Result<Json<TopicsState>> {
    Ok(Json(app.engine.topics_state(signed_in.workspace).await?))
}

/// How well topics are told apart, by cross-validation over their own examples. It is computed in the background:
/// `review` is null until it is there; ask again.
#[utoipa::path(get, path = "/api/topics/quality", tag = "topics", responses((status = 200, body = Value)))]
async fn quality(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Value>> {
    let found = app.engine.topic_review(signed_in.workspace).await?;
    let review = found.review.map(|review| {
        let Review { accuracy, macro_f1, sure_above, close_above, expected, intents, confusions, examples } = &*review;
        json!({
            "accuracy": accuracy,
            "macro_f1": macro_f1,
            "sure_above": sure_above,
            "close_above": close_above,
            "expected": expected,
            "intents": intents,
            "confusions": confusions.iter().take(MOST_PAIRS).collect::<Vec<_>>(),
            "n_examples": examples.len(),
        })
    });
    Ok(Json(json!({ "hash": found.hash, "review": review })))
}

/// What becomes of each example of a topic when it is left out of learning. Null until it is computed.
#[utoipa::path(get, path = "/api/intents/{key}/quality", tag = "topics", responses((status = 200, body = Value)))]
async fn examples(State(app): State<App>, signed_in: SignedIn, Path(key): Path<IntentKey>) -> Result<Json<Value>> {
    let found = app.engine.topic_review(signed_in.workspace).await?;
    if !found.topics.contains(&key) {
        return Err(no_topic());
    }
    let examples = found.review.map(|review| {
        let own = |example: &&ExampleReview| example.intent == key.as_str();
        review.examples.iter().filter(own).cloned().collect::<Vec<_>>()
    });
    Ok(Json(json!({ "hash": found.hash, "examples": examples })))
}
