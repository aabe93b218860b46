//! Does the database work right now?

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::tables::workspace::{Column, Entity};
use crate::{Result, Store};

impl Store {
    /// Reads a row and writes it back, durably: a full disk, a lost database and a writer that hangs show themselves.
    pub async fn probe(&self) -> Result<()> {
        let Some(id) = Entity::find().select_only().column(Column::Id).into_tuple::<i64>().one(self.read()).await?
        else {
            return Ok(());
        };
        let writing = self.write().await?;
        Entity::update_many()
            .col_expr(Column::Name, Expr::col(Column::Name).into())
            .filter(Column::Id.eq(id))
            .exec(&writing)
            .await?;
        writing.commit().await?;
        Ok(())
    }
}
