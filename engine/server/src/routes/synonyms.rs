//! Synonyms: groups of words that mean the same when libraries are searched.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};

const MAX_GROUPS: usize = 1_000;
const MAX_WORDS: usize = 20;
const MAX_WORD_CHARS: usize = 40;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, replace))
}

#[derive(Serialize, Deserialize)]
struct Synonyms {
    #[serde(default)]
    groups: Vec<Vec<String>>,
}

/// All groups.
#[utoipa::path(get, path = "/api/synonyms", tag = "library", responses((status = 200, body = serde_json::Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Synonyms>> {
    let groups = store::judgements::synonyms(app.engine.store().read(), signed_in.workspace).await?;
    Ok(Json(Synonyms { groups }))
}

/// Replaces all groups.
#[utoipa::path(put, path = "/api/synonyms", tag = "library", request_body = serde_json::Value, responses((status = 200, body = serde_json::Value)))]
async fn replace(State(app): State<App>, signed_in: SignedIn, Body(given): Body<Synonyms>) -> Result<Json<Synonyms>> {
    signed_in.as_editor()?;
    let groups = checked(given.groups)?;
    let writing = app.engine.store().write().await?;
    store::judgements::save_synonyms(&writing, signed_in.workspace, &groups).await?;
    commit(writing).await?;
    app.engine.show_libraries(signed_in.workspace).await;
    Ok(Json(Synonyms { groups }))
}

/// Groups without empty words and words that come twice; one of a single word says nothing.
fn checked(groups: Vec<Vec<String>>) -> Result<Vec<Vec<String>>> {
    let mut seen: Vec<String> = Vec::new();
    let mut checked = Vec::new();
    for group in groups {
        let mut words: Vec<String> = Vec::new();
        for word in group {
            let word = word.trim().to_owned();
            if word.is_empty() || words.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
                continue;
            }
            if seen.contains(&word.to_lowercase()) {
                return Err(ApiError::not_valid(
                    format!("“{word}”出现在两组里，请合并这两组"),
                    format!("“{word}” is in two groups; make one of them"),
                ));
            }
            words.push(word);
        }
        seen.extend(words.iter().map(|word| word.to_lowercase()));
        if words.len() > MAX_WORDS || words.iter().any(|word| word.chars().count() > MAX_WORD_CHARS) {
            return Err(ApiError::not_valid(
                format!("一组最多 {MAX_WORDS} 个词，每个词最多 {MAX_WORD_CHARS} 个字符"),
                format!("a group has at most {MAX_WORDS} words of at most {MAX_WORD_CHARS} characters"),
            ));
        }
        if words.len() > 1 {
            checked.push(words);
        }
    }
    if checked.len() > MAX_GROUPS {
        return Err(ApiError::not_valid(
            format!("最多 {MAX_GROUPS} 组同义词"),
            format!("there are at most {MAX_GROUPS} groups of synonyms"),
        ));
    }
    Ok(checked)
}
