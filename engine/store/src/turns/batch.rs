//! What turns leave in the tables, and writing many of them with few statements: every table once, however many
//! conversations are in the batch. PostgreSQL is asked so; SQLite takes rows one by one.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, InsertStatement, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue, DatabaseBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait, Statement,
};

use super::{Happened, Turn};
use crate::conversations::write as as_row;
use crate::error::{json, word};
use crate::rows::at_once;
use crate::tables::conversation::{ActiveModel, Column, Entity};
use crate::tables::{journal, message, timer, turn};

/// What a turn may change of a conversation. The rest stays as it was opened.
pub(super) const CHANGING: [Column; 23] = [
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

/// Saves the conversations of turns. Every statement answers with `id` and `public_id` of what it saved: of a turn that
/// was computed from a state that is not the newest, nothing.
pub(super) fn conversations(turns: &[&Turn]) -> Vec<Statement> {
    let (new, known): (Vec<&Turn>, Vec<&Turn>) = turns.iter().partition(|turn| turn.conversation.id == 0);
    let mut statements = Vec::new();
    for some in chunks(&new) {
        statements.push(saving(Entity::insert_many(some.iter().map(|turn| row(turn))).into_query()));
    }
    // A conversation has one owner and one turn at a time: of two that claim it, the first is right.
    let mut seen = BTreeSet::new();
    let first: Vec<&Turn> = known.into_iter().filter(|turn| seen.insert(turn.conversation.id)).collect();
    let if_unchanged =
        OnConflict::column(Column::Id).update_columns(CHANGING).action_and_where(Expr::cust(UNCHANGED)).to_owned();
    for some in chunks(&first) {
        let rows = some.iter().map(|turn| row(turn));
        let upsert = Entity::insert_many(rows).on_conflict(if_unchanged.clone()).into_query();
        statements.push(saving(upsert));
    }
    statements
}

fn saving(mut statement: InsertStatement) -> Statement {
    statement.returning(Query::returning().columns([Column::Id, Column::PublicId]));
    DatabaseBackend::Postgres.build(&statement)
}

/// The number of each turn's conversation, in order, by what [`conversations`] answered; `None` for a stale turn.
pub(super) fn saved(turns: &[&Turn], answered: Vec<(i64, String)>) -> Vec<Option<i64>> {
    let mut opened = HashMap::new();
    let mut changed = BTreeSet::new();
    for (id, public_id) in answered {
        changed.insert(id);
        opened.insert(public_id, id);
    }
    let id_of = |turn: &&Turn| match turn.conversation.id {
        0 => opened.get(&turn.conversation.public_id).copied(),
        id => changed.remove(&id).then_some(id),
    };
    turns.iter().map(id_of).collect()
}

/// Writes everything else that turns did, by the numbers of their conversations.
pub(super) fn rest(saved: &[(&Turn, i64)]) -> Vec<Statement> {
    let mut statements = Vec::new();
    add::<journal::ActiveModel>(saved.iter().flat_map(|(turn, id)| events(turn, *id)), &mut statements);
    add::<message::ActiveModel>(saved.iter().flat_map(|(turn, id)| messages(turn, *id)), &mut statements);
    statements.extend(forget_timers(saved));
    add::<timer::ActiveModel>(saved.iter().flat_map(|(turn, id)| timers(turn, *id)), &mut statements);
    let over = saved.iter().filter(|(turn, _)| turn.is_over);
    add::<turn::ActiveModel>(over.map(|(turn, id)| end(turn, *id)), &mut statements);
    statements
}

fn add<A>(rows: impl Iterator<Item = <A::Entity as EntityTrait>::Model>, statements: &mut Vec<Statement>)
where
    A: ActiveModelTrait,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let rows: Vec<A> = rows.map(IntoActiveModel::into_active_model).collect();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = at_once(rows.len());
        let some = rows.by_ref().take(size);
        statements.push(DatabaseBackend::Postgres.build(&A::Entity::insert_many(some).into_query()));
    }
}

/// Turns in as many as go into one statement.
fn chunks<'a>(mut turns: &'a [&'a Turn]) -> impl Iterator<Item = &'a [&'a Turn]> {
    std::iter::from_fn(move || {
        let (some, rest) = turns.split_at(at_once(turns.len()).min(turns.len()));
        turns = rest;
        (!some.is_empty()).then_some(some)
    })
}

fn row(turn: &Turn) -> ActiveModel {
    let mut row = as_row(&turn.conversation).into_active_model();
    row.id = match turn.conversation.id {
        0 => ActiveValue::NotSet,
        id => ActiveValue::Set(id),
    };
    row.state_version = ActiveValue::Set(turn.conversation.state_version + 1);
    row
}

/// What happened, each with its number in the journal.
pub(super) fn numbered(done: &Turn) -> impl Iterator<Item = (&Happened, i64)> {
    let first = done.conversation.n_events - i64::try_from(done.events.len()).unwrap_or(0) + 1;
    done.events.iter().zip(first..)
}

fn events(done: &Turn, id: i64) -> impl Iterator<Item = journal::Model> {
    numbered(done).map(move |(event, n)| journal::Model {
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

fn forget_timers(saved: &[(&Turn, i64)]) -> Option<Statement> {
    let gone: Vec<(i64, &str)> =
        saved.iter().flat_map(|(turn, id)| turn.gone_timers.iter().map(move |timer| (*id, timer.as_str()))).collect();
    if gone.is_empty() {
        return None;
    }
    let key = Expr::tuple([Expr::col(timer::Column::ConversationId), Expr::col(timer::Column::TimerId)]);
    let delete = timer::Entity::delete_many().filter(key.in_tuples(gone)).into_query();
    Some(DatabaseBackend::Postgres.build(&delete))
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
