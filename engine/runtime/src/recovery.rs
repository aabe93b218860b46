//! Finishing turns that a crash interrupted in their middle.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::turn::Work;
use crate::{Engine, Result};

/// Turns that are finished side by side: most of them wait for a service.
const SIDE_BY_SIDE: usize = 512;

impl Engine {
    /// Finishes turns that were committed in their middle when the process went down.
    pub(crate) async fn finish_interrupted(self: &Arc<Self>) {
        // Among replicas others may be at work on them: see `live_with_replicas`.
        if !self.replicas.is_alone() {
            return;
        }
        let interrupted = match store::conversations::interrupted(self.store.read()).await {
            Ok(interrupted) => interrupted,
            Err(error) => return tracing::error!(%error, "interrupted turns could not be looked up"),
        };
        let mut finishing = JoinSet::new();
        for (id, public_id) in interrupted {
            if finishing.len() >= SIDE_BY_SIDE {
                finishing.join_next().await;
            }
            let engine = Arc::clone(self);
            finishing.spawn(async move {
                if let Err(error) = engine.finish_one(id, &public_id).await {
                    tracing::error!(conversation.id = %public_id, %error, "an interrupted turn could not be finished");
                }
            });
        }
        finishing.join_all().await;
    }

    pub(crate) async fn finish_one(self: &Arc<Self>, id: i64, public_id: &str) -> Result<()> {
        let _permit = self.admit_own().await?;
        let _turn = self.mailboxes.enter(public_id, usize::MAX).await?;
        match store::conversations::by_id(self.store.read(), id).await? {
            Some(conversation) => Work::recover(self, conversation).await,
            None => Ok(()),
        }
    }
}
