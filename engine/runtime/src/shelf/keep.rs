//! The shelves of all workspaces: when they are built anew, and which indexes before anybody asks.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Moment, time_zone};
use store::WorkspaceId;
use tokio::sync::{Mutex, Notify};

use super::{Kept, Shelf};
use crate::{Engine, Error, Result};

/// How often it is looked whether a day has begun on which other articles hold.
const LOOK: Duration = Duration::from_secs(60);
/// What is counted is kept once nothing has changed for so long: documents often come in numbers.
const QUIET: Duration = Duration::from_secs(5);
/// Someone who saved an article waits this long for it to be found.
const PATIENCE: Duration = Duration::from_secs(2);

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
    /// Where what was counted is kept.
    folder: OnceLock<PathBuf>,
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
        let kept = self.shelves.folder.get().map(|folder| Kept::new(folder.join(workspace.0.to_string())));
        let shelf = Arc::new(Shelf::load(&self.store, workspace, generation, day, before.as_deref(), kept).await?);
        if let Some(before) = before {
            let new = Arc::clone(&shelf);
            let built = tokio::task::spawn_blocking(move || new.build_like(&before)).await;
            built.map_err(|error| Error::Internal(error.to_string()))?;
        }
        let mut shelves = self.shelves.shelves.write().unwrap_or_else(PoisonError::into_inner);
        shelves.insert(workspace, Arc::clone(&shelf));
        Ok(shelf)
    }

    /// Keeps what is counted of large libraries in files of this folder, which nobody else writes to; without one every
    /// process counts anew.
    pub fn keep_counts_in(&self, folder: PathBuf) {
        let _ = self.shelves.folder.set(folder);
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
            self.warm_shelves().await;
            if tokio::time::timeout(QUIET, self.shelves.changed.notified()).await.is_err() {
                self.keep_counts().await;
                let _ = tokio::time::timeout(LOOK, self.shelves.changed.notified()).await;
            }
        }
    }

    async fn warm_shelves(&self) {
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
    }

    /// Keeps what was counted for the next process.
    async fn keep_counts(&self) {
        let shelves: Vec<_> =
            self.shelves.shelves.read().unwrap_or_else(PoisonError::into_inner).values().map(Arc::clone).collect();
        for shelf in shelves {
            let kept = tokio::task::spawn_blocking(move || shelf.keep()).await;
            if let Ok(Err(error)) = kept {
                tracing::warn!(%error, "what is counted of libraries could not be kept; the next start counts it anew");
            }
        }
    }

    /// Builds the indexes that published flows search in before the first of their customers asks; then counts what
    /// other libraries say, which staff may ask.
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
                shelf.searchable(&libraries).get_or_init(|| shelf.build(&libraries, None));
            });
            built.await.map_err(|error| Error::Internal(error.to_string()))?;
        }
        let counted = Arc::clone(&shelf);
        let counted = tokio::task::spawn_blocking(move || counted.count()).await;
        counted.map_err(|error| Error::Internal(error.to_string()))?;
        let n_from_files = shelf.n_from_files();
        if n_from_files > 0 {
            tracing::debug!(n_from_files, "what a former process counted of libraries was read");
        }
        self.shelves.set_warm(workspace, &shelf, generation);
        Ok(())
    }

    /// Today in the workspace's zone, as in conversations.
    async fn today(&self, workspace: WorkspaceId) -> Result<String> {
        let calendars = store::directory::calendars(self.store.read(), workspace).await?;
        Ok(day(self.clock.now(), time_zone(&calendars)))
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
