//! Conversations: where each of them stands, and what happened in it.

use model::{FlowId, FlowKey, HandOffPacket, Moment, Sender, Status, TeamKey};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::{from_word, json, parsed, word};
use crate::tables::conversation::{Column, Entity, Model};
use crate::tables::journal;
use crate::{Result, WorkspaceId};

/// The row of a conversation. Its state is opaque here.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// The number inside; 0 before it is stored.
    pub id: i64,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The uuid that customers' windows use.
    pub public_id: String,
    /// The hash of the customer's token.
    pub token_hash: String,
    /// The door it came in by.
    pub channel: String,
    /// The flow it began with.
    pub flow_id: FlowId,
    /// That flow's key then.
    pub flow_key: FlowKey,
    /// The version it stays on.
    pub version: i64,
    /// The interpreter's state, as JSON; empty where somebody works with the state itself.
    pub state: String,
    /// Raised by every commit.
    pub state_version: i64,
    /// Raised when another replica takes the conversation over.
    pub owner_epoch: i64,
    /// How many turns it had.
    pub turn: i64,
    /// How many events its journal has.
    pub n_events: i64,
    /// The number of its last message.
    pub last_seq: i64,
    /// Where it stands.
    pub status: Status,
    /// The effect that was asked and not answered yet: the turn was committed in its middle.
    pub unanswered_effect: Option<String>,
    /// What agents see of the customer's name.
    pub customer: String,
    /// The team whose queue it is in.
    pub team: Option<TeamKey>,
    /// `normal` or `high`.
    pub priority: Option<String>,
    /// What it is about, for lists.
    pub topic: Option<String>,
    /// What the agent gets.
    pub packet: Option<HandOffPacket>,
    /// In the queue since.
    pub waiting_since: Option<Moment>,
    /// The agent's member id.
    pub agent_id: Option<String>,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// Who said the last message.
    pub last_sender: Option<Sender>,
    /// The last message as text, shortened.
    pub last_text: Option<String>,
    /// How it ended.
    pub result: Option<String>,
    /// The customer's rating, 1 to 5.
    pub rating: Option<i64>,
    /// What the customer says about it.
    pub rating_reason: Option<String>,
    /// What the agent wrote at the end.
    pub summary: Option<String>,
    /// When it began.
    pub created_at: Moment,
    /// When anything happened last.
    pub changed_at: Moment,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// What the workspace offered when it was opened: the versions of the flows it calls. 0 is unknown.
    pub circumstances: i64,
}

/// The conversation that a customer's window names.
pub async fn by_public_id(db: &impl ConnectionTrait, public_id: &str) -> Result<Option<Conversation>> {
    Entity::find().filter(Column::PublicId.eq(public_id)).one(db).await?.map(read).transpose()
}

/// The conversation with this number.
pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<Conversation>> {
    Entity::find_by_id(id).one(db).await?.map(read).transpose()
}

/// The numbers of conversations after one of them, in order.
pub async fn ids_after(db: &impl ConnectionTrait, id: i64, limit: u64) -> Result<Vec<i64>> {
    let rows = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.gt(id))
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}

/// Conversations whose last turn stopped in its middle: (number, uuid).
pub async fn interrupted(db: &impl ConnectionTrait) -> Result<Vec<(i64, String)>> {
    let rows = Entity::find()
        .select_only()
        .columns([Column::Id, Column::PublicId])
        .filter(Column::UnansweredEffect.is_not_null())
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}

/// An event of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it happened.
    pub at: Moment,
    /// The event, as JSON.
    pub event: String,
    /// The path it led along, as JSON.
    pub trace: String,
    /// What the workspace offered then; 0 is unknown.
    pub circumstances: i64,
}

/// The events of a conversation in order: folded over `step` they give its state.
pub async fn journal(db: &impl ConnectionTrait, id: i64) -> Result<Vec<Entry>> {
    let rows = journal::Entity::find()
        .filter(journal::Column::ConversationId.eq(id))
        .order_by_asc(journal::Column::N)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(entry).collect())
}

pub(crate) fn entry(row: journal::Model) -> Entry {
    Entry { at: row.at, event: row.event, trace: row.trace, circumstances: row.circumstances }
}

pub(crate) fn read(row: Model) -> Result<Conversation> {
    Ok(Conversation {
        id: row.id,
        workspace: WorkspaceId(row.workspace_id),
        public_id: row.public_id,
        token_hash: row.token_hash,
        channel: row.channel,
        flow_id: FlowId(row.flow_id),
        flow_key: FlowKey(row.flow_key),
        version: row.version,
        state: row.state,
        state_version: row.state_version,
        owner_epoch: row.owner_epoch,
        turn: row.turn,
        n_events: row.n_events,
        last_seq: row.last_seq,
        status: from_word("status", &row.status)?,
        unanswered_effect: row.unanswered_effect,
        customer: row.customer,
        team: row.team.map(TeamKey),
        priority: row.priority,
        topic: row.topic,
        packet: row.packet.as_deref().map(|packet| parsed("hand-off packet", packet)).transpose()?,
        waiting_since: row.waiting_since,
        agent_id: row.agent_id,
        agent_name: row.agent_name,
        last_sender: row.last_sender.as_deref().map(|sender| from_word("sender", sender)).transpose()?,
        last_text: row.last_text,
        result: row.result,
        rating: row.rating,
        rating_reason: row.rating_reason,
        summary: row.summary,
        created_at: row.created_at,
        changed_at: row.changed_at,
        ended_at: row.ended_at,
        circumstances: row.circumstances,
    })
}

pub(crate) fn write(conversation: &Conversation) -> Model {
    let c = conversation.clone();
    Model {
        id: c.id,
        workspace_id: c.workspace.0,
        public_id: c.public_id,
        token_hash: c.token_hash,
        channel: c.channel,
        flow_id: c.flow_id.0,
        flow_key: c.flow_key.0,
        version: c.version,
        state: c.state,
        state_version: c.state_version,
        owner_epoch: c.owner_epoch,
        turn: c.turn,
        n_events: c.n_events,
        last_seq: c.last_seq,
        status: word(&c.status),
        unanswered_effect: c.unanswered_effect,
        customer: c.customer,
        team: c.team.map(|team| team.0),
        priority: c.priority,
        topic: c.topic,
        packet: c.packet.as_ref().map(json),
        waiting_since: c.waiting_since,
        agent_id: c.agent_id,
        agent_name: c.agent_name,
        last_sender: c.last_sender.as_ref().map(word),
        last_text: c.last_text,
        result: c.result,
        rating: c.rating,
        rating_reason: c.rating_reason,
        summary: c.summary,
        created_at: c.created_at,
        changed_at: c.changed_at,
        ended_at: c.ended_at,
        circumstances: c.circumstances,
    }
}
