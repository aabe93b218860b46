//! Trouble with the disk: what kind it is, and who must hear of it.
//!
//! A disk that is full is waited for: nothing is accepted until there is space again, and then everything goes on by
//! itself. A disk that fails to write or to sync is not trusted again: what the system still holds in memory may never
//! reach it, and a sync that is tried again may succeed without having written anything. So the product stops, and what
//! it had acknowledged is what it finds at the next start.

use std::sync::Arc;

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{DbErr, sqlx};
use tokio::sync::watch;

use crate::Error;
use crate::trouble::sqlx_error;

/// SQLite's primary result codes; the extended ones hold them in their lowest byte.
/// Source: <https://www.sqlite.org/rescode.html>.
mod code {
    pub(super) const READONLY: u32 = 8;
    pub(super) const IOERR: u32 = 10;
    pub(super) const CORRUPT: u32 = 11;
    pub(super) const FULL: u32 = 13;
    pub(super) const NOTADB: u32 = 26;
    /// `IOERR | (1 << 8)`: a read failed. Nothing was to be made durable.
    pub(super) const IOERR_READ: u32 = 266;
    /// `IOERR | (19 << 8)`: the index of the log could not grow. It lies in memory that a file stands behind, and only
    /// a full disk keeps that file from growing.
    pub(super) const IOERR_SHMSIZE: u32 = 4_874;
    /// PostgreSQL: `disk_full`, `io_error`, `data_corrupted`, `index_corrupted`.
    pub(super) const POSTGRES_FULL: &str = "53100";
    pub(super) const POSTGRES_BROKEN: [&str; 3] = ["58030", "XX001", "XX002"];
}

/// What an error of the database means for going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no space left: wait for it.
    Full,
    /// The disk, or what is on it, cannot be trusted: stop.
    Broken,
    /// Anything else: the request fails, the next one may not.
    Other,
}

impl Trouble {
    /// What kind of trouble an error of the database is.
    pub fn of(error: &DbErr) -> Self {
        let Some(error) = sqlx_error(error).and_then(sqlx::Error::as_database_error) else { return Self::Other };
        let code = error.code().unwrap_or_default();
        match code.parse::<u32>() {
            Ok(code) if is_sqlite(error) => Self::of_sqlite(code),
            _ if code == code::POSTGRES_FULL => Self::Full,
            _ if code::POSTGRES_BROKEN.contains(&code.as_ref()) => Self::Broken,
            _ => Self::Other,
        }
    }

    /// The same for an extended result code of SQLite.
    fn of_sqlite(code: u32) -> Self {
        match (code & 0xff, code) {
            (code::FULL, _) | (_, code::IOERR_SHMSIZE) => Self::Full,
            (_, code::IOERR_READ) => Self::Other,
            (code::IOERR | code::CORRUPT | code::NOTADB | code::READONLY, _) => Self::Broken,
            _ => Self::Other,
        }
    }
}

impl Error {
    /// What this failure means for going on.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Database(error) => Trouble::of(error),
            Self::Embedded(error) => {
                error.sqlite_error().map_or(Trouble::Other, |error| Trouble::of_sqlite(error.extended_code as u32))
            }
            _ => Trouble::Other,
        }
    }
}

/// Where trouble of the writer is announced. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Announced(Arc<watch::Sender<Option<Trouble>>>);

impl Default for Announced {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Announced {
    pub(crate) fn listen(&self) -> watch::Receiver<Option<Trouble>> {
        self.0.subscribe()
    }

    pub(crate) fn is_broken(&self) -> bool {
        *self.0.borrow() == Some(Trouble::Broken)
    }

    /// Announces what a failed commit means. A broken disk stays broken.
    pub(crate) fn failed(&self, error: &Error) -> Trouble {
        let trouble = error.trouble();
        if trouble != Trouble::Other {
            self.0.send_if_modified(|now| {
                let is_news = *now != Some(trouble) && *now != Some(Trouble::Broken);
                if is_news {
                    *now = Some(trouble);
                }
                is_news
            });
        }
        trouble
    }

    /// The outcome of something that was to be made durable; its failure is announced.
    pub(crate) fn hear<T>(&self, outcome: Result<T, DbErr>) -> crate::Result<()> {
        outcome.map(drop).map_err(|error| {
            let error = Error::from(error);
            self.failed(&error);
            error
        })
    }

    /// A commit went through: there is space again.
    pub(crate) fn committed(&self) {
        self.0.send_if_modified(|now| {
            let was_full = *now == Some(Trouble::Full);
            if was_full {
                *now = None;
            }
            was_full
        });
    }
}

/// SQLite's code of an error, extended.
pub(crate) fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error().filter(|error| is_sqlite(*error))?;
    error.code()?.parse().ok()
}

fn is_sqlite(error: &dyn DatabaseError) -> bool {
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_are_told_apart() {
        assert_eq!(Trouble::of_sqlite(4_874), Trouble::Full);
        // FULL, IOERR_FSYNC, IOERR_DIR_FSYNC, IOERR_WRITE, CORRUPT_INDEX, READONLY_DBMOVED.
        assert_eq!(Trouble::of_sqlite(13), Trouble::Full);
        for broken in [1_034, 1_290, 778, 779, 1_032] {
            assert_eq!(Trouble::of_sqlite(broken), Trouble::Broken, "{broken}");
        }
        // BUSY, IOERR_READ, CONSTRAINT_UNIQUE, INTERRUPT.
        for other in [5, 266, 2_067, 9] {
            assert_eq!(Trouble::of_sqlite(other), Trouble::Other, "{other}");
        }
    }

    #[tokio::test]
    async fn space_that_returns_ends_the_trouble_and_a_broken_disk_does_not_heal() {
        let announced = Announced::default();
        let heard = announced.listen();
        let failed = |trouble| announced.0.send_replace(Some(trouble));

        failed(Trouble::Full);
        announced.committed();
        assert_eq!(*heard.borrow(), None);

        failed(Trouble::Broken);
        announced.committed();
        assert_eq!(*heard.borrow(), Some(Trouble::Broken));
    }
}
