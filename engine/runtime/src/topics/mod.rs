//! Topics are learnt off the path of turns, once per content; a conversation keeps the recogniser it began with.
//!
//! A changed topic makes another content. While that is being learnt, new conversations begin with the former
//! recogniser; once it is learnt, they begin with the new one. What a conversation began with is named in the
//! circumstances it began in, and its examples are on record, so it is learnt again on demand after a restart.

mod review;
mod second;
mod set;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use interpreter::{IntentScore, Recognised};
use lru::LruCache;
use model::{IntentKey, Texts};
use store::{Store, WorkspaceId};

pub use self::review::TopicReview;
pub(crate) use self::set::{TopicModel, TopicSet};
use crate::{Engine, Knowledge, Result};

/// Contents that are kept learnt.
const MOST_MODELS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
/// Examples of all of them together: what they cost in memory.
const MOST_EXAMPLES: usize = 150_000;
/// How often sets that nobody needs are removed.
const TIDY_EVERY: Duration = Duration::from_secs(10 * 60);

/// By which topics a text is recognised.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    /// Those that a conversation began with: by the number of its circumstances, 0 where that is unknown.
    BegunIn(i64),
    /// Those that are written now, even if they have to be learnt first: for whoever tries them out.
    Newest,
}

/// How far learning has come.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TopicsState {
    /// Names the content that is written.
    pub hash: String,
    /// Is it still being learnt? Customers are recognised by the former one meanwhile.
    pub is_training: bool,
    /// How long learning took, once it is done.
    pub train_ms: Option<u64>,
    /// Topics that are written.
    pub topics: usize,
    /// Their examples.
    pub examples: usize,
}

/// The recognisers in use, and what is written.
pub(crate) struct Topics {
    kept: Mutex<LruCache<String, Arc<TopicModel>>>,
    /// What each workspace has written, with the state of its topics that this was.
    written: Mutex<HashMap<WorkspaceId, (u64, Arc<TopicModel>)>>,
    /// Grows when topics change; other changes leave it alone.
    changes: AtomicU64,
    /// One content is learnt in the background at a time.
    learning: tokio::sync::Mutex<()>,
    /// And judged.
    reviewing: tokio::sync::Mutex<()>,
    pub(crate) seconds: second::Seconds,
}

impl Default for Topics {
    fn default() -> Self {
        Self {
            kept: Mutex::new(LruCache::new(MOST_MODELS)),
            written: Mutex::default(),
            changes: AtomicU64::new(1),
            learning: tokio::sync::Mutex::default(),
            reviewing: tokio::sync::Mutex::default(),
            seconds: second::Seconds::default(),
        }
    }
}

impl Topics {
    /// Topics have changed: they are read anew.
    pub(crate) fn forget(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// What a workspace has written; read only when topics have changed.
    pub(crate) async fn written(&self, store: &Store, workspace: WorkspaceId) -> Result<Arc<TopicModel>> {
        let changes = self.changes.load(Ordering::Acquire);
        if let Some((_, model)) = self.lock_written().get(&workspace).filter(|(known, _)| *known == changes) {
            return Ok(Arc::clone(model));
        }
        let set = TopicSet::new(store::intents::all(store.read(), workspace).await?);
        let model = match self.find(&set.hash) {
            Some(kept) if kept.set.intents == set.intents => kept,
            Some(kept) => self.keep(kept.renamed(set)),
            None => self.keep(TopicModel::new(set)),
        };
        self.lock_written().insert(workspace, (changes, Arc::clone(&model)));
        Ok(model)
    }

    fn is_written(&self, workspace: WorkspaceId, model: &TopicModel) -> bool {
        self.lock_written().get(&workspace).is_some_and(|(_, written)| written.is(model))
    }

    /// A content that is kept already.
    fn find(&self, hash: &str) -> Option<Arc<TopicModel>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(hash).map(Arc::clone)
    }

    /// A content on record, by the hash it has there.
    async fn on_record(&self, store: &Store, workspace: WorkspaceId, hash: &str) -> Result<Option<Arc<TopicModel>>> {
        if let Some(kept) = self.find(hash) {
            return Ok(Some(kept));
        }
        let document = store::topic_sets::document(store.read(), workspace, hash).await?;
        let set = document.map(|document| TopicSet::read(hash, &document)).transpose()?;
        Ok(set.map(|set| self.find(hash).unwrap_or_else(|| self.keep(TopicModel::new(set)))))
    }

    /// Keeps a content, and lets those go that were wanted longest ago.
    fn keep(&self, model: TopicModel) -> Arc<TopicModel> {
        let model = Arc::new(model);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.put(model.set.hash.clone(), Arc::clone(&model));
        let size = |kept: &LruCache<String, Arc<TopicModel>>| -> usize {
            kept.iter().map(|(_, model)| model.set.n_examples()).sum()
        };
        while kept.len() > 1 && size(&kept) > MOST_EXAMPLES {
            kept.pop_lru();
        }
        model
    }

    fn lock_written(&self) -> std::sync::MutexGuard<'_, HashMap<WorkspaceId, (u64, Arc<TopicModel>)>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Topics have changed. They are learnt in the background, from now on.
    pub fn topics_changed(self: &Arc<Self>, workspace: WorkspaceId) {
        self.forget_topics();
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = engine.knowledge(workspace).await {
                tracing::error!(%error, "changed topics could not be read");
            }
        });
    }

    /// The same, when they are next wanted.
    pub fn forget_topics(&self) {
        self.topics.forget();
        self.forget_knowledge();
    }

    /// How far learning has come.
    pub async fn topics_state(&self, workspace: WorkspaceId) -> Result<TopicsState> {
        self.knowledge(workspace).await?;
        let written = self.topics.written(&self.store, workspace).await?;
        let trained = written.trained_already();
        Ok(TopicsState {
            hash: written.set.hash.clone(),
            is_training: trained.is_none(),
            train_ms: trained.map(|trained| u64::try_from(trained.took.as_millis()).unwrap_or(u64::MAX)),
            topics: written.set.intents.len(),
            examples: written.set.n_examples(),
        })
    }

    /// Waits until what is written is learnt. Whoever then forgets what is known of a workspace makes it serve.
    pub async fn topics_learnt(&self, workspace: WorkspaceId) -> Result<()> {
        let written = self.topics.written(&self.store, workspace).await?;
        written.trained().await.map(drop)
    }

    /// Which topics a text may be about, by those that are written now; with intents, only these compete.
    pub async fn try_topics(&self, workspace: WorkspaceId, text: &str, intents: &[IntentKey]) -> Result<Recognised> {
        let knowledge = self.knowledge(workspace).await?;
        self.recognise(&knowledge, By::Newest, text, intents).await
    }

    /// The topics that new conversations begin with: what is written if it is learnt, else what was served before.
    /// What is not learnt yet is learnt from now on.
    pub(crate) async fn served(
        &self,
        workspace: WorkspaceId,
        before: Option<&Arc<TopicModel>>,
    ) -> Result<Arc<TopicModel>> {
        let written = self.topics.written(&self.store, workspace).await?;
        if written.trained_already().is_some() {
            return Ok(written);
        }
        // Nobody is served by no topics: then what is written is waited for.
        let before = before.filter(|before| before.set.n_examples() > 0);
        let serves = before.map_or_else(|| Arc::clone(&written), Arc::clone);
        if written.begin() {
            let (topics, generation) = (Arc::clone(&self.topics), Arc::clone(&self.generation));
            let changes_what_serves = before.is_some();
            tokio::spawn(async move {
                let _one_at_a_time = topics.learning.lock().await;
                if !topics.is_written(workspace, &written) {
                    // Changed again while it waited.
                    return written.give_up();
                }
                match written.trained().await {
                    Ok(_) if changes_what_serves => drop(generation.fetch_add(1, Ordering::AcqRel)),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "topics could not be learnt; the former ones go on serving");
                        written.give_up();
                    }
                }
            });
        }
        Ok(serves)
    }

    /// Which topics a text may be about; with intents, only these compete.
    pub(crate) async fn recognise(
        &self,
        knowledge: &Knowledge,
        by: By,
        text: &str,
        intents: &[IntentKey],
    ) -> Result<Recognised> {
        let model = match by {
            By::Newest => self.topics.written(&self.store, knowledge.workspace).await?,
            By::BegunIn(number) => self.begun_with(knowledge, number).await?,
        };
        let trained = model.trained().await?;
        let allowed: Vec<String> = intents.iter().map(|intent| intent.0.clone()).collect();
        let allowed = (!allowed.is_empty()).then_some(&allowed[..]);
        let said = trained.recogniser.recognise(text, allowed);
        let recognition = self.with_second(knowledge, &model, text, allowed, said).await;
        let scored = recognition.intents.into_iter().map(|scored| IntentScore {
            name: knowledge
                .topic_name(&scored.intent)
                .or_else(|| model.name(&scored.intent))
                .cloned()
                .unwrap_or_else(|| Texts::new(&scored.intent, &scored.intent)),
            intent: scored.intent,
            confidence: scored.confidence,
        });
        Ok(Recognised {
            intents: scored.collect(),
            words: recognition.words,
            sure_above: recognition.sure_above,
            close_above: recognition.close_above,
        })
    }

    /// The topics that a conversation began with.
    async fn begun_with(&self, knowledge: &Knowledge, number: i64) -> Result<Arc<TopicModel>> {
        let served = || Arc::clone(&knowledge.topics);
        if number == 0 || knowledge.number_on_record() == Some(number) {
            return Ok(served());
        }
        // Conversations of earlier releases did not note it.
        let Some(hash) = self.past.get(&self.store, number).await?.and_then(|past| past.topics.clone()) else {
            return Ok(served());
        };
        if hash == knowledge.topics.set.hash {
            return Ok(served());
        }
        let found = self.topics.on_record(&self.store, knowledge.workspace, &hash).await?;
        Ok(found.unwrap_or_else(|| {
            tracing::warn!(hash, "the topics a conversation began with are gone; it goes on with those of today");
            served()
        }))
    }

    /// Removes sets of topics that no running conversation needs; how many.
    pub async fn remove_unused_topics(&self, workspace: WorkspaceId) -> Result<usize> {
        let now = self.clock.now();
        if store::topic_sets::unused(self.store.read(), workspace, now).await?.is_empty() {
            return Ok(0);
        }
        let writing = self.store.write().await?;
        // Asked again where nobody else writes.
        let unused = store::topic_sets::unused(&writing, workspace, now).await?;
        store::topic_sets::remove(&writing, workspace, &unused).await?;
        writing.commit().await?;
        Ok(unused.len())
    }

    /// Removes what nobody needs, now and then, until the task ends.
    pub(crate) async fn tidy_topics(&self) {
        loop {
            tokio::time::sleep(TIDY_EVERY).await;
            for workspace in self.workspaces_in_use() {
                match self.remove_unused_topics(workspace).await {
                    Ok(0) => {}
                    Ok(removed) => tracing::info!(removed, "topics that no conversation needs are removed"),
                    Err(error) => tracing::warn!(%error, "topics that no conversation needs could not be removed"),
                }
            }
        }
    }
}
