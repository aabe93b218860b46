//! A second opinion on topics by the model on this machine: learnt beside the turns from the vectors of the examples,
//! asked about messages that words leave open.
//!
//! What it says is part of the recognition, which is an event of its conversation: a replay asks nobody. Where there is no
//! model, or it is late or not through with learning, the opinion of the words stands.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use embed::{Encode, Role};
use lru::LruCache;
use nlu::intents::{Meant, Recognition, generic_sentences};
use store::WorkspaceId;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::TopicModel;
use crate::{Engine, Error, Knowledge, Result};

/// Contents whose second opinion is kept.
const MOST_KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);
/// More examples than these get no second opinion: their vectors would take minutes.
const MOST_EXAMPLES: usize = 20_000;
/// Vectors that are kept, so that a changed example is computed alone: 60 MB of a model with 384 numbers.
const MOST_VECTORS: usize = 40_000;
/// Texts that are computed at once, and for how long.
const AT_ONCE: usize = 32;
const TIME: Duration = Duration::from_secs(60);
/// A message waits no longer for its vector.
const MESSAGE_TIME: Duration = Duration::from_millis(500);
/// How often it is looked for topics without a second opinion.
const LOOK: Duration = Duration::from_secs(20);

/// The content of topics and the model that it was learnt with, by their names.
type Place = (String, String);

/// Second opinions in use.
pub(crate) struct Seconds {
    /// Nothing where there is too little to learn from.
    learnt: Mutex<LruCache<Place, Option<Arc<Meant>>>>,
    /// Of examples and generic sentences, by the model's name and the text.
    vectors: Mutex<HashMap<Place, Arc<[f32]>>>,
    wake: Notify,
}

impl Default for Seconds {
    fn default() -> Self {
        Self { learnt: Mutex::new(LruCache::new(MOST_KEPT)), vectors: Mutex::default(), wake: Notify::new() }
    }
}

impl Seconds {
    /// Topics or models have changed.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    fn learnt(&self, place: &Place) -> Option<Option<Arc<Meant>>> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned()
    }

    fn vector(&self, place: &Place) -> Option<Arc<[f32]>> {
        self.vectors.lock().unwrap_or_else(PoisonError::into_inner).get(place).map(Arc::clone)
    }

    fn keep(&self, place: Place, vector: Vec<f32>) {
        let mut vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if vectors.len() >= MOST_VECTORS {
            vectors.clear();
        }
        vectors.insert(place, vector.into());
    }
}

impl Engine {
    /// What words and the model on this machine make of a message together.
    pub(super) async fn with_second(
        &self,
        knowledge: &Knowledge,
        topics: &TopicModel,
        text: &str,
        allowed: Option<&[String]>,
        said: Recognition,
    ) -> Recognition {
        if !knowledge.models.settings.topics_by_meaning || said.sure().is_some() || said.intents.is_empty() {
            return said;
        }
        let Ok(model) = self.meanings.local_ready() else { return said };
        let place = (topics.set.hash.clone(), model.name().to_owned());
        let Some(Some(meant)) = self.topics.seconds.learnt(&place) else { return said };
        let texts = [text.to_owned()];
        let made = self.meanings.by_local(&model, Role::Sentence, &texts, Instant::now() + MESSAGE_TIME).await;
        match made.map(|mut vectors| vectors.pop()) {
            Ok(Some(vector)) => meant.second(said, &vector, allowed),
            Ok(None) => said,
            Err(none) => {
                tracing::warn!(why = none.why().in_language("en"), "a message got no second opinion on its topic");
                said
            }
        }
    }

    /// Learns second opinions for all workspaces in use that want them, for ever.
    pub(crate) async fn learn_seconds(&self) {
        loop {
            for workspace in self.workspaces_in_use() {
                if let Err(error) = self.learn_second(workspace).await {
                    tracing::error!(%error, "a second opinion on topics could not be learnt");
                }
            }
            let _ = tokio::time::timeout(LOOK, self.topics.seconds.wake.notified()).await;
        }
    }

    async fn learn_second(&self, workspace: WorkspaceId) -> Result<()> {
        let knowledge = self.knowledge(workspace).await?;
        let Ok(model) = self.meanings.local_ready() else { return Ok(()) };
        let topics = Arc::clone(&knowledge.topics);
        let place = (topics.set.hash.clone(), model.name().to_owned());
        if !knowledge.models.settings.topics_by_meaning || self.topics.seconds.learnt(&place).is_some() {
            return Ok(());
        }
        let meant = if topics.set.n_examples() > MOST_EXAMPLES {
            tracing::warn!(examples = topics.set.n_examples(), most = MOST_EXAMPLES, "too many for a second opinion");
            None
        } else {
            let Some(meant) = self.learnt_from(&topics, &model).await? else { return Ok(()) };
            meant.map(Arc::new)
        };
        self.topics.seconds.learnt.lock().unwrap_or_else(PoisonError::into_inner).put(place, meant);
        Ok(())
    }

    /// The second opinion; nothing when the model does not go on, which is tried again.
    async fn learnt_from(&self, topics: &TopicModel, model: &Arc<dyn Encode>) -> Result<Option<Option<Meant>>> {
        let intents = topics.examples();
        let examples: Vec<String> = intents.iter().flat_map(|intent| intent.examples.clone()).collect();
        let began = Instant::now();
        let Some(examples) = self.vectors_of(model, &examples).await else { return Ok(None) };
        let Some(generic) = self.vectors_of(model, &generic_sentences()).await else { return Ok(None) };
        let n_topics = intents.len();
        let learnt = tokio::task::spawn_blocking(move || Meant::train(&intents, &examples, &generic)).await;
        let learnt = learnt.map_err(|error| Error::Internal(error.to_string()))?;
        let (is_there, took_ms) = (learnt.is_some(), began.elapsed().as_millis() as u64);
        tracing::info!(topics = n_topics, is_there, took_ms, "a second opinion on topics is learnt");
        Ok(Some(learnt))
    }

    /// The vectors of sentences, in their order.
    async fn vectors_of(&self, model: &Arc<dyn Encode>, texts: &[String]) -> Option<Vec<Vec<f32>>> {
        let place = |text: &String| (model.name().to_owned(), text.clone());
        let seconds = &self.topics.seconds;
        let missing: Vec<String> =
            texts.iter().filter(|text| seconds.vector(&place(text)).is_none()).cloned().collect();
        let mut made = HashMap::new();
        for some in missing.chunks(AT_ONCE) {
            let vectors = self.meanings.by_local(model, Role::Sentence, some, Instant::now() + TIME).await;
            match vectors {
                Ok(vectors) => made.extend(some.iter().cloned().zip(vectors)),
                Err(none) => {
                    tracing::warn!(why = none.why().in_language("en"), "examples got no vectors; it is tried again");
                    return None;
                }
            }
        }
        let all = texts
            .iter()
            .map(|text| made.get(text).cloned().or_else(|| seconds.vector(&place(text)).map(|vector| vector.to_vec())));
        let all: Option<Vec<Vec<f32>>> = all.collect();
        made.into_iter().for_each(|(text, vector)| seconds.keep(place(&text), vector));
        all
    }
}
