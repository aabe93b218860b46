//! A transaction of everybody but the turns' writer. Whatever was being written: a disk that fails under it is announced.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::OwnedMutexGuard;

use crate::Result;
use crate::disk::Announced;

/// A transaction that nobody sees before [`Writing::commit`], and that is undone when it is dropped.
#[derive(Debug)]
pub struct Writing {
    transaction: DatabaseTransaction,
    announced: Announced,
    /// Nobody else changes the embedded database meanwhile.
    _in_turn: Option<OwnedMutexGuard<()>>,
}

impl Writing {
    pub(crate) fn over(
        transaction: DatabaseTransaction,
        announced: Announced,
        in_turn: Option<OwnedMutexGuard<()>>,
    ) -> Self {
        Self { transaction, announced, _in_turn: in_turn }
    }

    /// Makes everything durable that was written.
    pub async fn commit(self) -> Result<()> {
        self.announced.hear(self.transaction.commit().await)
    }
}

#[async_trait]
impl ConnectionTrait for Writing {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.transaction.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        self.transaction.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        self.transaction.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement).await
    }
}
