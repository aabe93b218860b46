//! What became of answers: how often each article and passage was shown, and whether it helped; and synonyms.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;

use crate::error::{json, parsed};
use crate::rows::insert_all;
use crate::tables::{judgement, synonym};
use crate::{Result, WorkspaceId};

/// Counts of one article or passage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Times it was said.
    pub shown: i64,
    /// Customers who said that it helped.
    pub helpful: i64,
    /// Customers who said that it did not.
    pub not_helpful: i64,
}

/// Adds to the counts of what search found.
pub async fn add(db: &impl ConnectionTrait, workspace: WorkspaceId, counts: &BTreeMap<String, Counts>) -> Result<()> {
    for (found_id, counts) in counts {
        let row = judgement::Model {
            workspace_id: workspace.0,
            found_id: found_id.clone(),
            shown: counts.shown,
            helpful: counts.helpful,
            not_helpful: counts.not_helpful,
        };
        let plus = |column: judgement::Column, n: i64| Expr::col((judgement::Entity, column)).add(n);
        let conflict = OnConflict::columns([judgement::Column::WorkspaceId, judgement::Column::FoundId])
            .value(judgement::Column::Shown, plus(judgement::Column::Shown, counts.shown))
            .value(judgement::Column::Helpful, plus(judgement::Column::Helpful, counts.helpful))
            .value(judgement::Column::NotHelpful, plus(judgement::Column::NotHelpful, counts.not_helpful))
            .to_owned();
        judgement::Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(db).await?;
    }
    Ok(())
}

/// The counts of all that was ever shown.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<BTreeMap<String, Counts>> {
    let rows = judgement::Entity::find().filter(judgement::Column::WorkspaceId.eq(workspace.0)).all(db).await?;
    let counts = rows
        .into_iter()
        .map(|row| (row.found_id, Counts { shown: row.shown, helpful: row.helpful, not_helpful: row.not_helpful }));
    Ok(counts.collect())
}

/// Groups of words that mean the same, in their order.
pub async fn synonyms(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Vec<String>>> {
    let rows = synonym::Entity::find()
        .filter(synonym::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(synonym::Column::Position)
        .all(db)
        .await?;
    rows.iter().map(|row| parsed("synonyms", &row.words)).collect()
}

/// Replaces all groups.
pub async fn save_synonyms(db: &impl ConnectionTrait, workspace: WorkspaceId, groups: &[Vec<String>]) -> Result<()> {
    synonym::Entity::delete_many().filter(synonym::Column::WorkspaceId.eq(workspace.0)).exec(db).await?;
    let rows = groups.iter().zip(0..).map(|(words, position)| synonym::Model {
        workspace_id: workspace.0,
        position,
        words: json(words),
    });
    insert_all(db, rows.collect::<Vec<_>>()).await
}
