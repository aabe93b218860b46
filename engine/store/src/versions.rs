//! Versions, which never change, and releases: which version of a flow is live.

use std::collections::BTreeMap;

use model::{Flow, FlowId, FlowKey, Moment};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::error::{json, parsed};
use crate::rows::insert;
use crate::tables::{conversation, flow, release, version};
use crate::{Result, WorkspaceId};

/// A published version without its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Which, from 1.
    pub version: i64,
    /// The hash of the document.
    pub hash: String,
    /// What the publisher says about it.
    pub note: String,
    /// When.
    pub published_at: Moment,
    /// By whom, by name.
    pub published_by: String,
}

/// A version to publish.
#[derive(Clone, Copy, Debug)]
pub struct Publish<'a> {
    /// The document.
    pub flow: &'a Flow,
    /// Its hash.
    pub hash: &'a str,
    /// What the publisher says about it.
    pub note: &'a str,
    /// Who publishes, by name.
    pub by: &'a str,
    /// When.
    pub now: Moment,
}

/// All versions of a flow, newest first.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &FlowId) -> Result<Vec<Published>> {
    let rows = version::Entity::find()
        .filter(version::Column::WorkspaceId.eq(workspace.0))
        .filter(version::Column::FlowId.eq(&id.0))
        .order_by_desc(version::Column::Version)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(summary).collect())
}

/// One version with its document.
pub async fn document(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &FlowId,
    number: i64,
) -> Result<Option<(Flow, Published)>> {
    let row = version::Entity::find_by_id((workspace.0, id.0.clone(), number)).one(db).await?;
    row.map(|row| Ok((parsed("version", &row.document)?, summary(row)))).transpose()
}

/// Which version of a flow is live.
pub async fn live(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &FlowId) -> Result<Option<Published>> {
    let Some(release) = release::Entity::find_by_id((workspace.0, id.0.clone())).one(db).await? else {
        return Ok(None);
    };
    let row = version::Entity::find_by_id((workspace.0, id.0.clone(), release.version)).one(db).await?;
    Ok(row.map(summary))
}

/// The live version of every flow.
pub async fn all_live(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<BTreeMap<FlowId, Published>> {
    let releases = release::Entity::find().filter(release::Column::WorkspaceId.eq(workspace.0)).all(db).await?;
    let mut live = BTreeMap::new();
    for release in releases {
        let key = (workspace.0, release.flow_id.clone(), release.version);
        if let Some(row) = version::Entity::find_by_id(key).one(db).await? {
            live.insert(FlowId(release.flow_id), summary(row));
        }
    }
    Ok(live)
}

/// The live version of every flow, by its key.
pub async fn live_by_keys(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<BTreeMap<FlowKey, (FlowId, i64)>> {
    let flows = flow::Entity::find().filter(flow::Column::WorkspaceId.eq(workspace.0)).all(db).await?;
    let releases = release::Entity::find().filter(release::Column::WorkspaceId.eq(workspace.0)).all(db).await?;
    let releases: BTreeMap<String, i64> = releases.into_iter().map(|row| (row.flow_id, row.version)).collect();
    let live = flows.into_iter().filter_map(|row| {
        let version = *releases.get(&row.id)?;
        Some((FlowKey(row.key), (FlowId(row.id), version)))
    });
    Ok(live.collect())
}

/// Publishes a document as the next version and makes it live. The same document again gets the number it has.
pub async fn publish(db: &impl ConnectionTrait, workspace: WorkspaceId, publish: Publish<'_>) -> Result<i64> {
    let id = &publish.flow.id;
    let newest = version::Entity::find()
        .filter(version::Column::WorkspaceId.eq(workspace.0))
        .filter(version::Column::FlowId.eq(&id.0))
        .order_by_desc(version::Column::Version)
        .one(db)
        .await?;
    let number = match newest {
        Some(newest) if newest.hash == publish.hash => newest.version,
        newest => {
            let number = newest.map_or(1, |newest| newest.version + 1);
            let row = version::Model {
                workspace_id: workspace.0,
                flow_id: id.0.clone(),
                version: number,
                document: json(publish.flow),
                hash: publish.hash.to_owned(),
                note: publish.note.to_owned(),
                published_at: publish.now,
                published_by: publish.by.to_owned(),
            };
            insert(db, row).await?;
            number
        }
    };
    make_live(db, workspace, id, number, publish.by, publish.now).await?;
    Ok(number)
}

/// Makes a version live: new conversations begin on it.
pub async fn make_live(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &FlowId,
    number: i64,
    by: &str,
    now: Moment,
) -> Result<()> {
    let row = release::Model {
        workspace_id: workspace.0,
        flow_id: id.0.clone(),
        version: number,
        released_at: now,
        released_by: by.to_owned(),
    };
    release::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([release::Column::WorkspaceId, release::Column::FlowId])
                .update_columns([release::Column::Version, release::Column::ReleasedAt, release::Column::ReleasedBy])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// How many conversations that are not over run on each version of a flow.
pub async fn open_conversations(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &FlowId,
) -> Result<BTreeMap<i64, i64>> {
    let rows: Vec<(i64, i64)> = conversation::Entity::find()
        .select_only()
        .column(conversation::Column::Version)
        .column_as(conversation::Column::Id.count(), "n")
        .filter(conversation::Column::WorkspaceId.eq(workspace.0))
        .filter(conversation::Column::FlowId.eq(&id.0))
        .filter(conversation::Column::Status.ne("ended"))
        .group_by(conversation::Column::Version)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// How many versions the workspace has.
pub async fn count(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64> {
    Ok(version::Entity::find().filter(version::Column::WorkspaceId.eq(workspace.0)).count(db).await?)
}

fn summary(row: version::Model) -> Published {
    Published {
        version: row.version,
        hash: row.hash,
        note: row.note,
        published_at: row.published_at,
        published_by: row.published_by,
    }
}
