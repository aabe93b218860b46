//! Documents of libraries: files and addresses whose text answers questions. They are read in the background.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use documents::{Kind, Mapping};
use model::LibraryKey;
use serde::Deserialize;
use serde_json::{Value, json};
use store::documents::{Crawl, Document, Passage, State as Stage};
use store::rfc3339;
use url::Url;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::libraries::is_known;
use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};

const MAX_BYTES: usize = 20 * 1024 * 1024;
const MAX_DOCUMENTS: u64 = 500;
/// Of all documents of a workspace.
const MAX_WORKSPACE_BYTES: i64 = 2 * 1024 * 1024 * 1024;
const MAX_NAME_CHARS: usize = 200;
const MAX_PAGES: usize = 200;
const MAX_DEPTH: usize = 5;
/// Differing questions that are shown.
const MAX_EXAMPLES: usize = 20;
/// Passages in one answer.
const PAGE: u64 = 50;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .merge(
            // A little more than a document may have, so that one above the limit is told so in our own words.
            OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::max(MAX_BYTES + 64 * 1024)),
        )
        .routes(routes!(add_address))
        .routes(routes!(show, change, remove))
        .routes(routes!(repeats))
        .routes(routes!(read_again))
        .routes(routes!(cancel))
        .routes(routes!(passages))
        .routes(routes!(file))
}

/// The documents of a library, the newest first, with how far each is.
#[utoipa::path(get, path = "/api/libraries/{key}/documents", tag = "library", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn, Path(key): Path<LibraryKey>) -> Result<Json<Vec<Value>>> {
    is_known(&app, &signed_in, &key).await?;
    let found = store::documents::of_library(app.engine.store().read(), signed_in.workspace, &key).await?;
    Ok(Json(found.iter().map(shown).collect()))
}

#[derive(Deserialize)]
struct Upload {
    #[serde(default)]
    name: String,
}

/// Adds a file, as it is, with its name in the query. The same content twice is one document.
#[utoipa::path(post, path = "/api/libraries/{key}/documents", tag = "library", params(("name" = String, Query)), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = Value), (status = 200, body = Value, description = "it is there already")))]
async fn upload(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Query(given): Query<Upload>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>)> {
    signed_in.as_editor()?;
    is_known(&app, &signed_in, &key).await?;
    let name = name_of(&given.name)?;
    if bytes.is_empty() {
        return Err(ApiError::not_valid("文件是空的", "the file is empty"));
    }
    if bytes.len() > MAX_BYTES {
        let most = MAX_BYTES / 1024 / 1024;
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("文件超过 {most} MB"),
            format!("the file is larger than {most} MB"),
        )
        .detail("请拆成几份再上传", "split it into several files"));
    }
    let kind = Kind::of(&name, &bytes)?;
    let document = Document {
        kind: kind.word().into(),
        hash: runtime::hash_bytes(&bytes),
        size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        ..new(&signed_in, &key, name)
    };
    add(&app, &signed_in, document, &bytes).await
}

#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    url: String,
    #[serde(default)]
    name: String,
    #[serde(default = "one")]
    pages: usize,
    #[serde(default)]
    depth: usize,
}

fn one() -> usize {
    1
}

/// Adds an address, with as many of its pages as are wanted.
#[utoipa::path(post, path = "/api/libraries/{key}/documents/address", tag = "library", request_body = Value, responses((status = 201, body = Value), (status = 200, body = Value)))]
async fn add_address(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<LibraryKey>,
    Body(given): Body<Address>,
) -> Result<(StatusCode, Json<Value>)> {
    signed_in.as_editor()?;
    is_known(&app, &signed_in, &key).await?;
    let url =
        Url::parse(given.url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url.filter(|url| url.as_str().len() <= 2_000) else {
        return Err(ApiError::not_valid("网址不正确", "this is no address")
            .detail("请填写以 http:// 或 https:// 开头的网址", "write one that begins with http:// or https://"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ApiError::not_valid(
            "网址里不能有用户名和密码",
            "an address must not contain a user name or password",
        )
        .detail(
            "请去掉 @ 前面的部分；需要登录的页面读不到",
            "leave out what stands before the @; pages behind a login cannot be read",
        ));
    }
    let name = if given.name.trim().is_empty() { url.host_str().unwrap_or_default() } else { &given.name };
    let name = name_of(name)?;
    let crawl = Crawl { pages: given.pages.clamp(1, MAX_PAGES), depth: given.depth.min(MAX_DEPTH) };
    let document =
        Document { kind: "url".into(), url: Some(url.into()), crawl: Some(crawl), ..new(&signed_in, &key, name) };
    add(&app, &signed_in, document, &[]).await
}

/// One document.
#[utoipa::path(get, path = "/api/documents/{id}", tag = "library", responses((status = 200, body = Value)))]
async fn show(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<Value>> {
    Ok(Json(shown(&known(&app, &signed_in, &id).await?)))
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    is_off: Option<bool>,
    #[serde(default)]
    columns: Option<Mapping>,
}

/// Renames a document, switches it on or off, or says what the columns of its sheets mean and what becomes
/// of questions that are there already, which reads it anew.
#[utoipa::path(put, path = "/api/documents/{id}", tag = "library", request_body = Value, responses((status = 200, body = Value)))]
async fn change(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(given): Body<Change>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let before = known(&app, &signed_in, &id).await?;
    let name = given.name.map_or(Ok(before.name.clone()), |name| name_of(&name))?;
    let is_off = given.is_off.unwrap_or(before.is_off);
    if let Some(mapping) = &given.columns {
        is_sensible(mapping)?;
    }
    let is_mapped = given.columns.is_some();
    let columns = given.columns.map(|columns| json!(columns)).or(before.columns.clone());
    let writing = app.engine.store().write().await?;
    let now = runtime::now();
    store::documents::save(&writing, signed_in.workspace, &id, &name, is_off, columns.as_ref(), now).await?;
    if is_mapped {
        store::documents::set_state(&writing, signed_in.workspace, &id, Stage::Queued, now).await?;
    }
    commit(writing).await?;
    if is_mapped {
        app.engine.wake_reader();
    }
    if is_off != before.is_off {
        app.engine.show_libraries(signed_in.workspace).await;
    }
    Ok(Json(shown(&known(&app, &signed_in, &id).await?)))
}

/// What the rows of a sheet would become, were its columns to mean this: how many questions are new, how many the
/// library has already with the same answer or with another one. Nothing is written.
#[utoipa::path(post, path = "/api/documents/{id}/repeats", tag = "library", request_body = Value, responses((status = 200, body = Value)))]
async fn repeats(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(mapping): Body<Mapping>,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    is_sensible(&mapping)?;
    let document = known(&app, &signed_in, &id).await?;
    if !Kind::from_word(&document.kind).is_some_and(Kind::is_sheet) {
        return Err(ApiError::not_valid("这份文档不是表格", "this document is no sheet"));
    }
    let compared = app.engine.compare_sheets(signed_in.workspace, &document, &mapping).await??;
    let differing = &compared.comparison.differing;
    let examples = differing.iter().take(MAX_EXAMPLES).map(|(row, before)| {
        let (row, before) = (&compared.rows[*row], &compared.known[*before]);
        json!({ "question": before.question, "before": before.answer, "after": row.answer })
    });
    Ok(Json(json!({
        "articles": compared.rows.len(),
        "fresh": compared.comparison.fresh,
        "same": compared.comparison.same,
        "differing": differing.len(),
        "examples": examples.collect::<Vec<_>>(),
        "notes": compared.notes,
    })))
}

fn is_sensible(mapping: &Mapping) -> Result<()> {
    if mapping.all().any(|columns| columns.question == columns.answer) {
        return Err(ApiError::not_valid("问题和答案不能是同一列", "question and answer cannot be the same column"));
    }
    Ok(())
}

/// Removes a document with everything that was read from it.
#[utoipa::path(delete, path = "/api/documents/{id}", tag = "library", responses((status = 204)))]
async fn remove(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<StatusCode> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    if !store::documents::delete(&writing, signed_in.workspace, &id).await? {
        return Err(no_document());
    }
    commit(writing).await?;
    app.engine.show_libraries(signed_in.workspace).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a document again; an address is fetched anew. What was read before serves until that is done.
#[utoipa::path(post, path = "/api/documents/{id}/read", tag = "library", responses((status = 202, body = Value)))]
async fn read_again(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>)> {
    signed_in.as_editor()?;
    let before = known(&app, &signed_in, &id).await?;
    if !before.state.is_at_work() {
        set_state(&app, &signed_in, &id, Stage::Queued).await?;
        app.engine.wake_reader();
    }
    Ok((StatusCode::ACCEPTED, Json(shown(&known(&app, &signed_in, &id).await?))))
}

/// Stops the reading of a document.
#[utoipa::path(post, path = "/api/documents/{id}/cancel", tag = "library", responses((status = 200, body = Value)))]
async fn cancel(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let before = known(&app, &signed_in, &id).await?;
    if before.state.is_at_work() || before.state == Stage::Queued {
        set_state(&app, &signed_in, &id, Stage::Canceled).await?;
    }
    Ok(Json(shown(&known(&app, &signed_in, &id).await?)))
}

#[derive(Deserialize)]
struct From {
    #[serde(default)]
    from: i64,
}

/// Passages of a document, from one on.
#[utoipa::path(get, path = "/api/documents/{id}/passages", tag = "library", params(("from" = Option<i64>, Query)), responses((status = 200, body = Value)))]
async fn passages(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(given): Query<From>,
) -> Result<Json<Vec<Passage>>> {
    let document = known(&app, &signed_in, &id).await?;
    let db = app.engine.store().read();
    Ok(Json(store::documents::passages(db, signed_in.workspace, &document, given.from, PAGE).await?))
}

/// The file as it was uploaded, to be saved and never shown.
#[utoipa::path(get, path = "/api/documents/{id}/file", tag = "library", responses((status = 200)))]
async fn file(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<Response> {
    let document = known(&app, &signed_in, &id).await?;
    if document.url.is_some() {
        return Err(ApiError::not_found("网址没有保存文件", "no file is kept of an address"));
    }
    let bytes = store::documents::bytes(app.engine.store().read(), signed_in.workspace, &id).await?;
    let name: String =
        document.name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
    // No browser shows it, whatever it is.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}

fn new(signed_in: &SignedIn, key: &LibraryKey, name: String) -> Document {
    let id = Uuid::now_v7().to_string();
    Document::in_line(id, key.clone(), name, &signed_in.member.name, runtime::now())
}

async fn add(app: &App, signed_in: &SignedIn, document: Document, bytes: &[u8]) -> Result<(StatusCode, Json<Value>)> {
    let (db, workspace) = (app.engine.store().read(), signed_in.workspace);
    let url = document.url.as_deref();
    if let Some(same) = store::documents::same(db, workspace, &document.library, &document.hash, url).await? {
        let mut same = shown(&same);
        same["is_known"] = true.into();
        return Ok((StatusCode::OK, Json(same)));
    }
    let (n_documents, n_bytes) = store::documents::weight(db, workspace, &document.library).await?;
    if n_documents >= MAX_DOCUMENTS || n_bytes.saturating_add(document.size_bytes) > MAX_WORKSPACE_BYTES {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "library-full",
            format!("一个知识库最多 {MAX_DOCUMENTS} 份文档，全部文档最多 2 GB"),
            format!("a library has at most {MAX_DOCUMENTS} documents, and all documents together 2 GB"),
        )
        .detail("请先删除不用的文档", "remove documents that are not needed first"));
    }
    store::documents::add(app.engine.store(), workspace, &document, bytes).await?;
    app.engine.wake_reader();
    Ok((StatusCode::CREATED, Json(shown(&document))))
}

async fn known(app: &App, signed_in: &SignedIn, id: &str) -> Result<Document> {
    let found = store::documents::by_id(app.engine.store().read(), signed_in.workspace, id).await?;
    found.ok_or_else(no_document)
}

async fn set_state(app: &App, signed_in: &SignedIn, id: &str, state: Stage) -> Result<()> {
    let writing = app.engine.store().write().await?;
    store::documents::set_state(&writing, signed_in.workspace, id, state, runtime::now()).await?;
    commit(writing).await
}

/// A document as the API shows it: times in words that every program reads.
fn shown(document: &Document) -> Value {
    let mut shown = serde_json::to_value(document).unwrap_or_default();
    shown["added_at"] = rfc3339(document.added_at).into();
    shown["read_at"] = document.read_at.map(rfc3339).into();
    shown
}

fn name_of(given: &str) -> Result<String> {
    // Some browsers send a path.
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(ApiError::not_valid(
            format!("文档名称有 1 到 {MAX_NAME_CHARS} 个字符"),
            format!("the name of a document has 1 to {MAX_NAME_CHARS} characters"),
        ));
    }
    Ok(name)
}

fn no_document() -> ApiError {
    ApiError::not_found("没有这份文档", "there is no such document")
}
