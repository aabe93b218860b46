//! Details that a workspace defines: dictionaries, patterns, lists that a service keeps.

use sea_orm_migration::prelude::*;

use crate::table::{in_workspace, index, key, maybe_number, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = in_workspace("details")
            .col(text("key"))
            .col(text("name"))
            .col(text("source"))
            .col(text("entries"))
            .col(number("n_entries"))
            .col(number("position"))
            .col(number("saved_at"))
            .col(maybe_number("fetched_at"))
            .col(maybe_number("due_at"))
            .col(text("trouble"))
            .primary_key(&mut key(&["workspace_id", "key"]))
            .take();
        manager.create_table(table).await?;
        manager.create_index(index("details_due", "details", &["due_at"])).await
    }
}
