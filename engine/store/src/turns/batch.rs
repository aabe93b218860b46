//! Writing many turns with few statements: every table once, however many conversations are in the batch.
//!
//! A statement costs a walk to the database's thread or over the network; rows in it cost little. The statements and
//! their order are the same for one turn as for many.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ActiveValue, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait};

use super::Turn;
use crate::Result;
use crate::conversations::write as as_row;
use crate::error::{json, word};
use crate::rows::insert_all;
use crate::tables::conversation::{ActiveModel, Column, Entity};
use crate::tables::{journal, message, timer, turn};

/// What a turn may change of a conversation. The rest stays as it was opened.
const CHANGING: [Column; 23] = [
    Column::State,
    Column::StateVersion,
    Column::Turn,
    Column::NEvents,
    Column::LastSeq,
    Column::Status,
    Column::UnansweredEffect,
    Column::Customer,
    Column::Team,
    Column::Priority,
    Column::Topic,
    Column::Packet,
    Column::WaitingSince,
    Column::AgentId,
    Column::AgentName,
    Column::LastSender,
    Column::LastText,
    Column::Result,
    Column::Rating,
    Column::RatingReason,
    Column::Summary,
    Column::ChangedAt,
    Column::EndedAt,
];
/// Saves a conversation only where nobody else has changed it or taken it over since it was loaded.
const UNCHANGED: &str = "conversations.state_version = excluded.state_version - 1 \
                         AND conversations.owner_epoch = excluded.owner_epoch";

/// Writes turns in the transaction at hand. Answers with the number of each conversation, in order; `None` for a turn
/// that was computed from a state that is not the newest: of it nothing is written.
pub(super) async fn write(db: &impl ConnectionTrait, turns: &[&Turn]) -> Result<Vec<Option<i64>>> {
    let ids = save_conversations(db, turns).await?;
    let saved: Vec<(&Turn, i64)> = turns.iter().zip(&ids).filter_map(|(turn, id)| Some((*turn, (*id)?))).collect();
    insert_all(db, saved.iter().flat_map(|(turn, id)| events(turn, *id)).collect()).await?;
    insert_all(db, saved.iter().flat_map(|(turn, id)| messages(turn, *id)).collect()).await?;
    forget_timers(db, &saved).await?;
    insert_all(db, saved.iter().flat_map(|(turn, id)| timers(turn, *id)).collect()).await?;
    insert_all(db, saved.iter().filter(|(turn, _)| turn.is_over).map(|(turn, id)| end(turn, *id)).collect()).await?;
    Ok(ids)
}

async fn save_conversations(db: &impl ConnectionTrait, turns: &[&Turn]) -> Result<Vec<Option<i64>>> {
    let new: Vec<&Turn> = turns.iter().copied().filter(|turn| turn.conversation.id == 0).collect();
    let opened = add(db, &new).await?;
    // A conversation has one owner and one turn at a time: of two that claim it, the first is right.
    let mut seen = BTreeSet::new();
    let known = turns.iter().copied().filter(|turn| turn.conversation.id != 0);
    let first: Vec<&Turn> = known.filter(|turn| seen.insert(turn.conversation.id)).collect();
    let mut changed = change(db, &first).await?;
    let id_of = |turn: &&Turn| match turn.conversation.id {
        0 => opened.get(&turn.conversation.public_id).copied(),
        id => changed.remove(&id).then_some(id),
    };
    Ok(turns.iter().map(id_of).collect())
}

/// Adds conversations; their numbers by uuid.
async fn add(db: &impl ConnectionTrait, turns: &[&Turn]) -> Result<HashMap<String, i64>> {
    if turns.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = turns.iter().map(|turn| ActiveModel { id: ActiveValue::NotSet, ..row(turn) });
    let mut insert = Entity::insert_many(rows).into_query();
    insert.returning(Query::returning().columns([Column::Id, Column::PublicId]));
    let found = db.query_all(&insert).await?;
    found.into_iter().map(|row| Ok((row.try_get("", "public_id")?, row.try_get("", "id")?))).collect()
}

/// Changes conversations; the numbers of those that were still as they had been loaded.
async fn change(db: &impl ConnectionTrait, turns: &[&Turn]) -> Result<BTreeSet<i64>> {
    if turns.is_empty() {
        return Ok(BTreeSet::new());
    }
    let if_unchanged =
        OnConflict::column(Column::Id).update_columns(CHANGING).action_and_where(Expr::cust(UNCHANGED)).to_owned();
    let mut upsert = Entity::insert_many(turns.iter().map(|turn| row(turn))).on_conflict(if_unchanged).into_query();
    upsert.returning(Query::returning().column(Column::Id));
    let found = db.query_all(&upsert).await?;
    found.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

fn row(turn: &Turn) -> ActiveModel {
    let mut row = as_row(&turn.conversation).into_active_model();
    row.id = ActiveValue::Set(turn.conversation.id);
    row.state_version = ActiveValue::Set(turn.conversation.state_version + 1);
    row
}

fn events(done: &Turn, id: i64) -> impl Iterator<Item = journal::Model> {
    let first = done.conversation.n_events - i64::try_from(done.events.len()).unwrap_or(0) + 1;
    done.events.iter().zip(first..).map(move |(event, n)| journal::Model {
        workspace_id: done.conversation.workspace.0,
        conversation_id: id,
        n,
        turn: done.conversation.turn,
        at: event.at,
        event: event.event.clone(),
        trace: event.trace.clone(),
        circumstances: event.circumstances,
    })
}

fn messages(done: &Turn, id: i64) -> impl Iterator<Item = message::Model> {
    done.messages.iter().map(move |said| message::Model {
        workspace_id: done.conversation.workspace.0,
        conversation_id: id,
        seq: said.message.seq,
        turn: done.conversation.turn,
        at: said.at,
        sender: word(&said.message.from),
        name: said.message.name.clone(),
        content: json(&said.message.content),
        node: said.message.node.as_ref().map(|node| node.0.clone()),
        client_id: said.message.client_id.clone(),
        body_hash: said.body_hash.clone(),
    })
}

fn timers(done: &Turn, id: i64) -> impl Iterator<Item = timer::Model> {
    done.set_timers.iter().map(move |(timer_id, due)| timer::Model {
        workspace_id: done.conversation.workspace.0,
        conversation_id: id,
        timer_id: timer_id.clone(),
        due: *due,
    })
}

async fn forget_timers(db: &impl ConnectionTrait, saved: &[(&Turn, i64)]) -> Result<()> {
    let gone: Vec<(i64, &str)> =
        saved.iter().flat_map(|(turn, id)| turn.gone_timers.iter().map(move |timer| (*id, timer.as_str()))).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let key = Expr::tuple([Expr::col(timer::Column::ConversationId), Expr::col(timer::Column::TimerId)]);
    timer::Entity::delete_many().filter(key.in_tuples(gone)).exec(db).await?;
    Ok(())
}

fn end(done: &Turn, id: i64) -> turn::Model {
    turn::Model {
        workspace_id: done.conversation.workspace.0,
        conversation_id: id,
        turn: done.conversation.turn,
        status: word(&done.conversation.status),
        last_seq: done.conversation.last_seq,
    }
}
