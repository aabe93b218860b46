//! Details that a workspace looks for in sentences: dictionaries, patterns, lists of services, built-in kinds.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Detail, DetailEntry, DetailKey, DetailKind, DetailSource, Texts};
use nlu::details::{compile_pattern, details_of};
use runtime::{MAX_ENTRIES, MAX_SYNONYMS, MAX_WORD_CHARS};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::details::Kept;
use store::rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::SignedIn;
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};
use crate::table_file::{self, Row, Table};
use crate::transfer::blank::derived_key;

/// A sentence to try has no more characters.
const MAX_SENTENCE: usize = 4_000;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, replace, delete))
        .routes(routes!(try_out))
        .routes(routes!(refresh))
        .routes(routes!(read_file))
        .routes(routes!(download, upload))
}

/// A detail on the screens.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    detail: Detail,
    /// How many values it has.
    n_entries: i64,
    /// When a service last gave its list.
    fetched_at: Option<String>,
    /// Why it did not the last time.
    trouble: Option<Texts>,
}

impl From<Kept> for Shown {
    fn from(kept: Kept) -> Self {
        Self {
            detail: kept.detail,
            n_entries: kept.n_entries,
            fetched_at: kept.fetched_at.map(rfc3339),
            trouble: kept.trouble,
        }
    }
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    name: Texts,
    source: DetailSource,
}

/// All details, without their values.
#[utoipa::path(get, path = "/api/details", tag = "details", responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Vec<Shown>>> {
    let kept = store::details::listed(app.engine.store().read(), signed_in.workspace).await?;
    Ok(Json(kept.into_iter().map(Shown::from).collect()))
}

/// One detail with its values.
#[utoipa::path(get, path = "/api/details/{key}", tag = "details", responses((status = 200, body = Value)))]
async fn one(State(app): State<App>, signed_in: SignedIn, Path(key): Path<DetailKey>) -> Result<Json<Shown>> {
    Ok(Json(kept(&app, &signed_in, &key).await?.into()))
}

/// Makes a detail; without a key it gets one from its name.
#[utoipa::path(post, path = "/api/details", tag = "details", request_body = Value, responses((status = 201, body = Value)))]
async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(given): Body<Given>,
) -> Result<(StatusCode, Json<Shown>)> {
    signed_in.as_editor()?;
    let known = store::details::listed(app.engine.store().read(), signed_in.workspace).await?;
    let known: Vec<&str> = known.iter().map(|kept| kept.detail.key.as_str()).collect();
    let wanted = given.key.as_deref().filter(|key| !key.is_empty());
    let key = derived_key(wanted, &given.name, "detail", &known)?;
    let detail = checked(DetailKey(key), given)?;
    let shown = save(&app, &signed_in, &detail).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Changes a detail. A list of a service keeps the values it has.
#[utoipa::path(put, path = "/api/details/{key}", tag = "details", request_body = Value, responses((status = 200, body = Value)))]
async fn replace(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<DetailKey>,
    Body(given): Body<Given>,
) -> Result<Json<Shown>> {
    signed_in.as_editor()?;
    let before = kept(&app, &signed_in, &key).await?;
    let mut detail = checked(key, given)?;
    if let DetailSource::Service { entries, .. } = &mut detail.source {
        *entries = before.detail.source.entries().to_vec();
    }
    Ok(Json(save(&app, &signed_in, &detail).await?))
}

/// Removes a detail.
#[utoipa::path(delete, path = "/api/details/{key}", tag = "details", responses((status = 204)))]
async fn delete(State(app): State<App>, signed_in: SignedIn, Path(key): Path<DetailKey>) -> Result<StatusCode> {
    signed_in.as_editor()?;
    let writing = app.engine.store().write().await?;
    let was_there = store::details::delete(&writing, signed_in.workspace, &key).await?;
    changes::deleted(&app, writing, was_there, no_detail).await
}

#[derive(Deserialize)]
struct Try {
    text: String,
    /// Only these; none means all of the workspace.
    #[serde(default)]
    details: Vec<DetailKey>,
}

/// What a sentence gives: of the workspace's details, and of the built-in kinds.
#[utoipa::path(post, path = "/api/details/try", tag = "details", request_body = Value, responses((status = 200, body = Value)))]
async fn try_out(State(app): State<App>, signed_in: SignedIn, Body(given): Body<Try>) -> Result<Json<Value>> {
    if given.text.chars().count() > MAX_SENTENCE {
        return Err(ApiError::not_valid(
            format!("一句话最多 {MAX_SENTENCE} 个字符"),
            format!("a sentence has at most {MAX_SENTENCE} characters"),
        ));
    }
    let knowledge = app.engine.knowledge(signed_in.workspace).await?;
    let now = runtime::now();
    let found = knowledge.find_details(&given.text, &given.details, now);
    let built_in = if given.details.is_empty() {
        details_of(&given.text, &knowledge.zoned(now), &DetailKind::ALL)
    } else {
        Vec::new()
    };
    Ok(Json(json!({ "found": found, "built_in": built_in })))
}

/// Fetches the list of a service now.
#[utoipa::path(post, path = "/api/details/{key}/refresh", tag = "details", responses((status = 200, body = Value)))]
async fn refresh(State(app): State<App>, signed_in: SignedIn, Path(key): Path<DetailKey>) -> Result<Json<Shown>> {
    signed_in.as_editor()?;
    kept(&app, &signed_in, &key).await?;
    app.engine.refresh_list(signed_in.workspace, &key).await?;
    Ok(Json(kept(&app, &signed_in, &key).await?.into()))
}

#[derive(Deserialize)]
struct Reading {
    /// A WHATWG label such as `gbk`; without one it is guessed.
    #[serde(default)]
    encoding: Option<String>,
}

/// Reads a CSV file, cells of a spreadsheet or an Excel workbook into values, and changes nothing.
#[utoipa::path(post, path = "/api/details/read-file", tag = "details", request_body = Value, responses((status = 200, body = Value)))]
async fn read_file(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(reading): Query<Reading>,
    bytes: Bytes,
) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let table = table(&app, &bytes, &reading).await?;
    let (columns, rows) = parted(&table);
    let entries = checked_entries(entries_of(columns, rows))?;
    const PREVIEW: usize = 20;
    let preview: Vec<_> = rows.iter().take(PREVIEW).map(|row| &row.cells).collect();
    Ok(Json(json!({
        "encoding": table.encoding, "separator": table.separator, "columns": columns,
        "rows": preview, "n_rows": rows.len(), "entries": entries, "notes": table.notes,
    })))
}

/// The values of a dictionary as CSV: `value`, then its synonyms.
#[utoipa::path(get, path = "/api/details/{key}/entries.csv", tag = "details", responses((status = 200, content_type = "text/csv")))]
async fn download(State(app): State<App>, signed_in: SignedIn, Path(key): Path<DetailKey>) -> Result<Response> {
    let kept = kept(&app, &signed_in, &key).await?;
    let rows = kept.detail.source.entries().iter();
    let rows = rows.map(|entry| std::iter::once(&entry.value).chain(&entry.synonyms).map(String::as_str));
    let text = table_file::write(&["value", "synonyms"], rows);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{key}.csv\"")),
    ];
    Ok((headers, text).into_response())
}

/// Replaces the values of a dictionary by those of a CSV file or an Excel workbook.
#[utoipa::path(put, path = "/api/details/{key}/entries.csv", tag = "details", request_body = Value, responses((status = 200, body = Value)))]
async fn upload(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<DetailKey>,
    Query(reading): Query<Reading>,
    bytes: Bytes,
) -> Result<Json<Shown>> {
    signed_in.as_editor()?;
    let mut detail = kept(&app, &signed_in, &key).await?.detail;
    let DetailSource::Dictionary { entries } = &mut detail.source else {
        return Err(ApiError::not_valid("只有词典能导入文件", "only a dictionary takes a file"));
    };
    let table = table(&app, &bytes, &reading).await?;
    let (columns, rows) = parted(&table);
    *entries = checked_entries(entries_of(columns, rows))?;
    Ok(Json(save(&app, &signed_in, &detail).await?))
}

/// The table of a file. Whoever brings it can say how it is encoded, so what does not fit is refused.
async fn table(app: &App, bytes: &[u8], reading: &Reading) -> Result<Table> {
    let table = table_file::read(&app.engine, bytes, reading.encoding.as_deref()).await?;
    if table.is_garbled {
        let name = table.encoding;
        return Err(ApiError::not_valid(
            format!("文件不是 {name} 编码，或者不是文本文件"),
            format!("the file is not {name}, or no text file"),
        )
        .detail("请选择它的编码，或另存为 UTF-8", "choose its encoding, or save it as UTF-8"));
    }
    if table.rows.is_empty() {
        return Err(ApiError::not_valid("文件是空的", "the file is empty"));
    }
    Ok(table)
}

/// What headings call the values, and what they call other words for them.
const VALUES: [&str; 8] = ["value", "values", "值", "标准值", "名称", "标准词", "name", "canonical"];
const SYNONYMS: [&str; 9] = ["synonym", "synonyms", "同义词", "别名", "zh", "en", "中文", "英文", "其他说法"];

/// The names of the columns, where the first row has some, and the other rows.
fn parted(table: &Table) -> (&[String], &[Row]) {
    let is_named = |cell: &String| {
        let name = cell.trim().to_lowercase();
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        VALUES.contains(&name) || SYNONYMS.contains(&name)
    };
    match table.rows.split_first() {
        Some((first, rows))
            if first.cells.first().is_some_and(is_named)
                || first.cells.iter().filter(|cell| is_named(cell)).count() >= 2 =>
        {
            (&first.cells, rows)
        }
        _ => (&[], &table.rows),
    }
}

/// The first column named `value` (or the first of all) is the value, every other cell a synonym; a cell may hold several.
fn entries_of(columns: &[String], rows: &[Row]) -> Vec<DetailEntry> {
    let value_at = columns.iter().position(|name| VALUES.contains(&name.trim().to_lowercase().as_str())).unwrap_or(0);
    let entry = |row: &Row| {
        let value = row.cells.get(value_at).map(|cell| cell.trim().to_owned()).unwrap_or_default();
        let others = row.cells.iter().enumerate().filter(|(at, _)| *at != value_at);
        let synonyms = others
            .flat_map(|(_, cell)| cell.split([',', '，', '|', '、', '；', ';', '\n']))
            .map(|word| word.trim().to_owned());
        DetailEntry { value, synonyms: synonyms.filter(|word| !word.is_empty()).collect() }
    };
    rows.iter().map(entry).filter(|entry| !entry.value.is_empty()).collect()
}

fn checked(key: DetailKey, given: Given) -> Result<Detail> {
    if given.name.is_empty() {
        return Err(ApiError::not_valid("请填写信息项名称", "give the detail a name"));
    }
    let mut source = given.source;
    match &mut source {
        DetailSource::BuiltIn { .. } => {}
        DetailSource::Dictionary { entries } => *entries = checked_entries(std::mem::take(entries))?,
        DetailSource::Pattern { pattern } => {
            if pattern.trim().is_empty() {
                return Err(ApiError::not_valid("请填写正则表达式", "write a regular expression")
                    .detail("例如 VIP[0-9]{6}", "for example VIP[0-9]{6}"));
            }
            compile_pattern(pattern).map_err(|why| {
                ApiError::not_valid(
                    format!("这个正则表达式看不懂：{why}"),
                    format!("this regular expression cannot be read: {why}"),
                )
                .detail("例如 VIP[0-9]{6}", "for example VIP[0-9]{6}")
            })?;
        }
        DetailSource::Service { list, entries } => {
            if list.connector.is_empty() {
                return Err(ApiError::not_valid("请选择连接", "choose a connection"));
            }
            const LONGEST_MINUTES: u32 = 7 * 24 * 60;
            list.every_minutes = list.every_minutes.clamp(1, LONGEST_MINUTES);
            entries.clear();
        }
    }
    Ok(Detail { key, name: given.name, source })
}

/// Values without blanks around them, each once, with their synonyms together; the error names the line.
fn checked_entries(entries: Vec<DetailEntry>) -> Result<Vec<DetailEntry>> {
    if entries.len() > MAX_ENTRIES {
        return Err(ApiError::not_valid(
            format!("词典有 {} 个值，最多 {MAX_ENTRIES} 个", entries.len()),
            format!("the dictionary has {} values; the limit is {MAX_ENTRIES}", entries.len()),
        ));
    }
    let mut places = std::collections::HashMap::new();
    let mut checked: Vec<DetailEntry> = Vec::new();
    for (line, entry) in (1..).zip(entries) {
        let value = entry.value.trim().to_owned();
        if value.is_empty() {
            continue;
        }
        let place = *places.entry(value.clone()).or_insert_with(|| {
            checked.push(DetailEntry { value: value.clone(), synonyms: Vec::new() });
            checked.len() - 1
        });
        let kept = &mut checked[place];
        for word in entry.synonyms.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            if word != kept.value && !kept.synonyms.iter().any(|known| known == word) {
                kept.synonyms.push(word.to_owned());
            }
        }
        let longest =
            std::iter::once(&kept.value).chain(&kept.synonyms).find(|word| word.chars().count() > MAX_WORD_CHARS);
        if let Some(word) = longest {
            let start: String = word.chars().take(20).collect();
            return Err(ApiError::not_valid(
                format!("第 {line} 个值里的“{start}…”太长，最多 {MAX_WORD_CHARS} 个字符"),
                format!("“{start}…” of value {line} is too long; the limit is {MAX_WORD_CHARS} characters"),
            )
            .with("line", line));
        }
        if kept.synonyms.len() > MAX_SYNONYMS {
            return Err(ApiError::not_valid(
                format!("第 {line} 个值“{}”的同义词超过 {MAX_SYNONYMS} 个", kept.value),
                format!("value {line}, “{}”, has more than {MAX_SYNONYMS} synonyms", kept.value),
            )
            .with("line", line));
        }
    }
    Ok(checked)
}

async fn kept(app: &App, signed_in: &SignedIn, key: &DetailKey) -> Result<Kept> {
    store::details::one(app.engine.store().read(), signed_in.workspace, key).await?.ok_or_else(no_detail)
}

async fn save(app: &App, signed_in: &SignedIn, detail: &Detail) -> Result<Shown> {
    let writing = app.engine.store().write().await?;
    store::details::save(&writing, signed_in.workspace, detail, runtime::now()).await?;
    changes::keep(app, writing).await?;
    Ok(kept(app, signed_in, &detail.key).await?.into())
}

fn no_detail() -> ApiError {
    ApiError::not_found("没有这个信息项", "there is no such detail")
}
