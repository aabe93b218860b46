//! Language models: providers, settings, and what was spent per day and per conversation.

use model::{ModelProvider, ModelSettings};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};

use crate::error::{json, parsed};
use crate::tables::{model_conversation, model_day, model_provider, model_settings};
use crate::{Result, WorkspaceId};

/// Calls of models, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Spent {
    /// Calls.
    pub calls: i64,
    /// Tokens that were read.
    pub tokens_in: i64,
    /// Tokens that were written.
    pub tokens_out: i64,
    /// Millionths of the workspace's currency.
    pub cost_micros: i64,
}

/// All providers in their order.
pub async fn providers(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<ModelProvider>> {
    let rows = model_provider::Entity::find()
        .filter(model_provider::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(model_provider::Column::Position)
        .order_by_asc(model_provider::Column::Key)
        .all(db)
        .await?;
    rows.into_iter().map(|row| parsed("model provider", &row.document)).collect()
}

/// Makes or changes a provider; a new one comes last.
pub async fn save_provider(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &ModelProvider) -> Result<()> {
    use model_provider::{Column, Entity, Model};
    let position = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).count(db).await?;
    let row = Model {
        workspace_id: workspace.0,
        key: saved.key.clone(),
        document: json(saved),
        position: i64::try_from(position).unwrap_or(i64::MAX),
    };
    let replace = OnConflict::columns([Column::WorkspaceId, Column::Key]).update_column(Column::Document).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(db).await?;
    Ok(())
}

/// Removes a provider; false when there is none.
pub async fn delete_provider(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &str) -> Result<bool> {
    Ok(model_provider::Entity::delete_by_id((workspace.0, key.to_owned())).exec(db).await?.rows_affected > 0)
}

/// The workspace's settings; the defaults while nobody has changed them.
pub async fn settings(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<ModelSettings> {
    match model_settings::Entity::find_by_id(workspace.0).one(db).await? {
        Some(row) => parsed("model settings", &row.document),
        None => Ok(ModelSettings::default()),
    }
}

/// Changes the workspace's settings.
pub async fn save_settings(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &ModelSettings) -> Result<()> {
    use model_settings::{Column, Entity, Model};
    let row = Model { workspace_id: workspace.0, document: json(saved) };
    let replace = OnConflict::column(Column::WorkspaceId).update_column(Column::Document).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(db).await?;
    Ok(())
}

/// Adds what was spent to its day and to its conversation.
pub async fn spend(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    day: &str,
    conversation: Option<&str>,
    spent: Spent,
) -> Result<()> {
    macro_rules! add {
        ($table:ident, $name:ident, $key:ident, $value:expr) => {{
            use $table::{Column, Entity, Model};
            let row = Model {
                workspace_id: workspace.0,
                $name: $value.to_owned(),
                calls: spent.calls,
                tokens_in: spent.tokens_in,
                tokens_out: spent.tokens_out,
                cost_micros: spent.cost_micros,
            };
            let more = |column: Column, n: i64| (column, Expr::col((Entity, column)).add(n));
            let add = OnConflict::columns([Column::WorkspaceId, Column::$key])
                .values([
                    more(Column::Calls, spent.calls),
                    more(Column::TokensIn, spent.tokens_in),
                    more(Column::TokensOut, spent.tokens_out),
                    more(Column::CostMicros, spent.cost_micros),
                ])
                .to_owned();
            Entity::insert(row.into_active_model()).on_conflict(add).exec_without_returning(db).await?;
        }};
    }
    add!(model_day, day, Day, day);
    if let Some(conversation) = conversation {
        add!(model_conversation, conversation, Conversation, conversation);
    }
    Ok(())
}

/// What was spent on a day.
pub async fn spent_on(db: &impl ConnectionTrait, workspace: WorkspaceId, day: &str) -> Result<Spent> {
    let row = model_day::Entity::find_by_id((workspace.0, day.to_owned())).one(db).await?;
    Ok(row.map_or_else(Spent::default, |row| Spent {
        calls: row.calls,
        tokens_in: row.tokens_in,
        tokens_out: row.tokens_out,
        cost_micros: row.cost_micros,
    }))
}

/// What a conversation has cost so far.
pub async fn spent_by(db: &impl ConnectionTrait, workspace: WorkspaceId, conversation: &str) -> Result<Spent> {
    let row = model_conversation::Entity::find_by_id((workspace.0, conversation.to_owned())).one(db).await?;
    Ok(row.map_or_else(Spent::default, |row| Spent {
        calls: row.calls,
        tokens_in: row.tokens_in,
        tokens_out: row.tokens_out,
        cost_micros: row.cost_micros,
    }))
}
