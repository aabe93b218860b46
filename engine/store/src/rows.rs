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
    // A statement takes 32,766 values at most; 500 rows stay far below that.
    let mut rows: Vec<A> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(500));
        A::Entity::insert_many(rows).exec_without_returning(db).await?;
        rows = rest;
    }
    Ok(())
}
