//! Where a server of these tests keeps what it remembers: a folder, and on PostgreSQL a database beside it.
//!
//! `HELIU_TEST_DATABASE=postgres` chooses PostgreSQL, for all tests that are not about the files of SQLite.

use std::path::Path;
use std::sync::Arc;

use store::Store;
use tempfile::TempDir;
use tests::postgres;

/// A data folder, with its database where that is elsewhere.
pub(crate) struct Data {
    folder: TempDir,
    database: Option<(Arc<postgres::Server>, String)>,
}

impl Data {
    /// Nothing yet, on the database that this run is about.
    pub(crate) fn new() -> Self {
        let is_shared = std::env::var("HELIU_TEST_DATABASE").is_ok_and(|name| name == "postgres");
        let database = is_shared.then(|| {
            let server = postgres::Server::shared().expect("HELIU_TEST_DATABASE=postgres wants PostgreSQL installed");
            let url = server.database();
            (server, url)
        });
        Self { database, ..Self::embedded() }
    }

    /// Nothing yet, on SQLite.
    pub(crate) fn embedded() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), database: None }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What tells a process where the database is, if that is not in the folder.
    pub(crate) fn environment(&self) -> Option<(&'static str, String)> {
        self.database.as_ref().map(|(_, url)| ("DATABASE_URL", url.clone()))
    }

    /// The same once more. No process may be running on it.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self::embedded();
        let Some((server, url)) = &self.database else {
            for file in ["heliu.db", "heliu.db-wal"] {
                if self.folder().join(file).exists() {
                    std::fs::copy(self.folder().join(file), copy.folder().join(file)).expect("the file is copied");
                }
            }
            return copy;
        };
        Self { database: Some((Arc::clone(server), server.copy(url))), ..copy }
    }

    /// Opens it as the product would.
    pub(crate) async fn open(&self) -> Result<Store, store::Error> {
        Store::open(self.folder(), self.database.as_ref().map(|(_, url)| url.as_str())).await
    }
}
