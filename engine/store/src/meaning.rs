//! The search by meaning: which libraries want it, and the vectors of texts, by their hash and by what made them.

use model::{LibraryKey, Moment};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::rows::at_once;
use crate::tables::{library, vector};
use crate::{Result, WorkspaceId};

/// The vector of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    /// Of the text.
    pub hash: String,
    /// As whoever made it writes it.
    pub numbers: Vec<u8>,
}

/// The libraries that are searched by meaning.
pub async fn libraries(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<LibraryKey>> {
    let keys: Vec<String> = library::Entity::find()
        .select_only()
        .column(library::Column::Key)
        .filter(library::Column::WorkspaceId.eq(workspace.0))
        .filter(library::Column::ByMeaning.eq(true))
        .order_by_asc(library::Column::Key)
        .into_tuple()
        .all(db)
        .await?;
    Ok(keys.into_iter().map(LibraryKey).collect())
}

/// The workspaces that have such a library, or vectors.
pub async fn workspaces(db: &impl ConnectionTrait) -> Result<Vec<WorkspaceId>> {
    let mut ids: Vec<i64> = library::Entity::find()
        .select_only()
        .column(library::Column::WorkspaceId)
        .filter(library::Column::ByMeaning.eq(true))
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let with_vectors: Vec<i64> = vector::Entity::find()
        .select_only()
        .column(vector::Column::WorkspaceId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    ids.extend(with_vectors);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.into_iter().map(WorkspaceId).collect())
}

/// Says whether a library is searched by meaning; false when there is no such library.
pub async fn set(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey, is_on: bool) -> Result<bool> {
    let changed = library::Entity::update_many()
        .col_expr(library::Column::ByMeaning, Expr::value(is_on))
        .filter(library::Column::WorkspaceId.eq(workspace.0))
        .filter(library::Column::Key.eq(&key.0))
        .exec(db)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Takes the making of a workspace's vectors until a moment, unless another process has it. One that had it and says so
/// with what it was given before has it again.
pub async fn take(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Moment,
    until: Moment,
    before: Moment,
) -> Result<bool> {
    let taken = library::Entity::update_many()
        .col_expr(library::Column::MeaningUntil, Expr::value(until))
        .filter(library::Column::WorkspaceId.eq(workspace.0))
        .filter(library::Column::ByMeaning.eq(true))
        .filter(library::Column::MeaningUntil.lt(now).or(library::Column::MeaningUntil.eq(before)))
        .exec(db)
        .await?;
    Ok(taken.rows_affected > 0)
}

/// Vectors that a model made, from a hash on, in the order of their hashes.
pub async fn some(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    model: &str,
    after: &str,
    limit: u64,
) -> Result<Vec<Vector>> {
    let rows = vector::Entity::find()
        .filter(vector::Column::WorkspaceId.eq(workspace.0))
        .filter(vector::Column::Model.eq(model))
        .filter(vector::Column::Hash.gt(after))
        .order_by_asc(vector::Column::Hash)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| Vector { hash: row.hash, numbers: row.numbers }).collect())
}

/// Keeps vectors; those that are there stay as they are.
pub async fn keep(db: &impl ConnectionTrait, workspace: WorkspaceId, model: &str, vectors: &[Vector]) -> Result<()> {
    let mut left = vectors;
    while !left.is_empty() {
        let (some, rest) = left.split_at(at_once(left.len()));
        let rows = some.iter().map(|kept| {
            let row = vector::Model {
                workspace_id: workspace.0,
                model: model.to_owned(),
                hash: kept.hash.clone(),
                numbers: kept.numbers.clone(),
            };
            row.into_active_model()
        });
        let columns = [vector::Column::WorkspaceId, vector::Column::Model, vector::Column::Hash];
        vector::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
        left = rest;
    }
    Ok(())
}

/// Removes vectors of some texts.
pub async fn remove(db: &impl ConnectionTrait, workspace: WorkspaceId, model: &str, hashes: &[String]) -> Result<()> {
    for some in hashes.chunks(500) {
        vector::Entity::delete_many()
            .filter(vector::Column::WorkspaceId.eq(workspace.0))
            .filter(vector::Column::Model.eq(model))
            .filter(vector::Column::Hash.is_in(some))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Removes the vectors that other models made; with none, all.
pub async fn remove_others(db: &impl ConnectionTrait, workspace: WorkspaceId, model: Option<&str>) -> Result<()> {
    let mut delete = vector::Entity::delete_many().filter(vector::Column::WorkspaceId.eq(workspace.0));
    if let Some(model) = model {
        delete = delete.filter(vector::Column::Model.ne(model));
    }
    delete.exec(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::Texts;

    use super::*;
    use crate::{Store, sample};

    #[tokio::test]
    async fn vectors_are_kept_once_by_text_and_model() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = sample::workspace(&store).await;
        let writing = store.write().await.expect("the writer");
        let vector = |n: u8| Vector { hash: format!("{n:02}"), numbers: vec![n; 5] };
        let all: Vec<Vector> = (0..70).map(vector).collect();

        keep(&writing, workspace, "a", &all).await.expect("kept");
        keep(&writing, workspace, "a", &[Vector { hash: "03".into(), numbers: vec![0] }]).await.expect("kept");
        keep(&writing, workspace, "b", &all[..2]).await.expect("kept");
        assert_eq!(some(&writing, workspace, "a", "", 100).await.expect("found"), all);
        assert_eq!(some(&writing, workspace, "a", "02", 2).await.expect("found"), all[3..5]);
        remove(&writing, workspace, "a", &["00".into(), "01".into()]).await.expect("gone");
        assert_eq!(some(&writing, workspace, "a", "", 100).await.expect("found").len(), 68);
        remove_others(&writing, workspace, Some("b")).await.expect("gone");
        assert!(some(&writing, workspace, "a", "", 100).await.expect("found").is_empty());
        assert_eq!(some(&writing, workspace, "b", "", 100).await.expect("found").len(), 2);
        remove_others(&writing, workspace, None).await.expect("gone");
        assert!(workspaces(&writing).await.expect("found").is_empty());
    }

    #[tokio::test]
    async fn one_process_at_a_time_makes_vectors() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = sample::workspace(&store).await;
        let writing = store.write().await.expect("the writer");
        let key = LibraryKey::from("faq");
        assert!(!set(&writing, workspace, &key, true).await.expect("asked"));
        crate::libraries::save(&writing, workspace, &key, &Texts::new("问", "ask")).await.expect("saved");
        assert!(!take(&writing, workspace, 10, 20, 0).await.expect("asked"), "nobody wants it");
        assert!(set(&writing, workspace, &key, true).await.expect("set"));
        assert_eq!(libraries(&writing, workspace).await.expect("found"), std::slice::from_ref(&key));
        assert_eq!(workspaces(&writing).await.expect("found"), [workspace]);

        assert!(take(&writing, workspace, 10, 20, 0).await.expect("taken"));
        assert!(!take(&writing, workspace, 15, 25, 0).await.expect("asked"), "another has it");
        assert!(take(&writing, workspace, 15, 25, 20).await.expect("taken"), "the same goes on");
        assert!(take(&writing, workspace, 26, 30, 0).await.expect("taken"), "it ran out");
        crate::libraries::save(&writing, workspace, &key, &Texts::new("答", "b")).await.expect("saved");
        assert_eq!(libraries(&writing, workspace).await.expect("found"), [key], "a new name changes nothing else");
    }
}
