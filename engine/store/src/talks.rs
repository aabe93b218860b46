//! Talks of a flow: written conversations that are its tests.

use std::collections::BTreeMap;

use model::FlowId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::rows::insert_all;
use crate::tables::talk::{Column, Entity, Model};
use crate::{Result, WorkspaceId};

/// The talks of a flow by name.
pub async fn of(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &FlowId) -> Result<BTreeMap<String, String>> {
    let rows =
        Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::FlowId.eq(&id.0)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.markdown)).collect())
}

/// Replaces the talks of a flow.
pub async fn replace(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &FlowId,
    talks: &BTreeMap<String, String>,
) -> Result<()> {
    Entity::delete_many().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::FlowId.eq(&id.0)).exec(db).await?;
    let rows = talks.iter().map(|(name, markdown)| Model {
        workspace_id: workspace.0,
        flow_id: id.0.clone(),
        name: name.clone(),
        markdown: markdown.clone(),
    });
    insert_all(db, rows.collect()).await
}
