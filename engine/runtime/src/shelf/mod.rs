//! The libraries of a workspace, ready to be searched: built beside the conversations, swapped in when whole.
//!
//! What flows refer to changes often and is read at once; an index over a hundred thousand passages takes its time. So
//! libraries have a shelf of their own: until the new one is whole the old one serves. Only the first is waited for.
//! A new shelf shares with the one before what did not change: the texts (`batch`), and what was counted of them
//! (`counted`), which the indexes of all choices of libraries share as well. The first of a process reads what was
//! counted from files (`kept`).

mod batch;
mod counted;
mod item;
mod keep;
mod kept;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use model::LibraryKey;
use nlu::search::{Hit, Index, Terms};
use store::{Store, WorkspaceId};

use crate::Result;
use crate::meaning::{ByName, Hash};
use batch::Batch;
use counted::Part;
pub use item::{Item, MAX_TEXT_CHARS, asked};
pub(crate) use keep::Shelves;
use kept::Kept;

/// All libraries of a workspace as they were at one moment.
pub struct Shelf {
    generation: u64,
    /// The day for which it was built: other articles may hold on another.
    day: String,
    /// Everything that can be found.
    batches: Vec<Arc<Batch>>,
    /// For each batch, the place of its first item; and where the last one ends.
    starts: Vec<usize>,
    synonyms: Vec<Vec<String>>,
    /// The libraries that are searched by meaning.
    meant: Vec<LibraryKey>,
    counted: BTreeMap<LibraryKey, Counted>,
    /// What was counted before this process began.
    kept: Option<Kept>,
    n_from_files: AtomicUsize,
    /// One index per choice of libraries that was ever asked for.
    indexes: RwLock<BTreeMap<Vec<LibraryKey>, Arc<OnceLock<Searchable>>>>,
}

/// What a library's texts say.
struct Counted {
    /// As the shelf before knew it, until somebody asks.
    before: Mutex<Vec<Arc<Part>>>,
    now: OnceLock<Vec<Arc<Part>>>,
}

/// An index with the places of what it finds.
struct Searchable {
    index: Index,
    /// By the number in the index.
    places: Vec<usize>,
    /// Of the texts that are searched by meaning.
    names: ByName<Vec<usize>>,
}

/// The index of the same choice on the shelf before.
struct Former<'a> {
    shelf: &'a Shelf,
    index: &'a Index,
}

/// What words found in a choice of libraries, by place on the shelf.
pub(crate) struct FoundByWords {
    /// Best first.
    pub(crate) hits: Vec<(usize, Hit)>,
    pub(crate) nothing_below: f64,
    pub(crate) sure_above: f64,
}

impl Shelf {
    async fn load(
        store: &Store,
        workspace: WorkspaceId,
        generation: u64,
        day: String,
        before: Option<&Self>,
        kept: Option<Kept>,
    ) -> Result<Self> {
        let known = before.map(|before| before.batches.as_slice()).unwrap_or_default();
        let batches = batch::all(store, workspace, &day, known).await?;
        let synonyms = store::judgements::synonyms(store.read(), workspace).await?;
        let meant = store::meaning::libraries(store.read(), workspace).await?;
        let mut starts = vec![0];
        for batch in &batches {
            starts.push(starts.last().copied().unwrap_or_default() + batch.items.len());
        }
        let before = before.filter(|before| before.synonyms == synonyms);
        let counted = batches.iter().map(|batch| {
            let known = before.and_then(|before| before.counted.get(&batch.library)?.now.get());
            let before = Mutex::new(known.cloned().unwrap_or_default());
            (batch.library.clone(), Counted { before, now: OnceLock::new() })
        });
        let counted = counted.collect();
        Ok(Self {
            generation,
            day,
            batches,
            starts,
            synonyms,
            meant,
            counted,
            kept,
            n_from_files: AtomicUsize::new(0),
            indexes: RwLock::default(),
        })
    }

    /// The best articles and passages of some libraries by their words; no library means all.
    /// The first search in a choice of libraries builds their index, which may take long.
    pub(crate) fn by_words(&self, query: &str, libraries: &[LibraryKey], limit: usize) -> FoundByWords {
        let searchable = self.searchable(libraries);
        let searchable = searchable.get_or_init(|| self.build(libraries, None));
        let hits = searchable.index.search_numbered(query, limit).into_iter();
        let hits = hits.filter_map(|(number, hit)| Some((*searchable.places.get(number)?, hit)));
        let index = &searchable.index;
        FoundByWords { hits: hits.collect(), nothing_below: index.nothing_below(), sure_above: index.sure_above() }
    }

    /// The places of texts by their names, in a choice of libraries, as far as these are searched by meaning.
    pub(crate) fn by_name<T>(&self, libraries: &[LibraryKey], look: impl FnOnce(&ByName<Vec<usize>>) -> T) -> T {
        let searchable = self.searchable(libraries);
        look(&searchable.get_or_init(|| self.build(libraries, None)).names)
    }

    /// Is a library of this choice searched by meaning?
    pub(crate) fn is_meant(&self, libraries: &[LibraryKey]) -> bool {
        !self.meant.is_empty() && (libraries.is_empty() || libraries.iter().any(|key| self.meant.contains(key)))
    }

    /// What stands at a place.
    pub(crate) fn item(&self, place: usize) -> Option<&Item> {
        let batch = self.starts.partition_point(|start| *start <= place).checked_sub(1)?;
        self.batches.get(batch)?.items.get(place - self.starts[batch])
    }

    /// What of a place is turned into a vector.
    pub(crate) fn text(&self, place: usize) -> String {
        self.item(place).map(Item::meant).unwrap_or_default()
    }

    /// The names of all texts of the libraries that are searched by meaning, with where each stands. Takes a moment.
    pub(crate) fn meant(&self) -> impl Iterator<Item = (Hash, usize)> {
        self.names(&[])
    }

    /// The same in a choice of libraries.
    fn names(&self, libraries: &[LibraryKey]) -> impl Iterator<Item = (Hash, usize)> {
        let chosen = self.chosen(libraries).filter(move |(_, batch)| self.meant.contains(&batch.library));
        chosen.flat_map(|(start, batch)| batch.names().iter().copied().zip(start..))
    }

    /// The batches of a choice of libraries, each with its first place.
    fn chosen(&self, libraries: &[LibraryKey]) -> impl Iterator<Item = (usize, &Arc<Batch>)> {
        let all = self.starts.iter().copied().zip(&self.batches);
        all.filter(move |(_, batch)| libraries.is_empty() || libraries.contains(&batch.library))
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

    /// Builds the index of a choice of libraries, with what the one of the shelf before has for it.
    fn build(&self, libraries: &[LibraryKey], before: Option<&Former<'_>>) -> Searchable {
        let mut numbers: HashMap<*const Batch, std::ops::Range<u32>> = HashMap::new();
        let mut places: Vec<usize> = Vec::new();
        for (start, batch) in self.chosen(libraries) {
            let first = places.len() as u32;
            places.extend(start..start + batch.items.len());
            numbers.insert(Arc::as_ptr(batch), first..places.len() as u32);
        }
        let same = before.filter(|before| self.has_the_same_in(libraries, before.shelf));
        let index = same.map(|before| before.index.clone()).unwrap_or_else(|| {
            let counted = self.counted.keys().filter(|key| libraries.is_empty() || libraries.contains(key));
            let parts = counted.flat_map(|key| self.parts(key)).map(|part| {
                let of_batches = part.batches.iter().filter_map(|batch| numbers.get(&Arc::as_ptr(batch)).cloned());
                (part.terms.clone(), of_batches.flatten().collect())
            });
            let parts: Vec<(Terms, Vec<u32>)> = parts.collect();
            let read = |number: usize| self.item(places[number]).map(Item::entry).unwrap_or_default();
            Index::of(&parts, &read, &self.synonyms, before.map(|before| before.index))
        });
        let mut names: ByName<Vec<usize>> = ByName::default();
        self.names(libraries).for_each(|(name, place)| names.entry(name).or_default().push(place));
        Searchable { index, places, names }
    }

    /// What a library's texts say, counted.
    fn parts(&self, library: &LibraryKey) -> &[Arc<Part>] {
        let Some(counted) = self.counted.get(library) else { return &[] };
        counted.now.get_or_init(|| {
            let mut before = std::mem::take(&mut *counted.before.lock().unwrap_or_else(PoisonError::into_inner));
            let batches: Vec<Arc<Batch>> =
                self.batches.iter().filter(|batch| batch.library == *library).map(Arc::clone).collect();
            if let Some(kept) = self.kept.as_ref().filter(|_| before.is_empty()) {
                before = kept.read(library, &batches, &self.synonyms);
                let n = before.iter().map(|part| part.terms.len()).sum();
                self.n_from_files.fetch_add(n, Ordering::Relaxed);
            }
            counted::parts(&batches, &before, &self.synonyms)
        })
    }

    /// Articles and passages that did not have to be counted, as files of a former process knew them.
    pub fn n_from_files(&self) -> usize {
        self.n_from_files.load(Ordering::Relaxed)
    }

    /// Counts what all libraries say, one after the other, as far as that has not been done.
    fn count(&self) {
        for library in self.counted.keys() {
            self.parts(library);
        }
    }

    /// Keeps what was counted for the next process.
    fn keep(&self) -> std::io::Result<()> {
        let Some(kept) = &self.kept else { return Ok(()) };
        let now = self.counted.iter().filter_map(|(library, counted)| Some((library, counted.now.get()?.as_slice())));
        kept.keep(now, self.counted.keys(), &self.synonyms)
    }

    /// Does it hold what the other holds in a choice of libraries?
    fn has_the_same_in(&self, libraries: &[LibraryKey], other: &Self) -> bool {
        let (ours, theirs) = (self.chosen(libraries), other.chosen(libraries));
        ours.map(|(_, batch)| Arc::as_ptr(batch)).eq(theirs.map(|(_, batch)| Arc::as_ptr(batch)))
    }

    /// Builds what another shelf had built.
    fn build_like(&self, other: &Self) {
        let asked = other.indexes.read().unwrap_or_else(PoisonError::into_inner).clone();
        for (libraries, built) in asked {
            // Synonyms change what all texts say.
            let built = built.get().filter(|_| self.synonyms == other.synonyms);
            let former = built.map(|built| Former { shelf: other, index: &built.index });
            self.searchable(&libraries).get_or_init(|| self.build(&libraries, former.as_ref()));
        }
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").field("generation", &self.generation).field("day", &self.day).finish_non_exhaustive()
    }
}
