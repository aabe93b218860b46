//! The transcript: messages by conversation and number.

use std::collections::HashMap;

use model::{Message, NodeId, Status};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::{from_word, parsed};
use crate::tables::message::{Column, Entity, Model};
use crate::tables::turn;
use crate::{Result, rfc3339};

/// A message that was already accepted under a client's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The turn it began.
    pub turn: i64,
    /// Its number.
    pub seq: i64,
    /// The hash of what it said.
    pub body_hash: String,
}

/// Messages after a number, oldest first.
pub async fn after(db: &impl ConnectionTrait, conversation: i64, seq: i64, limit: u64) -> Result<Vec<Message>> {
    let rows = Entity::find()
        .filter(Column::ConversationId.eq(conversation))
        .filter(Column::Seq.gt(seq))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// The messages of one turn, oldest first.
pub async fn of_turn(db: &impl ConnectionTrait, conversation: i64, turn: i64) -> Result<Vec<Message>> {
    let rows = Entity::find()
        .filter(Column::ConversationId.eq(conversation))
        .filter(Column::Turn.eq(turn))
        .order_by_asc(Column::Seq)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// What was accepted under this client's id.
pub async fn accepted(db: &impl ConnectionTrait, conversation: i64, client_id: &str) -> Result<Option<Accepted>> {
    let row = Entity::find()
        .filter(Column::ConversationId.eq(conversation))
        .filter(Column::ClientId.eq(client_id))
        .one(db)
        .await?;
    Ok(row.map(|row| Accepted { turn: row.turn, seq: row.seq, body_hash: row.body_hash.unwrap_or_default() }))
}

/// What was accepted in a conversation, by the clients' ids; `None` when there are more than `limit`.
pub async fn all_accepted(
    db: &impl ConnectionTrait,
    conversation: i64,
    limit: u64,
) -> Result<Option<HashMap<String, Accepted>>> {
    let rows: Vec<(String, i64, i64, Option<String>)> = Entity::find()
        .select_only()
        .columns([Column::ClientId, Column::Turn, Column::Seq, Column::BodyHash])
        .filter(Column::ConversationId.eq(conversation))
        .filter(Column::ClientId.is_not_null())
        .limit(limit + 1)
        .into_tuple()
        .all(db)
        .await?;
    let all =
        rows.into_iter().map(|(id, turn, seq, hash)| (id, Accepted { turn, seq, body_hash: hash.unwrap_or_default() }));
    let all: HashMap<_, _> = all.collect();
    Ok((all.len() as u64 <= limit).then_some(all))
}

/// How a turn ended: the status and the number of the last message it answered with.
pub async fn turn_end(db: &impl ConnectionTrait, conversation: i64, number: i64) -> Result<Option<(Status, i64)>> {
    let row = turn::Entity::find_by_id((conversation, number)).one(db).await?;
    row.map(|row| Ok((from_word("status", &row.status)?, row.last_seq))).transpose()
}

fn read(row: Model) -> Result<Message> {
    Ok(Message {
        seq: row.seq,
        at: rfc3339(row.at),
        from: from_word("sender", &row.sender)?,
        name: row.name,
        content: parsed("message", &row.content)?,
        node: row.node.map(NodeId),
        client_id: row.client_id,
    })
}
