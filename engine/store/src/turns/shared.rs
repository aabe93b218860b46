//! A batch of turns on PostgreSQL: a statement for each table, and a claim where a turn stops in its middle.

use sea_orm::ConnectionTrait;

use super::{Turn, batch, pass_crash_points};
use crate::{Error, Result, Store, replicas};

/// Commits turns in one transaction; see [`super::Ledger::commit`].
pub(super) async fn commit(store: &Store, turns: &[&Turn]) -> Result<Vec<Option<i64>>> {
    let replica = store.replica().ok_or(Error::Closed)?;
    let writing = store.write_beside_staff().await?;
    let mut answered = Vec::new();
    for statement in batch::conversations(turns) {
        for row in writing.query_all_raw(statement).await? {
            answered.push((row.try_get("", "id")?, row.try_get("", "public_id")?));
        }
    }
    let ids = batch::saved(turns, answered);
    let saved: Vec<(&Turn, i64)> = turns.iter().zip(&ids).filter_map(|(turn, id)| Some((*turn, (*id)?))).collect();
    for statement in batch::rest(&saved) {
        writing.execute_raw(statement).await?;
    }
    for (turn, id) in saved {
        replicas::follow(&writing, replica, id, turn).await?;
    }
    pass_crash_points(turns);
    writing.commit().await?;
    Ok(ids)
}
