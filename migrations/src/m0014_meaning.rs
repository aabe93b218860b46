//! Vectors of texts, for the search by meaning: kept by the text's hash and by what made them, so that no text is paid
//! for twice; libraries say whether they want them.

use sea_orm_migration::prelude::*;

use crate::table::{counter, flag, in_workspace, key, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let vectors = in_workspace("vectors")
            .col(text("model"))
            .col(text("hash"))
            .col(ColumnDef::new("numbers").blob().not_null())
            .primary_key(&mut key(&["workspace_id", "model", "hash"]))
            .take();
        manager.create_table(vectors).await?;
        for column in [flag("by_meaning"), counter("meaning_until")] {
            manager.alter_table(Table::alter().table("libraries").add_column(column).take()).await?;
        }
        Ok(())
    }
}
