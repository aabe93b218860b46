//! Answer libraries and their articles.

use std::collections::BTreeMap;

use model::{Article, Library, LibraryKey, Moment, Texts};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::error::{json, parsed};
use crate::rows::{insert, insert_all};
use crate::tables::{article, library};
use crate::{Result, WorkspaceId};

/// All libraries with their articles, in their order; documents have a file of their own.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Library>> {
    let mut libraries = Vec::new();
    for (key, name) in names(db, workspace).await? {
        let articles = articles(db, workspace, &key).await?;
        libraries.push(Library { key, name, articles, documents: Vec::new() });
    }
    Ok(libraries)
}

/// Keys and names of all libraries, in their order.
pub async fn names(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<(LibraryKey, Texts)>> {
    let rows = library::Entity::find()
        .filter(library::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(library::Column::Position)
        .order_by_asc(library::Column::Key)
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok((LibraryKey(row.key), parsed("library", &row.name)?))).collect()
}

/// The articles of a library, in their order.
pub async fn articles(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey) -> Result<Vec<Article>> {
    let rows = article::Entity::find()
        .filter(article::Column::WorkspaceId.eq(workspace.0))
        .filter(article::Column::LibraryKey.eq(&key.0))
        .order_by_asc(article::Column::Position)
        .order_by_asc(article::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// How many articles a library has.
pub async fn count(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey) -> Result<u64> {
    let rows = article::Entity::find()
        .filter(article::Column::WorkspaceId.eq(workspace.0))
        .filter(article::Column::LibraryKey.eq(&key.0));
    Ok(rows.count(db).await?)
}

/// One article.
pub async fn article(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<Option<Article>> {
    article::Entity::find_by_id((workspace.0, id.to_owned())).one(db).await?.map(read).transpose()
}

/// The library that an article is in.
pub async fn library_of(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<Option<LibraryKey>> {
    let row = article::Entity::find_by_id((workspace.0, id.to_owned())).one(db).await?;
    Ok(row.map(|row| LibraryKey(row.library_key)))
}

/// Makes a library, or renames it; a new one comes last.
pub async fn save(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey, name: &Texts) -> Result<()> {
    let last: Option<Option<i64>> = library::Entity::find()
        .select_only()
        .column_as(library::Column::Position.max(), "last")
        .filter(library::Column::WorkspaceId.eq(workspace.0))
        .into_tuple()
        .one(db)
        .await?;
    let position = last.flatten().map_or(0, |last| last + 1);
    let row = library::Model {
        workspace_id: workspace.0,
        key: key.0.clone(),
        name: json(name),
        position,
        by_meaning: false,
        meaning_until: 0,
    };
    library::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([library::Column::WorkspaceId, library::Column::Key])
                .update_column(library::Column::Name)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Makes or replaces an article; a new one comes last.
pub async fn save_article(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: &LibraryKey,
    saved: &Article,
    now: Moment,
) -> Result<()> {
    let id = (workspace.0, saved.id.clone());
    let position = match article::Entity::find_by_id(id.clone()).one(db).await? {
        Some(before) => before.position,
        None => next_article_position(db, workspace, key).await?,
    };
    article::Entity::delete_by_id(id).exec(db).await?;
    insert(db, row(workspace, key, saved, position, now)).await
}

fn row(workspace: WorkspaceId, key: &LibraryKey, saved: &Article, position: i64, now: Moment) -> article::Model {
    article::Model {
        workspace_id: workspace.0,
        id: saved.id.clone(),
        library_key: key.0.clone(),
        position,
        question: saved.question.clone(),
        variants: json(&saved.variants),
        answer: json(&saved.answer),
        saved_at: now,
        on_channels: (!saved.on_channels.is_empty()).then(|| json(&saved.on_channels)),
        valid_from: saved.from.clone(),
        valid_until: saved.until.clone(),
        owner: (!saved.owner.is_empty()).then(|| saved.owner.clone()),
        is_off: saved.is_off,
        document_id: saved.document.clone(),
    }
}

/// Adds articles that are not there yet, after the others.
pub async fn add_articles(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: &LibraryKey,
    articles: &[Article],
    now: Moment,
) -> Result<()> {
    let first = next_article_position(db, workspace, key).await?;
    let rows = articles.iter().zip(first..).map(|(article, position)| row(workspace, key, article, position, now));
    insert_all(db, rows.collect::<Vec<_>>()).await
}

/// Removes an article; false when there is none.
pub async fn delete_article(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<bool> {
    Ok(article::Entity::delete_by_id((workspace.0, id.to_owned())).exec(db).await?.rows_affected > 0)
}

/// Removes a library with its articles and documents; false when there is none.
pub async fn delete(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey) -> Result<bool> {
    article::Entity::delete_many()
        .filter(article::Column::WorkspaceId.eq(workspace.0))
        .filter(article::Column::LibraryKey.eq(&key.0))
        .exec(db)
        .await?;
    for document in crate::documents::of_library(db, workspace, key).await? {
        crate::documents::delete(db, workspace, &document.id).await?;
    }
    Ok(library::Entity::delete_by_id((workspace.0, key.0.clone())).exec(db).await?.rows_affected > 0)
}

async fn next_article_position(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey) -> Result<i64> {
    let last: Option<Option<i64>> = article::Entity::find()
        .select_only()
        .column_as(article::Column::Position.max(), "last")
        .filter(article::Column::WorkspaceId.eq(workspace.0))
        .filter(article::Column::LibraryKey.eq(&key.0))
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten().map_or(0, |last| last + 1))
}

fn read(row: article::Model) -> Result<Article> {
    Ok(Article {
        id: row.id,
        question: row.question,
        variants: parsed("article", &row.variants)?,
        answer: parsed("article", &row.answer)?,
        on_channels: row.on_channels.map_or(Ok(BTreeMap::new()), |text| parsed("article", &text))?,
        from: row.valid_from,
        until: row.valid_until,
        owner: row.owner.unwrap_or_default(),
        is_off: row.is_off,
        document: row.document_id,
    })
}
