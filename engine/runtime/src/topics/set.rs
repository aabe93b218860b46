//! One content of topics, and the recogniser it makes: trained once, when it is first wanted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use model::{Intent, IntentKey, Texts};
use nlu::intents::{IntentExamples, Recogniser, Review, Similar, review};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::{Error, Result, secret};

/// Topics with their examples, named by their content.
#[derive(Clone, Debug)]
pub(crate) struct TopicSet {
    /// Over keys, examples, and how they are learnt. Names do not matter to it.
    pub(crate) hash: String,
    pub(crate) intents: Vec<Intent>,
}

/// What is hashed: two sets of the same hash make the same recogniser.
#[derive(Serialize)]
struct Content<'a> {
    nlu: u32,
    topics: Vec<(&'a IntentKey, &'a [String])>,
}

/// A set as it is kept for running conversations.
#[derive(Serialize, Deserialize)]
struct Document<I> {
    topics: I,
}

impl TopicSet {
    /// The topics of a workspace, in their order.
    pub(crate) fn new(intents: Vec<Intent>) -> Self {
        let topics = intents.iter().map(|intent| (&intent.key, intent.examples.as_slice())).collect();
        let content = Content { nlu: nlu::VERSION, topics };
        let hash = secret::hash(&serde_json::to_string(&content).unwrap_or_default());
        Self { hash, intents }
    }

    /// A set on record. Its hash is the one it has there, whoever learns it today.
    pub(crate) fn read(hash: &str, document: &str) -> Result<Self> {
        let read = serde_json::from_str(document);
        let document: Document<Vec<Intent>> =
            read.map_err(|source| store::Error::Unreadable { what: "record of topics", source })?;
        Ok(Self { hash: hash.to_owned(), intents: document.topics })
    }

    /// The set as it goes on record.
    pub(crate) fn document(&self) -> Result<String> {
        let document = Document { topics: &self.intents };
        serde_json::to_string(&document).map_err(|error| Error::Internal(error.to_string()))
    }

    /// How much there is to learn.
    pub(crate) fn n_examples(&self) -> usize {
        self.intents.iter().map(|intent| intent.examples.len()).sum()
    }
}

/// A set with its recogniser, once somebody wanted that.
#[derive(Debug)]
pub(crate) struct TopicModel {
    pub(crate) set: TopicSet,
    learning: Arc<Learning>,
}

#[derive(Debug, Default)]
struct Learning {
    trained: OnceCell<Trained>,
    /// Does a task see to it already?
    is_begun: AtomicBool,
    reviewed: OnceCell<Arc<Review>>,
    is_review_begun: AtomicBool,
    similar: OnceCell<Similar>,
}

/// A recogniser and what it cost.
#[derive(Debug)]
pub(crate) struct Trained {
    pub(crate) recogniser: Recogniser,
    pub(crate) took: Duration,
}

impl TopicModel {
    pub(crate) fn new(set: TopicSet) -> Self {
        Self { set, learning: Arc::default() }
    }

    /// The same content under other names: what is learnt stays.
    pub(crate) fn renamed(&self, set: TopicSet) -> Self {
        Self { set, learning: Arc::clone(&self.learning) }
    }

    /// Is it the same content?
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.learning, &other.learning)
    }

    /// The recogniser, if it is trained.
    pub(crate) fn trained_already(&self) -> Option<&Trained> {
        self.learning.trained.get()
    }

    /// The recogniser, as soon as it is trained. One trains, whoever else wants it waits.
    pub(crate) async fn trained(&self) -> Result<&Trained> {
        self.learning.trained.get_or_try_init(|| blocking(self.examples(), |examples| train(&examples))).await
    }

    /// How well its topics are told apart, if that is computed.
    pub(crate) fn reviewed_already(&self) -> Option<Arc<Review>> {
        self.learning.reviewed.get().map(Arc::clone)
    }

    /// The same, as soon as it is computed: several trainings, seconds for thousands of examples.
    pub(crate) async fn reviewed(&self) -> Result<&Arc<Review>> {
        let compute = || blocking(self.examples(), |examples| Arc::new(review(&examples)));
        self.learning.reviewed.get_or_try_init(compute).await
    }

    /// True for the first who asks: that one sees to its review.
    pub(crate) fn begin_review(&self) -> bool {
        !self.learning.is_review_begun.swap(true, Ordering::AcqRel)
    }

    /// Nobody sees to its review any more.
    pub(crate) fn give_up_review(&self) {
        self.learning.is_review_begun.store(false, Ordering::Release);
    }

    /// Its examples, ready to be compared with messages.
    pub(crate) async fn similar(&self) -> Result<&Similar> {
        let compute = || blocking(self.examples(), |examples| Similar::new(&examples));
        self.learning.similar.get_or_try_init(compute).await
    }

    /// True for the first who asks: that one sees to its training.
    pub(crate) fn begin(&self) -> bool {
        !self.learning.is_begun.swap(true, Ordering::AcqRel)
    }

    /// Nobody sees to its training any more.
    pub(crate) fn give_up(&self) {
        self.learning.is_begun.store(false, Ordering::Release);
    }

    /// The name of a topic at the time of this set.
    pub(crate) fn name(&self, key: &str) -> Option<&Texts> {
        self.set.intents.iter().find(|intent| intent.key.as_str() == key).map(|intent| &intent.name)
    }

    /// What the recogniser learns from.
    pub(crate) fn examples(&self) -> Vec<IntentExamples> {
        let examples =
            |intent: &Intent| IntentExamples { key: intent.key.0.clone(), examples: intent.examples.clone() };
        self.set.intents.iter().map(examples).collect()
    }
}

/// Computes beside the turns.
async fn blocking<T: Send + 'static>(
    examples: Vec<IntentExamples>,
    compute: impl FnOnce(Vec<IntentExamples>) -> T + Send + 'static,
) -> Result<T> {
    let computed = tokio::task::spawn_blocking(move || compute(examples)).await;
    computed.map_err(|error| Error::Internal(error.to_string()))
}

fn train(examples: &[IntentExamples]) -> Trained {
    let began = Instant::now();
    let recogniser = Recogniser::train(examples);
    let took = began.elapsed();
    tracing::info!(topics = examples.len(), train_ms = took.as_millis() as u64, "topics are trained");
    Trained { recogniser, took }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_of_what_is_learnt_and_not_of_names() {
        let set = |name: &str, example: &str| {
            let (key, name) = (IntentKey::from("refund"), Texts::new(name, name));
            TopicSet::new(vec![Intent { key, name, examples: vec![example.to_owned()] }])
        };

        assert_eq!(set("退款", "我要退款").hash, set("退货", "我要退款").hash);
        assert_ne!(set("退款", "我要退款").hash, set("退款", "我想退款").hash);
    }

    #[test]
    fn a_set_on_record_keeps_its_hash_and_its_examples() {
        let intent =
            Intent {
                key: "refund".into(), name: Texts::new("退款", "Refund"), examples: vec!["我要退款".into()]
            };
        let set = TopicSet::new(vec![intent]);

        let read = TopicSet::read("of an earlier release", &set.document().expect("JSON")).expect("it reads");

        assert_eq!((read.hash.as_str(), read.intents), ("of an earlier release", set.intents));
    }
}
