//! Timers: when to wake which conversation.

use std::collections::HashMap;

use model::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::conversations::{self, Conversation};
use crate::tables::conversation;
use crate::tables::timer::{Column, Entity};
use crate::{Result, Store};

/// A timer that is due.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Due {
    /// The conversation's number.
    pub conversation: i64,
    /// The interpreter's name for the timer.
    pub timer: String,
    /// When it should have fired.
    pub due: Moment,
}

/// The first moment after this one at which a timer is due.
pub async fn next_due(db: &impl ConnectionTrait, after: Moment) -> Result<Option<Moment>> {
    let row = Entity::find().filter(Column::Due.gt(after)).order_by_asc(Column::Due).limit(1).one(db).await?;
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

/// The conversations of these timers as they are now, in the same order, in one query. A row that cannot be
/// read spoils its own timer only; `None` stands for a conversation that is gone.
pub async fn conversations_of(db: &impl ConnectionTrait, due: &[Due]) -> Result<Vec<Result<Option<Conversation>>>> {
    let ids = due.iter().map(|due| due.conversation);
    let rows = conversation::Entity::find().filter(conversation::Column::Id.is_in(ids)).all(db).await?;
    let rows: HashMap<i64, conversation::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(due.iter().map(|due| rows.get(&due.conversation).cloned().map(conversations::read).transpose()).collect())
}

/// Lets timers that could not be fired rest, each until its moment. One that a turn removes meanwhile is gone.
///
/// Not the turns' writer does this, nor does it look for a version: a timer's id is never given again within its
/// conversation, so that whatever a turn does before or after, what it removed stays away and what it set is another.
pub async fn postpone(store: &Store, resting: &[(Due, Moment)]) -> Result<()> {
    let writing = store.write_beside_staff().await?;
    take_conversations(&writing, resting.iter().map(|(due, _)| due)).await?;
    for (due, until) in resting {
        Entity::update_many()
            .col_expr(Column::Due, Expr::value(*until))
            .filter(Column::ConversationId.eq(due.conversation))
            .filter(Column::TimerId.eq(&due.timer))
            .exec(&writing)
            .await?;
    }
    writing.commit().await
}

/// Forgets a timer that belongs to nothing any more; see [`postpone`].
pub async fn forget(store: &Store, due: &Due) -> Result<()> {
    let writing = store.write_beside_staff().await?;
    take_conversations(&writing, [due]).await?;
    Entity::delete_by_id((due.conversation, due.timer.clone())).exec(&writing).await?;
    writing.commit().await
}

/// Takes the conversations' rows, as turns do before they change timers. SQLite has one writer at a time, and locks none.
async fn take_conversations(db: &impl ConnectionTrait, due: impl IntoIterator<Item = &Due>) -> Result<()> {
    let ids = due.into_iter().map(|due| due.conversation);
    conversation::Entity::find()
        .select_only()
        .column(conversation::Column::Id)
        .filter(conversation::Column::Id.is_in(ids))
        .order_by_asc(conversation::Column::Id)
        .lock_exclusive()
        .into_tuple::<i64>()
        .all(db)
        .await?;
    Ok(())
}
