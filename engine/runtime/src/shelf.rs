//! The libraries of a workspace, ready to be searched: built beside the conversations, swapped in when whole.
//!
//! What flows refer to changes often and is read at once; an index over a hundred thousand passages takes its time. So
//! libraries have a shelf of their own: until the new one is whole the old one serves. Only the first is waited for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;

use interpreter::{Found, Source};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Article, Citation, Language, LibraryKey, Moment, Texts};
use nlu::search::{Entry, Hit, Index};
use store::documents::Passage;
use store::{Store, WorkspaceId};
use tokio::sync::{Mutex, Notify};

use crate::meaning::{Hash, hash};
use crate::{Engine, Error, Result};

/// How often it is looked whether a day has begun on which other articles hold.
const LOOK: Duration = Duration::from_secs(60);
/// Someone who saved an article waits this long for it to be found.
const PATIENCE: Duration = Duration::from_secs(2);
/// Passages of one document that are read at once.
const AT_ONCE: u64 = 2_000;

/// As much of a text goes to a model.
const MAX_TEXT_CHARS: usize = 1_500;

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

    /// What a model reads of it: as much as most take.
    pub(crate) fn text(&self) -> String {
        let whole = match self {
            Self::Article(article) => {
                let answer = article.answer.iter().map(|(_, text)| text);
                let lines =
                    std::iter::once(article.question.as_str()).chain(article.variants.iter().map(String::as_str));
                lines.chain(answer).collect::<Vec<_>>().join("\n")
            }
            Self::Passage(passage) => format!("{}\n{}\n{}", passage.title, passage.heading, passage.text),
        };
        whole.chars().take(MAX_TEXT_CHARS).collect()
    }

    pub(crate) fn found(&self, score: f64, channel: Option<&str>) -> Found {
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
    /// The libraries that are searched by meaning.
    meant: Vec<LibraryKey>,
    /// The names of their texts, by place.
    names: OnceLock<Vec<Option<Hash>>>,
    /// One index per choice of libraries that was ever asked for.
    indexes: RwLock<BTreeMap<Vec<LibraryKey>, Arc<OnceLock<Searchable>>>>,
}

/// An index with the places of what it finds.
struct Searchable {
    index: Index,
    places: HashMap<String, usize>,
    /// Of the texts that are searched by meaning.
    names: HashMap<Hash, Vec<usize>>,
}

/// What words found in a choice of libraries, by place on the shelf.
pub(crate) struct FoundByWords {
    /// Best first.
    pub(crate) hits: Vec<(usize, Hit)>,
    pub(crate) nothing_below: f64,
    pub(crate) sure_above: f64,
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
        let meant = store::meaning::libraries(db, workspace).await?;
        Ok(Self { generation, day, items, synonyms, meant, names: OnceLock::new(), indexes: RwLock::default() })
    }

    /// The best articles and passages of some libraries by their words; no library means all.
    /// The first search in a choice of libraries builds their index, which may take long.
    pub(crate) fn by_words(&self, query: &str, libraries: &[LibraryKey], limit: usize) -> FoundByWords {
        let searchable = self.searchable(libraries);
        let searchable = searchable.get_or_init(|| self.build(libraries));
        let hits = searchable.index.search(query, limit).into_iter();
        let hits = hits.filter_map(|hit| Some((*searchable.places.get(&hit.id)?, hit)));
        let index = &searchable.index;
        FoundByWords { hits: hits.collect(), nothing_below: index.nothing_below(), sure_above: index.sure_above() }
    }

    /// The places of texts by their names, in a choice of libraries, as far as these are searched by meaning.
    pub(crate) fn by_name<T>(&self, libraries: &[LibraryKey], look: impl FnOnce(&HashMap<Hash, Vec<usize>>) -> T) -> T {
        let searchable = self.searchable(libraries);
        look(&searchable.get_or_init(|| self.build(libraries)).names)
    }

    /// Is a library of this choice searched by meaning?
    pub(crate) fn is_meant(&self, libraries: &[LibraryKey]) -> bool {
        !self.meant.is_empty() && (libraries.is_empty() || libraries.iter().any(|key| self.meant.contains(key)))
    }

    /// What stands at a place.
    pub(crate) fn item(&self, place: usize) -> Option<&Item> {
        self.items.get(place).map(|(_, item)| item)
    }

    /// The text of a place, as models read it.
    pub(crate) fn text(&self, place: usize) -> String {
        self.item(place).map(Item::text).unwrap_or_default()
    }

    /// The names of all texts of the libraries that are searched by meaning, with where each stands. Takes a moment.
    pub(crate) fn meant(&self) -> impl Iterator<Item = (Hash, usize)> {
        self.names().iter().enumerate().filter_map(|(place, name)| Some(((*name)?, place)))
    }

    fn names(&self) -> &[Option<Hash>] {
        self.names.get_or_init(|| {
            let name = |(key, item): &(LibraryKey, Item)| self.meant.contains(key).then(|| hash(&item.text()));
            self.items.iter().map(name).collect()
        })
    }

    /// Is the index of this choice of libraries there?
    pub fn is_built(&self, libraries: &[LibraryKey]) -> bool {
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
        let mut names: HashMap<Hash, Vec<usize>> = HashMap::new();
        if self.is_meant(libraries) {
            for (place, _) in &wanted {
                self.names()[*place].into_iter().for_each(|name| names.entry(name).or_default().push(*place));
            }
        }
        Searchable { index: Index::build_with(&entries, &self.synonyms), places, names }
    }

    /// Does it hold what the other holds? Then something else has changed, or another replica's news were old.
    fn has_the_same(&self, other: &Self) -> bool {
        self.items == other.items && self.synonyms == other.synonyms && self.meant == other.meant
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
    /// Shelves with all indexes that published flows search in, and the state of the flows.
    warm: std::sync::Mutex<HashMap<WorkspaceId, (Weak<Shelf>, u64)>>,
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

impl Shelves {
    /// Flows have changed: they may search elsewhere.
    pub(crate) fn look_again(&self) {
        self.changed.notify_one();
    }

    fn is_warm(&self, workspace: WorkspaceId, shelf: &Arc<Shelf>, generation: u64) -> bool {
        let warm = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
        let known = warm.get(&workspace);
        known.is_some_and(|(known, of)| known.ptr_eq(&Arc::downgrade(shelf)) && *of == generation)
    }

    fn set_warm(&self, workspace: WorkspaceId, shelf: &Arc<Shelf>, generation: u64) {
        let mut warm = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
        warm.insert(workspace, (Arc::downgrade(shelf), generation));
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
        self.meanings.wake();
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
            let mut known: BTreeSet<_> =
                self.shelves.shelves.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
            known.extend(self.workspaces_in_use());
            if let Ok(first) = store::workspaces::first(self.store.read()).await {
                known.extend(first.map(|first| first.id));
            }
            for workspace in known {
                if let Err(error) = self.warm_shelf(workspace).await {
                    tracing::error!(%error, "libraries could not be loaded, the former ones serve");
                }
            }
            let _ = tokio::time::timeout(LOOK, self.shelves.changed.notified()).await;
        }
    }

    /// Builds the indexes that published flows search in before the first of their customers asks.
    async fn warm_shelf(&self, workspace: WorkspaceId) -> Result<()> {
        let shelf = self.fresh_shelf(workspace).await?;
        let generation = self.generation.load(Ordering::Acquire);
        if self.shelves.is_warm(workspace, &shelf, generation) {
            return Ok(());
        }
        let db = self.store.read();
        let mut choices = BTreeSet::new();
        for (id, version) in store::versions::live_by_keys(db, workspace).await?.into_values() {
            if let Some((flow, _)) = store::versions::document(db, workspace, &id, version).await? {
                choices.extend(self.catalogue.library_choices(&flow));
            }
        }
        for libraries in choices.into_iter().filter(|libraries| !shelf.is_built(libraries)) {
            let shelf = Arc::clone(&shelf);
            let built = tokio::task::spawn_blocking(move || {
                shelf.searchable(&libraries).get_or_init(|| shelf.build(&libraries));
            });
            built.await.map_err(|error| Error::Internal(error.to_string()))?;
        }
        self.shelves.set_warm(workspace, &shelf, generation);
        Ok(())
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
