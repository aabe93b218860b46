//! What can go wrong with the store, in words a caller can act on.

/// A failure of the store. Absence is `Option`, never an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database said no.
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// The embedded database took no turns.
    #[error("the database failed: {0}")]
    Embedded(std::sync::Arc<rusqlite::Error>),
    /// The database cannot be trusted with conversations.
    #[error("the database cannot be used: {0}")]
    Unsafe(String),
    /// A row holds something this release cannot read.
    #[error("a stored {what} cannot be read: {source}")]
    Unreadable {
        /// Which kind of row.
        what: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// Somebody else changed the conversation in between.
    #[error("the conversation changed in between")]
    Stale,
    /// The writer is gone: the product is stopping.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    /// Does the database not work, for now? A row that breaks a rule of its table is our mistake, not an outage.
    pub fn is_outage(&self) -> bool {
        use sea_orm::DbErr;
        match self {
            Self::Database(DbErr::ConnectionAcquire(_)) => true,
            Self::Database(error @ (DbErr::Conn(_) | DbErr::Exec(_) | DbErr::Query(_))) => error.sql_err().is_none(),
            Self::Embedded(error) => error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Embedded(std::sync::Arc::new(error))
    }
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Reads a JSON column.
pub(crate) fn parsed<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| Error::Unreadable { what, source })
}

/// Writes a JSON column.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("stored values are plain data with string keys")
}

/// A serde enum of unit variants as its word.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The serde enum of unit variants that a word names.
pub(crate) fn from_word<T: serde::de::DeserializeOwned>(what: &'static str, word: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|source| Error::Unreadable { what, source })
}
