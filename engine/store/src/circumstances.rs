//! What a workspace offered when something happened: kept once per content, named by its hash, never changed.

use model::Moment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::tables::circumstances::{ActiveModel, Column, Entity, Model};
use crate::{Result, WorkspaceId};

/// The number of circumstances that are on record already.
pub async fn number(db: &impl ConnectionTrait, workspace: WorkspaceId, hash: &str) -> Result<Option<i64>> {
    let found =
        Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::Hash.eq(hash)).one(db).await?;
    Ok(found.map(|row| row.id))
}

/// Puts circumstances on record; the same content twice is fine.
pub async fn keep(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    hash: &str,
    document: &str,
    now: Moment,
) -> Result<()> {
    let row = Model {
        workspace_id: workspace.0,
        id: 0,
        hash: hash.to_owned(),
        document: document.to_owned(),
        created_at: now,
    };
    let row = ActiveModel { id: ActiveValue::NotSet, ..row.into_active_model() };
    let once = OnConflict::columns([Column::WorkspaceId, Column::Hash]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(once).exec_without_returning(db).await?;
    Ok(())
}

/// Circumstances by their number.
pub async fn document(db: &impl ConnectionTrait, number: i64) -> Result<Option<String>> {
    Ok(Entity::find_by_id(number).one(db).await?.map(|row| row.document))
}
