//! Answer libraries and their articles.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use model::{Article, LibraryKey, Texts};
use runtime::Item;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};
use crate::transfer::blank::derived_key;

const MAX_QUESTION_CHARS: usize = 500;
const MAX_ANSWER_CHARS: usize = 8_000;
const MAX_VARIANTS: usize = 200;
const MAX_CHANNELS: usize = 20;
const MAX_OWNER_CHARS: usize = 80;
/// What a trial shows.
const TRIED: usize = 8;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(rename, delete))
        .routes(routes!(set_meaning))
        .routes(routes!(articles, add_article))
        .routes(routes!(replace_article, delete_article))
        .routes(routes!(try_out))
        .routes(routes!(counts))
}

/// All libraries.
#[utoipa::path(get, path = "/api/libraries", tag = "library", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Value>>> {
    let db = app.engine.store().read();
    let mut rows = Vec::new();
    for (key, name) in store::libraries::names(db, signed_in.workspace).await? {
        rows.push(summary(&app, &signed_in, &key, &name).await?);
    }
    Ok(Json(rows))
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    name: Texts,
}

/// Makes a library.
#[utoipa::path(post, path = "/api/libraries", tag = "library", request_body = Value, responses((status = 201, body = Value)))]
async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(given): Body<Named>,
) -> Result<(StatusCode, Json<Value>)> {
    signed_in.as_editor()?;
    let known = store::libraries::names(app.engine.store().read(), signed_in.workspace).await?;
    let known: Vec<&str> = known.iter().map(|(key, _)| key.as_str()).collect();
    let key = LibraryKey(derived_key(given.key.as_deref(), &given.name, "library", &known)?);
    let saved = save(&app, &signed_in, &key, &given.name).await?;
    Ok((StatusCode::CREATED, saved))
}

/// Renames a library.
#[utoipa::path(put, path = "/api/libraries/{key}", tag = "library", request_body = Value, responses((status = 200, body = Value)))]
async fn rename(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Body(given): Body<Named>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    is_known(&app, &signed_in, &key).await?;
    save(&app, &signed_in, &key, &given.name).await
}

/// Removes a library with its articles.
#[utoipa::path(delete, path = "/api/libraries/{key}", tag = "library", responses((status = 204)))]
async fn delete(State(app): State<App>, signed_in: SignedIn, Path(key): Path<LibraryKey>) -> Result<StatusCode> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    if !store::libraries::delete(&writing, signed_in.workspace, &key).await? {
        return Err(no_library());
    }
    changes::keep(&app, writing).await?;
    app.engine.show_libraries(signed_in.workspace).await;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Meaning {
    is_on: bool,
}

/// Says whether a library is searched by meaning as well as by words; needs an embedding model.
#[utoipa::path(put, path = "/api/libraries/{key}/meaning", tag = "library", request_body = Value, responses((status = 200, body = Value)))]
async fn set_meaning(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Body(given): Body<Meaning>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let names = store::libraries::names(app.engine.store().read(), signed_in.workspace).await?;
    let (_, name) = names.into_iter().find(|(known, _)| *known == key).ok_or_else(no_library)?;
    let writing = app.engine.store().write().await?;
    store::meaning::set(&writing, signed_in.workspace, &key, given.is_on).await?;
    commit(writing).await?;
    app.engine.show_libraries(signed_in.workspace).await;
    Ok(Json(summary(&app, &signed_in, &key, &name).await?))
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: Option<String>,
}

/// The articles of a library; with `q`, those that contain it.
#[utoipa::path(get, path = "/api/libraries/{key}/articles", tag = "library", params(("q" = Option<String>, Query)), responses((status = 200, body = Value)))]
async fn articles(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<Article>>> {
    is_known(&app, &signed_in, &key).await?;
    let mut articles = store::libraries::articles(app.engine.store().read(), signed_in.workspace, &key).await?;
    if let Some(q) = search.q.map(|q| q.trim().to_lowercase()).filter(|q| !q.is_empty()) {
        articles.retain(|article| {
            let mut texts = std::iter::once(article.question.as_str())
                .chain(article.variants.iter().map(String::as_str))
                .chain(article.answer.iter().map(|(_, text)| text));
            texts.any(|text| text.to_lowercase().contains(&q))
        });
    }
    Ok(Json(articles))
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    question: String,
    #[serde(default)]
    variants: Vec<String>,
    #[serde(default)]
    answer: Texts,
    #[serde(default)]
    on_channels: BTreeMap<String, Texts>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    is_off: bool,
}

/// Adds an article.
#[utoipa::path(post, path = "/api/libraries/{key}/articles", tag = "library", request_body = Value, responses((status = 201, body = Value)))]
async fn add_article(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Body(given): Body<Given>,
) -> Result<(StatusCode, Json<Article>)> {
    signed_in.as_editor()?;
    is_known(&app, &signed_in, &key).await?;
    let article = checked(Uuid::now_v7().to_string(), given)?;
    save_article(&app, &signed_in, &key, &article).await?;
    Ok((StatusCode::CREATED, Json(article)))
}

/// Changes an article.
#[utoipa::path(put, path = "/api/articles/{id}", tag = "library", request_body = Value, responses((status = 200, body = Value)))]
async fn replace_article(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(given): Body<Given>,
) -> Result<Json<Article>> {
    signed_in.as_editor()?;
    let key = store::libraries::library_of(app.engine.store().read(), signed_in.workspace, &id).await?;
    let key = key.ok_or_else(no_article)?;
    // A line of a sheet that is changed by hand stays one, until the sheet is read again.
    let document = store::libraries::article(app.engine.store().read(), signed_in.workspace, &id).await?;
    let document = document.and_then(|article| article.document);
    let article = Article { document, ..checked(id, given)? };
    save_article(&app, &signed_in, &key, &article).await?;
    Ok(Json(article))
}

/// Removes an article.
#[utoipa::path(delete, path = "/api/articles/{id}", tag = "library", responses((status = 204)))]
async fn delete_article(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<StatusCode> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    if !store::libraries::delete_article(&writing, signed_in.workspace, &id).await? {
        return Err(no_article());
    }
    commit(writing).await?;
    app.engine.show_libraries(signed_in.workspace).await;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Try {
    query: String,
}

/// What a question finds, why, and what a step that answers would do with it.
#[utoipa::path(post, path = "/api/libraries/{key}/try", tag = "library", request_body = Value, responses((status = 200, body = Value)))]
async fn try_out(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Body(given): Body<Try>,
) -> Result<Json<Value>> {
    is_known(&app, &signed_in, &key).await?;
    app.engine.fresh_shelf(signed_in.workspace).await?;
    let found = app.engine.hits(signed_in.workspace, &given.query, &[key], TRIED).await?;
    let outcome = match found.hits.first().map_or(0.0, |hit| hit.score) {
        best if best < found.nothing_below || found.hits.is_empty() => "nothing",
        best if best < found.sure_above => "offers",
        _ => "answers",
    };
    let hits = found.hits.iter().map(|hit| {
        let mut shown = json!({
            "id": hit.item.id(), "score": hit.score, "why": hit.words.why, "parts": hit.words.parts,
            "by_words": hit.words.score, "by_meaning": hit.meaning, "rank": hit.rank,
        });
        match &hit.item {
            Item::Article(article) => shown["article"] = json!(article),
            Item::Passage(passage) => shown["passage"] = json!(passage),
        }
        shown
    });
    Ok(Json(json!({
        "hits": hits.collect::<Vec<_>>(),
        "nothing_below": found.nothing_below,
        "sure_above": found.sure_above,
        "outcome": outcome,
        "note": found.note,
    })))
}

/// How often each article and passage was shown, and whether it helped.
#[utoipa::path(get, path = "/api/judgements", tag = "library", responses((status = 200, body = Value)))]
async fn counts(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Value>> {
    Ok(Json(json!(store::judgements::all(app.engine.store().read(), signed_in.workspace).await?)))
}

async fn summary(app: &App, signed_in: &SignedIn, key: &LibraryKey, name: &Texts) -> Result<Value> {
    let db = app.engine.store().read();
    let articles = store::libraries::count(db, signed_in.workspace, key).await?;
    let (documents, _) = store::documents::weight(db, signed_in.workspace, key).await?;
    let is_meant = store::meaning::libraries(db, signed_in.workspace).await?.contains(key);
    let meaning = is_meant.then(|| app.engine.filling(signed_in.workspace));
    Ok(json!({ "key": key, "name": name, "articles": articles, "documents": documents, "meaning": meaning }))
}

async fn save(app: &App, signed_in: &SignedIn, key: &LibraryKey, name: &Texts) -> Result<Json<Value>> {
    if name.is_empty() {
        return Err(ApiError::not_valid("请填写答案库名称", "give the library a name"));
    }
    let writing = app.engine.store().write().await?;
    store::libraries::save(&writing, signed_in.workspace, key, name).await?;
    changes::keep(app, writing).await?;
    Ok(Json(summary(app, signed_in, key, name).await?))
}

async fn save_article(app: &App, signed_in: &SignedIn, key: &LibraryKey, article: &Article) -> Result<()> {
    let writing = app.engine.store().write().await?;
    store::libraries::save_article(&writing, signed_in.workspace, key, article, runtime::now()).await?;
    commit(writing).await?;
    app.engine.show_libraries(signed_in.workspace).await;
    Ok(())
}

pub(super) async fn is_known(app: &App, signed_in: &SignedIn, key: &LibraryKey) -> Result<()> {
    let names = store::libraries::names(app.engine.store().read(), signed_in.workspace).await?;
    if names.iter().any(|(known, _)| known == key) { Ok(()) } else { Err(no_library()) }
}

fn checked(id: String, given: Given) -> Result<Article> {
    let question = given.question.trim().to_owned();
    if question.is_empty() {
        return Err(ApiError::not_valid("请填写问题", "write the question"));
    }
    if given.answer.is_empty() {
        return Err(ApiError::not_valid("请填写答案", "write the answer"));
    }
    let mut variants: Vec<String> = given.variants.iter().map(|text| text.trim().to_owned()).collect();
    variants.retain(|text| !text.is_empty());
    let is_long = std::iter::once(&question).chain(&variants).any(|text| text.chars().count() > MAX_QUESTION_CHARS)
        || given.answer.iter().any(|(_, text)| text.chars().count() > MAX_ANSWER_CHARS);
    if is_long || variants.len() > MAX_VARIANTS {
        return Err(ApiError::not_valid(
            format!(
                "问题最多 {MAX_QUESTION_CHARS} 个字符，答案最多 {MAX_ANSWER_CHARS} 个字符，问法最多 {MAX_VARIANTS} 条"
            ),
            format!(
                "a question has at most {MAX_QUESTION_CHARS} characters, an answer {MAX_ANSWER_CHARS}, and there are at most {MAX_VARIANTS} ways to ask"
            ),
        ));
    }
    let longest = |texts: &Texts| texts.iter().any(|(_, text)| text.chars().count() > MAX_ANSWER_CHARS);
    if given.on_channels.len() > MAX_CHANNELS || given.on_channels.values().any(longest) {
        return Err(ApiError::not_valid(
            format!("渠道答案最多 {MAX_CHANNELS} 个，每个最多 {MAX_ANSWER_CHARS} 个字符"),
            format!("there are at most {MAX_CHANNELS} answers for channels, of at most {MAX_ANSWER_CHARS} characters"),
        ));
    }
    let (from, until) = (day(given.from)?, day(given.until)?);
    if let (Some(from), Some(until)) = (&from, &until)
        && from > until
    {
        return Err(ApiError::not_valid("有效期的开始晚于结束", "the article would end before it begins"));
    }
    let mut on_channels = given.on_channels;
    on_channels.retain(|channel, answer| !channel.trim().is_empty() && !answer.is_empty());
    let owner = given.owner.trim().chars().take(MAX_OWNER_CHARS).collect();
    let (answer, is_off) = (given.answer, given.is_off);
    Ok(Article { id, question, variants, answer, on_channels, from, until, owner, is_off, document: None })
}

/// A day as `2026-11-20`; an empty one is none.
fn day(given: Option<String>) -> Result<Option<String>> {
    let Some(given) = given.map(|day| day.trim().to_owned()).filter(|day| !day.is_empty()) else { return Ok(None) };
    if given.len() == 10 && given.parse::<jiff::civil::Date>().is_ok() {
        return Ok(Some(given));
    }
    Err(ApiError::not_valid(
        format!("“{given}”不是日期，请写成 2026-11-20"),
        format!("“{given}” is no day; write it as 2026-11-20"),
    ))
}

fn no_library() -> ApiError {
    ApiError::not_found("没有这个答案库", "there is no such library")
}

fn no_article() -> ApiError {
    ApiError::not_found("没有这篇文章", "there is no such article")
}
