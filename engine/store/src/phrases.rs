//! Phrases: wordings that texts use by key, each kept as one document.

use model::{Phrase, PhraseKey};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};

use crate::error::{json, parsed};
use crate::tables::phrase::{Column, Entity, Model};
use crate::{Result, WorkspaceId};

/// All phrases in their order.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Phrase>> {
    let rows = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Key)
        .all(db)
        .await?;
    rows.into_iter().map(|row| parsed("phrase", &row.document)).collect()
}

/// Makes or changes a phrase; a new one comes last.
pub async fn save(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &Phrase) -> Result<()> {
    let n = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).count(db).await?;
    let row = Model {
        workspace_id: workspace.0,
        key: saved.key.0.clone(),
        document: json(saved),
        position: i64::try_from(n).unwrap_or(i64::MAX),
    };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::WorkspaceId, Column::Key]).update_column(Column::Document).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Removes a phrase; false when there is none.
pub async fn delete(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &PhraseKey) -> Result<bool> {
    Ok(Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?.rows_affected > 0)
}
