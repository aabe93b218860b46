//! Language models of the workspace: providers, their keys (written, never read), budgets, a try, suggestions.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::stream;
use model::{ModelProvider, ModelSettings, PRESETS, Texts};
use runtime::Suggest;
use serde::Deserialize;
use serde_json::{Value, json};
use store::rfc3339;
use tokio::sync::mpsc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::changes;
use crate::error::{ApiError, Result};
use crate::transfer::blank::derived_key;

const MAX_PROVIDERS: usize = 20;
const MAX_KEY_CHARS: usize = 4_000;
const MAX_TEXT_CHARS: usize = 300;
const MAX_PRICE: f64 = 1_000_000.0;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(create))
        .routes(routes!(replace, delete))
        .routes(routes!(set_key, forget_key))
        .routes(routes!(try_it))
        .routes(routes!(try_aloud))
        .routes(routes!(set_settings))
        .routes(routes!(suggest))
}

/// Providers without their keys, settings, presets, and what was spent today.
#[utoipa::path(get, path = "/api/models", tag = "models", responses((status = 200, body = Value)))]
async fn all(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Value>> {
    shown(&app, &signed_in).await
}

/// Adds a provider.
#[utoipa::path(post, path = "/api/models/providers", tag = "models", request_body = Value, responses((status = 201, body = Value)))]
async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(given): Body<Value>,
) -> Result<(StatusCode, Json<ModelProvider>)> {
    signed_in.as_owner()?;
    let mut wanted = read(given)?;
    let known = store::models::providers(app.engine.store().read(), signed_in.workspace).await?;
    if known.len() >= MAX_PROVIDERS {
        return Err(ApiError::not_valid(
            "模型服务已经太多，请先删除不用的",
            "there are too many providers; remove some",
        ));
    }
    let keys: Vec<&str> = known.iter().map(|provider| provider.key.as_str()).collect();
    let given_key = (!wanted.key.is_empty()).then_some(wanted.key.as_str());
    wanted.key = derived_key(given_key, &Texts::new(&wanted.name, &wanted.name), "model", &keys)?;
    check(&wanted, &known)?;
    save(&app, &signed_in, &wanted).await?;
    Ok((StatusCode::CREATED, Json(wanted)))
}

/// Changes a provider. Its key stays only while scheme, host and port of its address stay.
#[utoipa::path(put, path = "/api/models/providers/{key}", tag = "models", request_body = Value, responses((status = 200, body = Value)))]
async fn replace(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<String>,
    Body(given): Body<Value>,
) -> Result<Json<ModelProvider>> {
    signed_in.as_owner()?;
    let mut wanted = read(given)?;
    wanted.key = key;
    let known = store::models::providers(app.engine.store().read(), signed_in.workspace).await?;
    if !known.iter().any(|provider| provider.key == wanted.key) {
        return Err(no_provider());
    }
    check(&wanted, &known)?;
    save(&app, &signed_in, &wanted).await?;
    Ok(Json(wanted))
}

/// Removes a provider and its key.
#[utoipa::path(delete, path = "/api/models/providers/{key}", tag = "models", responses((status = 204)))]
async fn delete(State(app): State<App>, signed_in: SignedIn, Path(key): Path<String>) -> Result<StatusCode> {
    signed_in.as_owner()?;
    let writing = app.engine.store().write().await?;
    if !store::models::delete_provider(&writing, signed_in.workspace, &key).await? {
        return Err(no_provider());
    }
    commit(writing).await?;
    app.engine.forget_model_key(signed_in.workspace, &key).await?;
    app.engine.forget_knowledge();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    secret: String,
}

/// Sets the key of a provider. It is sealed for the provider's address and never shown again.
#[utoipa::path(put, path = "/api/models/providers/{key}/secret", tag = "models", request_body = Value, responses((status = 204)))]
async fn set_key(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(key): Path<String>,
    Body(given): Body<Key>,
) -> Result<StatusCode> {
    signed_in.as_owner()?;
    let secret = given.secret.trim();
    let is_header = secret.chars().all(|character| character.is_ascii_graphic());
    if secret.is_empty() || secret.len() > MAX_KEY_CHARS || !is_header {
        return Err(ApiError::not_valid(
            "密钥只能是一行英文字母、数字和符号，中间没有空格",
            "a key is one line of Latin letters, digits and signs without spaces",
        ));
    }
    let known = store::models::providers(app.engine.store().read(), signed_in.workspace).await?;
    let provider = known.iter().find(|provider| provider.key == key).ok_or_else(no_provider)?;
    app.engine.keep_model_key(signed_in.workspace, &provider.key, &provider.base_url, secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets the key of a provider.
#[utoipa::path(delete, path = "/api/models/providers/{key}/secret", tag = "models", responses((status = 204)))]
async fn forget_key(State(app): State<App>, signed_in: SignedIn, Path(key): Path<String>) -> Result<StatusCode> {
    signed_in.as_owner()?;
    if !app.engine.forget_model_key(signed_in.workspace, &key).await? {
        return Err(ApiError::not_found("没有保存密钥", "no key is set"));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Asks a provider for a few words: what it said and how fast, or why there is no answer.
#[utoipa::path(post, path = "/api/models/providers/{key}/test", tag = "models", responses((status = 200, body = Value)))]
async fn try_it(State(app): State<App>, signed_in: SignedIn, Path(key): Path<String>) -> Result<Json<runtime::Tried>> {
    signed_in.as_owner()?;
    let known = store::models::providers(app.engine.store().read(), signed_in.workspace).await?;
    if !known.iter().any(|provider| provider.key == key) {
        return Err(no_provider());
    }
    Ok(Json(app.engine.try_model(signed_in.workspace, &key, &|_, _| {}).await?))
}

/// The same as events: `{"words", "ms"}` as words come (empty ones when it begins, maybe anew), at the end `{"tried"}`.
/// Whoever hangs up ends it.
#[utoipa::path(post, path = "/api/models/providers/{key}/test/stream", tag = "models", responses((status = 200, content_type = "text/event-stream")))]
async fn try_aloud(State(app): State<App>, signed_in: SignedIn, Path(key): Path<String>) -> Result<impl IntoResponse> {
    signed_in.as_owner()?;
    let known = store::models::providers(app.engine.store().read(), signed_in.workspace).await?;
    if !known.iter().any(|provider| provider.key == key) {
        return Err(no_provider());
    }
    let (telling, told) = mpsc::unbounded_channel();
    let (engine, workspace) = (Arc::clone(&app.engine), signed_in.workspace);
    let trying = async move {
        let tell = |words: &str, ms: u64| drop(telling.send(json!({ "words": words, "ms": ms })));
        engine.try_model(workspace, &key, &tell).await
    };
    let events = stream::unfold((told, Some(Box::pin(trying))), async |(mut told, trying)| {
        let mut trying = trying?;
        let (event, trying) = tokio::select! {
            biased;
            Some(words) = told.recv() => (words, Some(trying)),
            tried = &mut trying => match tried {
                Ok(tried) => (json!({ "tried": tried }), None),
                Err(error) => {
                    tracing::error!(%error, "a model could not be tried");
                    let why = Texts::new("服务内部出错", "something failed inside");
                    (json!({ "tried": { "ok": false, "why": why } }), None)
                }
            },
        };
        Some((Ok::<_, Infallible>(Event::default().data(event.to_string())), (told, trying)))
    });
    Ok(Sse::new(events))
}

/// Changes which provider is asked, budgets and uses.
#[utoipa::path(put, path = "/api/models/settings", tag = "models", request_body = Value, responses((status = 200, body = Value)))]
async fn set_settings(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(given): Body<ModelSettings>,
) -> Result<Json<Value>> {
    signed_in.as_owner()?;
    let is_money = |amount: f64| amount.is_finite() && (0.0..=MAX_PRICE).contains(&amount);
    if !is_money(given.day_money) || !is_money(given.conversation_money) || given.currency.chars().count() > 8 {
        return Err(ApiError::not_valid(
            "预算必须是不小于 0 的数，货币最多 8 个字",
            "budgets are numbers from 0 on, a currency has at most 8 characters",
        ));
    }
    let bound = i64::MAX as u64;
    let given = ModelSettings {
        day_tokens: given.day_tokens.min(bound),
        conversation_tokens: given.conversation_tokens.min(bound),
        ..given
    };
    let writing = app.engine.store().write().await?;
    store::models::save_settings(&writing, signed_in.workspace, &given).await?;
    changes::keep(&app, writing).await?;
    shown(&app, &signed_in).await
}

#[derive(Deserialize)]
struct Suggesting {
    /// `examples` of a topic or `variants` of an article's question.
    what: String,
    /// The topic's name or the question.
    about: String,
    /// Sentences that are known.
    #[serde(default)]
    known: Vec<String>,
    /// How many are wanted.
    #[serde(default = "ten")]
    n: usize,
}

fn ten() -> usize {
    10
}

/// Suggests sentences for a topic or other wordings of a question; nothing is saved.
#[utoipa::path(post, path = "/api/models/suggest", tag = "models", request_body = Value, responses((status = 200, body = Value), (status = 409)))]
async fn suggest(State(app): State<App>, signed_in: SignedIn, Body(given): Body<Suggesting>) -> Result<Json<Value>> {
    signed_in.as_editor()?;
    let what = match given.what.as_str() {
        "examples" => Suggest::Examples,
        "variants" => Suggest::Variants,
        _ => return Err(ApiError::not_valid("what 只能是 examples 或 variants", "what is examples or variants")),
    };
    let about: String = given.about.trim().chars().take(MAX_TEXT_CHARS).collect();
    if about.is_empty() {
        return Err(ApiError::not_valid("请先填写名称或问题", "give a name or a question first"));
    }
    let known: Vec<String> =
        given.known.iter().take(50).map(|known| known.chars().take(MAX_TEXT_CHARS).collect()).collect();
    match app.engine.suggest(signed_in.workspace, what, &about, &known, given.n).await? {
        Ok(sentences) => Ok(Json(json!({ "sentences": sentences }))),
        Err(why) => Err(no_answer(&why)),
    }
}

/// A model gave no answer; why is for the author.
pub(crate) fn no_answer(why: &Texts) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "no-model-answer", "模型没有给出回答", "the model gave no answer")
        .detail(why.in_language("zh"), why.in_language("en"))
}

async fn shown(app: &App, signed_in: &SignedIn) -> Result<Json<Value>> {
    let (db, workspace) = (app.engine.store().read(), signed_in.workspace);
    let providers = store::models::providers(db, workspace).await?;
    let keys: BTreeMap<_, _> = app.engine.model_keys(workspace).await?.into_iter().collect();
    let shown: Vec<Value> = providers
        .iter()
        .map(|provider| {
            let mut shown = serde_json::to_value(provider).unwrap_or_default();
            shown["key_set_at"] = keys.get(&provider.key).map(|at| rfc3339(*at)).into();
            shown
        })
        .collect();
    Ok(Json(json!({
        "providers": shown,
        "settings": store::models::settings(db, workspace).await?,
        "today": app.engine.models_today(workspace).await?,
        "presets": PRESETS,
        "local": app.engine.local_model(),
    })))
}

async fn save(app: &App, signed_in: &SignedIn, wanted: &ModelProvider) -> Result<()> {
    let writing = app.engine.store().write().await?;
    store::models::save_provider(&writing, signed_in.workspace, wanted).await?;
    changes::keep(app, writing).await
}

fn read(mut given: Value) -> Result<ModelProvider> {
    if let Some(fields) = given.as_object_mut() {
        // What lists show beside the provider may be sent back.
        fields.remove("key_set_at");
    }
    serde_json::from_value(given)
        .map_err(|error| ApiError::not_valid(format!("内容不符合要求：{error}"), format!("this does not fit: {error}")))
}

fn check(wanted: &ModelProvider, known: &[ModelProvider]) -> Result<()> {
    if wanted.name.trim().is_empty() || wanted.name.chars().count() > 60 {
        return Err(ApiError::not_valid("请填写名称，最多 60 个字", "give it a name of at most 60 characters"));
    }
    let long = [&wanted.base_url, &wanted.chat_model, &wanted.embedding_model, &wanted.rerank_model, &wanted.preset];
    if long.iter().any(|text| text.chars().count() > MAX_TEXT_CHARS) {
        return Err(ApiError::not_valid("地址或模型名称太长", "the address or a model's name is too long"));
    }
    let url: Option<axum::http::Uri> = wanted.base_url.parse().ok();
    let is_address = url.as_ref().is_some_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https"))
            && url.host().is_some_and(|host| !host.is_empty())
            && url.query().is_none()
            && !url.authority().is_some_and(|authority| authority.as_str().contains('@'))
    });
    if !is_address {
        return Err(ApiError::not_valid(
            "地址要写完整，例如 https://api.deepseek.com/v1，不带用户名、密码和问号",
            "write the whole address, such as https://api.deepseek.com/v1, without user name, password or question mark",
        ));
    }
    let models = [&wanted.chat_model, &wanted.embedding_model, &wanted.rerank_model];
    if models.iter().all(|model| model.trim().is_empty()) {
        return Err(ApiError::not_valid(
            "请至少填写一个模型的名称：对话、向量或重排",
            "name at least one model: for conversations, embeddings or ranking",
        ));
    }
    let is_fallback = |provider: &ModelProvider| provider.key == wanted.fallback && provider.key != wanted.key;
    if !wanted.fallback.is_empty() && !known.iter().any(is_fallback) {
        return Err(ApiError::not_valid(
            "备用服务要选另一个已有的模型服务",
            "the fallback must be another provider that exists",
        ));
    }
    let is_price = |price: f64| price.is_finite() && (0.0..=MAX_PRICE).contains(&price);
    if ![wanted.price_in, wanted.price_out, wanted.price_embedding.unwrap_or_default()].into_iter().all(is_price) {
        return Err(ApiError::not_valid("价格必须是不小于 0 的数", "prices are numbers from 0 on"));
    }
    if !(1..=120).contains(&wanted.timeout_s) || !(1..=60).contains(&wanted.first_token_s) || wanted.retries > 3 {
        return Err(ApiError::not_valid(
            "最长等待 1 到 120 秒，开始回答 1 到 60 秒，重试最多 3 次",
            "wait 1 to 120 s at most, 1 to 60 s for the first words, and try again up to 3 times",
        ));
    }
    Ok(())
}

fn no_provider() -> ApiError {
    ApiError::not_found("没有这个模型服务", "there is no such provider")
}
