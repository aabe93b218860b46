//! Secrets as they rest: sealed texts by name. Nothing here opens one.

use model::Moment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::tables::secret::{Column, Entity, Model};
use crate::{Result, WorkspaceId};

/// Keeps a sealed secret; one of the same name is replaced.
pub async fn keep(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    name: &str,
    sealed: &str,
    now: Moment,
) -> Result<()> {
    let row = Model { workspace_id: workspace.0, name: name.to_owned(), sealed: sealed.to_owned(), changed_at: now };
    let replace = OnConflict::columns([Column::WorkspaceId, Column::Name])
        .update_columns([Column::Sealed, Column::ChangedAt])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(db).await?;
    Ok(())
}

/// A sealed secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// What is kept.
    pub sealed: String,
    /// When it was entered.
    pub changed_at: Moment,
}

impl From<Model> for Secret {
    fn from(row: Model) -> Self {
        let Model { workspace_id, name, sealed, changed_at } = row;
        Self { workspace: WorkspaceId(workspace_id), name, sealed, changed_at }
    }
}

/// All secrets of all workspaces.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Secret>> {
    Ok(Entity::find().all(db).await?.into_iter().map(Secret::from).collect())
}

/// All secrets of a workspace.
pub async fn of(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Secret>> {
    let rows = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).all(db).await?;
    Ok(rows.into_iter().map(Secret::from).collect())
}

/// The sealed secret of this name.
pub async fn sealed(db: &impl ConnectionTrait, workspace: WorkspaceId, name: &str) -> Result<Option<String>> {
    Ok(Entity::find_by_id((workspace.0, name.to_owned())).one(db).await?.map(|row| row.sealed))
}

/// The names of all secrets, with when they were set.
pub async fn names(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<(String, Moment)>> {
    let rows = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.changed_at)).collect())
}

/// Forgets a secret; false when there is none.
pub async fn forget(db: &impl ConnectionTrait, workspace: WorkspaceId, name: &str) -> Result<bool> {
    Ok(Entity::delete_by_id((workspace.0, name.to_owned())).exec(db).await?.rows_affected > 0)
}
