//! Documents of libraries: what was uploaded, and how far it is read.
//!
//! The bytes lie in parts of their own (`parts`), so that a list never reads them and no upload holds the writer for
//! long. Passages belong to an *edition* (`editions`): a document that is read anew serves its former edition until the
//! new one is whole.

mod editions;
mod parts;

use model::{LibraryKey, Moment, Texts};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use crate::error::{from_word, json, parsed, word};
use crate::tables::{article, document};
use crate::{Result, WorkspaceId};

pub use editions::{Passage, add_passages, drop_edition, passages, serve};
pub use parts::{add, add_small, bytes};

/// A document as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// The library it belongs to.
    pub library: LibraryKey,
    /// `pdf`, `markdown`, …, or `url`.
    pub kind: String,
    /// The name on the screens and under answers.
    pub name: String,
    /// Where it is fetched from.
    pub url: Option<String>,
    /// How far its links are followed.
    pub crawl: Option<Crawl>,
    /// Of its content.
    pub hash: String,
    /// Of its content.
    pub size_bytes: i64,
    /// How far it is.
    pub state: State,
    /// Steps done, of `total`.
    pub done: i64,
    /// Steps in all; 0 is not known yet.
    pub total: i64,
    /// What went wrong, or what was left out.
    pub problem: Option<Trouble>,
    /// What the columns of a sheet mean, as its author said.
    pub columns: Option<serde_json::Value>,
    /// The first rows of a sheet, with a guess at its columns.
    pub preview: Option<serde_json::Value>,
    /// Kept, but not found.
    pub is_off: bool,
    /// Passages, or articles of a sheet.
    pub passages: i64,
    /// The edition that is served; 0 is none.
    pub edition: i64,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: Moment,
    /// When it was last read.
    pub read_at: Option<Moment>,
}

impl Document {
    /// One that is in line to be read, about which nothing else is known yet.
    pub fn in_line(id: impl Into<String>, library: LibraryKey, name: String, by: &str, now: Moment) -> Self {
        Self {
            id: id.into(),
            library,
            kind: String::new(),
            name,
            url: None,
            crawl: None,
            hash: String::new(),
            size_bytes: 0,
            state: State::Queued,
            done: 0,
            total: 0,
            problem: None,
            columns: None,
            preview: None,
            is_off: false,
            passages: 0,
            edition: 0,
            added_by: by.to_owned(),
            added_at: now,
            read_at: None,
        }
    }
}

/// How far links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crawl {
    /// Pages at most.
    pub pages: usize,
    /// Links from the first page at most.
    pub depth: usize,
}

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for its turn.
    Queued,
    /// It is fetched or opened.
    Reading,
    /// Its text is cut into passages.
    Splitting,
    /// The library's index is built with it.
    Indexing,
    /// Customers get answers from it.
    Ready,
    /// It could not be read.
    Failed,
    /// Its author stopped it.
    Canceled,
    /// Its author has to say what the columns mean.
    AsksColumns,
}

impl State {
    /// Is it being worked on?
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Reading | Self::Splitting | Self::Indexing)
    }
}

/// What is wrong with a document, for its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What is wrong.
    pub why: Texts,
    /// What to do.
    pub advice: Texts,
}

/// What is new about a document at work.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// How far it is.
    pub state: Option<State>,
    /// Steps done, of a total.
    pub steps: Option<(i64, i64)>,
    /// What went wrong.
    pub problem: Option<Option<Trouble>>,
}

/// The documents of a library, the newest first.
pub async fn of_library(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey) -> Result<Vec<Document>> {
    let rows = document::Entity::find()
        .filter(document::Column::WorkspaceId.eq(workspace.0))
        .filter(document::Column::LibraryKey.eq(&key.0))
        .order_by_desc(document::Column::AddedAt)
        .order_by_desc(document::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// All documents that serve passages.
pub async fn served(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Document>> {
    let rows = document::Entity::find()
        .filter(document::Column::WorkspaceId.eq(workspace.0))
        .filter(document::Column::Edition.gt(0))
        .order_by_asc(document::Column::AddedAt)
        .order_by_asc(document::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// One document.
pub async fn by_id(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<Option<Document>> {
    document::Entity::find_by_id((workspace.0, id.to_owned())).one(db).await?.map(read).transpose()
}

/// The document of a library with this content, or this address.
pub async fn same(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: &LibraryKey,
    hash: &str,
    url: Option<&str>,
) -> Result<Option<Document>> {
    let known = of_library(db, workspace, key).await?;
    Ok(known.into_iter().find(|known| match url {
        Some(url) => known.url.as_deref() == Some(url),
        None => known.url.is_none() && known.hash == hash,
    }))
}

/// How many documents a library has, and how many bytes all documents of the workspace take.
pub async fn weight(db: &impl ConnectionTrait, workspace: WorkspaceId, key: &LibraryKey) -> Result<(u64, i64)> {
    let in_workspace = || document::Entity::find().filter(document::Column::WorkspaceId.eq(workspace.0));
    let n_documents = in_workspace().filter(document::Column::LibraryKey.eq(&key.0)).count(db).await?;
    let sizes: Vec<i64> = in_workspace().select_only().column(document::Column::SizeBytes).into_tuple().all(db).await?;
    Ok((n_documents, sizes.into_iter().sum()))
}

/// The next document to be read: the oldest in line, or one whose reader has stopped. Whoever takes it has it until
/// `until`, and says so again with every [`progress`].
pub async fn take_next(
    db: &impl ConnectionTrait,
    now: Moment,
    until: Moment,
) -> Result<Option<(WorkspaceId, Document)>> {
    let Some(row) = in_line(now).one(db).await? else { return Ok(None) };
    let workspace = WorkspaceId(row.workspace_id);
    change(workspace, &row.id)
        .col_expr(document::Column::State, Expr::value(word(&State::Reading)))
        .col_expr(document::Column::LeaseUntil, Expr::value(until))
        .col_expr(document::Column::Done, Expr::value(0_i64))
        .col_expr(document::Column::Total, Expr::value(0_i64))
        .col_expr(document::Column::Problem, Expr::value(None::<String>))
        .exec(db)
        .await?;
    Ok(Some((workspace, Document { state: State::Reading, ..read(row)? })))
}

/// Is there a document to be read?
pub async fn is_waiting(db: &impl ConnectionTrait, now: Moment) -> Result<bool> {
    Ok(in_line(now).one(db).await?.is_some())
}

/// Passages and articles of a workspace, whether they can be found or not.
pub async fn entries(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64> {
    let passages = document::Entity::find()
        .select_only()
        .column(document::Column::Passages)
        .filter(document::Column::WorkspaceId.eq(workspace.0))
        .into_tuple::<i64>()
        .all(db)
        .await?;
    let by_hand = article::Entity::find()
        .filter(article::Column::WorkspaceId.eq(workspace.0))
        .filter(article::Column::DocumentId.is_null())
        .count(db)
        .await?;
    Ok(by_hand + passages.into_iter().map(i64::unsigned_abs).sum::<u64>())
}

fn in_line(now: Moment) -> sea_orm::Select<document::Entity> {
    let at_work = [State::Reading, State::Splitting, State::Indexing].map(|state| word(&state));
    document::Entity::find()
        .filter(
            document::Column::State
                .eq(word(&State::Queued))
                .or(document::Column::State.is_in(at_work).and(document::Column::LeaseUntil.lt(now))),
        )
        .order_by_asc(document::Column::ChangedAt)
        .order_by_asc(document::Column::Id)
}

/// Documents that were at work when the process stopped are in line again. Only where no other process can have them.
pub async fn requeue(db: &impl ConnectionTrait) -> Result<()> {
    let at_work = [State::Reading, State::Splitting, State::Indexing].map(|state| word(&state));
    document::Entity::update_many()
        .col_expr(document::Column::State, Expr::value(word(&State::Queued)))
        .filter(document::Column::State.is_in(at_work))
        .exec(db)
        .await?;
    Ok(())
}

/// Notes how far a document at work is, and keeps it until `until`. False when it was stopped or removed meanwhile.
pub async fn progress(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &str,
    news: Progress,
    until: Moment,
) -> Result<bool> {
    let at_work = [State::Reading, State::Splitting, State::Indexing].map(|state| word(&state));
    let mut change = change(workspace, id).col_expr(document::Column::LeaseUntil, Expr::value(until));
    if let Some(state) = news.state {
        change = change.col_expr(document::Column::State, Expr::value(word(&state)));
    }
    if let Some((done, total)) = news.steps {
        change = change
            .col_expr(document::Column::Done, Expr::value(done))
            .col_expr(document::Column::Total, Expr::value(total));
    }
    if let Some(problem) = news.problem {
        change = change.col_expr(document::Column::Problem, Expr::value(problem.as_ref().map(json)));
    }
    Ok(change.filter(document::Column::State.is_in(at_work)).exec(db).await?.rows_affected > 0)
}

/// Keeps what a first look at a sheet or a page has shown.
pub async fn note(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &str,
    preview: Option<&serde_json::Value>,
    content: Option<(&str, i64)>,
) -> Result<()> {
    let mut change = change(workspace, id);
    if let Some(preview) = preview {
        change = change.col_expr(document::Column::Preview, Expr::value(Some(json(preview))));
    }
    if let Some((hash, size_bytes)) = content {
        change = change
            .col_expr(document::Column::Hash, Expr::value(hash))
            .col_expr(document::Column::SizeBytes, Expr::value(size_bytes));
    }
    change.col_expr(document::Column::Edition, Expr::col(document::Column::Edition)).exec(db).await?;
    Ok(())
}

/// Puts a document in line, or stops it.
pub async fn set_state(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &str,
    state: State,
    now: Moment,
) -> Result<()> {
    change(workspace, id)
        .col_expr(document::Column::State, Expr::value(word(&state)))
        .col_expr(document::Column::ChangedAt, Expr::value(now))
        .exec(db)
        .await?;
    Ok(())
}

/// What an author may change.
pub async fn save(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &str,
    name: &str,
    is_off: bool,
    columns: Option<&serde_json::Value>,
    now: Moment,
) -> Result<()> {
    change(workspace, id)
        .col_expr(document::Column::Name, Expr::value(name))
        .col_expr(document::Column::IsOff, Expr::value(is_off))
        .col_expr(document::Column::Columns, Expr::value(columns.map(json)))
        .col_expr(document::Column::ChangedAt, Expr::value(now))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes a document with all that was read from it; false when there is none.
pub async fn delete(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<bool> {
    editions::drop_all(db, workspace, id).await?;
    parts::drop_all(db, workspace, id).await?;
    delete_articles(db, workspace, id).await?;
    Ok(document::Entity::delete_by_id((workspace.0, id.to_owned())).exec(db).await?.rows_affected > 0)
}

/// Removes the articles that were read from a sheet.
pub async fn delete_articles(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<()> {
    article::Entity::delete_many()
        .filter(article::Column::WorkspaceId.eq(workspace.0))
        .filter(article::Column::DocumentId.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Counts the articles of a sheet anew, after another one took some over.
pub async fn recount(db: &impl ConnectionTrait, workspace: WorkspaceId, id: &str) -> Result<()> {
    let n = article::Entity::find()
        .filter(article::Column::WorkspaceId.eq(workspace.0))
        .filter(article::Column::DocumentId.eq(id))
        .count(db)
        .await?;
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    change(workspace, id).col_expr(document::Column::Passages, Expr::value(n)).exec(db).await?;
    Ok(())
}

fn change(workspace: WorkspaceId, id: &str) -> sea_orm::UpdateMany<document::Entity> {
    document::Entity::update_many()
        .filter(document::Column::WorkspaceId.eq(workspace.0))
        .filter(document::Column::Id.eq(id))
}

fn read(row: document::Model) -> Result<Document> {
    let value = |text: Option<String>| text.map(|text| parsed("document", &text)).transpose();
    Ok(Document {
        id: row.id,
        library: LibraryKey(row.library_key),
        kind: row.kind,
        name: row.name,
        url: row.url,
        crawl: row.crawl.map(|text| parsed("document", &text)).transpose()?,
        hash: row.hash,
        size_bytes: row.size_bytes,
        state: from_word("document", &row.state)?,
        done: row.done,
        total: row.total,
        problem: row.problem.map(|text| parsed("document", &text)).transpose()?,
        columns: value(row.columns)?,
        preview: value(row.preview)?,
        is_off: row.is_off,
        passages: row.passages,
        edition: row.edition,
        added_by: row.added_by,
        added_at: row.added_at,
        read_at: row.read_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, sample};

    #[tokio::test]
    async fn a_document_is_read_once_and_serves_its_former_edition_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), None).await.expect("a store");
        let workspace = sample::workspace(&store).await;
        let bytes = vec![7; 1024 * 1024 + 3];
        add(&store, workspace, &document("d"), &bytes).await.expect("added");
        assert_eq!(self::bytes(store.read(), workspace, "d").await.expect("bytes"), bytes);

        let writing = store.write().await.expect("the writer");
        let (_, taken) = take_next(&writing, 10, 20).await.expect("looked").expect("one");
        assert_eq!(taken.state, State::Reading);
        assert_eq!(take_next(&writing, 15, 25).await.expect("looked"), None, "its lease holds");
        let (_, again) = take_next(&writing, 21, 30).await.expect("looked").expect("the lease ran out");
        assert_eq!(again.id, "d");
        add_passages(&writing, workspace, 1, &[passage("a")]).await.expect("added");
        serve(&writing, workspace, "d", 1, 1, 30).await.expect("served");
        add_passages(&writing, workspace, 2, &[passage("b")]).await.expect("added");
        let served = by_id(&writing, workspace, "d").await.expect("found").expect("it is there");
        assert_eq!(passages(&writing, workspace, &served, 0, 9).await.expect("found"), [passage("a")]);
        serve(&writing, workspace, "d", 2, 1, 40).await.expect("served");
        let served = by_id(&writing, workspace, "d").await.expect("found").expect("it is there");
        assert_eq!(passages(&writing, workspace, &served, 0, 9).await.expect("found"), [passage("b")]);

        set_state(&writing, workspace, "d", State::Canceled, 50).await.expect("stopped");
        assert!(!progress(&writing, workspace, "d", Progress::default(), 60).await.expect("asked"));
        assert!(delete(&writing, workspace, "d").await.expect("gone"));
        assert!(self::bytes(&writing, workspace, "d").await.expect("bytes").is_empty());
    }

    fn document(id: &str) -> Document {
        let document = Document::in_line(id, "faq".into(), "a.txt".into(), "Li", 1);
        Document { kind: "text".into(), hash: "h".into(), size_bytes: 1, ..document }
    }

    fn passage(text: &str) -> Passage {
        Passage {
            document: "d".into(),
            n: 0,
            title: "a".into(),
            heading: String::new(),
            text: text.into(),
            url: None,
            page: Some(1),
        }
    }
}
