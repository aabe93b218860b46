//! SQLite with the settings that keep our promises: every connection is checked before it is used.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Connection, Row};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxSqliteConnector};

use crate::disk::sqlite_code;
use crate::{Error, Result, crash};

/// Older ones can lose data when two connections write and checkpoint at once.
const OLDEST: (u32, u32, u32) = (3, 51, 3);
/// Pages in the log before it is folded into the file: 32 MiB. At a thousand, the default, half of the speed is lost.
const CHECKPOINT_PAGES: u32 = 8_000;
/// How long a connection waits for another that is changing something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// Memory for pages, as SQLite wants it said: 16 MB for the turns' writer, 4 MB for each of the others.
pub(crate) const TURNS_CACHE: &str = "-16000";
const CACHE: &str = "-4000";
/// What is left of the log file once it was folded in, at most.
const LOG_BYTES: u64 = 64 * 1024 * 1024;
/// Instructions of SQLite between two looks at whether a reader must give way.
const LOOK_EVERY: i32 = 10_000;
/// How every SQLite file begins. Source: <https://www.sqlite.org/fileformat.html>, 1.3.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// The one that changes things.
    Write,
    /// Those that answer questions; they refuse to change anything.
    Read,
}

/// What every connection is set to and checked for, in this order: the pragma, what it is given, what it then says.
pub(crate) fn settings(door: Door) -> [(&'static str, String, String); 6] {
    let (synchronous, as_number) = crash::synchronous();
    [
        ("journal_mode", "WAL".to_owned(), "wal".to_owned()),
        ("synchronous", synchronous.to_owned(), as_number.to_owned()),
        ("foreign_keys", "ON".to_owned(), "1".to_owned()),
        ("wal_autocheckpoint", CHECKPOINT_PAGES.to_string(), CHECKPOINT_PAGES.to_string()),
        ("journal_size_limit", LOG_BYTES.to_string(), LOG_BYTES.to_string()),
        ("query_only", u8::from(door == Door::Read).to_string(), u8::from(door == Door::Read).to_string()),
    ]
}

/// The settings of a connection of the driver.
pub(crate) fn options(file: &Path, door: Door) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(PATIENCE)
        .pragma("cache_size", CACHE)
        .disable_statement_logging();
    settings(door).into_iter().fold(options, |options, (name, value, _)| options.pragma(name, value))
}

/// Connections that are all checked when they are opened, later ones too. `give_way` interrupts the readers.
pub(crate) async fn pool(
    file: &Path,
    door: Door,
    connections: u32,
    give_way: Arc<AtomicBool>,
) -> Result<DatabaseConnection> {
    let options = options(file, door);
    // The first is opened by itself: a pool would try again and again, and then only say that it took too long.
    let mut first = options.connect().await.map_err(|error| plain(&error, file))?;
    check(&mut first, door).await?;
    first.close().await.map_err(|error| plain(&error, file))?;
    let pool = PoolOptions::<Sqlite>::new()
        .max_connections(connections)
        .min_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let give_way = Arc::clone(&give_way);
            Box::pin(async move {
                check(connection, door).await.map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
                if door == Door::Read {
                    let mut handle = connection.lock_handle().await?;
                    handle.set_progress_handler(LOOK_EVERY, move || !give_way.load(Ordering::Relaxed));
                }
                Ok(())
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move {
                // A full disk makes SQLite undo a transaction by itself, and the driver goes on counting it. What is
                // begun and committed on such a connection is a part of a transaction that never ends: acknowledged,
                // and lost. So it is not used again.
                if connection.is_in_transaction() {
                    // The rollback of a dropped transaction may still be in line before this.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| plain(&error, file))?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// A file that is looked at and not changed: no setting is written, no log is folded in.
pub(crate) async fn look(file: &Path) -> Result<DatabaseConnection> {
    refuse_what_is_no_database(file)?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging();
    let pool = PoolOptions::<Sqlite>::new().max_connections(1).acquire_timeout(Duration::from_secs(30));
    let found = match pool.clone().connect_with(options.clone()).await {
        Ok(found) => Ok(found),
        // A copy on a disk that takes no log beside it: nobody else can be writing there either.
        Err(error) if matches!(sqlite_code(&error).map(|code| code & 0xff), Some(8 | 14)) => {
            pool.connect_with(options.immutable(true)).await
        }
        Err(error) => Err(error),
    };
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(found.map_err(|error| plain(&error, file))?))
}

/// Says so when there is a file and it is not a database.
pub(crate) fn refuse_what_is_no_database(file: &Path) -> Result<()> {
    let mut begin = Vec::new();
    match std::fs::File::open(file).and_then(|open| open.take(16).read_to_end(&mut begin)) {
        // An empty file is a database that nothing was written to.
        Ok(0) => Ok(()),
        Ok(_) if begin == MAGIC => Ok(()),
        Ok(_) => Err(not_a_database(file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::Unsafe(format!("{} cannot be read: {error}", file.display()))),
    }
}

/// Refuses a connection that does not keep what we promise.
async fn check(connection: &mut SqliteConnection, door: Door) -> Result<()> {
    refuse_old(&ask(connection, "SELECT sqlite_version()").await?)?;
    for (name, _, wanted) in settings(door) {
        let found = ask(connection, &format!("PRAGMA {name}")).await?;
        refuse_other(name, &found, &wanted)?;
    }
    Ok(())
}

/// Refuses a version of SQLite that does not keep what we promise.
pub(crate) fn refuse_old(version: &str) -> Result<()> {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST {
        let (major, minor, patch) = OLDEST;
        return Err(Error::Unsafe(format!("SQLite {version} is older than {major}.{minor}.{patch}")));
    }
    Ok(())
}

/// Refuses a setting that does not keep what we promise.
pub(crate) fn refuse_other(name: &str, found: &str, wanted: &str) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::Unsafe(format!("SQLite's {name} is {found}, it must be {wanted}")))
}

async fn ask(connection: &mut SqliteConnection, sql: &str) -> Result<String> {
    let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(connection).await.map_err(failed)?;
    match row.try_get::<String, _>(0) {
        Ok(text) => Ok(text),
        Err(_) => Ok(row.try_get::<i64, _>(0).map_err(failed)?.to_string()),
    }
}

/// A failure of the driver as one of the store.
pub(crate) fn failed(error: sqlx::Error) -> Error {
    Error::Database(DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
}

/// The same for the first question to a file: a damaged one opens, and only then says so.
pub(crate) fn in_plain_words(error: Error, file: &Path) -> Error {
    match &error {
        Error::Database(DbErr::Query(RuntimeErr::SqlxError(source)) | DbErr::Exec(RuntimeErr::SqlxError(source))) => {
            plain(source, file)
        }
        _ => error,
    }
}

/// Why a file could not be opened, and what to do about it.
fn plain(error: &sqlx::Error, file: &Path) -> Error {
    let Some(code) = sqlite_code(error) else {
        return Error::Unsafe(format!("{} could not be opened: {error}", file.display()));
    };
    if code & 0xff == 26 {
        return not_a_database(file);
    }
    let file = file.display();
    Error::Unsafe(match code & 0xff {
        5 | 6 => format!("{file} is held by another program; stop that program and start again"),
        8 => format!("{file} cannot be written to; give this user the right to write to the folder, or choose another"),
        10 => format!("the disk failed under {file} ({error}); look at the system's log before anything else"),
        11 => format!("{file} is damaged; run `heliu doctor`, and `heliu restore` with the last backup"),
        13 => format!("there is no space left on the disk of {file}; make some and start again"),
        14 => format!("{file} cannot be opened; does the folder exist, and may this user write to it?"),
        _ => format!("{file} could not be opened: {error}"),
    })
}

fn not_a_database(file: &Path) -> Error {
    Error::Unsafe(format!(
        "{} is not an SQLite database; is this the right data folder? `heliu restore` puts a backup in its place",
        file.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_with_any_other_setting_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("heliu.db");
        let tampered = [
            ("journal_mode", "DELETE"),
            ("synchronous", "NORMAL"),
            ("foreign_keys", "OFF"),
            ("wal_autocheckpoint", "0"),
            ("journal_size_limit", "-1"),
            ("query_only", "ON"),
        ];

        for (name, value) in tampered {
            let _ = std::fs::remove_file(&file);
            let options = options(&file, Door::Write).pragma(name, value);
            let mut connection = options.connect().await.expect("a connection");
            let refused = check(&mut connection, Door::Write).await.expect_err(name).to_string();
            assert!(refused.contains(&format!("SQLite's {name} is")), "{refused}");
            connection.close().await.expect("it closes");
        }
        let mut connection = options(&file, Door::Write).connect().await.expect("a connection");
        check(&mut connection, Door::Write).await.expect("the settings as they are");
        let refused = check(&mut connection, Door::Read).await.expect_err("a reader that may write");
        assert!(refused.to_string().contains("query_only"), "{refused}");
    }

    #[tokio::test]
    async fn every_connection_of_a_pool_has_the_settings() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("heliu.db");

        for (door, n) in [(Door::Write, 1), (Door::Read, 4)] {
            let db = pool(&file, door, n, Arc::default()).await.expect("a pool");
            let mut all = Vec::new();
            for _ in 0..n {
                all.push(db.get_sqlite_connection_pool().acquire().await.expect("a connection"));
            }
            for connection in &mut all {
                check(connection, door).await.expect("the settings");
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("heliu.db");
        std::fs::write(&file, "id,name\n1,a list of something else\n").expect("a file");

        let refused = look(&file).await.expect_err("it is no database").to_string();

        assert!(refused.contains("heliu.db is not an SQLite database"), "{refused}");
    }
}
