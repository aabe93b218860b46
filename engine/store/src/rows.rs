//! Writing rows without ceremony.

use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, EntityTrait, Insert, IntoActiveModel};

use crate::Result;

/// Adds a row that has all its columns.
pub(crate) async fn insert<A, M>(db: &impl ConnectionTrait, row: M) -> Result<()>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    M: IntoActiveModel<A>,
{
    Insert::one(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Adds rows that have all their columns; none is fine.
pub(crate) async fn insert_all<A, M>(db: &impl ConnectionTrait, rows: Vec<M>) -> Result<()>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    M: IntoActiveModel<A> + sea_orm::ModelTrait<Entity = A::Entity>,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    while rows.len() > 0 {
        let size = at_once(rows.len());
        let some: Vec<A> = rows.by_ref().take(size).collect();
        A::Entity::insert_many(some).exec_without_returning(db).await?;
    }
    Ok(())
}

/// How many of so many rows go into one statement: few different numbers, so that the database finds each statement
/// prepared; and far below the 32,766 values that SQLite takes.
pub(crate) fn at_once(n_rows: usize) -> usize {
    [64, 16, 4].into_iter().find(|size| n_rows >= *size).unwrap_or(1)
}
