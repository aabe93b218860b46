//! Does the database work right now?

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::tables::workspace::{Column, Entity};
use crate::{Result, Store, Writing};

impl Store {
    /// Reads a row and writes it durably: a full disk, a lost database and a writer that hangs show themselves.
    /// Trouble with the disk is announced to everybody, and so is its end.
    pub async fn probe(&self) -> Result<()> {
        let tried = self.write_there_and_back().await;
        match &tried {
            Ok(()) => self.committed(),
            Err(error) => {
                self.failed(error);
            }
        }
        tried
    }

    async fn write_there_and_back(&self) -> Result<()> {
        let Some(workspace) = Entity::find().one(self.read()).await? else { return Ok(()) };
        let writing = self.write().await?;
        // There and back, seen by nobody: SQLite does not write a row that stays the same.
        rename(&writing, workspace.id, format!("{} ", workspace.name)).await?;
        rename(&writing, workspace.id, workspace.name).await?;
        writing.commit().await?;
        Ok(())
    }
}

async fn rename(writing: &Writing, id: i64, name: String) -> Result<()> {
    let rows = Entity::update_many().col_expr(Column::Name, Expr::value(name)).filter(Column::Id.eq(id));
    rows.exec(writing).await?;
    Ok(())
}
