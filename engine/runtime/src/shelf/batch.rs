//! What comes and goes together: the articles of a library, or the passages of an edition of a document. Shelves share
//! the batches that did not change between them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use model::{LibraryKey, Moment};
use sha2::{Digest, Sha256};
use store::documents::Document;
use store::{Store, WorkspaceId};

use super::Item;
use crate::Result;
use crate::meaning::{Hash, hash};

/// Passages of one document that are read at once.
const AT_ONCE: u64 = 2_000;

/// Articles or passages of one library.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) library: LibraryKey,
    source: Source,
    pub(super) items: Vec<Item>,
    names: OnceLock<Vec<Hash>>,
    content: OnceLock<Content>,
}

/// The SHA-256 of texts.
pub(super) type Content = [u8; 32];

/// Adds texts to a sum, each with its length, so that where one ends and the next begins counts.
pub(super) fn add_texts<'a>(sum: &mut Sha256, texts: impl IntoIterator<Item = &'a String>) {
    for text in texts {
        sum.update((text.len() as u64).to_le_bytes());
        sum.update(text);
    }
}

/// Where they come from.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    Articles,
    /// An edition never changes; a document that was removed and came back was read at another time.
    Document {
        id: String,
        edition: i64,
        read_at: Option<Moment>,
    },
}

impl Source {
    fn of(document: &Document) -> Self {
        Self::Document { id: document.id.clone(), edition: document.edition, read_at: document.read_at }
    }
}

impl Batch {
    pub(super) fn new(library: LibraryKey, source: Source, items: Vec<Item>) -> Arc<Self> {
        Arc::new(Self { library, source, items, names: OnceLock::new(), content: OnceLock::new() })
    }

    pub(super) fn is_of_articles(&self) -> bool {
        self.source == Source::Articles
    }

    /// The names of the texts, as the search by meaning knows them.
    pub(super) fn names(&self) -> &[Hash] {
        self.names.get_or_init(|| self.items.iter().map(|item| hash(&item.meant())).collect())
    }

    /// Names what the search by words reads here: the same texts have the same name in every process. Takes a moment.
    pub(super) fn content(&self) -> &Content {
        self.content.get_or_init(|| {
            let mut sum = Sha256::new();
            for entry in self.items.iter().map(Item::entry) {
                sum.update((entry.variants.len() as u64).to_le_bytes());
                add_texts(&mut sum, [&entry.question, &entry.answer].into_iter().chain(&entry.variants));
            }
            sum.finalize().into()
        })
    }
}

/// All that can be found on a day: first the articles of all libraries, then the documents. What was read before is
/// taken from there.
pub(super) async fn all(
    store: &Store,
    workspace: WorkspaceId,
    day: &str,
    before: &[Arc<Batch>],
) -> Result<Vec<Arc<Batch>>> {
    let db = store.read();
    let served = store::documents::served(db, workspace).await?;
    let is_off: BTreeMap<&str, bool> = served.iter().map(|it| (it.id.as_str(), it.is_off)).collect();
    let known = |library: &LibraryKey, source: &Source| {
        before.iter().find(|batch| batch.library == *library && batch.source == *source)
    };
    let mut batches = Vec::new();
    for (library, _) in store::libraries::names(db, workspace).await? {
        let articles = store::libraries::articles(db, workspace, &library).await?;
        // Of a sheet that is off, the articles are off as well.
        let is_on = |sheet: &Option<String>| sheet.as_ref().is_none_or(|id| is_off.get(id.as_str()) != Some(&true));
        let holding = articles.into_iter().filter(|article| article.holds_on(day) && is_on(&article.document));
        let items: Vec<Item> = holding.map(Item::Article).collect();
        let same = known(&library, &Source::Articles).filter(|batch| batch.items == items).map(Arc::clone);
        batches.push(same.unwrap_or_else(|| Batch::new(library, Source::Articles, items)));
    }
    for document in served.iter().filter(|document| !document.is_off) {
        let source = Source::of(document);
        if let Some(same) = known(&document.library, &source) {
            batches.push(Arc::clone(same));
            continue;
        }
        let (mut items, mut from) = (Vec::new(), 0);
        loop {
            let passages = store::documents::passages(db, workspace, document, from, AT_ONCE).await?;
            let Some(last) = passages.last() else { break };
            from = last.n + 1;
            items.extend(passages.into_iter().map(Item::Passage));
        }
        items.shrink_to_fit();
        batches.push(Batch::new(document.library.clone(), source, items));
    }
    batches.retain(|batch| !batch.items.is_empty());
    Ok(batches)
}
