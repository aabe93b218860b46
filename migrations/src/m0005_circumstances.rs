//! What a workspace offered when an event happened, so that journals can be folded again; narrower hot indexes.

use sea_orm_migration::prelude::*;

use crate::table::{counter, in_workspace, index, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut circumstances = in_workspace("circumstances");
        circumstances
            .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
            .col(text("hash"))
            .col(text("document"))
            .col(number("created_at"));
        manager.create_table(circumstances).await?;
        let hash = index("circumstances_hash", "circumstances", &["workspace_id", "hash"]).unique().take();
        manager.create_index(hash).await?;
        // 0 is: before circumstances were kept.
        for table in ["conversations", "journal"] {
            let column = Table::alter().table(table).add_column(counter("circumstances")).take();
            manager.alter_table(column).await?;
        }
        // Both held columns that every turn writes; they need not be touched by every turn.
        for name in ["conversations_working", "conversations_version"] {
            manager.drop_index(Index::drop().name(name).table("conversations").to_owned()).await?;
        }
        let working = index("conversations_working", "conversations", &["unanswered_effect"])
            .and_where(Expr::col("unanswered_effect").is_not_null())
            .take();
        manager.create_index(working).await?;
        let version = index("conversations_version", "conversations", &["workspace_id", "flow_id", "version"]);
        manager.create_index(version).await
    }
}
