//! The store on PostgreSQL, beside SQLite. Without PostgreSQL installed these tests say that they are skipped.

use std::collections::BTreeSet;
use std::time::Duration;

use model::Moment;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use tests::postgres::Server;

use crate::replicas::{self, Owner};
use crate::shared::statement;
use crate::timers::Due;
use crate::turns::Committer;
use crate::{Store, sample, timers};

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = Store::open(folder.path(), None).await.expect("SQLite");
    let postgres = Store::open(folder.path(), Some(&server.database())).await.expect("PostgreSQL");

    let (columns, nulls) = ("SELECT m.name || '.' || p.name", "CASE WHEN p.\"notnull\" = 1 OR p.pk > 0");
    let sql = format!(
        "{columns} || ' ' || p.type || {nulls} THEN ' not null' ELSE '' END
             FROM sqlite_master m JOIN pragma_table_info(m.name) p
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'seaql_migrations'"
    );
    let ours = texts(&sqlite, &sql);
    let theirs = texts(
        &postgres,
        "SELECT table_name || '.' || column_name || ' ' || data_type
                || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'",
    );
    let (ours, theirs) = (as_postgres_says(ours.await), theirs.await);
    assert_eq!(ours.symmetric_difference(&theirs).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(ours.len() > 100, "{}", ours.len());

    let named = "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%seaql%'";
    let ours = texts(&sqlite, &format!("SELECT name FROM sqlite_master WHERE type = 'index' {named}")).await;
    let theirs = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'";
    assert_eq!(texts(&postgres, theirs).await, ours, "indexes");
}

#[tokio::test]
async fn ten_that_start_at_once_make_one_set_of_tables() {
    let Some(server) = Server::shared() else { return };
    let (folder, url) = (tempfile::tempdir().expect("a folder"), server.database());

    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (folder, url) = (folder.path().to_owned(), url.clone());
        starting.spawn(async move { Store::open(&folder, Some(&url)).await });
    }

    while let Some(started) = starting.join_next().await {
        started.expect("no panic").expect("a store").close().await;
    }
}

#[tokio::test]
async fn a_claim_lasts_as_long_as_its_replica() {
    let Some(server) = Server::shared() else { return };
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let url = server.database();
    let a = Store::open(one.path(), Some(&url)).await.expect("a store");
    let b = Store::open(two.path(), Some(&url)).await.expect("a store");
    for store in [&a, &b] {
        replicas::begin(store).await.expect("a sign of life");
    }
    assert_eq!(replicas::owner(&b, 7).await.expect("a read"), Owner::Nobody);
    let claim = "INSERT INTO claims (workspace_id, conversation_id, replica_id) VALUES (1, 7, $1)";
    let id = a.replica().expect("it shares its database").to_owned();
    a.read().execute_raw(statement(claim, [id.into()])).await.expect("a claim");

    assert_eq!(replicas::owner(&a, 7).await.expect("a read"), Owner::This);
    assert_eq!(replicas::owner(&b, 7).await.expect("a read"), Owner::Other);
    // The next process on the same folder knows that the one before is over.
    let after = Store::open(one.path(), Some(&url)).await.expect("a store");
    replicas::begin(&after).await.expect("a sign of life");
    assert_eq!(replicas::owner(&b, 7).await.expect("a read"), Owner::Nobody);
    // The one before was only slow: it has its claim again.
    replicas::beat(&a).await.expect("a sign of life");
    assert_eq!(replicas::owner(&b, 7).await.expect("a read"), Owner::Other);
    let lapse = "UPDATE replicas SET alive_until = alive_until - 11000";
    a.read().execute_unprepared(lapse).await.expect("time passes");
    assert_eq!(replicas::owner(&b, 7).await.expect("a read"), Owner::Nobody);
}

#[tokio::test]
async fn staff_wait_for_each_other_as_they_do_on_sqlite() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Some(&server.database())).await.expect("a store");
    let first = store.write().await.expect("the writer");

    let other = store.clone();
    let second = tokio::spawn(async move { other.write().await.map(drop) });
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    while number(&store, waits).await == 0 {
        tokio::task::yield_now().await;
    }
    store.write_beside_staff().await.expect("turns do not wait").commit().await.expect("a commit");
    assert!(!second.is_finished());

    first.commit().await.expect("a commit");
    second.await.expect("no panic").expect("the next writer");
}

#[tokio::test]
async fn timers_rest_while_staff_write() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Some(&server.database())).await.expect("a store");
    let due = due_timers(&store, 1).await.remove(0);
    let staff = store.write().await.expect("the writer");

    let resting = [(due.clone(), 9_000)];
    let postponed = timers::postpone(&store, &resting);
    tokio::time::timeout(Duration::from_secs(2), postponed).await.expect("it waits for nobody").expect("a commit");
    assert_eq!(timers::next_due(store.read(), 0).await.expect("a read"), Some(9_000));
    let forgotten = timers::forget(&store, &due);
    tokio::time::timeout(Duration::from_secs(2), forgotten).await.expect("it waits for nobody").expect("a commit");

    assert_eq!(timers::next_due(store.read(), 0).await.expect("a read"), None);
    staff.commit().await.expect("a commit");
}

/// A batch of turns takes conversations in their order, and their timers in any.
#[tokio::test]
async fn timers_that_rest_and_turns_that_remove_them_wait_in_no_circle() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Some(&server.database())).await.expect("a store");
    let due = due_timers(&store, 2).await;
    let turns = store.write_beside_staff().await.expect("a connection");
    for due in &due {
        let save = "UPDATE conversations SET state_version = state_version WHERE id = $1";
        turns.execute_raw(statement(save, [due.conversation.into()])).await.expect("the conversation is saved");
    }
    let remove = "DELETE FROM timers WHERE conversation_id = $1";
    turns.execute_raw(statement(remove, [due[1].conversation.into()])).await.expect("the second is removed");

    let resting: Vec<(Due, Moment)> = due.iter().map(|due| (due.clone(), 9_000)).collect();
    let other = store.clone();
    let postponed = tokio::spawn(async move { timers::postpone(&other, &resting).await });
    while number(&store, "SELECT count(*) FROM pg_locks WHERE NOT granted").await == 0 {
        tokio::task::yield_now().await;
    }
    let removed = turns.execute_raw(statement(remove, [due[0].conversation.into()])).await;

    removed.expect("the first is removed");
    turns.commit().await.expect("a commit");
    postponed.await.expect("no panic").expect("a commit");
    assert_eq!(timers::next_due(store.read(), 0).await.expect("a read"), None, "what a turn removed is gone");
}

/// Conversations that each wait for a timer.
async fn due_timers(store: &Store, n: usize) -> Vec<Due> {
    replicas::begin(store).await.expect("a sign of life");
    let workspace = sample::workspace(store).await;
    let committer = Committer::start(store.clone());
    for n in 0..n {
        let mut turn = sample::turn(workspace, 0, 0, 1);
        turn.conversation.public_id = format!("p{n}");
        committer.commit(turn).await.expect("a turn");
    }
    timers::due(store.read(), Moment::MAX, 100).await.expect("a read")
}

fn as_postgres_says(columns: BTreeSet<String>) -> BTreeSet<String> {
    // SQLite keeps the type that was written, and its row numbers are never absent.
    let same = |column: String| {
        let column = column.replace("boolean", "bool").replace(" bool", " boolean");
        let column = column.replace(" integer", " bigint").replace(" blob", " bytea");
        if column.ends_with(".id bigint") { column + " not null" } else { column }
    };
    columns.into_iter().map(same).collect()
}

async fn texts(store: &Store, sql: &str) -> BTreeSet<String> {
    let backend = store.read().get_database_backend();
    let rows = store.read().query_all_raw(Statement::from_string(backend, sql)).await.expect(sql);
    rows.into_iter().map(|row| row.try_get_by_index::<String>(0).expect("a text").to_lowercase()).collect()
}

async fn number(store: &Store, sql: &str) -> i64 {
    let row = store.read().query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await.expect(sql);
    row.expect("a row").try_get_by_index(0).expect("a number")
}
