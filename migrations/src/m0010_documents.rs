//! Documents as sources of libraries, the passages read from them, what became of answers, synonyms; articles learn
//! when they hold, where, and whose they are.

use sea_orm_migration::prelude::*;

use crate::table::{counter, flag, in_workspace, index, key, maybe_number, maybe_text, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            in_workspace("documents")
                .col(text("id"))
                .col(text("library_key"))
                .col(text("kind"))
                .col(text("name"))
                .col(maybe_text("url"))
                .col(maybe_text("crawl"))
                .col(text("hash"))
                .col(number("size_bytes"))
                .col(text("state"))
                .col(counter("done"))
                .col(counter("total"))
                .col(maybe_text("problem"))
                .col(maybe_text("columns"))
                .col(maybe_text("preview"))
                .col(flag("is_off"))
                .col(counter("passages"))
                .col(counter("edition"))
                .col(counter("lease_until"))
                .col(text("added_by"))
                .col(number("added_at"))
                .col(number("changed_at"))
                .col(maybe_number("read_at"))
                .primary_key(&mut key(&["workspace_id", "id"]))
                .take(),
            in_workspace("document_parts")
                .col(text("document_id"))
                .col(number("n"))
                .col(ColumnDef::new("bytes").blob().not_null())
                .primary_key(&mut key(&["workspace_id", "document_id", "n"]))
                .take(),
            in_workspace("passages")
                .col(text("document_id"))
                .col(number("edition"))
                .col(number("n"))
                .col(text("title"))
                .col(text("heading"))
                .col(text("text"))
                .col(maybe_text("url"))
                .col(maybe_number("page"))
                .primary_key(&mut key(&["workspace_id", "document_id", "edition", "n"]))
                .take(),
            in_workspace("judgements")
                .col(text("found_id"))
                .col(counter("shown"))
                .col(counter("helpful"))
                .col(counter("not_helpful"))
                .primary_key(&mut key(&["workspace_id", "found_id"]))
                .take(),
            in_workspace("synonyms")
                .col(number("position"))
                .col(text("words"))
                .primary_key(&mut key(&["workspace_id", "position"]))
                .take(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        manager.create_index(index("documents_library", "documents", &["workspace_id", "library_key"])).await?;
        manager.create_index(index("documents_state", "documents", &["state"])).await?;
        let columns = [
            maybe_text("on_channels"),
            maybe_text("valid_from"),
            maybe_text("valid_until"),
            maybe_text("owner"),
            flag("is_off"),
            maybe_text("document_id"),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table("articles").add_column(column).take()).await?;
        }
        Ok(())
    }
}
