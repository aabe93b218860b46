//! Timers: when to wake which conversation.

use model::Moment;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Result;
use crate::tables::timer::{Column, Entity};

/// A timer that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The conversation's number.
    pub conversation: i64,
    /// The interpreter's name for the timer.
    pub timer: String,
    /// When it should have fired.
    pub due: Moment,
}

/// The next moment at which a timer is due.
pub async fn earliest_due(db: &impl ConnectionTrait) -> Result<Option<Moment>> {
    let row = Entity::find().order_by_asc(Column::Due).limit(1).one(db).await?;
    Ok(row.map(|row| row.due))
}

/// Timers that are due, oldest first.
pub async fn due(db: &impl ConnectionTrait, now: Moment, limit: u64) -> Result<Vec<Due>> {
    let rows = Entity::find().filter(Column::Due.lte(now)).order_by_asc(Column::Due).limit(limit).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Due { conversation: row.conversation_id, timer: row.timer_id, due: row.due })
        .collect())
}

/// Forgets a timer that belongs to nothing any more.
pub async fn forget(db: &impl ConnectionTrait, due: &Due) -> Result<()> {
    Entity::delete_by_id((due.conversation, due.timer.clone())).exec(db).await?;
    Ok(())
}
