//! Details that a workspace defines, and how fresh the lists of services are.

use model::{Detail, DetailEntry, DetailKey, DetailSource, Moment, Texts};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::{json, parsed};
use crate::rows::insert;
use crate::tables::detail;
use crate::{Result, WorkspaceId};

/// A detail with what is known about its list.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The detail; its values are left out where only the list of details is read.
    pub detail: Detail,
    /// How many values it has.
    pub n_entries: i64,
    /// When the service last gave the list.
    pub fetched_at: Option<Moment>,
    /// Why it did not the last time.
    pub trouble: Option<Texts>,
}

/// All details with their values, in their order.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Detail>> {
    let rows = of(workspace).all(db).await?;
    rows.into_iter().map(|row| Ok(read(row)?.detail)).collect()
}

/// All details without their values, in their order.
pub async fn listed(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Kept>> {
    use detail::Column;
    type Row = (String, String, String, i64, Option<i64>, String);
    let rows: Vec<Row> = of(workspace)
        .select_only()
        .columns([Column::Key, Column::Name, Column::Source, Column::NEntries, Column::FetchedAt, Column::Trouble])
        .into_tuple()
        .all(db)
        .await?;
    let kept = rows.into_iter().map(|(key, name, source, n_entries, fetched_at, trouble)| {
        Ok(Kept {
            detail: Detail { key: DetailKey(key), name: parsed("detail", &name)?, source: parsed("detail", &source)? },
            n_entries,
            fetched_at,
            trouble: trouble_of(&trouble)?,
        })
    });
    kept.collect()
}

/// One detail with its values.
pub async fn one(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &DetailKey) -> Result<Option<Kept>> {
    detail::Entity::find_by_id((workspace.0, key.0.clone())).one(db).await?.map(read).transpose()
}

/// Makes or replaces a detail; a new one comes last. A list of a service is due at once.
pub async fn save(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &Detail, now: Moment) -> Result<()> {
    let before = detail::Entity::find_by_id((workspace.0, saved.key.0.clone())).one(db).await?;
    let position = match &before {
        Some(before) => before.position,
        None => next_position(db, workspace).await?,
    };
    let is_service = matches!(saved.source, DetailSource::Service { .. });
    let mut bare = saved.source.clone();
    let entries = bare.entries_mut().map(std::mem::take).unwrap_or_default();
    detail::Entity::delete_by_id((workspace.0, saved.key.0.clone())).exec(db).await?;
    let row = detail::Model {
        workspace_id: workspace.0,
        key: saved.key.0.clone(),
        name: json(&saved.name),
        source: json(&bare),
        n_entries: i64::try_from(entries.len()).unwrap_or(i64::MAX),
        entries: json(&entries),
        position,
        saved_at: now,
        fetched_at: before.and_then(|before| before.fetched_at).filter(|_| is_service),
        due_at: is_service.then_some(now),
        trouble: String::new(),
    };
    insert(db, row).await
}

/// Removes a detail; false when there is none.
pub async fn delete(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &DetailKey) -> Result<bool> {
    Ok(detail::Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?.rows_affected > 0)
}

/// The lists that are to be fetched by now, in every workspace.
pub async fn due(db: &impl ConnectionTrait, now: Moment) -> Result<Vec<(WorkspaceId, Kept)>> {
    const AT_ONCE: u64 = 20;
    let rows = detail::Entity::find()
        .filter(detail::Column::DueAt.lte(now))
        .order_by_asc(detail::Column::DueAt)
        .limit(AT_ONCE)
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok((WorkspaceId(row.workspace_id), read(row)?))).collect()
}

/// A service gave its list, or did not: then the values stay as they are. Says whether the values are other ones.
pub async fn fetched(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: &DetailKey,
    entries: std::result::Result<&[DetailEntry], &Texts>,
    now: Moment,
    next: Moment,
) -> Result<bool> {
    let Some(before) = detail::Entity::find_by_id((workspace.0, key.0.clone())).one(db).await? else {
        return Ok(false);
    };
    let mut row = before.clone();
    row.due_at = Some(next);
    match entries {
        Ok(entries) => {
            row.entries = json(&entries);
            row.n_entries = i64::try_from(entries.len()).unwrap_or(i64::MAX);
            row.fetched_at = Some(now);
            row.trouble = String::new();
        }
        Err(why) => row.trouble = json(why),
    }
    let is_other = row.entries != before.entries;
    detail::Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?;
    insert(db, row).await?;
    Ok(is_other)
}

fn of(workspace: WorkspaceId) -> sea_orm::Select<detail::Entity> {
    detail::Entity::find()
        .filter(detail::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(detail::Column::Position)
        .order_by_asc(detail::Column::Key)
}

fn read(row: detail::Model) -> Result<Kept> {
    let mut source: DetailSource = parsed("detail", &row.source)?;
    if let Some(entries) = source.entries_mut() {
        *entries = parsed("detail", &row.entries)?;
    }
    Ok(Kept {
        detail: Detail { key: DetailKey(row.key), name: parsed("detail", &row.name)?, source },
        n_entries: row.n_entries,
        fetched_at: row.fetched_at,
        trouble: trouble_of(&row.trouble)?,
    })
}

fn trouble_of(text: &str) -> Result<Option<Texts>> {
    if text.is_empty() { Ok(None) } else { parsed("detail", text).map(Some) }
}

async fn next_position(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<i64> {
    let last: Option<Option<i64>> = detail::Entity::find()
        .select_only()
        .column_as(detail::Column::Position.max(), "last")
        .filter(detail::Column::WorkspaceId.eq(workspace.0))
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten().map_or(0, |last| last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, sample};

    #[tokio::test]
    async fn a_list_keeps_its_values_while_its_service_is_down() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = sample::workspace(&store).await;
        let detail: Detail = serde_json::from_value(serde_json::json!({
            "key": "store", "name": { "zh": "门店" },
            "source": { "type": "service", "connector": "shop", "path": "/stores", "every_minutes": 5 },
        }))
        .expect("a detail");
        let writing = store.write().await.expect("the writer");
        save(&writing, workspace, &detail, 100).await.expect("saved");
        writing.commit().await.expect("committed");

        let due_now = due(store.read(), 100).await.expect("due");
        assert_eq!(due_now.len(), 1);
        let writing = store.write().await.expect("the writer");
        let entries = [DetailEntry { value: "徐汇店".into(), synonyms: vec!["Xuhui".into()] }];
        let is_other = fetched(&writing, workspace, &detail.key, Ok(&entries), 200, 500).await.expect("fetched");
        assert!(is_other);
        let why = Texts::new("没有回复", "no reply");
        let is_other = fetched(&writing, workspace, &detail.key, Err(&why), 600, 900).await.expect("failed");
        assert!(!is_other);
        writing.commit().await.expect("committed");

        let kept = one(store.read(), workspace, &detail.key).await.expect("read").expect("there");
        assert_eq!(kept.detail.source.entries(), entries);
        assert_eq!((kept.n_entries, kept.fetched_at, kept.trouble), (1, Some(200), Some(why)));
        assert!(due(store.read(), 899).await.expect("due").is_empty());
        assert!(listed(store.read(), workspace).await.expect("list")[0].detail.source.entries().is_empty());
    }
}
