//! A transaction on SQLite in two walks to the database's thread.
//!
//! The driver keeps a thread for each connection, and every statement is a message to it and one back: two threads wake
//! up. What is sent in one text is prepared once, executed in one go, and stops at the first error. So the first walk
//! begins the transaction and brings back what it must know, the second writes the rest and commits.

use sea_orm::Statement;
use sea_orm::sea_query::Values;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::sqlite::{Sqlite, SqliteRow};
use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use sea_query_sqlx::SqlxValues;

use crate::sqlite::failed;
use crate::{Result, Store};

/// The writer's connection, for one transaction.
pub(super) struct Walks {
    connection: PoolConnection<Sqlite>,
    is_begun: bool,
}

impl Store {
    /// Waits for the writer's connection. None does after the disk has failed: see [`crate::disk`].
    pub(super) async fn walks(&self) -> Result<Walks> {
        let pool = self.embedded_writer()?;
        Ok(Walks { connection: pool.acquire().await.map_err(failed)?, is_begun: false })
    }
}

impl Walks {
    /// Begins, and executes statements that answer with a number and a text each.
    pub(super) async fn begin(&mut self, statements: Vec<Statement>) -> Result<Vec<(i64, String)>> {
        self.is_begun = true;
        let rows = self.walk("BEGIN IMMEDIATE", statements, "").await?;
        let pair = |row: SqliteRow| Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?));
        rows.into_iter().map(pair).collect()
    }

    /// Executes statements and commits.
    pub(super) async fn commit(mut self, statements: Vec<Statement>) -> Result<()> {
        self.walk("", statements, "COMMIT").await?;
        self.is_begun = false;
        Ok(())
    }

    async fn walk(&mut self, first: &str, statements: Vec<Statement>, last: &str) -> Result<Vec<SqliteRow>> {
        let mut sql = first.to_owned();
        let mut values = Vec::new();
        let parts = statements.into_iter().map(|statement| {
            values.extend(statement.values.into_iter().flat_map(|values| values.0));
            statement.sql
        });
        for part in parts.chain([last.to_owned()]).filter(|part| !part.is_empty()) {
            if !sql.is_empty() {
                sql.push_str(";\n");
            }
            sql.push_str(&part);
        }
        let query = sqlx::query_with(AssertSqlSafe(sql), SqlxValues(Values(values)));
        query.fetch_all(&mut *self.connection).await.map_err(failed)
    }
}

impl Drop for Walks {
    /// What is not committed is undone. SQLite may have undone it by itself, and the driver does not know of it at all:
    /// the connection is closed, and the pool opens another.
    fn drop(&mut self) {
        if self.is_begun {
            self.connection.close_on_drop();
        }
    }
}
