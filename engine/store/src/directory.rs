//! Teams, calendars and connectors: what flows name by key, each kept as one small document.

use model::{Calendar, CalendarKey, Connector, ConnectorKey, Team, TeamKey};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};

use crate::error::{json, parsed};
use crate::tables::{calendar, connector, team};
use crate::{Result, WorkspaceId};

/// All teams in their order.
pub async fn teams(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Team>> {
    let rows = team::Entity::find()
        .filter(team::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(team::Column::Position)
        .order_by_asc(team::Column::Key)
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok(Team { key: TeamKey(row.key), name: parsed("team", &row.name)? })).collect()
}

/// Makes or changes a team; a new one comes last.
pub async fn save_team(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &Team) -> Result<()> {
    let position = team::Entity::find().filter(team::Column::WorkspaceId.eq(workspace.0)).count(db).await?;
    let row = team::Model {
        workspace_id: workspace.0,
        key: saved.key.0.clone(),
        name: json(&saved.name),
        position: place(position),
    };
    team::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([team::Column::WorkspaceId, team::Column::Key])
                .update_column(team::Column::Name)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Removes a team; false when there is none.
pub async fn delete_team(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &TeamKey) -> Result<bool> {
    Ok(team::Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?.rows_affected > 0)
}

/// All calendars in their order.
pub async fn calendars(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Calendar>> {
    let rows = calendar::Entity::find()
        .filter(calendar::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(calendar::Column::Position)
        .order_by_asc(calendar::Column::Key)
        .all(db)
        .await?;
    rows.into_iter().map(|row| parsed("calendar", &row.document)).collect()
}

/// Makes or changes a calendar; a new one comes last.
pub async fn save_calendar(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &Calendar) -> Result<()> {
    let position = calendar::Entity::find().filter(calendar::Column::WorkspaceId.eq(workspace.0)).count(db).await?;
    let row = calendar::Model {
        workspace_id: workspace.0,
        key: saved.key.0.clone(),
        document: json(saved),
        position: place(position),
    };
    calendar::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([calendar::Column::WorkspaceId, calendar::Column::Key])
                .update_column(calendar::Column::Document)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Removes a calendar; false when there is none.
pub async fn delete_calendar(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &CalendarKey) -> Result<bool> {
    Ok(calendar::Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?.rows_affected > 0)
}

/// All connectors in their order.
pub async fn connectors(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Connector>> {
    let rows = connector::Entity::find()
        .filter(connector::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(connector::Column::Position)
        .order_by_asc(connector::Column::Key)
        .all(db)
        .await?;
    rows.into_iter().map(|row| parsed("connector", &row.document)).collect()
}

/// Makes or changes a connector; a new one comes last.
pub async fn save_connector(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &Connector) -> Result<()> {
    let position = connector::Entity::find().filter(connector::Column::WorkspaceId.eq(workspace.0)).count(db).await?;
    let row = connector::Model {
        workspace_id: workspace.0,
        key: saved.key.0.clone(),
        document: json(saved),
        position: place(position),
    };
    connector::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([connector::Column::WorkspaceId, connector::Column::Key])
                .update_column(connector::Column::Document)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Removes a connector; false when there is none.
pub async fn delete_connector(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &ConnectorKey) -> Result<bool> {
    Ok(connector::Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?.rows_affected > 0)
}

fn place(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
