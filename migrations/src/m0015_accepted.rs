//! Only what customers sent has a client's id: the index that finds a repeat leaves all other messages out, so that
//! writing them does not touch it.

use sea_orm_migration::prelude::*;

use crate::table::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("messages_client_id").table("messages").to_owned()).await?;
        let accepted = index("messages_client_id", "messages", &["conversation_id", "client_id"])
            .unique()
            .and_where(Expr::col("client_id").is_not_null())
            .take();
        manager.create_index(accepted).await
    }
}
