//! How well topics are told apart, computed in the background when somebody asks; what a message is most like.

use std::sync::Arc;

use model::IntentKey;
use nlu::intents::{Nearest, Review};
use store::WorkspaceId;

use crate::{Engine, Result};

/// Similar examples that are named.
const N_SIMILAR: usize = 4;

/// The review of the topics that are written.
#[derive(Clone, Debug)]
pub struct TopicReview {
    /// Names their content.
    pub hash: String,
    /// Their keys, in their order.
    pub topics: Vec<IntentKey>,
    /// Absent while it is computed.
    pub review: Option<Arc<Review>>,
}

impl Engine {
    /// How well the topics are told apart that are written. The first who asks for a content sets the work off; it
    /// begins once that content is learnt, one at a time.
    pub async fn topic_review(&self, workspace: WorkspaceId) -> Result<TopicReview> {
        self.knowledge(workspace).await?;
        let written = self.topics.written(&self.store, workspace).await?;
        let found = TopicReview {
            hash: written.set.hash.clone(),
            topics: written.set.intents.iter().map(|intent| intent.key.clone()).collect(),
            review: written.reviewed_already(),
        };
        if found.review.is_none() && written.begin_review() {
            let topics = Arc::clone(&self.topics);
            tokio::spawn(async move {
                let _one_at_a_time = topics.reviewing.lock().await;
                let computed = match written.trained().await {
                    // Changed again meanwhile: nobody wants to see it any more.
                    Ok(_) if !topics.is_written(workspace, &written) => return written.give_up_review(),
                    Ok(_) => written.reviewed().await.map(drop),
                    Err(error) => Err(error),
                };
                if let Err(error) = computed {
                    tracing::error!(%error, "topics could not be judged");
                    written.give_up_review();
                }
            });
        }
        Ok(found)
    }

    /// The examples that a text is most like, of the topics that are written.
    pub async fn nearest_examples(&self, workspace: WorkspaceId, text: &str) -> Result<Vec<Nearest>> {
        let written = self.topics.written(&self.store, workspace).await?;
        Ok(written.similar().await?.to(text, N_SIMILAR))
    }
}
