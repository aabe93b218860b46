//! Members: the people who work here.

use model::{Language, Moment};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::error::{from_word, word};
use crate::rows::insert;
use crate::tables::member::{Column, Entity, Model};
use crate::{Result, WorkspaceId};

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// A uuid.
    pub id: String,
    /// The name others see.
    pub name: String,
    /// Lower case; they sign in with it.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The language of their screens.
    pub language: Language,
    /// The argon2id hash of the password.
    pub password_hash: String,
    /// Are they there?
    pub presence: Presence,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, members included.
    Owner,
    /// Flows, library, topics, settings.
    Editor,
    /// The desk.
    Agent,
}

/// Is a member there for customers?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// There.
    Online,
    /// There, but takes nothing new.
    Busy,
    /// Away.
    Offline,
}

/// Everybody, by name.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Member>> {
    let rows = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).order_by_asc(Column::Name).all(db).await?;
    rows.into_iter().map(read).collect()
}

/// How many there are.
pub async fn count(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64> {
    Ok(Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).count(db).await?)
}

/// The member with this id.
pub async fn by_id(db: &impl ConnectionTrait, id: &str) -> Result<Option<Member>> {
    Entity::find_by_id(id.to_owned()).one(db).await?.map(read).transpose()
}

/// The member with this address, in any case of letters.
pub async fn by_email(db: &impl ConnectionTrait, workspace: WorkspaceId, email: &str) -> Result<Option<Member>> {
    let found = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::Email.eq(email.trim().to_lowercase()))
        .one(db)
        .await?;
    found.map(read).transpose()
}

/// Is nobody there for customers, although the team has members?
pub async fn is_nobody_online(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<bool> {
    let everybody = count(db, workspace).await?;
    let away = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::Presence.eq(word(&Presence::Offline)))
        .count(db)
        .await?;
    Ok(everybody > 0 && away == everybody)
}

/// Adds a member.
pub async fn create(db: &impl ConnectionTrait, workspace: WorkspaceId, member: &Member, now: Moment) -> Result<()> {
    let row = Model {
        workspace_id: workspace.0,
        id: member.id.clone(),
        name: member.name.clone(),
        email: member.email.trim().to_lowercase(),
        role: word(&member.role),
        language: member.language.0.clone(),
        password_hash: member.password_hash.clone(),
        presence: word(&member.presence),
        created_at: now,
    };
    insert(db, row).await
}

/// Changes the language of a member's screens.
pub async fn set_language(db: &impl ConnectionTrait, id: &str, language: &Language) -> Result<()> {
    set(db, id, Column::Language, &language.0).await
}

/// Changes whether a member is there.
pub async fn set_presence(db: &impl ConnectionTrait, id: &str, presence: Presence) -> Result<()> {
    set(db, id, Column::Presence, &word(&presence)).await
}

/// Changes a member's password.
pub async fn set_password(db: &impl ConnectionTrait, id: &str, password_hash: &str) -> Result<()> {
    set(db, id, Column::PasswordHash, password_hash).await
}

async fn set(db: &impl ConnectionTrait, id: &str, column: Column, value: &str) -> Result<()> {
    Entity::update_many().col_expr(column, Expr::value(value)).filter(Column::Id.eq(id)).exec(db).await?;
    Ok(())
}

fn read(row: Model) -> Result<Member> {
    Ok(Member {
        id: row.id,
        name: row.name,
        email: row.email,
        role: from_word("role", &row.role)?,
        language: Language(row.language),
        password_hash: row.password_hash,
        presence: from_word("presence", &row.presence)?,
    })
}
