//! What flows refer to: topics with their examples, answer libraries, teams, calendars, connectors.

use sea_orm_migration::prelude::*;

use crate::table::{in_workspace, index, key, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            in_workspace("intents")
                .col(text("key"))
                .col(text("name"))
                .col(number("position"))
                .primary_key(&mut key(&["workspace_id", "key"]))
                .take(),
            in_workspace("intent_examples")
                .col(text("intent_key"))
                .col(number("position"))
                .col(text("text"))
                .primary_key(&mut key(&["workspace_id", "intent_key", "position"]))
                .take(),
            in_workspace("libraries")
                .col(text("key"))
                .col(text("name"))
                .col(number("position"))
                .primary_key(&mut key(&["workspace_id", "key"]))
                .take(),
            in_workspace("articles")
                .col(text("id"))
                .col(text("library_key"))
                .col(number("position"))
                .col(text("question"))
                .col(text("variants"))
                .col(text("answer"))
                .col(number("saved_at"))
                .primary_key(&mut key(&["workspace_id", "id"]))
                .take(),
            in_workspace("teams")
                .col(text("key"))
                .col(text("name"))
                .col(number("position"))
                .primary_key(&mut key(&["workspace_id", "key"]))
                .take(),
            in_workspace("calendars")
                .col(text("key"))
                .col(text("document"))
                .col(number("position"))
                .primary_key(&mut key(&["workspace_id", "key"]))
                .take(),
            in_workspace("connectors")
                .col(text("key"))
                .col(text("document"))
                .col(number("position"))
                .primary_key(&mut key(&["workspace_id", "key"]))
                .take(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        manager.create_index(index("articles_library", "articles", &["workspace_id", "library_key"])).await
    }
}
