//! Notices between replicas over PostgreSQL's LISTEN and NOTIFY: wake-ups that may get lost, never the news itself.

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, RuntimeErr, sqlx};

use crate::shared::statement;
use crate::tables::conversation::{Column, Entity};
use crate::{Result, Store};

/// The channel's name in the database.
const CHANNEL: &str = "heliu";
/// PostgreSQL takes payloads below 8,000 bytes.
pub const LONGEST: usize = 7_900;
/// Values in one statement.
const CHUNK: usize = 1_000;

/// Sends a notice to whoever listens, this process included.
pub async fn send(store: &Store, notice: &str) -> Result<()> {
    store.read().execute_raw(statement("SELECT pg_notify($1, $2)", [CHANNEL.into(), notice.into()])).await?;
    Ok(())
}

/// Listens on a connection of its own.
pub async fn listen(store: &Store) -> Result<Notices> {
    let pool = store.read().get_postgres_connection_pool();
    let mut listener = PgListener::connect_with(pool).await.map_err(failed)?;
    listener.listen(CHANNEL).await.map_err(failed)?;
    Ok(Notices(listener))
}

/// Notices as they come.
#[derive(Debug)]
pub struct Notices(PgListener);

impl Notices {
    /// The next notice; `None` when the connection broke and some may be lost. Asking again connects again.
    pub async fn next(&mut self) -> Result<Option<String>> {
        let notice = self.0.try_recv().await.map_err(failed)?;
        Ok(notice.map(|notice| notice.payload().to_owned()))
    }
}

/// The number of the last message of each of these conversations, by uuid.
pub async fn last_seqs(db: &impl ConnectionTrait, conversations: &[String]) -> Result<Vec<(String, i64)>> {
    let mut found = Vec::with_capacity(conversations.len());
    for some in conversations.chunks(CHUNK) {
        let rows: Vec<(String, i64)> = Entity::find()
            .select_only()
            .columns([Column::PublicId, Column::LastSeq])
            .filter(Column::PublicId.is_in(some))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
