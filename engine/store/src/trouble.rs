//! Which failures of PostgreSQL pass by themselves, and how often to try again.

use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr, sqlx};
use uuid::Uuid;

use crate::{Error, Result};

/// A turn whose transaction collided with another is tried this often in all.
const TRIES: u32 = 12;
/// Pauses double from here, each with a random part.
const FIRST_PAUSE_MS: u64 = 2;
const LONGEST_PAUSE_MS: u64 = 100;

impl Error {
    /// Two transactions were in each other's way; the same again will do.
    pub fn is_conflict(&self) -> bool {
        matches!(self.code().as_deref(), Some("40001" | "40P01"))
    }

    /// The database does not answer at the moment. What was being committed may or may not be on record.
    pub fn is_unavailable(&self) -> bool {
        let Self::Database(error) = self else { return false };
        if matches!(error, DbErr::ConnectionAcquire(_)) {
            return true;
        }
        match (sqlx_error(error), self.code().as_deref()) {
            // Connection lost, shutting down, starting up, too many connections, a lock or a statement took too long.
            (_, Some(code)) => {
                code.starts_with("08")
                    || code.starts_with("57P")
                    || matches!(code, "53300" | "55P03" | "57014" | "25P03")
            }
            (Some(error), None) => {
                use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
                matches!(error, Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed)
            }
            (None, None) => matches!(error, DbErr::Conn(_)),
        }
    }

    /// PostgreSQL keeps no text with a zero character in it; SQLite does.
    pub fn is_not_text(&self) -> bool {
        matches!(self.code().as_deref(), Some("22021" | "22P05"))
    }

    /// PostgreSQL's code for what went wrong; SQLite's numbers never look like one.
    fn code(&self) -> Option<String> {
        let Self::Database(error) = self else { return None };
        let code = sqlx_error(error)?.as_database_error()?.code()?;
        (code.len() == 5).then(|| code.into_owned())
    }
}

/// The driver's error in one of sea-orm's.
pub(crate) fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// Waits before the next try when a try collided with another transaction; true while there is one. Pauses grow and
/// differ, so that two that collided do not meet again.
pub(crate) async fn is_worth_another_try<T>(result: &Result<T>, tries: u32) -> bool {
    match result {
        Err(error) if error.is_conflict() && tries < TRIES => {
            tracing::debug!(%error, tries, "a transaction collided with another, trying again");
            tokio::time::sleep(pause(tries)).await;
            true
        }
        _ => false,
    }
}

/// How long to wait before the next try: it doubles, and a random part of it is left out.
pub fn pause(tries: u32) -> Duration {
    let most = (FIRST_PAUSE_MS << tries.min(8)).min(LONGEST_PAUSE_MS);
    let part = u64::from(Uuid::new_v4().as_bytes()[0]);
    Duration::from_millis(most / 2 + most * part / 512)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_short() {
        for tries in 1..40 {
            let most = (FIRST_PAUSE_MS << tries.min(8)).min(LONGEST_PAUSE_MS);
            for _ in 0..20 {
                let pause = u64::try_from(pause(tries).as_millis()).expect("it is short");
                assert!((most / 2..=most).contains(&pause), "{tries}: {pause}");
            }
        }
    }

    #[test]
    fn a_pool_without_a_free_connection_is_unavailable_and_no_conflict() {
        let error = Error::from(DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout));

        assert!(error.is_unavailable() && !error.is_conflict());
        assert!(!Error::Stale.is_unavailable());
    }
}
