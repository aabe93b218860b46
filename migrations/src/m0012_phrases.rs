//! Phrases: wordings that texts use by key, each kept as one document.

use sea_orm_migration::prelude::*;

use crate::table::{in_workspace, key, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = in_workspace("phrases")
            .col(text("key"))
            .col(text("document"))
            .col(number("position"))
            .primary_key(&mut key(&["workspace_id", "key"]))
            .take();
        manager.create_table(table).await
    }
}
