//! Rows of sheets become articles, once their author said what the columns mean.

use std::collections::{BTreeMap, BTreeSet};

use documents::{Comparison, Kind, Mapping, Sheet, Unreadable, compare, guess, question_key, settle};
use model::{Article, Language, LibraryKey, Texts};
use serde_json::{Value, json};
use store::WorkspaceId;
use store::documents::{Document, Progress, State};

use super::{BATCH, Stop, Work};
use crate::{Engine, Error, Result, secret};

/// Rows of a sheet that an author sees when saying what the columns mean.
const PREVIEW_ROWS: usize = 8;

/// What a mapping of a file would do, before anything is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// The articles that its rows make.
    pub rows: Vec<Article>,
    /// The articles that the library has from elsewhere.
    pub known: Vec<Article>,
    /// How they stand to each other.
    pub comparison: Comparison,
    /// What would be left out.
    pub notes: Vec<Texts>,
}

impl Engine {
    /// Reads a file of sheets as a mapping says, and compares its questions with those of the library. The inner error
    /// is for whoever wrote the mapping.
    ///
    /// # Errors
    /// Those of the database; [`Error::Internal`] where nobody reads files of this kind.
    pub async fn compare_sheets(
        &self,
        workspace: WorkspaceId,
        document: &Document,
        mapping: &Mapping,
    ) -> Result<std::result::Result<Compared, Unreadable>> {
        let bytes = store::documents::bytes(self.store.read(), workspace, &document.id).await?;
        let kind = Kind::from_word(&document.kind)
            .ok_or_else(|| Error::Internal(format!("{} is no kind of document", document.kind)))?;
        let read = match self.read_file(kind, bytes).await? {
            Ok(read) => read,
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        let faq = documents::articles(&read.sheets, mapping, &Language::zh());
        let known = elsewhere(self, workspace, &document.library, &document.id).await?;
        let comparison = compare(&faq.articles, &known);
        Ok(Ok(Compared { rows: faq.articles, known, comparison, notes: faq.notes }))
    }
}

/// The articles of a library that do not come from this file.
async fn elsewhere(engine: &Engine, workspace: WorkspaceId, library: &LibraryKey, id: &str) -> Result<Vec<Article>> {
    let mut known = store::libraries::articles(engine.store.read(), workspace, library).await?;
    known.retain(|article| article.document.as_deref() != Some(id));
    Ok(known)
}

impl Work<'_> {
    /// Asks what the columns mean, or makes articles of the rows.
    pub(super) async fn take_sheets(
        &self,
        sheets: &[Sheet],
        mut notes: Vec<Texts>,
    ) -> std::result::Result<(State, Vec<Texts>), Stop> {
        let mapping = self.document.columns.clone();
        let Some(mapping) = mapping.and_then(|mapping| serde_json::from_value::<Mapping>(mapping).ok()) else {
            let writing = self.engine.store.write().await?;
            store::documents::note(&writing, self.workspace, &self.document.id, Some(&preview(sheets)), None).await?;
            writing.commit().await?;
            return Ok((State::AsksColumns, notes));
        };
        self.progress(Progress { state: Some(State::Splitting), ..Progress::default() }).await?;
        let faq = documents::articles(sheets, &mapping, &Language::zh());
        notes.extend(faq.notes);
        if faq.articles.is_empty() {
            return Err(Unreadable::new(
                ("表格里没有既有问题又有答案的行", "no row of the sheet has both a question and an answer"),
                ("请检查选择的列是否正确", "look at the columns that were chosen"),
            )
            .into());
        }
        let (id, library) = (&self.document.id, &self.document.library);
        let known = elsewhere(self.engine, self.workspace, library, id).await?;
        let settled = settle(faq.articles, &known, id, mapping.repeated);
        self.has_room(settled.own.len()).await?;
        self.change_known(&settled.changed, &known).await?;
        let former = store::libraries::articles(self.engine.store.read(), self.workspace, library).await?;
        let former = former.into_iter().filter(|article| article.document.as_deref() == Some(id));
        let own = self.own(settled.own, former.collect(), &settled.changed);
        let writing = self.engine.store.write().await?;
        store::documents::delete_articles(&writing, self.workspace, id).await?;
        let now = self.engine.clock.now();
        store::libraries::add_articles(&writing, self.workspace, library, &own, now).await?;
        let n = i64::try_from(own.len()).unwrap_or(i64::MAX);
        let edition = self.document.edition + 1;
        store::documents::serve(&writing, self.workspace, id, edition, n, now).await?;
        writing.commit().await?;
        self.index().await?;
        Ok((State::Ready, notes))
    }

    /// Articles from elsewhere say what the rows say; files that lose some of theirs are counted anew.
    async fn change_known(&self, changed: &[Article], known: &[Article]) -> Result<()> {
        let is_changed: BTreeSet<&str> = changed.iter().map(|article| article.id.as_str()).collect();
        let losing = known.iter().filter(|article| is_changed.contains(article.id.as_str()));
        let losing: BTreeSet<&String> = losing.filter_map(|article| article.document.as_ref()).collect();
        for batch in changed.chunks(BATCH) {
            let writing = self.engine.store.write().await?;
            let now = self.engine.clock.now();
            for article in batch {
                store::libraries::save_article(&writing, self.workspace, &self.document.library, article, now).await?;
            }
            writing.commit().await?;
        }
        let writing = self.engine.store.write().await?;
        for document in losing {
            store::documents::recount(&writing, self.workspace, document).await?;
        }
        writing.commit().await?;
        Ok(())
    }

    /// The articles of this file, with what is known of them from before: a question of the same file keeps its id, and
    /// so its counts, and what its author said of it. Those that were taken over just now are among them.
    fn own(&self, rows: Vec<Article>, former: Vec<Article>, changed: &[Article]) -> Vec<Article> {
        let is_changed: BTreeSet<&str> = changed.iter().map(|article| article.id.as_str()).collect();
        let (taken, former): (Vec<_>, Vec<_>) =
            former.into_iter().partition(|article| is_changed.contains(article.id.as_str()));
        let mut ids: BTreeSet<String> = taken.iter().chain(&former).map(|article| article.id.clone()).collect();
        let mut former = Former::new(former, &rows);
        let document = &self.document.id;
        let own = rows.into_iter().map(|row| match former.take(&row.question) {
            Some(former) => Article { question: row.question, answer: row.answer, variants: row.variants, ..former },
            None => {
                // A question that was worded like this one before may have the id already.
                let id = |n: usize| {
                    secret::hash(&format!("{document}\n{}{}", row.question, "\n".repeat(n)))[..32].to_owned()
                };
                let id = (0..).map(id).find(|id| ids.insert(id.clone())).unwrap_or_default();
                Article { id, document: Some(document.clone()), ..row }
            }
        });
        let mut own: Vec<Article> = own.collect();
        own.extend(taken);
        own
    }
}

/// What a file had before, each to be found once: by its question, or by one that differs in signs only.
struct Former {
    exact: BTreeMap<String, Article>,
    alike: BTreeMap<String, Article>,
}

impl Former {
    fn new(former: Vec<Article>, rows: &[Article]) -> Self {
        let asked: BTreeSet<&str> = rows.iter().map(|row| row.question.as_str()).collect();
        let (mut exact, mut alike) = (BTreeMap::new(), BTreeMap::new());
        // The first of several counts.
        for article in former.into_iter().rev() {
            if asked.contains(article.question.as_str()) {
                exact.insert(article.question.clone(), article);
            } else {
                alike.insert(question_key(&article.question), article);
            }
        }
        Self { exact, alike }
    }

    fn take(&mut self, question: &str) -> Option<Article> {
        self.exact.remove(question).or_else(|| self.alike.remove(&question_key(question)))
    }
}

/// What an author sees of the sheets: the first rows of each, with a guess at its columns. The first sheet stands in
/// it as the only one of a file does.
fn preview(sheets: &[Sheet]) -> Value {
    let of = |sheet: &Sheet| {
        let n_first = sheet.rows.len().min(PREVIEW_ROWS);
        json!({
            "rows": &sheet.rows[..n_first],
            "lines": &sheet.lines[..n_first],
            "n_rows": sheet.rows.len(),
            "guess": guess(&sheet.rows),
        })
    };
    let mut preview = sheets.first().map(of).unwrap_or_default();
    if sheets.len() > 1 {
        let named = sheets.iter().map(|sheet| {
            let mut shown = of(sheet);
            shown["name"] = sheet.name.clone().into();
            shown
        });
        preview["sheets"] = named.collect();
    }
    preview
}
