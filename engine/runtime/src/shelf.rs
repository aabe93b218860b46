//! The libraries of a workspace, ready to be searched: built beside the conversations, swapped in when whole.
//!
//! What flows refer to changes often and is read at once; an index over a hundred thousand passages takes its time. So
//! libraries have a shelf of their own: until the new one is whole the old one serves. Only the first is waited for.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use interpreter::{Answer, Found, Source};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Article, Citation, Language, LibraryKey, Moment, Texts};
use nlu::search::{Entry, Hit, Index};
use store::documents::Passage;
use store::{Store, WorkspaceId};
use tokio::sync::{Mutex, Notify};

use crate::{Engine, Error, Result};

/// How often it is looked whether a day has begun on which other articles hold.
const LOOK: Duration = Duration::from_secs(60);
/// Someone who saved an article waits this long for it to be found.
const PATIENCE: Duration = Duration::from_secs(2);
/// Passages of one document that are read at once.
const AT_ONCE: u64 = 2_000;

/// What search can find.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// An article.
    Article(Article),
    /// A passage of a document.
    Passage(Passage),
}

impl Item {
    /// The id that counts and finds refer to.
    pub fn id(&self) -> String {
        match self {
            Self::Article(article) => article.id.clone(),
            Self::Passage(passage) => format!("{}#{}", passage.document, passage.n),
        }
    }

    fn entry(&self) -> Entry {
        match self {
            Self::Article(article) => Entry {
                id: self.id(),
                question: article.question.clone(),
                variants: article.variants.clone(),
                answer: article.answer.iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"),
            },
            Self::Passage(passage) => Entry {
                id: self.id(),
                question: passage.heading.clone(),
                variants: Vec::new(),
                answer: format!("{}\n{}", passage.title, passage.text),
            },
        }
    }

    fn found(&self, score: f64, channel: Option<&str>) -> Found {
        match self {
            Self::Article(article) => Found {
                id: article.id.clone(),
                question: article.question.clone(),
                answer: article.answer_on(channel).clone(),
                score,
                source: None,
            },
            Self::Passage(passage) => Found {
                id: self.id(),
                question: match passage.heading.rsplit(" › ").next() {
                    Some(heading) if !heading.is_empty() => heading.to_owned(),
                    _ => passage.title.clone(),
                },
                answer: Texts([(Language("und".into()), passage.text.clone())].into()),
                score,
                source: Some(Source {
                    document: passage.document.clone(),
                    citation: Citation {
                        title: passage.title.clone(),
                        heading: passage.heading.clone(),
                        url: passage.url.clone(),
                        page: passage.page.and_then(|page| u32::try_from(page).ok()),
                    },
                }),
            },
        }
    }
}

/// All libraries of a workspace as they were at one moment.
pub struct Shelf {
    generation: u64,
    /// The day for which it was built: other articles may hold on another.
    day: String,
    /// Of everything that can be found, library by library.
    items: Vec<(LibraryKey, Item)>,
    synonyms: Vec<Vec<String>>,
    /// One index per choice of libraries that was ever asked for.
    indexes: RwLock<BTreeMap<Vec<LibraryKey>, Arc<OnceLock<Searchable>>>>,
}

/// An index with the places of what it finds.
struct Searchable {
    index: Index,
    places: HashMap<String, usize>,
}

/// Hits with their thresholds.
#[derive(Debug)]
pub struct Hits {
    /// Best first.
    pub hits: Vec<(Item, Hit)>,
    /// Below this score the libraries do not know.
    pub nothing_below: f64,
    /// From this score on the first is the answer.
    pub sure_above: f64,
}

impl Shelf {
    async fn load(store: &Store, workspace: WorkspaceId, generation: u64, day: String) -> Result<Self> {
        let db = store.read();
        let mut items = Vec::new();
        for (key, _) in store::libraries::names(db, workspace).await? {
            let articles = store::libraries::articles(db, workspace, &key).await?;
            let holding = articles.into_iter().filter(|article| article.holds_on(&day));
            items.extend(holding.map(|article| (key.clone(), Item::Article(article))));
        }
        let served = store::documents::served(db, workspace).await?;
        // Of a sheet that is off, the articles are off as well.
        let is_off =
            |id: &Option<String>| id.as_ref().is_some_and(|id| served.iter().any(|it| it.is_off && it.id == *id));
        items.retain(|(_, item)| !matches!(item, Item::Article(article) if is_off(&article.document)));
        for document in served.iter().filter(|document| !document.is_off) {
            let mut from = 0;
            loop {
                let passages = store::documents::passages(db, workspace, document, from, AT_ONCE).await?;
                let Some(last) = passages.last() else { break };
                from = last.n + 1;
                items.extend(passages.into_iter().map(|passage| (document.library.clone(), Item::Passage(passage))));
            }
        }
        let synonyms = store::judgements::synonyms(db, workspace).await?;
        Ok(Self { generation, day, items, synonyms, indexes: RwLock::default() })
    }

    /// The best articles and passages of some libraries, none meaning all.
    /// The first search in a choice of libraries builds their index, which may take long.
    pub fn search(&self, query: &str, libraries: &[LibraryKey], limit: usize) -> Hits {
        let searchable = self.searchable(libraries);
        let searchable = searchable.get_or_init(|| self.build(libraries));
        let hits = searchable.index.search(query, limit).into_iter();
        let hits = hits.filter_map(|hit| Some((self.items[*searchable.places.get(&hit.id)?].1.clone(), hit)));
        let index = &searchable.index;
        Hits { hits: hits.collect(), nothing_below: index.nothing_below(), sure_above: index.sure_above() }
    }

    /// Is the index of this choice of libraries there?
    fn is_built(&self, libraries: &[LibraryKey]) -> bool {
        self.searchable(libraries).get().is_some()
    }

    fn searchable(&self, libraries: &[LibraryKey]) -> Arc<OnceLock<Searchable>> {
        let known = self.indexes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(searchable) = known.get(libraries) {
            return Arc::clone(searchable);
        }
        drop(known);
        let mut known = self.indexes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(libraries.to_vec()).or_default())
    }

    fn build(&self, libraries: &[LibraryKey]) -> Searchable {
        let wanted = self.items.iter().enumerate();
        let wanted: Vec<_> = wanted.filter(|(_, (key, _))| libraries.is_empty() || libraries.contains(key)).collect();
        let entries: Vec<Entry> = wanted.iter().map(|(_, (_, item))| item.entry()).collect();
        let places = wanted.iter().map(|(place, (_, item))| (item.id(), *place)).collect();
        Searchable { index: Index::build_with(&entries, &self.synonyms), places }
    }

    /// Does it hold what the other holds? Then something else has changed, or another replica's news were old.
    fn has_the_same(&self, other: &Self) -> bool {
        self.items == other.items && self.synonyms == other.synonyms
    }

    fn take_indexes_of(&self, other: &Self) {
        let theirs = other.indexes.read().unwrap_or_else(PoisonError::into_inner).clone();
        *self.indexes.write().unwrap_or_else(PoisonError::into_inner) = theirs;
    }

    /// Builds what another shelf had built.
    fn build_like(&self, other: &Self) {
        let asked: Vec<_> = other.indexes.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        for libraries in asked {
            self.searchable(&libraries).get_or_init(|| self.build(&libraries));
        }
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").field("generation", &self.generation).field("day", &self.day).finish_non_exhaustive()
    }
}

/// The shelves of all workspaces.
#[derive(Debug, Default)]
pub(crate) struct Shelves {
    shelves: RwLock<HashMap<WorkspaceId, Arc<Shelf>>>,
    generation: AtomicU64,
    /// One is built at a time.
    building: Mutex<()>,
    changed: Notify,
}

impl Shelves {
    fn of(&self, workspace: WorkspaceId) -> Option<Arc<Shelf>> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner).get(&workspace).map(Arc::clone)
    }

    /// Articles, documents or synonyms have changed.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.changed.notify_one();
    }
}

impl Engine {
    /// The libraries of a workspace, perhaps as they were a moment ago.
    pub async fn shelf(&self, workspace: WorkspaceId) -> Result<Arc<Shelf>> {
        match self.shelves.of(workspace) {
            Some(shelf) => Ok(shelf),
            None => self.fresh_shelf(workspace).await,
        }
    }

    /// The libraries of a workspace as they are.
    pub async fn fresh_shelf(&self, workspace: WorkspaceId) -> Result<Arc<Shelf>> {
        let _building = self.shelves.building.lock().await;
        let generation = self.shelves.generation.load(Ordering::Acquire);
        let day = self.today(workspace).await?;
        let before = self.shelves.of(workspace);
        if let Some(shelf) = before.as_ref().filter(|shelf| shelf.generation == generation && shelf.day == day) {
            return Ok(Arc::clone(shelf));
        }
        let shelf = Arc::new(Shelf::load(&self.store, workspace, generation, day).await?);
        if let Some(before) = before.as_ref().filter(|before| before.has_the_same(&shelf)) {
            shelf.take_indexes_of(before);
        } else if let Some(before) = before {
            let new = Arc::clone(&shelf);
            let built = tokio::task::spawn_blocking(move || new.build_like(&before)).await;
            built.map_err(|error| Error::Internal(error.to_string()))?;
        }
        let mut shelves = self.shelves.shelves.write().unwrap_or_else(PoisonError::into_inner);
        shelves.insert(workspace, Arc::clone(&shelf));
        Ok(shelf)
    }

    /// Articles, documents or synonyms have changed: they are found as soon as the index is built, here and elsewhere.
    pub fn forget_libraries(&self) {
        self.shelves.forget();
        self.replicas.tell_changed();
    }

    /// The same, for somebody who has just saved something and will look for it: waits a moment for the index.
    pub async fn show_libraries(&self, workspace: WorkspaceId) {
        self.forget_libraries();
        if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, self.fresh_shelf(workspace)).await {
            tracing::error!(%error, "libraries could not be loaded");
        }
    }

    /// Builds shelves anew when something has changed, or a new day has begun, for ever.
    pub(crate) async fn keep_shelves(&self) {
        loop {
            let _ = tokio::time::timeout(LOOK, self.shelves.changed.notified()).await;
            let known: Vec<_> =
                self.shelves.shelves.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
            for workspace in known {
                if let Err(error) = self.fresh_shelf(workspace).await {
                    tracing::error!(%error, "libraries could not be loaded, the former ones serve");
                }
            }
        }
    }

    /// What a question finds, as an answer to a flow.
    pub(crate) async fn found(
        &self,
        workspace: WorkspaceId,
        channel: Option<&str>,
        query: &str,
        libraries: &[LibraryKey],
        limit: usize,
    ) -> Answer {
        let hits = match self.hits(workspace, query, libraries, limit).await {
            Ok(hits) => hits,
            Err(error) => {
                tracing::error!(%error, "a library could not be searched");
                return Answer::Failed {
                    why: Texts::new("知识库查找出错", "the library could not be searched")
                };
            }
        };
        let found = hits.hits.iter().map(|(item, hit)| item.found(hit.score, channel));
        Answer::Found { found: found.collect(), nothing_below: hits.nothing_below, sure_above: hits.sure_above }
    }

    /// What a question finds.
    pub async fn hits(
        &self,
        workspace: WorkspaceId,
        query: &str,
        libraries: &[LibraryKey],
        limit: usize,
    ) -> Result<Hits> {
        let shelf = self.shelf(workspace).await?;
        if shelf.is_built(libraries) {
            return Ok(shelf.search(query, libraries, limit));
        }
        let (query, libraries) = (query.to_owned(), libraries.to_vec());
        let searched = tokio::task::spawn_blocking(move || shelf.search(&query, &libraries, limit)).await;
        searched.map_err(|error| Error::Internal(error.to_string()))
    }

    /// Today in the workspace's zone, which is that of its first calendar, as in conversations.
    async fn today(&self, workspace: WorkspaceId) -> Result<String> {
        let calendars = store::directory::calendars(self.store.read(), workspace).await?;
        let zone = calendars.first().map_or("Asia/Shanghai", |calendar| calendar.time_zone.as_str());
        Ok(day(self.clock.now(), zone))
    }
}

fn day(now: Moment, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_business_is() {
        assert_eq!(day(1_795_190_400_000, "Asia/Shanghai"), "2026-11-21");
        assert_eq!(day(1_795_190_400_000, "America/New_York"), "2026-11-20");
    }
}
