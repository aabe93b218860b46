//! Flows: the draft people edit, the versions that never change, and which version runs.

use sea_orm_migration::prelude::*;

use crate::table::{flag, in_workspace, index, key, maybe_text, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            in_workspace("flows")
                .col(text("id"))
                .col(text("key"))
                .col(number("created_at"))
                .primary_key(&mut key(&["workspace_id", "id"]))
                .take(),
            in_workspace("drafts")
                .col(text("flow_id"))
                .col(number("revision"))
                .col(text("document"))
                .col(text("hash"))
                .col(number("errors"))
                .col(number("warnings"))
                .col(number("saved_at"))
                .col(text("saved_by"))
                .primary_key(&mut key(&["workspace_id", "flow_id"]))
                .take(),
            in_workspace("versions")
                .col(text("flow_id"))
                .col(number("version"))
                .col(text("document"))
                .col(text("hash"))
                .col(text("note"))
                .col(number("published_at"))
                .col(text("published_by"))
                .primary_key(&mut key(&["workspace_id", "flow_id", "version"]))
                .take(),
            in_workspace("releases")
                .col(text("flow_id"))
                .col(number("version"))
                .col(number("released_at"))
                .col(text("released_by"))
                .primary_key(&mut key(&["workspace_id", "flow_id"]))
                .take(),
            in_workspace("talks")
                .col(text("flow_id"))
                .col(text("name"))
                .col(text("markdown"))
                .primary_key(&mut key(&["workspace_id", "flow_id", "name"]))
                .take(),
            in_workspace("channels")
                .col(text("key"))
                .col(text("name"))
                .col(maybe_text("flow_key"))
                .col(flag("is_open"))
                .primary_key(&mut key(&["workspace_id", "key"]))
                .take(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        manager.create_index(index("flows_key", "flows", &["workspace_id", "key"]).unique().take()).await
    }
}
