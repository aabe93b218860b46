//! PostgreSQL: a database that several replicas share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement};
use uuid::Uuid;

use crate::{Error, Result, Store};

/// Connections of one replica at most.
const CONNECTIONS: u32 = 16;
/// Who finds none of them free within this time is refused: better an answer in two seconds than none.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// Bounds on the server's side, so that no transaction holds a row for long, whatever becomes of us.
const SETTINGS: [(&str, &str); 4] = [
    ("synchronous_commit", "on"),
    ("lock_timeout", "800"),
    ("statement_timeout", "30000"),
    ("idle_in_transaction_session_timeout", "10000"),
];
/// Numbers that mean "Heliu" to PostgreSQL's advisory locks.
const STARTING: i64 = 0x4845_4C49_5500;
const STAFF: i64 = 0x4845_4C49_5501;

/// This process among those on the database.
#[derive(Debug)]
pub(crate) struct Replica {
    /// New at each start.
    pub(crate) id: String,
    /// Where the id stays for the next start, which then knows that this one is over.
    pub(crate) file: PathBuf,
}

impl Replica {
    pub(crate) fn new(data: &Path) -> Arc<Self> {
        Arc::new(Self { id: Uuid::new_v4().to_string(), file: data.join("replica") })
    }
}

/// Only one process at a time is between opening and ready: it makes tables and the first workspace.
#[derive(Debug)]
pub struct Starting(Option<DatabaseConnection>);

impl Starting {
    /// Waits for others that start on this database.
    pub(crate) async fn wait(url: &str) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).connect_timeout(Duration::from_secs(10)).sqlx_logging(false);
        let connection = Database::connect(options).await?;
        // The lock lasts as long as its connection.
        connection.execute_unprepared(&format!("SELECT pg_advisory_lock({STARTING})")).await?;
        Ok(Self(Some(connection)))
    }

    /// The embedded database has nobody to wait for.
    pub(crate) fn alone() -> Self {
        Self(None)
    }

    /// The connection that holds the lock; it has no bounds on how long a statement takes, as migrations need it.
    pub(crate) fn connection(&self) -> Option<&DatabaseConnection> {
        self.0.as_ref()
    }

    /// Lets the next one start.
    pub async fn over(self) {
        if let Some(connection) = self.0
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the connection of the start did not close cleanly");
        }
    }
}

/// Connections to PostgreSQL with our bounds on them.
pub(crate) async fn pool(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(CONNECTIONS)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|postgres| postgres.application_name("heliu").options(SETTINGS));
    let pool = Database::connect(options).await?;
    let fsync = text(&pool, "SHOW fsync").await?;
    if fsync != "on" {
        return Err(Error::Unsafe(format!("PostgreSQL's fsync is {fsync}, it must be on")));
    }
    Ok(pool)
}

/// Staff's changes wait for each other on PostgreSQL as they do on SQLite; turns do not.
pub(crate) async fn one_after_the_other(db: &impl ConnectionTrait) -> Result<()> {
    // Longer than a turn waits: an import may take a while.
    db.execute_unprepared(&format!("SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock({STAFF})")).await?;
    Ok(())
}

impl Store {
    /// Do other processes share this database? Then this is what they call this one.
    pub fn replica(&self) -> Option<&str> {
        self.replica.as_ref().map(|replica| replica.id.as_str())
    }
}

pub(crate) fn statement(sql: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values)
}

async fn text(db: &DatabaseConnection, sql: &str) -> Result<String> {
    let row = db.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()?.ok_or_else(|| Error::Unsafe(format!("{sql} says nothing")))
}
