//! What agents see: which conversations wait, which are theirs, which the flows handle, which are over.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use crate::conversations::{Conversation, read};
use crate::tables::conversation::{Column, Entity};
use crate::{Result, WorkspaceId};

/// A list of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// In line for an agent, the most urgent first.
    Queued,
    /// Taken by the member who asks.
    Mine,
    /// Handled by flows.
    Bot,
    /// Over.
    Done,
}

/// How long each list is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// In line for an agent.
    pub queued: u64,
    /// Taken by the member who asks.
    pub mine: u64,
    /// Handled by flows.
    pub bot: u64,
    /// Over.
    pub done: u64,
}

/// The rows of a list, at most `limit`.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    list: List,
    member_id: &str,
    limit: u64,
) -> Result<Vec<Conversation>> {
    let query = Entity::find().filter(condition(workspace, list, member_id)).limit(limit);
    let query = match list {
        // `high` sorts before `normal`.
        List::Queued => query.order_by_asc(Column::Priority).order_by_asc(Column::WaitingSince),
        List::Mine | List::Bot | List::Done => query.order_by_desc(Column::ChangedAt),
    };
    query.all(db).await?.into_iter().map(read).collect()
}

/// How long the lists are.
pub async fn counts(db: &impl ConnectionTrait, workspace: WorkspaceId, member_id: &str) -> Result<Counts> {
    let count = async |list| -> Result<u64> {
        Ok(Entity::find().filter(condition(workspace, list, member_id)).count(db).await?)
    };
    Ok(Counts {
        queued: count(List::Queued).await?,
        mine: count(List::Mine).await?,
        bot: count(List::Bot).await?,
        done: count(List::Done).await?,
    })
}

fn condition(workspace: WorkspaceId, list: List, member_id: &str) -> Condition {
    let all = Condition::all().add(Column::WorkspaceId.eq(workspace.0));
    match list {
        List::Queued => all.add(Column::Status.eq("queued")),
        List::Mine => all.add(Column::Status.eq("with_agent")).add(Column::AgentId.eq(member_id)),
        List::Bot => all.add(Column::Status.eq("waiting")),
        List::Done => all.add(Column::Status.eq("ended")),
    }
}
