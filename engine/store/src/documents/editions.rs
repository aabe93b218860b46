//! Passages of documents, edition by edition: one is served, the next is written beside it.

use model::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use super::{Document, change};
use crate::rows::insert_all;
use crate::tables::{document, passage};
use crate::{Result, WorkspaceId};

/// A passage as the index needs it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passage {
    /// The document.
    pub document: String,
    /// Its place in the document, from 0.
    pub n: i64,
    /// The name of the page it is on, or of the document.
    pub title: String,
    /// The headings above it.
    pub heading: String,
    /// The text.
    pub text: String,
    /// The page's address.
    pub url: Option<String>,
    /// The page, from 1.
    pub page: Option<i64>,
}

/// Adds passages to an edition that is not served yet.
pub async fn add_passages(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    edition: i64,
    passages: &[Passage],
) -> Result<()> {
    let rows = passages.iter().map(|it| passage::Model {
        workspace_id: workspace.0,
        document_id: it.document.clone(),
        edition,
        n: it.n,
        title: it.title.clone(),
        heading: it.heading.clone(),
        text: it.text.clone(),
        url: it.url.clone(),
        page: it.page,
    });
    insert_all(db, rows.collect::<Vec<_>>()).await
}

/// Removes what an interrupted reading left behind.
pub async fn drop_edition(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str, edition: i64) -> Result<()> {
    passages_of(workspace, id).filter(passage::Column::Edition.eq(edition)).exec(db).await?;
    Ok(())
}

/// From now on this edition is served, and no other.
pub async fn serve(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &str,
    edition: i64,
    n_passages: i64,
    now: Moment,
) -> Result<()> {
    passages_of(workspace, id).filter(passage::Column::Edition.ne(edition)).exec(db).await?;
    change(workspace, id)
        .col_expr(document::Column::Edition, Expr::value(edition))
        .col_expr(document::Column::Passages, Expr::value(n_passages))
        .col_expr(document::Column::ReadAt, Expr::value(Some(now)))
        .exec(db)
        .await?;
    Ok(())
}

/// The passages of a document's served edition, from one on.
pub async fn passages(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    of: &Document,
    from: i64,
    limit: u64,
) -> Result<Vec<Passage>> {
    let rows = passage::Entity::find()
        .filter(passage::Column::WorkspaceId.eq(workspace.0))
        .filter(passage::Column::DocumentId.eq(&of.id))
        .filter(passage::Column::Edition.eq(of.edition))
        .filter(passage::Column::N.gte(from))
        .order_by_asc(passage::Column::N)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(read_passage).collect())
}

fn passages_of(workspace: WorkspaceId, id: &str) -> sea_orm::DeleteMany<passage::Entity> {
    passage::Entity::delete_many()
        .filter(passage::Column::WorkspaceId.eq(workspace.0))
        .filter(passage::Column::DocumentId.eq(id))
}

fn read_passage(row: passage::Model) -> Passage {
    Passage {
        document: row.document_id,
        n: row.n,
        title: row.title,
        heading: row.heading,
        text: row.text,
        url: row.url,
        page: row.page,
    }
}

/// Removes all editions of a document.
pub(super) async fn drop_all(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<()> {
    passages_of(workspace, id).exec(db).await?;
    Ok(())
}
