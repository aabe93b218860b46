//! Opening the database with the settings that keep our promises, and refusing one that cannot.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use migrations::Migrator;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::disk::{Announced, Trouble};
use crate::doctor::{count, lines};
use crate::shared::{self, Replica, Starting};
use crate::sqlite::{self, Door};
use crate::writing::Writing;
use crate::{Error, Result, postgres, upgrade};

/// The name of the embedded database in a data folder.
pub const FILE: &str = "heliu.db";
const READERS: u32 = 4;

/// The open database: one door to write, several to read.
#[derive(Clone, Debug)]
pub struct Store {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// Who we are among those that share the database; none on the embedded one.
    pub(crate) replica: Option<Arc<Replica>>,
    pub(crate) file: Option<PathBuf>,
    pub(crate) readers_give_way: Arc<AtomicBool>,
    door: Arc<Mutex<()>>,
    announced: Announced,
}

impl Store {
    /// Opens the database of a data folder, or the one at `url`, and brings its tables up to date.
    /// One that a newer release wrote is refused before anything in it is touched.
    pub async fn open(data: &Path, url: Option<&str>) -> Result<Self> {
        let (store, starting) = Self::begin(data, url).await?;
        starting.over().await;
        Ok(store)
    }

    /// The same, while others that start on the same database wait until this start is over.
    pub async fn begin(data: &Path, url: Option<&str>) -> Result<(Self, Starting)> {
        let starting = match url {
            Some(url) => {
                postgres::check(url).await?;
                Starting::wait(url).await?
            }
            None => Starting::alone(),
        };
        let store = match url {
            Some(url) => Self::open_postgres(data, url).await?,
            None => Self::open_sqlite(&data.join(FILE)).await?,
        };
        store.refuse_newer().await?;
        upgrade::up(starting.connection().unwrap_or(&store.write)).await?;
        Ok((store, starting))
    }

    /// Opens the same to look at it: while a server holds the folder, or on a copy. Nothing is changed.
    pub async fn look(data: &Path, url: Option<&str>) -> Result<Self> {
        match url {
            Some(url) => Self::open_postgres(data, url).await,
            None => Self::look_at(&data.join(FILE)).await,
        }
    }

    /// Opens one SQLite file to look at it.
    pub async fn look_at(file: &Path) -> Result<Self> {
        if !file.is_file() {
            return Err(Error::Unsafe(format!("there is no {}; is this the right data folder?", file.display())));
        }
        let read = sqlite::look(file).await?;
        migrations_of(&read).await.map_err(|error| sqlite::in_plain_words(error, file))?;
        Ok(Self::over(read.clone(), read, Some(file.to_owned())))
    }

    /// For questions.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For changes: the next writer waits until this one commits or is dropped.
    /// None does after the disk has failed: see [`crate::disk`].
    pub async fn write(&self) -> Result<Writing> {
        if self.replica.is_none() {
            return self.write_beside_staff().await;
        }
        // Of this process one waits for the staff of the others, on one connection.
        let _in_turn = self.in_turn().await?;
        let writing = self.write_beside_staff().await?;
        shared::one_after_the_other(&writing).await?;
        Ok(writing)
    }

    /// For turns and timers: on PostgreSQL they wait for nobody who works on something else. A stale turn finds out by
    /// its version. Whoever changes what belongs to a conversation takes its row first, and those of several in the
    /// order of their numbers, so that nobody waits in a circle.
    pub(crate) async fn write_beside_staff(&self) -> Result<Writing> {
        let is_embedded = is_sqlite(&self.write);
        let options = TransactionOptions {
            sqlite_transaction_mode: is_embedded.then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let in_turn = if is_embedded { Some(self.in_turn().await?) } else { None };
        let writing = self.write.begin_with_options(options).await?;
        Ok(Writing::over(writing, self.announced.clone(), in_turn))
    }

    /// Only whoever holds this changes the embedded database, so that everybody comes in turn: SQLite itself lets those
    /// who wait try again and again. It is held until the outcome of the commit was heard: after a sync that failed
    /// nobody comes in any more, not even who has waited.
    pub(crate) async fn in_turn(&self) -> Result<OwnedMutexGuard<()>> {
        let in_turn = Arc::clone(&self.door).lock_owned().await;
        if self.announced.is_broken() { Err(Error::Closed) } else { Ok(in_turn) }
    }

    /// What troubles the disk, from the moment a commit has failed for it.
    pub fn trouble(&self) -> watch::Receiver<Option<Trouble>> {
        self.announced.listen()
    }

    /// A commit failed: those who listen to [`Store::trouble`] hear of it if it is the disk.
    /// [`Trouble::Broken`] must not be tried again.
    pub fn failed(&self, error: &Error) -> Trouble {
        self.announced.failed(error)
    }

    /// A commit went through: a disk that was full has space again.
    pub fn committed(&self) {
        self.announced.committed();
    }

    /// Folds as much of SQLite's log into the file as goes without waiting for anybody.
    pub(crate) async fn checkpoint(&self) -> Result<()> {
        if is_sqlite(&self.write) {
            self.announced.hear(self.write.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await)?;
        }
        Ok(())
    }

    /// Lets go of the database; SQLite folds its log into the file.
    pub async fn close(self) {
        for connection in [self.read, self.write] {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
        }
    }

    /// Refuses a database with tables that this release does not know.
    pub async fn refuse_newer(&self) -> Result<()> {
        refuse_newer(&self.read).await
    }

    /// The migrations that the database has seen, oldest first; none in a new one.
    pub async fn migrations(&self) -> Result<Vec<String>> {
        migrations_of(&self.read).await
    }

    /// The migrations this release brings, oldest first.
    pub fn known_migrations() -> Vec<String> {
        Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
    }

    fn over(write: DatabaseConnection, read: DatabaseConnection, file: Option<PathBuf>) -> Self {
        Self {
            write,
            read,
            replica: None,
            file,
            readers_give_way: Arc::default(),
            door: Arc::default(),
            announced: Announced::default(),
        }
    }

    async fn open_sqlite(file: &Path) -> Result<Self> {
        sqlite::refuse_what_is_no_database(file)?;
        if file.metadata().is_ok_and(|found| found.len() > 0) {
            // Before anything is opened for writing: to open with our settings is to write already.
            let looked_at = sqlite::look(file).await?;
            let allowed = refuse_newer(&looked_at).await;
            looked_at.close().await?;
            allowed.map_err(|error| sqlite::in_plain_words(error, file))?;
        }
        let give_way = Arc::new(AtomicBool::new(false));
        let write = sqlite::pool(file, Door::Write, 1, Arc::clone(&give_way)).await?;
        let read = sqlite::pool(file, Door::Read, READERS, Arc::clone(&give_way)).await?;
        Ok(Self { readers_give_way: give_way, ..Self::over(write, read, Some(file.to_owned())) })
    }

    async fn open_postgres(data: &Path, url: &str) -> Result<Self> {
        let pool = shared::pool(url).await?;
        Ok(Self { replica: Some(Replica::new(data)), ..Self::over(pool.clone(), pool, None) })
    }
}

async fn refuse_newer(db: &DatabaseConnection) -> Result<()> {
    let known = Store::known_migrations();
    match migrations_of(db).await?.iter().find(|applied| !known.contains(applied)) {
        Some(newer) => Err(Error::Unsafe(format!(
            "it was written by a newer release (migration {newer}); start that release, or restore a backup made with \
             this one"
        ))),
        None => Ok(()),
    }
}

async fn migrations_of(db: &DatabaseConnection) -> Result<Vec<String>> {
    // A file that is only looked at has no table of migrations when it has no tables at all.
    let table = "seaql_migrations";
    let sql = match db.get_database_backend() {
        DatabaseBackend::Sqlite => format!("SELECT COUNT(*) FROM sqlite_master WHERE name = '{table}'"),
        _ => format!("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '{table}'"),
    };
    if count(db, &sql).await? == 0 {
        return Ok(Vec::new());
    }
    // The migrator's own question would make the table where it is missing, which a look may not.
    lines(db, &format!("SELECT version FROM {table} ORDER BY version")).await
}

/// Is this the embedded database?
pub(crate) fn is_sqlite(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DatabaseBackend::Sqlite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_of_a_newer_release_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let writing = store.write().await.expect("the writer");
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 1)";
        writing.execute_unprepared(newer).await.expect("a row");
        writing.commit().await.expect("a commit");
        store.close().await;
        let before = std::fs::read(folder.path().join(FILE)).expect("the file");

        let refused = Store::open(folder.path(), None).await.expect_err("it is newer").to_string();

        assert!(refused.contains("newer release (migration m9999_from_the_future)"), "{refused}");
        assert!(std::fs::read(folder.path().join(FILE)).expect("the file") == before, "the file was changed");
    }

    #[tokio::test]
    async fn a_commit_after_a_full_disk_is_a_commit() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");

        // As often as it takes for a connection that is used again to be inside a transaction for good.
        for _ in 0..3 {
            let writing = store.write().await.expect("the writer");
            writing.execute_unprepared("PRAGMA max_page_count = 1").await.expect("the file may not grow");
            let large = "INSERT INTO workspaces (name, created_at) VALUES (hex(randomblob(1000000)), 1)";
            let error = Error::from(writing.execute_unprepared(large).await.expect_err("there is no space"));
            assert_eq!(error.trouble(), Trouble::Full, "{error}");
        }
        let writing = store.write().await.expect("the writer");
        crate::workspaces::create(&writing, "Heliu", 1).await.expect("a workspace");
        writing.commit().await.expect("a commit");

        assert!(crate::workspaces::first(store.read()).await.expect("a read").is_some(), "others see it");
        store.close().await;
        let again = Store::look(folder.path(), None).await.expect("a look");
        assert!(crate::workspaces::first(again.read()).await.expect("a read").is_some(), "it is durable");
    }

    #[tokio::test]
    async fn looking_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        Store::open(folder.path(), None).await.expect("a store").close().await;

        let looked_at = Store::look(folder.path(), None).await.expect("a look");

        assert_eq!(looked_at.migrations().await.expect("a read"), Store::known_migrations());
        let writing = looked_at.write().await.expect("a transaction");
        writing.execute_unprepared("DELETE FROM workspaces").await.expect_err("it only reads");
    }
}
