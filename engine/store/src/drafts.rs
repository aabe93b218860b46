//! Drafts: the documents people edit, each with a revision that every save raises.

use model::{Flow, FlowId, Moment};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::{json, parsed};
use crate::rows::insert;
use crate::tables::draft::{Column, Entity, Model};
use crate::{Result, WorkspaceId};

/// A draft as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The document.
    pub flow: Flow,
    /// Raised by every save, from 1.
    pub revision: i64,
    /// The hash of the document, to compare with versions.
    pub hash: String,
    /// Problems that block publishing, when it was saved.
    pub errors: i64,
    /// Problems worth a look, when it was saved.
    pub warnings: i64,
    /// When it was saved.
    pub saved_at: Moment,
    /// By whom, by name.
    pub saved_by: String,
}

/// A draft to save.
#[derive(Clone, Copy, Debug)]
pub struct Save<'a> {
    /// The document.
    pub flow: &'a Flow,
    /// Its hash.
    pub hash: &'a str,
    /// How many problems block publishing.
    pub errors: usize,
    /// How many are worth a look.
    pub warnings: usize,
    /// Who saves, by name.
    pub by: &'a str,
    /// When.
    pub now: Moment,
}

/// The draft of a flow.
pub async fn of(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &FlowId) -> Result<Option<Draft>> {
    Entity::find_by_id((workspace.0, id.0.clone())).one(db).await?.map(read).transpose()
}

/// All drafts.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Draft>> {
    let rows = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).all(db).await?;
    rows.into_iter().map(read).collect()
}

/// Saves the first revision.
pub async fn create(db: &impl ConnectionTrait, workspace: WorkspaceId, save: Save<'_>) -> Result<()> {
    let row = Model {
        workspace_id: workspace.0,
        flow_id: save.flow.id.0.clone(),
        revision: 1,
        document: json(save.flow),
        hash: save.hash.to_owned(),
        errors: count(save.errors),
        warnings: count(save.warnings),
        saved_at: save.now,
        saved_by: save.by.to_owned(),
    };
    insert(db, row).await
}

/// Saves the next revision over `revision`; `None` when somebody else saved in between.
pub async fn replace(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    revision: i64,
    save: Save<'_>,
) -> Result<Option<i64>> {
    let saved = Entity::update_many()
        .col_expr(Column::Revision, Expr::value(revision + 1))
        .col_expr(Column::Document, Expr::value(json(save.flow)))
        .col_expr(Column::Hash, Expr::value(save.hash))
        .col_expr(Column::Errors, Expr::value(count(save.errors)))
        .col_expr(Column::Warnings, Expr::value(count(save.warnings)))
        .col_expr(Column::SavedAt, Expr::value(save.now))
        .col_expr(Column::SavedBy, Expr::value(save.by))
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::FlowId.eq(&save.flow.id.0))
        .filter(Column::Revision.eq(revision))
        .exec(db)
        .await?;
    Ok((saved.rows_affected == 1).then_some(revision + 1))
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn read(row: Model) -> Result<Draft> {
    Ok(Draft {
        flow: parsed("draft", &row.document)?,
        revision: row.revision,
        hash: row.hash,
        errors: row.errors,
        warnings: row.warnings,
        saved_at: row.saved_at,
        saved_by: row.saved_by,
    })
}
