//! The examples that running conversations are recognised by: kept once per content, named by its hash, until no
//! conversation needs them.

use std::collections::BTreeSet;

use model::Moment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::tables::{conversation, topic_set, topic_use};
use crate::{Result, WorkspaceId};

/// Sets kept later than this ago stay, whoever uses them: another replica may be about to.
pub const GRACE_MS: i64 = 5 * 60 * 1_000;

/// A set of topics as it goes on record.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// Names its content.
    pub hash: &'a str,
    /// Its topics with their examples.
    pub document: &'a str,
}

/// The set that was kept last: the one that new conversations begin with.
pub async fn newest(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<String>> {
    let newest = topic_set::Entity::find()
        .select_only()
        .column(topic_set::Column::Hash)
        .filter(topic_set::Column::WorkspaceId.eq(workspace.0))
        .order_by_desc(topic_set::Column::KeptAt)
        .into_tuple()
        .one(db)
        .await?;
    Ok(newest)
}

/// Keeps a set for conversations that begin in these circumstances; one that is there becomes the newest.
pub async fn keep(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    circumstances: i64,
    kept: Kept<'_>,
    now: Moment,
) -> Result<()> {
    // Later than any other, whatever the clock says: the newest is the one kept last.
    let last: Option<Option<i64>> = topic_set::Entity::find()
        .select_only()
        .column_as(topic_set::Column::KeptAt.max(), "last")
        .filter(topic_set::Column::WorkspaceId.eq(workspace.0))
        .into_tuple()
        .one(db)
        .await?;
    let kept_at = last.flatten().map_or(now, |last| now.max(last + 1));
    let (hash, document) = (kept.hash.to_owned(), kept.document.to_owned());
    let row = topic_set::Model { workspace_id: workspace.0, hash, document, kept_at };
    let newest = OnConflict::columns([topic_set::Column::WorkspaceId, topic_set::Column::Hash])
        .update_column(topic_set::Column::KeptAt)
        .to_owned();
    topic_set::Entity::insert(row.into_active_model()).on_conflict(newest).exec_without_returning(db).await?;
    let row = topic_use::Model { workspace_id: workspace.0, circumstances, hash: kept.hash.to_owned() };
    let once = OnConflict::column(topic_use::Column::Circumstances).do_nothing().to_owned();
    topic_use::Entity::insert(row.into_active_model()).on_conflict(once).exec_without_returning(db).await?;
    Ok(())
}

/// A set by its hash.
pub async fn document(db: &impl ConnectionTrait, workspace: WorkspaceId, hash: &str) -> Result<Option<String>> {
    Ok(topic_set::Entity::find_by_id((workspace.0, hash.to_owned())).one(db).await?.map(|row| row.document))
}

/// Sets that no running conversation began with, older than the newest and than the grace.
pub async fn unused(db: &impl ConnectionTrait, workspace: WorkspaceId, now: Moment) -> Result<Vec<String>> {
    let newest = newest(db, workspace).await?;
    let sets: Vec<(String, i64)> = topic_set::Entity::find()
        .select_only()
        .columns([topic_set::Column::Hash, topic_set::Column::KeptAt])
        .filter(topic_set::Column::WorkspaceId.eq(workspace.0))
        .into_tuple()
        .all(db)
        .await?;
    let may_go = |(hash, kept_at): &(String, i64)| Some(hash) != newest.as_ref() && *kept_at < now - GRACE_MS;
    let candidates: Vec<String> = sets.into_iter().filter(may_go).map(|(hash, _)| hash).collect();
    if candidates.is_empty() {
        return Ok(candidates);
    }
    // The index of lists finds the few that run among the many that ended.
    let began_in: Vec<i64> = conversation::Entity::find()
        .select_only()
        .column(conversation::Column::Circumstances)
        .distinct()
        .filter(conversation::Column::WorkspaceId.eq(workspace.0))
        .filter(conversation::Column::Status.is_in(["waiting", "queued", "with_agent"]))
        .into_tuple()
        .all(db)
        .await?;
    let mut used = BTreeSet::new();
    for some in began_in.chunks(1_000) {
        let hashes: Vec<String> = topic_use::Entity::find()
            .select_only()
            .column(topic_use::Column::Hash)
            .filter(topic_use::Column::Circumstances.is_in(some.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        used.extend(hashes);
    }
    Ok(candidates.into_iter().filter(|hash| !used.contains(hash)).collect())
}

/// Removes sets.
pub async fn remove(db: &impl ConnectionTrait, workspace: WorkspaceId, hashes: &[String]) -> Result<()> {
    topic_set::Entity::delete_many()
        .filter(topic_set::Column::WorkspaceId.eq(workspace.0))
        .filter(topic_set::Column::Hash.is_in(hashes))
        .exec(db)
        .await?;
    Ok(())
}
