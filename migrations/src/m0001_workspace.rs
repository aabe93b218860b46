//! Workspaces, their members, and how members get in.

use sea_orm_migration::prelude::*;

use crate::table::{in_workspace, index, key, maybe_number, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            Table::create()
                .table("workspaces")
                .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
                .col(text("name"))
                .col(number("created_at"))
                .take(),
            in_workspace("members")
                .col(text("id"))
                .col(text("name"))
                .col(text("email"))
                .col(text("role"))
                .col(text("language"))
                .col(text("password_hash"))
                .col(text("presence"))
                .col(number("created_at"))
                .primary_key(&mut key(&["id"]))
                .take(),
            in_workspace("sessions")
                .col(text("token_hash"))
                .col(text("member_id"))
                .col(number("created_at"))
                .col(number("last_seen_at"))
                .col(number("expires_at"))
                .primary_key(&mut key(&["token_hash"]))
                .take(),
            in_workspace("setup_tokens")
                .col(text("token_hash"))
                .col(number("created_at"))
                .col(maybe_number("used_at"))
                .primary_key(&mut key(&["token_hash"]))
                .take(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        manager.create_index(index("members_email", "members", &["workspace_id", "email"]).unique().take()).await?;
        manager.create_index(index("sessions_member", "sessions", &["member_id"])).await
    }
}
