//! Where a server of these tests keeps what it remembers: a folder, and on PostgreSQL a database beside it.
//!
//! `HELIU_TEST_DATABASE=postgres` chooses PostgreSQL, for all tests that are not about the files of SQLite.

use std::path::Path;

use store::Store;
use tempfile::TempDir;
use tests::postgres::Database;

/// A data folder, with its database where that is elsewhere.
pub(crate) struct Data {
    folder: TempDir,
    database: Database,
}

impl Data {
    /// Nothing yet, on the database that this run is about.
    pub(crate) fn new() -> Self {
        Self { database: Database::of_this_run(), ..Self::embedded() }
    }

    /// Nothing yet, on SQLite.
    pub(crate) fn embedded() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), database: Database::Embedded }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What tells a process where the database is, if that is not in the folder.
    pub(crate) fn environment(&self) -> Option<(&'static str, String)> {
        self.database.environment()
    }

    /// The same once more. No process may be running on it.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self { database: self.database.copied(), ..Self::embedded() };
        for file in ["heliu.db", "heliu.db-wal"] {
            if self.folder().join(file).exists() {
                std::fs::copy(self.folder().join(file), copy.folder().join(file)).expect("the file is copied");
            }
        }
        copy
    }

    /// Opens it as the product would.
    pub(crate) async fn open(&self) -> Result<Store, store::Error> {
        Store::open(self.folder(), self.database.url()).await
    }
}
