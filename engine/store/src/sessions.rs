//! Sessions and set-up tokens: only hashes are kept.

use model::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::rows::insert;
use crate::tables::{session, setup_token};
use crate::{Result, WorkspaceId};

/// Someone who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Where.
    pub workspace: WorkspaceId,
    /// Who.
    pub member_id: String,
    /// Their last request.
    pub last_seen_at: Moment,
}

/// The session of a token that is still good: not too old, and used within `idle_ms`.
pub async fn by_token(
    db: &impl ConnectionTrait,
    token_hash: &str,
    now: Moment,
    idle_ms: i64,
) -> Result<Option<Session>> {
    let row = session::Entity::find_by_id(token_hash.to_owned()).one(db).await?;
    Ok(row.filter(|row| row.expires_at > now && row.last_seen_at + idle_ms > now).map(|row| Session {
        workspace: WorkspaceId(row.workspace_id),
        member_id: row.member_id,
        last_seen_at: row.last_seen_at,
    }))
}

/// Begins a session, and forgets those that are over.
pub async fn create(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    member_id: &str,
    token_hash: &str,
    now: Moment,
    expires_at: Moment,
) -> Result<()> {
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now)).exec(db).await?;
    let row = session::Model {
        workspace_id: workspace.0,
        token_hash: token_hash.to_owned(),
        member_id: member_id.to_owned(),
        created_at: now,
        last_seen_at: now,
        expires_at,
    };
    insert(db, row).await
}

/// Notes that a session is in use.
pub async fn touch(db: &impl ConnectionTrait, token_hash: &str, now: Moment) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(now))
        .filter(session::Column::TokenHash.eq(token_hash))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends a session.
pub async fn end(db: &impl ConnectionTrait, token_hash: &str) -> Result<()> {
    session::Entity::delete_by_id(token_hash.to_owned()).exec(db).await?;
    Ok(())
}

/// Ends every session of a member.
pub async fn end_all_of(db: &impl ConnectionTrait, member_id: &str) -> Result<()> {
    session::Entity::delete_many().filter(session::Column::MemberId.eq(member_id)).exec(db).await?;
    Ok(())
}

/// Replaces the set-up token: an older link opens nothing any more.
pub async fn set_setup_token(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    token_hash: &str,
    now: Moment,
) -> Result<()> {
    setup_token::Entity::delete_many().filter(setup_token::Column::WorkspaceId.eq(workspace.0)).exec(db).await?;
    let row = setup_token::Model {
        workspace_id: workspace.0,
        token_hash: token_hash.to_owned(),
        created_at: now,
        used_at: None,
    };
    insert(db, row).await
}

/// Uses a set-up token up; false when it is unknown or used.
pub async fn use_setup_token(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    token_hash: &str,
    now: Moment,
) -> Result<bool> {
    let used = setup_token::Entity::update_many()
        .col_expr(setup_token::Column::UsedAt, Expr::value(now))
        .filter(setup_token::Column::WorkspaceId.eq(workspace.0))
        .filter(setup_token::Column::TokenHash.eq(token_hash))
        .filter(setup_token::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(used.rows_affected == 1)
}
