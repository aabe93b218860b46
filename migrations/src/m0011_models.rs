//! Language models: secrets at rest, providers, budgets, and what was spent per day and per conversation.
//!
//! A secret is ciphertext in hexadecimal: nothing in this database opens it. Money is in millionths.

use sea_orm_migration::prelude::*;

use crate::table::{counter, in_workspace, key, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            in_workspace("secrets")
                .col(text("name"))
                .col(text("sealed"))
                .col(number("changed_at"))
                .primary_key(&mut key(&["workspace_id", "name"]))
                .take(),
            in_workspace("model_providers")
                .col(text("key"))
                .col(text("document"))
                .col(number("position"))
                .primary_key(&mut key(&["workspace_id", "key"]))
                .take(),
            in_workspace("model_settings").col(text("document")).primary_key(&mut key(&["workspace_id"])).take(),
            in_workspace("model_days")
                .col(text("day"))
                .col(counter("calls"))
                .col(counter("tokens_in"))
                .col(counter("tokens_out"))
                .col(counter("cost_micros"))
                .primary_key(&mut key(&["workspace_id", "day"]))
                .take(),
            in_workspace("model_conversations")
                .col(text("conversation"))
                .col(counter("calls"))
                .col(counter("tokens_in"))
                .col(counter("tokens_out"))
                .col(counter("cost_micros"))
                .primary_key(&mut key(&["workspace_id", "conversation"]))
                .take(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        Ok(())
    }
}
