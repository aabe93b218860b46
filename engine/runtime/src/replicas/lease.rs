//! Staying alive in the eyes of others, and finishing what the dead left.

use std::sync::Arc;
use std::time::Duration;

use store::conversations::Conversation;
use store::replicas::{self, Owner};
use store::trouble::pause;

use crate::{Engine, Error, Result};

/// A third of the lease and less: two signs may get lost.
const BEAT: Duration = Duration::from_secs(2);

impl Engine {
    /// The first sign of life.
    pub(crate) async fn begin_as_replica(&self) {
        if self.replicas.is_alone() {
            return;
        }
        let mut tries = 0;
        while let Err(error) = replicas::begin(&self.store).await {
            tracing::error!(%error, "this replica could not announce itself, trying again");
            tries += 1;
            tokio::time::sleep(pause(tries)).await;
        }
        // A change that nobody was told of, because its process ended in that very moment, is told of now.
        self.replicas.tell_changed();
    }

    /// Everything that concerns other replicas, until the task ends; over at once where there can be none.
    pub(crate) async fn live_with_replicas(self: &Arc<Self>) {
        if !self.replicas.is_alone() {
            tokio::join!(self.stay_alive(), self.finish_abandoned(), self.relay());
        }
    }

    /// Others need not wait for this replica's lease: it stops in good order.
    pub async fn leave_replicas(&self) {
        if let Err(error) = replicas::leave(&self.store).await {
            tracing::warn!(%error, "other replicas will wait for this one's lease");
        }
    }

    /// Makes a conversation that is in the middle of a turn this replica's, or says that it is another's.
    pub(crate) async fn make_ours(&self, conversation: &mut Conversation) -> Result<()> {
        if self.replicas.is_alone() {
            return Ok(());
        }
        match replicas::owner(&self.store, conversation.id).await? {
            Owner::This => Ok(()),
            Owner::Other => Err(Error::Elsewhere),
            Owner::Nobody => {
                replicas::take_over(&self.store, conversation).await?;
                tracing::info!(
                    conversation.id = %conversation.public_id,
                    epoch = conversation.owner_epoch,
                    "took over a conversation whose replica is gone"
                );
                Ok(())
            }
        }
    }

    async fn stay_alive(&self) {
        loop {
            tokio::time::sleep(BEAT).await;
            if let Err(error) = replicas::beat(&self.store).await {
                tracing::warn!(%error, "this replica could not give a sign of life");
            }
        }
    }

    /// Finishes turns whose replica is gone, and this replica's own that failed after their effect was on record.
    async fn finish_abandoned(self: &Arc<Self>) {
        loop {
            match replicas::abandoned(&self.store).await {
                Ok(abandoned) => {
                    for (id, public_id) in abandoned {
                        // A turn that goes on right here is not abandoned.
                        if self.mailboxes.is_idle(&public_id) {
                            self.finish_in_the_background(id, public_id);
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "abandoned turns could not be looked up"),
            }
            tokio::time::sleep(BEAT).await;
        }
    }

    fn finish_in_the_background(self: &Arc<Self>, id: i64, public_id: String) {
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            match engine.finish_one(id, &public_id).await {
                // Somebody else was quicker.
                Ok(()) | Err(Error::Elsewhere | Error::Store(store::Error::Stale)) => {}
                Err(error) => {
                    tracing::error!(conversation.id = %public_id, %error, "an abandoned turn could not be finished");
                }
            }
        });
    }
}
