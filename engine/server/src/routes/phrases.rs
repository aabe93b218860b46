//! Phrases 话术: wordings that texts use by key, by language, mood and channel.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use expr::{CompiledTemplate, Now, Sink, Values, Voice};
use model::{Emotion, Feeling, Hearer, Language, Phrase, PhraseKey, Resources, Texts, Wording, time_zone};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};
use crate::transfer::blank::derived_key;

/// Phrases a workspace may have.
const MAX_PHRASES: usize = 2_000;
/// Wordings one phrase may have.
const MAX_WORDINGS: usize = 200;
const MAX_TEXT_CHARS: usize = 4_000;
const MAX_CHANNEL_CHARS: usize = 64;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(replace, delete)).routes(routes!(try_out))
}

/// All phrases with their wordings.
#[utoipa::path(get, path = "/api/phrases", tag = "phrases", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Phrase>>> {
    Ok(Json(store::phrases::all(app.engine.store().read(), signed_in.workspace).await?))
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    name: Texts,
    #[serde(default)]
    wordings: Vec<Wording>,
}

/// Makes a phrase; without a key it gets one from its name.
#[utoipa::path(post, path = "/api/phrases", tag = "phrases", request_body = Value, responses((status = 201, body = Value)))]
async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(given): Body<Given>,
) -> Result<(StatusCode, Json<Phrase>)> {
    signed_in.as_editor()?;
    let known = store::phrases::all(app.engine.store().read(), signed_in.workspace).await?;
    if known.len() >= MAX_PHRASES {
        return Err(ApiError::not_valid(
            format!("一个工作区最多 {MAX_PHRASES} 条话术"),
            format!("a workspace has at most {MAX_PHRASES} phrases"),
        ));
    }
    let keys: Vec<&str> = known.iter().map(|phrase| phrase.key.as_str()).collect();
    let key = PhraseKey(derived_key(given.key.as_deref(), &given.name, "phrase", &keys)?);
    if !key.is_valid() {
        return Err(ApiError::not_valid(
            "话术的键只能有 1 到 64 个小写字母、数字、- 或 _",
            "the key of a phrase has 1 to 64 small letters, digits, - or _",
        ));
    }
    let phrase = checked(key, given)?;
    save(&app, &signed_in, &phrase).await?;
    Ok((StatusCode::CREATED, Json(phrase)))
}

/// Changes a phrase. Conversations that go on hear the new wordings from their next turn.
#[utoipa::path(put, path = "/api/phrases/{key}", tag = "phrases", request_body = Value, responses((status = 200, body = Value)))]
async fn replace(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<PhraseKey>,
    Body(given): Body<Given>,
) -> Result<Json<Phrase>> {
    signed_in.as_editor()?;
    let known = store::phrases::all(app.engine.store().read(), signed_in.workspace).await?;
    if !known.iter().any(|phrase| phrase.key == key) {
        return Err(no_phrase());
    }
    let phrase = checked(key, given)?;
    save(&app, &signed_in, &phrase).await?;
    Ok(Json(phrase))
}

/// Removes a phrase.
#[utoipa::path(delete, path = "/api/phrases/{key}", tag = "phrases", responses((status = 204)))]
async fn delete(State(app): State<App>, signed_in: SignedIn, Path(key): Path<PhraseKey>) -> Result<StatusCode> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    let was_there = store::phrases::delete(&writing, signed_in.workspace, &key).await?;
    changes::deleted(&app, writing, was_there, no_phrase).await
}

#[derive(Deserialize)]
struct Try {
    /// Wordings that are not saved yet; without them the saved ones are tried.
    #[serde(default)]
    wordings: Option<Vec<Wording>>,
    #[serde(default)]
    mood: Emotion,
    language: Language,
    #[serde(default)]
    channel: String,
    /// Values of variables the wording uses.
    #[serde(default)]
    values: Values,
}

/// What a customer with this mood and language would read on a channel. Variables without a value show their names.
#[utoipa::path(post, path = "/api/phrases/{key}/try", tag = "phrases", request_body = Value, responses((status = 200, body = Value)))]
async fn try_out(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<PhraseKey>,
    Body(given): Body<Try>,
) -> Result<Json<Value>> {
    let mut phrases = store::phrases::all(app.engine.store().read(), signed_in.workspace).await?;
    match (phrases.iter_mut().find(|phrase| phrase.key == key), given.wordings) {
        (Some(phrase), Some(wordings)) => phrase.wordings = wordings,
        (Some(_), None) => {}
        (None, Some(wordings)) => phrases.push(Phrase { key: key.clone(), name: Texts::default(), wordings }),
        (None, None) => return Err(no_phrase()),
    }
    let phrase = phrases.iter().find(|phrase| phrase.key == key);
    let fallback = [Language::zh(), Language::en()];
    let hearer = Hearer { mood: given.mood, language: &given.language, fallback: &fallback, channel: &given.channel };
    let Some(wording) = phrase.and_then(|phrase| phrase.wording(hearer)).cloned() else {
        return Ok(Json(json!({ "wording": null, "text": "" })));
    };
    let template = CompiledTemplate::parse(&wording.text).map_err(|error| at_fault(&error.message))?;
    let mut values = given.values;
    for name in template.uses() {
        values.entry(name.clone()).or_insert_with(|| format!("{{{name}}}").into());
    }
    let voice = Voice {
        resources: Arc::new(Resources { phrases, ..Resources::default() }),
        language: Some(given.language),
        fallback: fallback.to_vec(),
        channel: given.channel,
        tone: given.mood,
        feeling: Feeling { emotion: given.mood, score: 1.0, ..Feeling::default() },
    };
    let now = Now::new(runtime::now(), time_zone(&[])).with_voice(voice);
    let text = template.expand(&values, Sink::Text, &now).map_err(|error| at_fault(&error.message))?;
    Ok(Json(json!({ "wording": wording, "text": text })))
}

async fn save(app: &App, signed_in: &SignedIn, phrase: &Phrase) -> Result<()> {
    let writing = app.engine.store().write().await?;
    store::phrases::save(&writing, signed_in.workspace, phrase).await?;
    changes::keep(app, writing).await
}

fn checked(key: PhraseKey, given: Given) -> Result<Phrase> {
    if given.name.is_empty() {
        return Err(ApiError::not_valid("请填写话术名称", "give the phrase a name"));
    }
    let mut wordings: Vec<Wording> = Vec::new();
    let mut seen = BTreeSet::new();
    for (number, mut wording) in (1..).zip(given.wordings) {
        if wording.text.trim().is_empty() {
            continue;
        }
        wording.channel = wording.channel.filter(|channel| !channel.trim().is_empty());
        let channel_chars = wording.channel.as_deref().map_or(0, |channel| channel.chars().count());
        if wording.text.chars().count() > MAX_TEXT_CHARS || channel_chars > MAX_CHANNEL_CHARS {
            return Err(ApiError::not_valid(
                format!("第 {number} 种说法超过 {MAX_TEXT_CHARS} 个字符"),
                format!("wording {number} has more than {MAX_TEXT_CHARS} characters"),
            ));
        }
        if let Err(error) = CompiledTemplate::parse(&wording.text) {
            let place = |zh: bool| match (error.line, error.column) {
                (Some(line), Some(column)) if zh => format!("第 {line} 行第 {column} 列"),
                (Some(line), Some(column)) => format!(", line {line}, column {column}"),
                _ => String::new(),
            };
            return Err(ApiError::not_valid(
                format!("第 {number} 种说法{}：{}", place(true), error.message.in_language("zh")),
                format!("wording {number}{}: {}", place(false), error.message.in_language("en")),
            ));
        }
        let place = (wording.language.clone(), wording.mood, wording.channel.clone());
        if !seen.insert(place) {
            return Err(ApiError::not_valid(
                format!("第 {number} 种说法和前面的一种语言、情绪、渠道都相同，请合并"),
                format!("wording {number} is for the same language, mood and channel as an earlier one; join them"),
            ));
        }
        wordings.push(wording);
    }
    if wordings.len() > MAX_WORDINGS {
        return Err(ApiError::not_valid(
            format!("一条话术最多 {MAX_WORDINGS} 种说法"),
            format!("a phrase has at most {MAX_WORDINGS} wordings"),
        ));
    }
    Ok(Phrase { key, name: given.name, wordings })
}

fn at_fault(message: &Texts) -> ApiError {
    ApiError::not_valid(message.in_language("zh"), message.in_language("en"))
}

fn no_phrase() -> ApiError {
    ApiError::not_found("没有这条话术", "there is no such phrase")
}
