//! Flows by id and key. Their documents are in `drafts` and `versions`.

use model::{FlowId, FlowKey, Moment};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::rows::insert;
use crate::tables::{draft, flow, release, talk};
use crate::{Result, WorkspaceId};

/// Ids and keys of all flows, oldest first.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<(FlowId, FlowKey)>> {
    let rows = flow::Entity::find()
        .filter(flow::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(flow::Column::CreatedAt)
        .order_by_asc(flow::Column::Key)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (FlowId(row.id), FlowKey(row.key))).collect())
}

/// The id of the flow with this key.
pub async fn id_of(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &FlowKey) -> Result<Option<FlowId>> {
    let row = flow::Entity::find()
        .filter(flow::Column::WorkspaceId.eq(workspace.0))
        .filter(flow::Column::Key.eq(&key.0))
        .one(db)
        .await?;
    Ok(row.map(|row| FlowId(row.id)))
}

/// Is there a flow with this id?
pub async fn is_known(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &FlowId) -> Result<bool> {
    Ok(flow::Entity::find_by_id((workspace.0, id.0.clone())).one(db).await?.is_some())
}

/// Makes a flow; its draft is saved apart.
pub async fn create(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &FlowId,
    key: &FlowKey,
    now: Moment,
) -> Result<()> {
    let row = flow::Model { workspace_id: workspace.0, id: id.0.clone(), key: key.0.clone(), created_at: now };
    insert(db, row).await
}

/// Changes the key of a flow.
pub async fn set_key(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &FlowId, key: &FlowKey) -> Result<()> {
    flow::Entity::update_many()
        .col_expr(flow::Column::Key, sea_orm::sea_query::Expr::value(key.0.clone()))
        .filter(flow::Column::WorkspaceId.eq(workspace.0))
        .filter(flow::Column::Id.eq(&id.0))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes a flow with its draft, release and talks; versions stay, conversations may still run on them.
pub async fn delete(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &FlowId) -> Result<bool> {
    let key = (workspace.0, id.0.clone());
    draft::Entity::delete_by_id(key.clone()).exec(db).await?;
    release::Entity::delete_by_id(key.clone()).exec(db).await?;
    talk::Entity::delete_many()
        .filter(talk::Column::WorkspaceId.eq(workspace.0))
        .filter(talk::Column::FlowId.eq(&id.0))
        .exec(db)
        .await?;
    Ok(flow::Entity::delete_by_id(key).exec(db).await?.rows_affected > 0)
}
