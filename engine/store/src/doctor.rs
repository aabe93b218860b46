//! Looking a database over: is it whole, does what belongs together agree, does anything wait in vain?
//!
//! Every question is one statement, which sees one state of the database, so a folder can be looked at while a server
//! works in it. What a conversation's state means is not known here: [`unfinished`] hands the states out.

use std::path::Path;

use model::Moment;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde::Serialize;

use crate::connect::is_sqlite;
use crate::{Error, Result, Store};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check found it.
    pub check: &'static str,
    /// Where.
    pub place: String,
    /// What it means.
    pub means: String,
    /// What to do.
    pub advice: String,
}

impl Finding {
    /// A finding of a check.
    pub fn new(
        check: &'static str,
        place: impl Into<String>,
        means: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { check, place: place.into(), means: means.into(), advice: advice.into() }
    }
}

/// A conversation that is not over, as far as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The number inside.
    pub id: i64,
    /// The uuid.
    pub public_id: String,
    /// Where it stands, as a word.
    pub status: String,
    /// The interpreter's state, as JSON.
    pub state: String,
    /// The effect in whose middle its last turn stopped.
    pub unanswered_effect: Option<String>,
    /// Its timers, one behind the other with commas between.
    pub timers: Vec<String>,
}

/// Findings of one kind that are listed; the rest are counted.
const LISTED: usize = 10;
/// A timer this late, or a turn this long in its middle, is no longer just being worked on.
const LATE_MS: i64 = 60_000;
/// With less space than this, the next busy hour may fill the disk.
const SCARCE_BYTES: u64 = 256 * 1024 * 1024;
const AGAIN: &str = "this is a mistake of the product: keep a backup and report it";
const RESTORE: &str = "stop the server, run `heliu restore` with the last backup, and look at the disk";

/// Everything but the states.
pub async fn examine(store: &Store, now: Moment) -> Result<Vec<Finding>> {
    let db = store.read();
    let mut findings = Vec::new();
    if is_sqlite(db) {
        whole(db, &mut findings).await?;
        if let Some(file) = &store.file {
            space(store, file, &mut findings)?;
        }
    }
    tables(store, &mut findings).await?;
    if findings.iter().any(|finding| finding.check == "tables") {
        return Ok(findings);
    }
    agreement(db, &mut findings).await?;
    pending(db, now, &mut findings).await?;
    Ok(findings)
}

/// Facts for the reader of a report: (name, value).
pub async fn facts(store: &Store) -> Result<Vec<(&'static str, String)>> {
    let db = store.read();
    let mut facts = Vec::new();
    let migrations = store.migrations().await?;
    facts.push(("newest migration", migrations.last().cloned().unwrap_or_else(|| "none".to_owned())));
    if is_sqlite(db) {
        for (name, sql) in [
            ("SQLite", "SELECT sqlite_version()"),
            ("journal mode", "PRAGMA journal_mode"),
            ("pages", "PRAGMA page_count"),
            ("page size", "PRAGMA page_size"),
            ("free pages", "PRAGMA freelist_count"),
        ] {
            facts.push((name, lines(db, sql).await?.pop().unwrap_or_default()));
        }
        facts.push(("log bytes", store.log_bytes().to_string()));
        if let Some(file) = &store.file {
            facts.push(("free bytes on the disk", free_bytes(file)?.to_string()));
        }
    } else {
        facts.push(("PostgreSQL", lines(db, "SHOW server_version").await?.pop().unwrap_or_default()));
    }
    if !migrations.is_empty() {
        for (name, sql) in [
            ("conversations", "SELECT COUNT(*) FROM conversations"),
            ("of them not over", "SELECT COUNT(*) FROM conversations WHERE status <> 'ended'"),
            ("timers", "SELECT COUNT(*) FROM timers"),
            ("turns in their middle", "SELECT COUNT(*) FROM conversations WHERE unanswered_effect IS NOT NULL"),
        ] {
            facts.push((name, count(db, sql).await?.to_string()));
        }
    }
    Ok(facts)
}

/// Conversations that are not over, after a number, in order.
pub async fn unfinished(store: &Store, after: i64, limit: u64) -> Result<Vec<Unfinished>> {
    let db = store.read();
    let together = if is_sqlite(db) { "group_concat(timer_id)" } else { "string_agg(timer_id, ',')" };
    let sql = format!(
        "SELECT id, public_id, status, state, unanswered_effect, \
                (SELECT {together} FROM timers WHERE conversation_id = conversations.id) \
         FROM conversations WHERE status <> 'ended' AND id > {after} ORDER BY id LIMIT {limit}"
    );
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let read = |row: sea_orm::QueryResult| -> Result<Unfinished> {
        let timers: Option<String> = row.try_get_by_index(5)?;
        Ok(Unfinished {
            id: row.try_get_by_index(0)?,
            public_id: row.try_get_by_index(1)?,
            status: row.try_get_by_index(2)?,
            state: row.try_get_by_index(3)?,
            unanswered_effect: row.try_get_by_index(4)?,
            timers: timers.unwrap_or_default().split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        })
    };
    rows.into_iter().map(read).collect()
}

async fn whole(db: &DatabaseConnection, findings: &mut Vec<Finding>) -> Result<()> {
    let lines = lines(db, "PRAGMA integrity_check(10)").await?;
    for line in lines.into_iter().filter(|line| line != "ok") {
        findings.push(Finding::new("integrity", line, "the file is damaged", RESTORE));
    }
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), "PRAGMA foreign_key_check")).await?;
    for row in rows.iter().take(LISTED) {
        let table: String = row.try_get_by_index(0)?;
        findings.push(Finding::new("foreign keys", table, "a row refers to one that is not there", AGAIN));
    }
    Ok(())
}

fn space(store: &Store, file: &Path, findings: &mut Vec<Finding>) -> Result<()> {
    let free = free_bytes(file)?;
    let size = file.metadata().map_or(0, |found| found.len());
    let place = file.display().to_string();
    if free < SCARCE_BYTES {
        let means = format!("only {free} bytes are free on its disk; without space nothing is accepted");
        findings.push(Finding::new("space", place, means, "make space, or archive old conversations: `heliu archive`"));
    } else if free < size {
        let means = format!("{free} bytes are free and the database has {size}: a backup beside it will not fit");
        findings.push(Finding::new("space", place, means, "make space, or let backups go to another disk"));
    }
    if store.log_bytes() > crate::upkeep::LONGEST_LOG_BYTES {
        let means = format!("the log has {} bytes: a program reads the database without end", store.log_bytes());
        findings.push(Finding::new("log", format!("{}-wal", file.display()), means, "end that program"));
    }
    Ok(())
}

async fn tables(store: &Store, findings: &mut Vec<Finding>) -> Result<()> {
    let (applied, known) = (store.migrations().await?, Store::known_migrations());
    for newer in applied.iter().filter(|name| !known.contains(name)) {
        let means = "a newer release wrote this database";
        findings.push(Finding::new("tables", newer, means, "use that release, or restore a backup of this one"));
    }
    if let Some(missing) = known.iter().find(|name| !applied.contains(name)) {
        let means = "the tables are those of an older release";
        findings.push(Finding::new("tables", missing, means, "start the server once: it brings them up to date"));
    }
    Ok(())
}

/// Counts and numbers that say the same thing twice must say the same.
async fn agreement(db: &DatabaseConnection, findings: &mut Vec<Finding>) -> Result<()> {
    let gaps = |table: &str, number: &str, total: &str| {
        format!(
            "SELECT c.public_id FROM conversations c LEFT JOIN {table} r ON r.conversation_id = c.id \
             GROUP BY c.id, c.public_id, c.{total} \
             HAVING COUNT(r.{number}) <> c.{total} OR COALESCE(MAX(r.{number}), 0) <> c.{total} ORDER BY c.id"
        )
    };
    let without = |table: &str| {
        format!(
            "SELECT DISTINCT CAST(r.conversation_id AS TEXT) FROM {table} r \
             WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = r.conversation_id)"
        )
    };
    let checks = [
        ("messages", gaps("messages", "seq", "last_seq"), "numbers of its messages have gaps", AGAIN),
        ("journal", gaps("journal", "n", "n_events"), "its journal does not have the events it counts", AGAIN),
        ("orphans", without("messages"), "messages of a conversation that is not there", AGAIN),
        ("orphans", without("journal"), "a journal of a conversation that is not there", AGAIN),
        ("orphans", without("timers"), "a timer of a conversation that is not there", AGAIN),
        (
            "versions",
            "SELECT public_id FROM conversations c WHERE status <> 'ended' AND NOT EXISTS (SELECT 1 FROM versions v \
             WHERE v.workspace_id = c.workspace_id AND v.flow_id = c.flow_id AND v.version = c.version) ORDER BY id"
                .to_owned(),
            "the version of the flow it runs on is not there: it cannot go on",
            "restore the backup that has it, or take the conversation over at the desk and end it",
        ),
    ];
    for (check, sql, means, advice) in checks {
        list(check, lines(db, &sql).await?, means, advice, findings);
    }
    Ok(())
}

/// What should have been done by now.
async fn pending(db: &DatabaseConnection, now: Moment, findings: &mut Vec<Finding>) -> Result<()> {
    let long_ago = now - LATE_MS;
    let interrupted = format!(
        "SELECT public_id FROM conversations WHERE unanswered_effect IS NOT NULL AND changed_at < {long_ago} ORDER BY id"
    );
    let overdue = format!(
        "SELECT c.public_id FROM timers t JOIN conversations c ON c.id = t.conversation_id WHERE t.due < {long_ago} \
         ORDER BY t.due"
    );
    let start = "start the server: it goes on by itself; if it runs, its log says why it does not";
    list("interrupted", lines(db, &interrupted).await?, "a turn stopped in its middle", start, findings);
    list("overdue", lines(db, &overdue).await?, "a timer should have fired", start, findings);
    Ok(())
}

fn list(check: &'static str, places: Vec<String>, means: &str, advice: &str, findings: &mut Vec<Finding>) {
    let n = places.len();
    for place in places.into_iter().take(LISTED) {
        findings.push(Finding::new(check, place, means, advice));
    }
    if n > LISTED {
        findings.push(Finding::new(check, format!("and {} more", n - LISTED), means, advice));
    }
}

/// Bytes that are free on the disk of a file.
pub fn free_bytes(file: &Path) -> Result<u64> {
    let found = rustix::fs::statvfs(file)
        .map_err(|error| Error::Unsafe(format!("the disk of {} cannot be asked: {error}", file.display())))?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// The first column of every row, as text.
pub(crate) async fn lines(db: &DatabaseConnection, sql: &str) -> Result<Vec<String>> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let read = |row: &sea_orm::QueryResult| -> Result<String> {
        match row.try_get_by_index::<String>(0) {
            Ok(text) => Ok(text),
            Err(_) => Ok(row.try_get_by_index::<i64>(0)?.to_string()),
        }
    };
    rows.iter().map(read).collect()
}

/// The number that a question has for an answer.
pub(crate) async fn count(db: &DatabaseConnection, sql: &str) -> Result<i64> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns::Committer;

    #[tokio::test]
    async fn each_thing_that_does_not_agree_is_found_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let (committer, workspace) = (Committer::start(store.clone()), crate::sample::workspace(&store).await);
        committer.commit(crate::sample::turn(workspace, 0, 0, 1)).await.expect("a turn");
        let now = 5_001;
        let found = |findings: &[Finding]| {
            let mut found: Vec<_> = findings.iter().map(|finding| (finding.check, finding.place.clone())).collect();
            found.retain(|(check, _)| *check != "space");
            found
        };
        // The flow of this conversation was never published: that is found from the beginning.
        let versions = ("versions", "p".to_owned());
        assert_eq!(found(&examine(&store, now).await.expect("an answer")), std::slice::from_ref(&versions));

        let cases = [
            ("UPDATE conversations SET last_seq = 2", ("messages", "p")),
            ("UPDATE conversations SET n_events = 3", ("journal", "p")),
            ("UPDATE messages SET conversation_id = 77", ("orphans", "77")),
            ("UPDATE journal SET conversation_id = 78", ("orphans", "78")),
            ("UPDATE timers SET conversation_id = 79", ("orphans", "79")),
            ("UPDATE timers SET conversation_id = (SELECT id FROM conversations), due = -60000", ("overdue", "p")),
            ("UPDATE conversations SET unanswered_effect = 'e', changed_at = -60000", ("interrupted", "p")),
            ("INSERT INTO seaql_migrations VALUES ('m9999_new', 1)", ("tables", "m9999_new")),
        ];
        for (sql, (check, place)) in cases {
            let writing = store.write().await.expect("the writer");
            writing.execute_unprepared(sql).await.expect(sql);
            writing.commit().await.expect("a commit");
            let findings = examine(&store, now).await.expect("an answer");
            assert!(found(&findings).contains(&(check, place.to_owned())), "{sql}: {findings:?}");
        }
    }

    #[tokio::test]
    async fn unfinished_conversations_come_with_their_timers() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let (committer, workspace) = (Committer::start(store.clone()), crate::sample::workspace(&store).await);
        let id = committer.commit(crate::sample::turn(workspace, 0, 0, 1)).await.expect("a turn").conversation.id;

        let first = unfinished(&store, 0, 10).await.expect("an answer");

        assert_eq!((first.len(), first[0].id, first[0].timers.as_slice()), (1, id, ["t1".to_owned()].as_slice()));
        assert!(unfinished(&store, id, 10).await.expect("an answer").is_empty());
    }
}
