//! A batch of turns on SQLite: one thread, one connection, every statement prepared once.
//!
//! The pool's driver keeps a thread for each connection and passes every statement to it and back. Turns are the only
//! thing that is written without end, so their writer talks to SQLite itself: no hand-over, no statement whose text
//! depends on the size of the batch.

use std::path::{Path, PathBuf};

use rusqlite::types::Value as Plain;
use rusqlite::{Connection, TransactionBehavior, params_from_iter};
use sea_orm::{ActiveModelTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, Value};

use super::{Turn, batch, pass_crash_points};
use crate::sqlite::{self, Door};
use crate::tables::{conversation, journal, message, timer, turn};
use crate::{Error, Result, Store};

/// The connection of the turns' writer.
pub(super) struct Embedded {
    file: PathBuf,
    sql: Sql,
    /// Opened for the first turn, and again after one that could not be undone.
    connection: Option<Connection>,
}

/// The texts of the statements.
struct Sql {
    open: String,
    save: String,
    journal: String,
    message: String,
    forget_timer: String,
    timer: String,
    end: String,
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
    let mut ids = Vec::with_capacity(turns.len());
    for turn in turns {
        let id = save(&transaction, sql, turn)?;
        if let Some(id) = id {
            write_rest(&transaction, sql, turn, id)?;
        }
        ids.push(id);
    }
    pass_crash_points(turns);
    transaction.commit()?;
    Ok(ids)
}

/// Saves the conversation of a turn and answers with its number; none when it is not as it was when it was loaded.
fn save(connection: &Connection, sql: &Sql, turn: &Turn) -> Result<Option<i64>> {
    let row = batch::row(turn);
    if turn.conversation.id == 0 {
        insert(connection, &sql.open, row)?;
        return Ok(Some(connection.last_insert_rowid()));
    }
    let mut row = row;
    let before = &turn.conversation;
    let changes = batch::CHANGING.into_iter().map(|column| taken(&mut row, column));
    let known = [before.id, before.state_version, before.owner_epoch].map(|known| Ok(Plain::Integer(known)));
    let values = changes.chain(known).collect::<Result<Vec<Plain>>>()?;
    let n_saved = connection.prepare_cached(&sql.save)?.execute(params_from_iter(values))?;
    Ok((n_saved == 1).then_some(before.id))
}

/// Writes everything else that a turn did.
fn write_rest(connection: &Connection, sql: &Sql, turn: &Turn, id: i64) -> Result<()> {
    for event in batch::events(turn, id) {
        insert(connection, &sql.journal, event.into_active_model())?;
    }
    for said in batch::messages(turn, id) {
        insert(connection, &sql.message, said.into_active_model())?;
    }
    for gone in &turn.gone_timers {
        connection.prepare_cached(&sql.forget_timer)?.execute((id, gone))?;
    }
    for set in batch::timers(turn, id) {
        insert(connection, &sql.timer, set.into_active_model())?;
    }
    if turn.is_over {
        insert(connection, &sql.end, batch::end(turn, id).into_active_model())?;
    }
    Ok(())
}

fn insert<A: ActiveModelTrait>(connection: &Connection, sql: &str, mut row: A) -> Result<()> {
    let columns = <A::Entity as EntityTrait>::Column::iter();
    let values = columns.map(|column| taken(&mut row, column)).collect::<Result<Vec<Plain>>>()?;
    connection.prepare_cached(sql)?.execute(params_from_iter(values))?;
    Ok(())
}

/// The value of a column, moved out of its row; NULL where none is set.
fn taken<A: ActiveModelTrait>(row: &mut A, column: <A::Entity as EntityTrait>::Column) -> Result<Plain> {
    let Some(value) = row.take(column).into_value() else { return Ok(Plain::Null) };
    Ok(match value {
        Value::BigInt(number) => number.map_or(Plain::Null, Plain::Integer),
        Value::Int(number) => number.map_or(Plain::Null, |number| Plain::Integer(number.into())),
        Value::Bool(is_so) => is_so.map_or(Plain::Null, |is_so| Plain::Integer(is_so.into())),
        Value::String(text) => text.map_or(Plain::Null, Plain::Text),
        Value::Bytes(bytes) => bytes.map_or(Plain::Null, Plain::Blob),
        other => {
            return Err(Error::Unsafe(format!("{} is of a type that turns do not have: {other:?}", column.as_str())));
        }
    })
}

impl Default for Sql {
    fn default() -> Self {
        let changes: Vec<String> = batch::CHANGING.iter().map(|column| format!("{} = ?", column.as_str())).collect();
        Self {
            open: inserting::<conversation::Entity>(),
            save: format!(
                "UPDATE conversations SET {} WHERE id = ? AND state_version = ? AND owner_epoch = ?",
                changes.join(", ")
            ),
            journal: inserting::<journal::Entity>(),
            message: inserting::<message::Entity>(),
            forget_timer: "DELETE FROM timers WHERE conversation_id = ? AND timer_id = ?".into(),
            timer: inserting::<timer::Entity>(),
            end: inserting::<turn::Entity>(),
        }
    }
}

/// Adds a row with all its columns.
fn inserting<E: EntityTrait>() -> String {
    let columns: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
    let places = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) VALUES ({places})", E::default().table_name(), columns.join(", "))
}
