//! Replicas on one database: who lives, who is in the middle of a turn, whether something that flows refer to changed.
//!
//! Only PostgreSQL has rows here; the embedded database belongs to one process. `replicas` and `generations` are of the
//! installation and carry no workspace.

use sea_orm_migration::prelude::*;

use crate::table::{in_workspace, key, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            Table::create()
                .table("replicas")
                .col(text("id"))
                .col(number("alive_until"))
                .primary_key(&mut key(&["id"]))
                .take(),
            in_workspace("claims")
                .col(number("conversation_id"))
                .col(text("replica_id"))
                .primary_key(&mut key(&["conversation_id"]))
                .take(),
            Table::create()
                .table("generations")
                .col(text("name"))
                .col(number("n"))
                .primary_key(&mut key(&["name"]))
                .take(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        Ok(())
    }
}
