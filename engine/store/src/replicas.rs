//! Replicas on one PostgreSQL: who lives, and who is in the middle of which turn.
//!
//! A replica keeps a lease by the database's clock. A turn that stops at an effect leaves a claim on its conversation:
//! until the lease of the claim's replica runs out, no other finishes the turn. Whoever takes it over raises the
//! conversation's `owner_epoch` first, so that a commit of the former owner, should it wake up, finds another epoch and
//! fails. Nothing here is ever asked of the embedded database, which belongs to one process.

use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::conversations::Conversation;
use crate::shared::statement;
use crate::turns::Turn;
use crate::{Error, Result, Store};

/// How long a replica is taken to be alive after its last sign, in milliseconds.
pub const LEASE_MS: i64 = 10_000;
/// The database's clock in milliseconds: replicas' own clocks may differ.
const NOW: &str = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint";

/// Whose turn a conversation is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This replica's.
    This,
    /// That of another one, which lives.
    Other,
    /// Nobody's, or that of one that gave no sign for too long.
    Nobody,
}

/// Begins the life of this replica. The one that ran on the same data folder before is over: the folder is locked.
pub async fn begin(store: &Store) -> Result<()> {
    let Some(replica) = &store.replica else { return Ok(()) };
    if let Ok(former) = std::fs::read_to_string(&replica.file) {
        end(store, former.trim()).await?;
    }
    beat(store).await?;
    if let Err(error) = std::fs::write(&replica.file, &replica.id) {
        tracing::warn!(%error, file = %replica.file.display(), "after a crash, other replicas will wait for the lease");
    }
    Ok(())
}

/// A sign of life.
pub async fn beat(store: &Store) -> Result<()> {
    let Some(id) = store.replica() else { return Ok(()) };
    let sql = format!(
        "INSERT INTO replicas (id, alive_until) VALUES ($1, {NOW} + $2)
         ON CONFLICT (id) DO UPDATE SET alive_until = EXCLUDED.alive_until"
    );
    store.read().execute_raw(statement(&sql, [id.into(), LEASE_MS.into()])).await?;
    // Those that died long ago.
    let sql = format!("DELETE FROM replicas WHERE alive_until < {NOW} - 3600000");
    store.read().execute_raw(statement(&sql, [])).await?;
    Ok(())
}

/// This replica stops in good order: nobody needs to wait for its lease.
pub async fn leave(store: &Store) -> Result<()> {
    match store.replica() {
        Some(id) => end(store, id).await,
        None => Ok(()),
    }
}

async fn end(store: &Store, id: &str) -> Result<()> {
    store.read().execute_raw(statement("DELETE FROM replicas WHERE id = $1", [id.into()])).await?;
    Ok(())
}

/// Who may finish the turn that a conversation is in the middle of.
pub async fn owner(store: &Store, conversation: i64) -> Result<Owner> {
    let Some(id) = store.replica() else { return Ok(Owner::This) };
    let sql = format!(
        "SELECT claims.replica_id, COALESCE(replicas.alive_until > {NOW}, FALSE) FROM claims
         LEFT JOIN replicas ON replicas.id = claims.replica_id WHERE claims.conversation_id = $1"
    );
    let row = store.read().query_one_raw(statement(&sql, [conversation.into()])).await?;
    let Some(row) = row else { return Ok(Owner::Nobody) };
    let (replica, is_alive): (String, bool) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok(match (replica == id, is_alive) {
        (true, _) => Owner::This,
        (false, true) => Owner::Other,
        (false, false) => Owner::Nobody,
    })
}

/// Makes the turn that a conversation is in the middle of this replica's: raises its epoch, here and in the row.
/// Stale when somebody else was first.
pub async fn take_over(store: &Store, conversation: &mut Conversation) -> Result<()> {
    let Some(id) = store.replica() else { return Ok(()) };
    let taking = store.read().begin().await?;
    let sql = "UPDATE conversations SET owner_epoch = owner_epoch + 1
               WHERE id = $1 AND owner_epoch = $2 AND state_version = $3 AND unanswered_effect IS NOT NULL";
    let values = [conversation.id.into(), conversation.owner_epoch.into(), conversation.state_version.into()];
    if taking.execute_raw(statement(sql, values)).await?.rows_affected() != 1 {
        return Err(Error::Stale);
    }
    claim(&taking, id, conversation.workspace.0, conversation.id).await?;
    taking.commit().await?;
    conversation.owner_epoch += 1;
    Ok(())
}

/// Conversations in the middle of a turn that nobody alive but this replica has a claim on: (number, uuid).
pub async fn abandoned(store: &Store) -> Result<Vec<(i64, String)>> {
    let Some(id) = store.replica() else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT conversations.id, conversations.public_id FROM conversations
         LEFT JOIN claims ON claims.conversation_id = conversations.id
         LEFT JOIN replicas ON replicas.id = claims.replica_id
         WHERE conversations.unanswered_effect IS NOT NULL
         AND (claims.replica_id = $1 OR COALESCE(replicas.alive_until <= {NOW}, TRUE))
         ORDER BY conversations.id LIMIT 256"
    );
    let rows = store.read().query_all_raw(statement(&sql, [id.into()])).await?;
    let pair = |row: sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    rows.into_iter().map(pair).collect()
}

/// Claims a conversation whose turn stops at an effect, and lets go of one whose turn had stopped there and is over.
pub(crate) async fn follow(db: &impl ConnectionTrait, replica: &str, id: i64, turn: &Turn) -> Result<()> {
    if turn.conversation.unanswered_effect.is_some() {
        claim(db, replica, turn.conversation.workspace.0, id).await?;
    } else if turn.answers_effect {
        db.execute_raw(statement("DELETE FROM claims WHERE conversation_id = $1", [id.into()])).await?;
    }
    Ok(())
}

async fn claim(db: &impl ConnectionTrait, replica: &str, workspace: i64, conversation: i64) -> Result<()> {
    let sql = "INSERT INTO claims (workspace_id, conversation_id, replica_id) VALUES ($1, $2, $3)
               ON CONFLICT (conversation_id) DO UPDATE SET replica_id = EXCLUDED.replica_id";
    db.execute_raw(statement(sql, [workspace.into(), conversation.into(), replica.into()])).await?;
    Ok(())
}

/// Something that flows refer to has changed; answers with the new generation.
pub async fn raise_generation(store: &Store) -> Result<i64> {
    let sql = "INSERT INTO generations (name, n) VALUES ('knowledge', 1)
               ON CONFLICT (name) DO UPDATE SET n = generations.n + 1 RETURNING n";
    let row = store.read().query_one_raw(statement(sql, [])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

/// How often something that flows refer to has changed.
pub async fn generation(store: &Store) -> Result<i64> {
    let row = store.read().query_one_raw(statement("SELECT n FROM generations WHERE name = 'knowledge'", [])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}
