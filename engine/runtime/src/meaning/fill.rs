//! Making vectors in the background, a few texts at a time, and keeping them; removing those that no text needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use model::Moment;
use store::WorkspaceId;
use store::meaning::Vector;
use tokio::time::Instant;

use super::vectors::{read, written};
use super::{Embedder, Hash, Role, Small, Space, Vectors, other_dimension};
use crate::perform::{Behalf, NoVectors};
use crate::{Engine, Error, Knowledge, Result, Shelf};

/// How often it is looked for texts without a vector.
const LOOK: Duration = Duration::from_secs(20);
/// After trouble with the model, and at most after much of it.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(10 * 60);
/// Texts in one request; fewer where the model does not take so many.
const AT_ONCE: usize = 32;
/// One request may take so long.
const TIME: Duration = Duration::from_secs(60);
/// Others leave a workspace alone for so long.
const LEASE_MS: Moment = 2 * 60_000;
/// Vectors that are read from the database at once.
const PAGE: u64 = 2_000;

/// The texts that want a vector, with where each stands on the shelf.
type Texts = BTreeMap<Hash, usize>;

/// How making them went.
#[derive(Debug)]
enum Went {
    /// All texts have one, or nobody wants any.
    Whole,
    /// Not now: what it has to wait for, for the author.
    Stuck(model::Texts),
}

impl Engine {
    /// Makes vectors for all workspaces that want them, for ever.
    pub(crate) async fn make_vectors(&self) {
        let mut rests: BTreeMap<i64, (Instant, Duration)> = BTreeMap::new();
        loop {
            let workspaces = match store::meaning::workspaces(self.store.read()).await {
                Ok(workspaces) => workspaces,
                Err(error) => {
                    tracing::error!(%error, "it could not be looked for libraries that are searched by meaning");
                    Vec::new()
                }
            };
            for workspace in workspaces {
                if rests.get(&workspace.0).is_some_and(|(until, _)| Instant::now() < *until) {
                    continue;
                }
                let problem = match self.make_vectors_of(workspace).await {
                    Ok(Went::Whole) => None,
                    Ok(Went::Stuck(why)) => Some(why),
                    Err(error) => {
                        tracing::error!(%error, "vectors could not be made");
                        Some(model::Texts::new(
                            "系统出了问题，稍后会重试",
                            "something failed inside; it is tried again later",
                        ))
                    }
                };
                if problem.is_some() {
                    let rest = rests.get(&workspace.0).map_or(REST, |(_, rest)| (*rest * 2).min(LONGEST_REST));
                    rests.insert(workspace.0, (Instant::now() + rest, rest));
                } else {
                    rests.remove(&workspace.0);
                }
                self.meanings.note(workspace, |filling| filling.problem = problem);
            }
            let soonest = rests.values().map(|(until, _)| until.duration_since(Instant::now())).min();
            let pause = soonest.unwrap_or(LOOK).min(LOOK);
            if tokio::time::timeout(pause, self.meanings.wake.notified()).await.is_ok() {
                // Somebody changed something: perhaps that was what it waited for.
                rests.clear();
            }
        }
    }

    async fn make_vectors_of(&self, workspace: WorkspaceId) -> Result<Went> {
        let libraries = store::meaning::libraries(self.store.read(), workspace).await?;
        if libraries.is_empty() {
            self.drop_vectors(workspace, None).await?;
            self.meanings.forget_space(workspace);
            self.meanings.note(workspace, |filling| *filling = super::Filling::default());
            return Ok(Went::Whole);
        }
        let knowledge = self.knowledge(workspace).await?;
        let embedder = match Embedder::of(&knowledge.models, &self.meanings.local.model()) {
            Ok(embedder) => embedder,
            Err(why) => {
                self.meanings.note(workspace, |filling| filling.maker = None);
                return Ok(Went::Stuck(why));
            }
        };
        let space = self.space_of(workspace, &embedder.name()).await?;
        let shelf = self.fresh_shelf(workspace).await?;
        if self.meanings.is_whole(workspace, &shelf, &space.name) {
            return Ok(Went::Whole);
        }
        let looked = Arc::clone(&shelf);
        let texts = tokio::task::spawn_blocking(move || looked.meant().collect::<Texts>()).await;
        let texts = texts.map_err(|error| Error::Internal(error.to_string()))?;
        let filler = Filler {
            engine: self,
            workspace,
            knowledge: &knowledge,
            embedder: &embedder,
            space: &space,
            shelf: &shelf,
        };
        let mut missing = filler.missing(&texts);
        if !missing.is_empty() && !self.replicas.is_alone() {
            // Another replica may have made them.
            filler.load().await?;
            missing = filler.missing(&texts);
        }
        filler.note(&texts, &missing, 0);
        let went = if missing.is_empty() { Went::Whole } else { filler.fill(&texts, missing).await? };
        if matches!(went, Went::Whole) && filler.missing(&texts).is_empty() {
            filler.tidy(&texts).await?;
            self.meanings.set_whole(workspace, &shelf, &space.name);
        }
        Ok(went)
    }

    /// The vectors of a workspace by this maker, read once.
    async fn space_of(&self, workspace: WorkspaceId, name: &str) -> Result<Arc<Space>> {
        if let Some(space) = self.meanings.space(workspace).filter(|space| space.name == name) {
            return Ok(space);
        }
        let space = Arc::new(Space { name: name.to_owned(), ..Space::default() });
        load(self, workspace, &space).await?;
        self.meanings.set_space(workspace, Arc::clone(&space));
        Ok(space)
    }

    async fn drop_vectors(&self, workspace: WorkspaceId, but: Option<&str>) -> Result<()> {
        let writing = self.store.write().await?;
        store::meaning::remove_others(&writing, workspace, but).await?;
        writing.commit().await?;
        Ok(())
    }
}

async fn load(engine: &Engine, workspace: WorkspaceId, space: &Space) -> Result<()> {
    let mut after = String::new();
    loop {
        let some = store::meaning::some(engine.store.read(), workspace, &space.name, &after, PAGE).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after.clone_from(&last.hash);
        let mut vectors = space.vectors.write().unwrap_or_else(PoisonError::into_inner);
        for kept in &some {
            if let (Some(hash), Some(vector)) = (read(&kept.hash), Small::from_bytes(&kept.numbers)) {
                vectors.add(hash, &vector);
            }
        }
    }
}

/// The making of one workspace's vectors.
struct Filler<'a> {
    engine: &'a Engine,
    workspace: WorkspaceId,
    knowledge: &'a Knowledge,
    embedder: &'a Embedder,
    space: &'a Space,
    shelf: &'a Shelf,
}

impl Filler<'_> {
    fn missing(&self, texts: &Texts) -> Vec<Hash> {
        self.space.look(|vectors| texts.keys().filter(|hash| !vectors.has(hash)).copied().collect())
    }

    async fn load(&self) -> Result<()> {
        load(self.engine, self.workspace, self.space).await
    }

    fn note(&self, texts: &Texts, missing: &[Hash], left_out: usize) {
        let (total, done, maker) = (texts.len(), texts.len() - missing.len(), Some(self.space.name.clone()));
        self.engine.meanings.note(self.workspace, |filling| {
            (filling.maker, filling.total, filling.done, filling.left_out) = (maker, total, done, left_out);
        });
    }

    /// Makes what is missing, as long as it is wanted.
    async fn fill(&self, texts: &Texts, mut missing: Vec<Hash>) -> Result<Went> {
        let mut at_once = AT_ONCE;
        let mut before = 0;
        let mut refused: BTreeSet<Hash> = BTreeSet::new();
        let mut last_refusal = None;
        while !missing.is_empty() {
            let now = self.engine.clock.now();
            if !self.take(now, &mut before).await? {
                return Ok(Went::Whole);
            }
            let some: Vec<Hash> = missing.iter().take(at_once).copied().collect();
            match self.make(texts, &some).await? {
                Ok(()) => {
                    missing.drain(..some.len());
                    let left: Vec<Hash> = missing.iter().chain(&refused).copied().collect();
                    self.note(texts, &left, refused.len());
                }
                Err(NoVectors::Refused(_)) if at_once > 1 => at_once = (at_once / 4).max(1),
                // One odd text does not keep the others from theirs; a model that takes none is another matter.
                Err(NoVectors::Refused(why)) if refused.len() < 10 => {
                    refused.extend(missing.drain(..1));
                    last_refusal = Some(why);
                }
                Err(none) => return Ok(Went::Stuck(none.why().clone())),
            }
        }
        Ok(last_refusal.map_or(Went::Whole, Went::Stuck))
    }

    /// Has this process still to make them? Also false when no library wants them any more.
    async fn take(&self, now: Moment, before: &mut Moment) -> Result<bool> {
        let writing = self.engine.store.write().await?;
        let now_or_ever = if self.engine.replicas.is_alone() { Moment::MAX } else { now };
        let until = now + LEASE_MS;
        let is_taken = store::meaning::take(&writing, self.workspace, now_or_ever, until, *before).await?;
        writing.commit().await?;
        *before = until;
        Ok(is_taken)
    }

    async fn make(&self, texts: &Texts, some: &[Hash]) -> Result<std::result::Result<(), NoVectors>> {
        let words: Vec<String> =
            some.iter().filter_map(|hash| texts.get(hash)).map(|place| self.shelf.text(*place)).collect();
        let behalf = Behalf { workspace: self.workspace, conversation: None };
        let models = &self.knowledge.models;
        let deadline = Instant::now() + TIME;
        let made = match self.embedder.embed(self.engine, models, behalf, Role::Passage, &words, deadline).await {
            Ok(made) => made,
            Err(none) => return Ok(Err(none)),
        };
        let small: Vec<Small> = made.iter().map(|vector| Small::of(vector)).collect();
        let expected = self.space.look(Vectors::dimension);
        if let Some(odd) = small.iter().find(|vector| expected > 0 && vector.dimension() != expected) {
            return Ok(Err(NoVectors::Failed(other_dimension(odd.dimension(), expected))));
        }
        let rows =
            some.iter().zip(&small).map(|(hash, vector)| Vector { hash: written(hash), numbers: vector.to_bytes() });
        let rows: Vec<Vector> = rows.collect();
        let writing = self.engine.store.write().await?;
        store::meaning::keep(&writing, self.workspace, &self.space.name, &rows).await?;
        writing.commit().await?;
        let mut vectors = self.space.vectors.write().unwrap_or_else(PoisonError::into_inner);
        for (hash, vector) in some.iter().zip(&small) {
            vectors.add(*hash, vector);
        }
        Ok(Ok(()))
    }

    /// Removes the vectors of texts that are gone, and those of other makers.
    async fn tidy(&self, texts: &Texts) -> Result<()> {
        let is_gone = |hash: &&Hash| !texts.contains_key(*hash);
        let gone: Vec<String> =
            self.space.look(|vectors| vectors.hashes().iter().filter(is_gone).map(written).collect());
        self.engine.drop_vectors(self.workspace, Some(&self.space.name)).await?;
        if gone.is_empty() {
            return Ok(());
        }
        let writing = self.engine.store.write().await?;
        store::meaning::remove(&writing, self.workspace, &self.space.name, &gone).await?;
        writing.commit().await?;
        // A few in memory that nobody finds do no harm; reading all of them again takes its time.
        if gone.len() * 10 < self.space.look(|vectors| vectors.hashes().len()) {
            return Ok(());
        }
        let tidy = Space { name: self.space.name.clone(), ..Space::default() };
        load(self.engine, self.workspace, &tidy).await?;
        self.engine.meanings.set_space(self.workspace, Arc::new(tidy));
        Ok(())
    }
}
