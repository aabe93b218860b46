//! Opening the database with the settings that keep our promises, and refusing one that cannot.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use migrations::Migrator;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::shared::{self, Replica, Starting};
use crate::{Error, Result, crash, upgrade};

/// Older ones can lose data when two connections write and checkpoint at once.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
const READERS: u32 = 4;

/// The open database: one door to write, several to read.
#[derive(Clone, Debug)]
pub struct Store {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// Who we are among those that share the database; none on the embedded one.
    pub(crate) replica: Option<Arc<Replica>>,
}

/// A transaction that nobody sees before [`Writing::commit`], and that is undone when it is dropped.
pub type Writing = DatabaseTransaction;

impl Store {
    /// Opens the database of a data folder, or the one at `url`, and brings its tables up to date.
    pub async fn open(data: &Path, url: Option<&str>) -> Result<Self> {
        let (store, starting) = Self::begin(data, url).await?;
        starting.over().await;
        Ok(store)
    }

    /// The same, while others that start on the same database wait until this start is over.
    pub async fn begin(data: &Path, url: Option<&str>) -> Result<(Self, Starting)> {
        let starting = match url {
            Some(url) if url.starts_with("postgres") => Starting::wait(url).await?,
            _ => Starting::alone(),
        };
        let store = match url {
            Some(url) if url.starts_with("postgres") => Self::open_postgres(data, url).await?,
            Some(url) => {
                let scheme = url.split(':').next().unwrap_or_default();
                return Err(Error::Unsafe(format!("DATABASE_URL must begin with postgres://, not {scheme}")));
            }
            None => Self::open_sqlite(&data.join("heliu.db")).await?,
        };
        store.migrate(starting.connection().unwrap_or(&store.write)).await?;
        Ok((store, starting))
    }

    /// For questions.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For changes: the next writer waits until this one commits or is dropped.
    pub async fn write(&self) -> Result<Writing> {
        let options = TransactionOptions {
            sqlite_transaction_mode: is_sqlite(&self.write).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let writing = self.write.begin_with_options(options).await?;
        if self.replica.is_some() {
            shared::one_after_the_other(&writing).await?;
        }
        Ok(writing)
    }

    /// For turns: on PostgreSQL several commit at once, and a stale one finds out by its version.
    pub(crate) async fn write_turns(&self) -> Result<Writing> {
        match self.replica {
            Some(_) => Ok(self.write.begin().await?),
            None => self.write().await,
        }
    }

    /// Lets go of the database; SQLite folds its log into the file.
    pub async fn close(self) {
        for connection in [self.read, self.write] {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
        }
    }

    async fn open_sqlite(file: &Path) -> Result<Self> {
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let write = Database::connect(sqlite_options(&url, 1, false)).await?;
        check_sqlite(&write).await?;
        let read = Database::connect(sqlite_options(&url, READERS, true)).await?;
        Ok(Self { write, read, replica: None })
    }

    async fn open_postgres(data: &Path, url: &str) -> Result<Self> {
        let pool = shared::pool(url).await?;
        Ok(Self { write: pool.clone(), read: pool, replica: Some(Replica::new(data)) })
    }

    async fn migrate(&self, db: &DatabaseConnection) -> Result<()> {
        let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        let applied = Migrator::get_migration_models(db).await?;
        if let Some(newer) = applied.iter().find(|step| !known.contains(&step.version)) {
            return Err(Error::Unsafe(format!("it was written by a newer release (migration {})", newer.version)));
        }
        upgrade::up(db).await
    }
}

fn sqlite_options(url: &str, connections: u32, is_read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", crash::synchronous().0)
                .pragma("foreign_keys", "ON")
                .busy_timeout(Duration::from_secs(10))
                .pragma("cache_size", "-16000")
                .pragma("query_only", if is_read_only { "ON" } else { "OFF" })
        });
    options
}

async fn check_sqlite(db: &DatabaseConnection) -> Result<()> {
    let version = pragma(db, "SELECT sqlite_version()").await?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        let (major, minor, patch) = OLDEST_SQLITE;
        return Err(Error::Unsafe(format!("SQLite {version} is older than {major}.{minor}.{patch}")));
    }
    for (name, wanted) in [("journal_mode", "wal"), ("synchronous", crash::synchronous().1), ("foreign_keys", "1")] {
        let found = pragma(db, &format!("PRAGMA {name}")).await?;
        if found != wanted {
            return Err(Error::Unsafe(format!("SQLite's {name} is {found}, it must be {wanted}")));
        }
    }
    Ok(())
}

async fn pragma(db: &DatabaseConnection, sql: &str) -> Result<String> {
    let row = db.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, sql)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))?;
    match row.try_get_by_index::<String>(0) {
        Ok(text) => Ok(text),
        Err(_) => Ok(row.try_get_by_index::<i64>(0)?.to_string()),
    }
}

/// Is this the embedded database?
pub(crate) fn is_sqlite(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DatabaseBackend::Sqlite
}
