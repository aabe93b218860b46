//! Intents with the examples they are learnt from.

use std::collections::BTreeMap;

use model::{Intent, IntentKey};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::{json, parsed};
use crate::rows::{insert, insert_all};
use crate::tables::{intent, intent_example};
use crate::{Result, WorkspaceId};

/// All intents in their order.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Intent>> {
    let rows = intent::Entity::find()
        .filter(intent::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(intent::Column::Position)
        .order_by_asc(intent::Column::Key)
        .all(db)
        .await?;
    let examples = intent_example::Entity::find()
        .filter(intent_example::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(intent_example::Column::Position)
        .all(db)
        .await?;
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for example in examples {
        by_key.entry(example.intent_key).or_default().push(example.text);
    }
    rows.into_iter()
        .map(|row| {
            let examples = by_key.remove(&row.key).unwrap_or_default();
            Ok(Intent { name: parsed("intent", &row.name)?, key: IntentKey(row.key), examples })
        })
        .collect()
}

/// Makes or replaces an intent; a new one comes last.
pub async fn save(db: &impl ConnectionTrait, workspace: WorkspaceId, saved: &Intent) -> Result<()> {
    let before = intent::Entity::find_by_id((workspace.0, saved.key.0.clone())).one(db).await?;
    let position = match before {
        Some(before) => before.position,
        None => next_position(db, workspace).await?,
    };
    delete(db, workspace, &saved.key).await?;
    let row = intent::Model { workspace_id: workspace.0, key: saved.key.0.clone(), name: json(&saved.name), position };
    insert(db, row).await?;
    let examples = saved.examples.iter().zip(0..).map(|(text, position)| intent_example::Model {
        workspace_id: workspace.0,
        intent_key: saved.key.0.clone(),
        position,
        text: text.clone(),
    });
    insert_all(db, examples.collect()).await
}

/// Removes an intent with its examples; false when there is none.
pub async fn delete(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &IntentKey) -> Result<bool> {
    intent_example::Entity::delete_many()
        .filter(intent_example::Column::WorkspaceId.eq(workspace.0))
        .filter(intent_example::Column::IntentKey.eq(&key.0))
        .exec(db)
        .await?;
    Ok(intent::Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?.rows_affected > 0)
}

async fn next_position(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<i64> {
    let last: Option<Option<i64>> = intent::Entity::find()
        .select_only()
        .column_as(intent::Column::Position.max(), "last")
        .filter(intent::Column::WorkspaceId.eq(workspace.0))
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten().map_or(0, |last| last + 1))
}
