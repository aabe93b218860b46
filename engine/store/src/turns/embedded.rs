//! A batch of turns on SQLite: one thread, one connection, every statement prepared once.
//!
//! The pool's driver keeps a thread for each connection and passes every statement to it and back. Turns are the only
//! thing that is written without end, so their writer talks to SQLite itself: no hand-over, no statement whose text
//! depends on the size of the batch.

mod rows;

use std::path::{Path, PathBuf};

use rusqlite::types::Value as Plain;
use rusqlite::{Connection, TransactionBehavior};

use self::rows::{Sql, Statements};
use super::{Turn, pass_crash_points};
use crate::sqlite::{self, Door};
use crate::{Result, Store};

/// The connection of the turns' writer.
pub(super) struct Embedded {
    file: PathBuf,
    sql: Sql,
    /// Opened for the first turn, and again after one that could not be undone.
    connection: Option<Connection>,
}

impl Embedded {
    /// A writer to this file. Nothing is opened yet.
    pub(super) fn over(file: &Path) -> Self {
        Self { file: file.to_owned(), sql: Sql::default(), connection: None }
    }

    /// Commits turns in one transaction; see [`super::Ledger::commit`]. Blocks while SQLite works.
    pub(super) async fn commit(&mut self, store: &Store, turns: &[&Turn]) -> Result<Vec<Option<i64>>> {
        let _in_turn = store.in_turn().await?;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => open(&self.file)?,
        };
        let committed = write(&mut connection, &self.sql, turns);
        // On a full disk SQLite may have undone everything by itself, or nothing: a connection that is still inside a
        // transaction would make what comes next a part of it.
        if connection.is_autocommit() {
            self.connection = Some(connection);
        }
        // Announced before anybody else comes in.
        committed.inspect_err(|error| {
            store.failed(error);
        })
    }
}

/// A connection with the settings that keep our promises.
fn open(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(sqlite::PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    sqlite::refuse_old(rusqlite::version())?;
    connection.pragma_update(None, "cache_size", sqlite::TURNS_CACHE)?;
    for (name, value, wanted) in sqlite::settings(Door::Write) {
        connection.pragma_update(None, name, &value)?;
        let found = connection.pragma_query_value(None, name, |row| row.get::<_, Plain>(0))?;
        let found = match found {
            Plain::Text(text) => text,
            Plain::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        sqlite::refuse_other(name, &found, &wanted)?;
    }
    Ok(connection)
}

fn write(connection: &mut Connection, sql: &Sql, turns: &[&Turn]) -> Result<Vec<Option<i64>>> {
    // Undone when it is dropped.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut statements = Statements::prepare(&transaction, sql)?;
    let ids = turns.iter().map(|turn| statements.write(turn)).collect::<Result<_>>()?;
    drop(statements);
    pass_crash_points(turns);
    transaction.commit()?;
    Ok(ids)
}
