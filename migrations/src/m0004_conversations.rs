//! Conversations: state, journal, transcript, timers.

use sea_orm_migration::prelude::*;

use crate::table::{counter, in_workspace, index, key, maybe_number, maybe_text, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            Table::create()
                .table("conversations")
                .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
                .col(number("workspace_id"))
                .col(text("public_id"))
                .col(text("token_hash"))
                .col(text("channel"))
                .col(text("flow_id"))
                .col(text("flow_key"))
                .col(number("version"))
                .col(text("state"))
                .col(number("state_version"))
                .col(counter("owner_epoch"))
                .col(counter("turn"))
                .col(counter("n_events"))
                .col(counter("last_seq"))
                .col(text("status"))
                .col(maybe_text("unanswered_effect"))
                .col(text("customer"))
                .col(maybe_text("team"))
                .col(maybe_text("priority"))
                .col(maybe_text("topic"))
                .col(maybe_text("packet"))
                .col(maybe_number("waiting_since"))
                .col(maybe_text("agent_id"))
                .col(maybe_text("agent_name"))
                .col(maybe_text("last_sender"))
                .col(maybe_text("last_text"))
                .col(maybe_text("result"))
                .col(maybe_number("rating"))
                .col(maybe_text("rating_reason"))
                .col(maybe_text("summary"))
                .col(number("created_at"))
                .col(number("changed_at"))
                .col(maybe_number("ended_at"))
                .take(),
            in_workspace("journal")
                .col(number("conversation_id"))
                .col(number("n"))
                .col(number("turn"))
                .col(number("at"))
                .col(text("event"))
                .col(text("trace"))
                .primary_key(&mut key(&["conversation_id", "n"]))
                .take(),
            in_workspace("messages")
                .col(number("conversation_id"))
                .col(number("seq"))
                .col(number("turn"))
                .col(number("at"))
                .col(text("sender"))
                .col(maybe_text("name"))
                .col(text("content"))
                .col(maybe_text("node"))
                .col(maybe_text("client_id"))
                .col(maybe_text("body_hash"))
                .primary_key(&mut key(&["conversation_id", "seq"]))
                .take(),
            in_workspace("turns")
                .col(number("conversation_id"))
                .col(number("turn"))
                .col(text("status"))
                .col(number("last_seq"))
                .primary_key(&mut key(&["conversation_id", "turn"]))
                .take(),
            in_workspace("timers")
                .col(number("conversation_id"))
                .col(text("timer_id"))
                .col(number("due"))
                .primary_key(&mut key(&["conversation_id", "timer_id"]))
                .take(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let indexes = [
            index("conversations_public_id", "conversations", &["public_id"]).unique().take(),
            index("conversations_list", "conversations", &["workspace_id", "status", "changed_at"]),
            index("conversations_working", "conversations", &["unanswered_effect"]),
            index("conversations_version", "conversations", &["workspace_id", "flow_id", "version", "status"]),
            index("messages_client_id", "messages", &["conversation_id", "client_id"]).unique().take(),
            index("timers_due", "timers", &["due"]),
        ];
        for index in indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
