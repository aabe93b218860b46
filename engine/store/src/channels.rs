//! Channels: the doors customers come in by, and the flow each of them runs.

use model::FlowKey;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::tables::channel::{Column, Entity, Model};
use crate::{Result, WorkspaceId};

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The name in addresses.
    pub key: String,
    /// The name on the screens.
    pub name: String,
    /// The flow that new conversations run.
    pub flow: Option<FlowKey>,
    /// May the caller name another published flow and give variables?
    pub is_open: bool,
}

/// All channels by key.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Channel>> {
    let rows = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).order_by_asc(Column::Key).all(db).await?;
    Ok(rows.into_iter().map(read).collect())
}

/// The channel with this key.
pub async fn by_key(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &str) -> Result<Option<Channel>> {
    Ok(Entity::find_by_id((workspace.0, key.to_owned())).one(db).await?.map(read))
}

/// Makes or changes a channel.
pub async fn save(db: &impl ConnectionTrait, workspace: WorkspaceId, channel: &Channel) -> Result<()> {
    let row = Model {
        workspace_id: workspace.0,
        key: channel.key.clone(),
        name: channel.name.clone(),
        flow_key: channel.flow.as_ref().map(|key| key.0.clone()),
        is_open: channel.is_open,
    };
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::WorkspaceId, Column::Key])
                .update_columns([Column::Name, Column::FlowKey, Column::IsOpen])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

fn read(row: Model) -> Channel {
    Channel { key: row.key, name: row.name, flow: row.flow_key.map(FlowKey), is_open: row.is_open }
}
