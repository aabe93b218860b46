//! Answer libraries and their articles.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use model::{Article, LibraryKey, Texts};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};
use crate::transfer::blank::derived_key;

const MAX_QUESTION_CHARS: usize = 500;
const MAX_ANSWER_CHARS: usize = 8_000;
const MAX_VARIANTS: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(rename, delete))
        .routes(routes!(articles, add_article))
        .routes(routes!(replace_article, delete_article))
        .routes(routes!(try_out))
}

/// All libraries.
#[utoipa::path(get, path = "/api/libraries", tag = "library", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Value>>> {
    let libraries = store::libraries::all(app.engine.store().read(), signed_in.workspace).await?;
    let rows = libraries
        .into_iter()
        .map(|library| json!({ "key": library.key, "name": library.name, "articles": library.articles.len() }));
    Ok(Json(rows.collect()))
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
    commit(writing).await?;
    app.engine.forget_knowledge();
    Ok(StatusCode::NO_CONTENT)
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
    let article = checked(id, given)?;
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
    app.engine.forget_knowledge();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Try {
    query: String,
}

/// What a question finds.
#[utoipa::path(post, path = "/api/libraries/{key}/try", tag = "library", request_body = Value, responses((status = 200, body = Value)))]
async fn try_out(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Body(given): Body<Try>,
) -> Result<Json<Value>> {
    is_known(&app, &signed_in, &key).await?;
    let knowledge = app.engine.knowledge(signed_in.workspace).await?;
    let libraries = [key];
    let hits = knowledge
        .search(&given.query, &libraries, 5)
        .into_iter()
        .map(|(article, hit)| json!({ "article": article, "score": hit.score, "why": hit.why, "parts": hit.parts }));
    let hits: Vec<_> = hits.collect();
    let index = knowledge.index(&libraries);
    Ok(Json(json!({ "hits": hits, "nothing_below": index.nothing_below(), "sure_above": index.sure_above() })))
}

async fn save(app: &App, signed_in: &SignedIn, key: &LibraryKey, name: &Texts) -> Result<Json<Value>> {
    if name.is_empty() {
        return Err(ApiError::not_valid("请填写答案库名称", "give the library a name"));
    }
    let writing = app.engine.store().write().await?;
    store::libraries::save(&writing, signed_in.workspace, key, name).await?;
    commit(writing).await?;
    app.engine.forget_knowledge();
    let articles = store::libraries::articles(app.engine.store().read(), signed_in.workspace, key).await?;
    Ok(Json(json!({ "key": key, "name": name, "articles": articles.len() })))
}

async fn save_article(app: &App, signed_in: &SignedIn, key: &LibraryKey, article: &Article) -> Result<()> {
    let writing = app.engine.store().write().await?;
    store::libraries::save_article(&writing, signed_in.workspace, key, article, runtime::now()).await?;
    commit(writing).await?;
    app.engine.forget_knowledge();
    Ok(())
}

async fn is_known(app: &App, signed_in: &SignedIn, key: &LibraryKey) -> Result<()> {
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
    Ok(Article { id, question, variants, answer: given.answer })
}

fn no_library() -> ApiError {
    ApiError::not_found("没有这个答案库", "there is no such library")
}

fn no_article() -> ApiError {
    ApiError::not_found("没有这篇文章", "there is no such article")
}
