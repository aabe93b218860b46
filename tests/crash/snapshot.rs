//! What a server remembers, read from a copy: nobody but the server opens the live file.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, TryGetable};
use serde_json::Value;
use store::Store;

use crate::customer::Line;
use crate::data::Data;

/// Everything that the promises are about.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// By uuid.
    pub(crate) conversations: BTreeMap<String, Conversation>,
    /// What the database finds wrong with itself (I7).
    pub(crate) damage: Vec<String>,
}

/// A conversation as it is stored.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    /// Has its last turn stopped in the middle, at an effect?
    pub(crate) is_interrupted: bool,
    /// The version it runs on.
    pub(crate) version: i64,
    /// Its last turn.
    pub(crate) turn: i64,
    /// The number of its last message.
    pub(crate) last_seq: i64,
    /// How many events it says its journal has.
    pub(crate) n_events: i64,
    /// The numbers of the events that the journal has.
    pub(crate) journal: Vec<i64>,
    /// The transcript.
    pub(crate) lines: Vec<Stored>,
    /// Turns that were finished.
    pub(crate) turns: BTreeSet<i64>,
    /// When its timers are due.
    pub(crate) timers: Vec<i64>,
}

/// A stored message.
#[derive(Debug)]
pub(crate) struct Stored {
    /// What it says.
    pub(crate) line: Line,
    /// The turn it belongs to.
    pub(crate) turn: i64,
    /// When it was said.
    pub(crate) at: i64,
}

impl Snapshot {
    /// Copies what no process holds, and reads the copy; the copy is returned for others to look at.
    pub(crate) async fn of(data: &Data) -> (Self, Data) {
        let copy = data.copied();
        let snapshot = Self::read(&copy).await.expect("the copy opens");
        (snapshot, copy)
    }

    /// Opens it as the product would, and reads all of it.
    pub(crate) async fn read(data: &Data) -> Result<Self, store::Error> {
        let store = data.open().await?;
        let snapshot = Self::read_all(&store).await;
        store.close().await;
        Ok(snapshot?)
    }

    async fn read_all(store: &Store) -> Result<Self, DbErr> {
        let mut snapshot = Self { damage: damage(store).await?, ..Self::default() };
        let mut names = BTreeMap::new();
        let columns = "id, public_id, unanswered_effect, version, turn, last_seq, n_events";
        for row in rows(store, &format!("SELECT {columns} FROM conversations")).await? {
            let public_id: String = at(&row, 1)?;
            names.insert(at::<i64>(&row, 0)?, public_id.clone());
            let conversation = Conversation {
                is_interrupted: at::<Option<String>>(&row, 2)?.is_some(),
                version: at(&row, 3)?,
                turn: at(&row, 4)?,
                last_seq: at(&row, 5)?,
                n_events: at(&row, 6)?,
                ..Conversation::default()
            };
            snapshot.conversations.insert(public_id, conversation);
        }
        let mut orphans = Vec::new();
        let mut owner = |conversations: &mut BTreeMap<String, Conversation>, row: &QueryResult| {
            let id: i64 = at(row, 0)?;
            let found = names.get(&id).and_then(|name| conversations.remove_entry(name));
            if found.is_none() {
                orphans.push(format!("rows belong to conversation {id}, which is not there"));
            }
            Ok::<_, DbErr>(found)
        };
        let conversations = &mut snapshot.conversations;
        let columns = "conversation_id, seq, turn, at, sender, client_id, content";
        for row in rows(store, &format!("SELECT {columns} FROM messages ORDER BY conversation_id, seq")).await? {
            let Some((name, mut conversation)) = owner(conversations, &row)? else { continue };
            let line = Line {
                seq: at(&row, 1)?,
                from: at(&row, 4)?,
                text: text_of(&at::<String>(&row, 6)?),
                client_id: at(&row, 5)?,
            };
            conversation.lines.push(Stored { line, turn: at(&row, 2)?, at: at(&row, 3)? });
            conversations.insert(name, conversation);
        }
        for row in rows(store, "SELECT conversation_id, n FROM journal ORDER BY conversation_id, n").await? {
            let Some((name, mut conversation)) = owner(conversations, &row)? else { continue };
            conversation.journal.push(at(&row, 1)?);
            conversations.insert(name, conversation);
        }
        for row in rows(store, "SELECT conversation_id, turn FROM turns").await? {
            let Some((name, mut conversation)) = owner(conversations, &row)? else { continue };
            conversation.turns.insert(at(&row, 1)?);
            conversations.insert(name, conversation);
        }
        for row in rows(store, "SELECT conversation_id, due FROM timers").await? {
            let Some((name, mut conversation)) = owner(conversations, &row)? else { continue };
            conversation.timers.push(at(&row, 1)?);
            conversations.insert(name, conversation);
        }
        snapshot.damage.extend(orphans);
        Ok(snapshot)
    }
}

/// What SQLite finds wrong with its file. PostgreSQL has no such question; it keeps its foreign keys always.
async fn damage(store: &Store) -> Result<Vec<String>, DbErr> {
    let mut damage = Vec::new();
    if store.read().get_database_backend() != DatabaseBackend::Sqlite {
        return Ok(damage);
    }
    for row in rows(store, "PRAGMA integrity_check").await? {
        let found: String = at(&row, 0)?;
        if found != "ok" {
            damage.push(found);
        }
    }
    if !rows(store, "PRAGMA foreign_key_check").await?.is_empty() {
        damage.push("foreign keys do not hold".into());
    }
    Ok(damage)
}

/// What a message says, where it is a text.
fn text_of(content: &str) -> String {
    let content: Value = serde_json::from_str(content).unwrap_or_default();
    content["text"].as_str().unwrap_or_default().to_owned()
}

/// The rows that a question has.
pub(crate) async fn rows(store: &Store, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    let backend = store.read().get_database_backend();
    store.read().query_all_raw(Statement::from_string(backend, sql)).await
}

/// A value of a row.
pub(crate) fn at<T: TryGetable>(row: &QueryResult, column: usize) -> Result<T, DbErr> {
    row.try_get_by_index(column)
}
