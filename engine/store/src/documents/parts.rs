//! The bytes of documents, in parts.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Document;
use crate::error::{json, word};
use crate::rows::insert;
use crate::tables::{document, document_part};
use crate::{Result, Store, WorkspaceId};

/// Bytes of a part.
const PART_BYTES: usize = 1024 * 1024;

/// Adds a document with its bytes; it is in line to be read.
pub async fn add(store: &Store, workspace: WorkspaceId, added: &Document, bytes: &[u8]) -> Result<()> {
    for (n, part) in bytes.chunks(PART_BYTES).enumerate() {
        let writing = store.write().await?;
        let row = document_part::Model {
            workspace_id: workspace.0,
            document_id: added.id.clone(),
            n: i64::try_from(n).unwrap_or(i64::MAX),
            bytes: part.to_vec(),
        };
        insert(&writing, row).await?;
        writing.commit().await?;
    }
    let writing = store.write().await?;
    insert(&writing, new_row(workspace, added)).await?;
    writing.commit().await?;
    Ok(())
}

/// The same for a small one, with other changes.
pub async fn add_small(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    added: &Document,
    bytes: &[u8],
) -> Result<()> {
    let part =
        document_part::Model { workspace_id: workspace.0, document_id: added.id.clone(), n: 0, bytes: bytes.to_vec() };
    insert(db, part).await?;
    insert(db, new_row(workspace, added)).await
}

fn new_row(workspace: WorkspaceId, added: &Document) -> document::Model {
    document::Model {
        workspace_id: workspace.0,
        id: added.id.clone(),
        library_key: added.library.0.clone(),
        kind: added.kind.clone(),
        name: added.name.clone(),
        url: added.url.clone(),
        crawl: added.crawl.as_ref().map(json),
        hash: added.hash.clone(),
        size_bytes: added.size_bytes,
        state: word(&added.state),
        done: 0,
        total: 0,
        problem: None,
        columns: added.columns.as_ref().map(json),
        preview: None,
        is_off: false,
        passages: 0,
        edition: 0,
        lease_until: 0,
        added_by: added.added_by.clone(),
        added_at: added.added_at,
        changed_at: added.added_at,
        read_at: None,
    }
}

/// The bytes of a document.
pub async fn bytes(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<Vec<u8>> {
    let parts = document_part::Entity::find()
        .filter(document_part::Column::WorkspaceId.eq(workspace.0))
        .filter(document_part::Column::DocumentId.eq(id))
        .order_by_asc(document_part::Column::N)
        .all(db)
        .await?;
    Ok(parts.into_iter().flat_map(|part| part.bytes).collect())
}

/// Removes the bytes of a document.
pub(super) async fn drop_all(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<()> {
    document_part::Entity::delete_many()
        .filter(document_part::Column::WorkspaceId.eq(workspace.0))
        .filter(document_part::Column::DocumentId.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
