//! The desk: conversations that wait for people, and what agents do with them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use interpreter::{Moods, State as Talk};
use model::{Feeling, FlowKey, Language, Texts};
use serde::Deserialize;
use serde_json::{Value, json};
use store::conversations::Conversation;
use store::desk::{Counts, List};
use store::members::Presence;
use store::rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::session::{SignedIn, commit};
use crate::body::Body;
use crate::error::{ApiError, Result};
use crate::routes::{desk_moods, desk_names};

const LIST: u64 = 200;
const TRANSCRIPT: u64 = 2_000;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(counts))
        .routes(routes!(one))
        .routes(routes!(take))
        .routes(routes!(reply))
        .routes(routes!(summary))
        .routes(routes!(hand_back))
        .routes(routes!(end))
        .routes(routes!(presence, set_presence))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    list: Option<String>,
}

/// A list of the desk: `queued`, `mine`, `bot` or `done`.
#[utoipa::path(get, path = "/api/desk/conversations", tag = "desk", params(("list" = Option<String>, Query)), responses((status = 200, body = Value)))]
async fn list(State(app): State<App>, signed_in: SignedIn, Query(wanted): Query<Wanted>) -> Result<Json<Vec<Value>>> {
    let list = match wanted.list.as_deref() {
        None | Some("queued") => List::Queued,
        Some("mine") => List::Mine,
        Some("bot") => List::Bot,
        Some("done") => List::Done,
        Some(_) => {
            return Err(ApiError::not_valid(
                "列表只有 queued、mine、bot、done",
                "the lists are queued, mine, bot, done",
            ));
        }
    };
    let db = app.engine.store().read();
    let rows = store::desk::list(db, signed_in.workspace, list, &signed_in.member.id, LIST).await?;
    let names = flow_names(&app, &signed_in).await?;
    Ok(Json(rows.iter().map(|row| shown(row, &names, &signed_in.member.language)).collect()))
}

/// How long the lists are.
#[utoipa::path(get, path = "/api/desk/counts", tag = "desk", responses((status = 200, body = Value)))]
async fn counts(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Counts>> {
    let db = app.engine.store().read();
    Ok(Json(store::desk::counts(db, signed_in.workspace, &signed_in.member.id).await?))
}

/// A conversation with its transcript, packet, path and details.
#[utoipa::path(get, path = "/api/desk/conversations/{id}", tag = "desk", responses((status = 200, body = Value)))]
async fn one(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<Value>> {
    detail(&app, &signed_in, &id).await
}

/// Takes a conversation.
#[utoipa::path(post, path = "/api/desk/conversations/{id}/take", tag = "desk", responses((status = 200, body = Value), (status = 409)))]
async fn take(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<Value>> {
    app.engine.take(signed_in.workspace, &id, &signed_in.member).await?;
    detail(&app, &signed_in, &id).await
}

#[derive(Deserialize)]
struct Reply {
    id: String,
    text: String,
}

/// Writes to the customer.
#[utoipa::path(post, path = "/api/desk/conversations/{id}/messages", tag = "desk", request_body = Value, responses((status = 200, body = Value)))]
async fn reply(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(reply): Body<Reply>,
) -> Result<Json<Value>> {
    let text = reply.text.trim();
    if text.is_empty() || reply.id.is_empty() || reply.id.len() > channels::web::MAX_ID_CHARS {
        return Err(ApiError::not_valid("请写点内容", "write something"));
    }
    if text.chars().count() > channels::web::MAX_TEXT_CHARS {
        return Err(super::chat::refused(channels::web::Refusal::TooLong));
    }
    let seq = app.engine.reply(signed_in.workspace, &id, &signed_in.member, &reply.id, text).await?;
    Ok(Json(json!({ "seq": seq })))
}

/// Sums up a conversation by a model; nothing is saved.
#[utoipa::path(post, path = "/api/desk/conversations/{id}/summary", tag = "desk", responses((status = 200, body = Value), (status = 409)))]
async fn summary(State(app): State<App>, signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<Value>> {
    match app.engine.summarise(signed_in.workspace, &id, is_chinese(&signed_in)).await? {
        Ok(text) => Ok(Json(json!({ "text": text }))),
        Err(why) => Err(super::models::no_answer(&why)),
    }
}

/// Summaries are in the agent's language.
fn is_chinese(signed_in: &SignedIn) -> bool {
    signed_in.member.language.as_str().starts_with("zh")
}

#[derive(Deserialize)]
struct HandBack {
    #[serde(default)]
    note: String,
}

/// Gives a conversation back to the flow.
#[utoipa::path(post, path = "/api/desk/conversations/{id}/hand-back", tag = "desk", request_body = Value, responses((status = 200, body = Value)))]
async fn hand_back(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(given): Body<HandBack>,
) -> Result<Json<Value>> {
    app.engine.hand_back(signed_in.workspace, &id, &signed_in.member, &given.note).await?;
    detail(&app, &signed_in, &id).await
}

#[derive(Deserialize)]
struct End {
    #[serde(default)]
    summary: String,
}

/// Ends the agent's part.
#[utoipa::path(post, path = "/api/desk/conversations/{id}/end", tag = "desk", request_body = Value, responses((status = 200, body = Value)))]
async fn end(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(given): Body<End>,
) -> Result<Json<Value>> {
    app.engine.end(signed_in.workspace, &id, &signed_in.member, &given.summary).await?;
    detail(&app, &signed_in, &id).await
}

/// Is the member there for customers?
#[utoipa::path(get, path = "/api/desk/presence", tag = "desk", responses((status = 200, body = Value)))]
async fn presence(signed_in: SignedIn) -> Json<Value> {
    Json(json!({ "status": signed_in.member.presence }))
}

#[derive(Deserialize)]
struct SetPresence {
    status: Presence,
}

/// Says whether the member is there for customers.
#[utoipa::path(put, path = "/api/desk/presence", tag = "desk", request_body = Value, responses((status = 200, body = Value)))]
async fn set_presence(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(given): Body<SetPresence>,
) -> Result<Json<Value>> {
    let writing = app.engine.store().write().await?;
    store::members::set_presence(&writing, &signed_in.member.id, given.status).await?;
    commit(writing).await?;
    Ok(Json(json!({ "status": given.status })))
}

async fn detail(app: &App, signed_in: &SignedIn, id: &str) -> Result<Json<Value>> {
    let conversation = app.engine.conversation(signed_in.workspace, id).await?;
    let db = app.engine.store().read();
    let messages = store::messages::after(db, conversation.id, 0, TRANSCRIPT).await?;
    let journal = store::conversations::journal(db, conversation.id).await?;
    let moods = desk_moods::of_messages(&messages, &journal);
    let trace = desk_moods::path(&journal);
    let names = flow_names(app, signed_in).await?;
    let talk: Option<Talk> = serde_json::from_str(&conversation.state).ok();
    let variables = talk.as_ref().and_then(Talk::values).cloned().unwrap_or_default();
    let handed = conversation.packet.iter().flat_map(|packet| &packet.details);
    let values = handed.map(|(name, value)| (name.as_str(), value));
    let values = values.chain(variables.iter().map(|(name, value)| (name.as_str(), value)));
    let value_names = desk_names::of_values(app, &conversation, values).await?;
    Ok(Json(json!({
        "row": shown(&conversation, &names, &signed_in.member.language),
        "messages": messages,
        "packet": conversation.packet,
        "trace": trace,
        "moods": moods,
        "flow_id": conversation.flow_id,
        "version": conversation.version,
        "variables": variables,
        "value_names": value_names,
        "summary": conversation.summary,
        "rating": conversation.rating,
        "result": conversation.result,
        "written_summary": app.engine.written_summary(&conversation.public_id, is_chinese(signed_in)),
        "sums_up": app.engine.sums_up(signed_in.workspace).await?,
        "models": store::models::spent_by(db, signed_in.workspace, &conversation.public_id).await?,
    })))
}

async fn flow_names(app: &App, signed_in: &SignedIn) -> Result<BTreeMap<FlowKey, Texts>> {
    let knowledge = app.engine.knowledge(signed_in.workspace).await?;
    Ok(knowledge.resources.flows.iter().map(|flow| (flow.key.clone(), flow.name.clone())).collect())
}

/// How the customer feels, by the state of the conversation; nothing when no message had a mood. Anger and worry that have
/// not gone yet count more than a last word without any: “an agent, please” after an insult is not calm.
fn feeling(state: &str) -> Option<Feeling> {
    #[derive(Deserialize)]
    struct Part {
        mood: Option<Moods>,
    }
    let part: Part = serde_json::from_str(state).ok()?;
    part.mood.map(|mood| Feeling { emotion: mood.tone(), ..mood.feeling() })
}

fn shown(row: &Conversation, names: &BTreeMap<FlowKey, Texts>, language: &Language) -> Value {
    let visitor = Texts::new(format!("访客 {}", row.id), format!("Visitor {}", row.id));
    let customer = if row.customer.is_empty() { visitor.get(language, &[]) } else { &row.customer };
    json!({
        "id": row.public_id,
        "channel": row.channel,
        "flow": { "key": row.flow_key, "name": names.get(&row.flow_key).cloned().unwrap_or_default() },
        "status": row.status,
        "team": row.team,
        "customer": customer,
        "topic": row.topic.as_deref().unwrap_or_default(),
        "last": row.last_sender.map(|from| json!({
            "from": from,
            "text": row.last_text.as_deref().unwrap_or_default(),
            "at": rfc3339(row.changed_at),
        })),
        "waiting_since": row.waiting_since.map(rfc3339),
        "agent": row.agent_name,
        "priority": row.priority.as_deref().unwrap_or("normal"),
        "mood": feeling(&row.state),
    })
}
