//! The examples that running conversations are recognised by, kept once per content.

use sea_orm_migration::prelude::*;

use crate::table::{in_workspace, key, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sets = in_workspace("topic_sets")
            .col(text("hash"))
            .col(text("document"))
            .col(number("kept_at"))
            .primary_key(&mut key(&["workspace_id", "hash"]))
            .take();
        manager.create_table(sets).await?;
        // Which set was served in which circumstances; a conversation's row names those it began in.
        let uses = in_workspace("topic_uses")
            .col(number("circumstances"))
            .col(text("hash"))
            .primary_key(&mut key(&["circumstances"]))
            .take();
        manager.create_table(uses).await
    }
}
