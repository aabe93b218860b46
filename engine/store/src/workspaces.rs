//! Workspaces: who owns everything else.

use model::Moment;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryOrder};

use crate::Result;
use crate::tables::workspace;

/// Which workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkspaceId(pub i64);

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The name on the screens.
    pub name: String,
}

/// The first workspace, absent in a new database.
pub async fn first(db: &impl ConnectionTrait) -> Result<Option<Workspace>> {
    let row = workspace::Entity::find().order_by_asc(workspace::Column::Id).one(db).await?;
    Ok(row.map(|row| Workspace { id: WorkspaceId(row.id), name: row.name }))
}

/// Makes a workspace.
pub async fn create(db: &impl ConnectionTrait, name: &str, now: Moment) -> Result<Workspace> {
    let row = workspace::ActiveModel { id: NotSet, name: Set(name.to_owned()), created_at: Set(now) };
    let row = row.insert(db).await?;
    Ok(Workspace { id: WorkspaceId(row.id), name: row.name })
}
