//! Waking conversations: timers that are due, turns that a crash interrupted.

use std::sync::Arc;
use std::time::Duration;

use interpreter::{Event, TimerId};
use store::timers::Due;
use tokio::task::JoinSet;
use tracing::{Instrument, info_span};

use crate::turn::Work;
use crate::{Engine, Result};

/// Timers that fire side by side.
const BATCH: u64 = 64;
/// However far the next timer is, the clock is looked at this often: it may have been set.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(1);

impl Engine {
    /// Finishes turns that were committed in their middle when the process went down.
    pub(crate) async fn finish_interrupted(self: &Arc<Self>) {
        let interrupted = match store::conversations::interrupted(self.store.read()).await {
            Ok(interrupted) => interrupted,
            Err(error) => return tracing::error!(%error, "interrupted turns could not be looked up"),
        };
        for (id, public_id) in interrupted {
            if let Err(error) = self.finish_one(id, &public_id).await {
                tracing::error!(conversation.id = %public_id, %error, "an interrupted turn could not be finished");
            }
        }
    }

    async fn finish_one(self: &Arc<Self>, id: i64, public_id: &str) -> Result<()> {
        let _permit = self.admit_own().await?;
        let _turn = self.mailboxes.enter(public_id, usize::MAX).await?;
        match store::conversations::by_id(self.store.read(), id).await? {
            Some(conversation) => Work::recover(self, conversation).await,
            None => Ok(()),
        }
    }

    /// Fires timers when they are due, never before; runs until its task is dropped.
    pub(crate) async fn fire_timers(self: &Arc<Self>) {
        loop {
            match self.fire_due().await {
                // All are fired for now: sleep to the next, or until an earlier one is set.
                Ok(sleep) => {
                    let _ = tokio::time::timeout(sleep, self.timer_set.notified()).await;
                }
                Err(error) => {
                    tracing::error!(%error, "timers could not be fired");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn fire_due(self: &Arc<Self>) -> Result<Duration> {
        let due = store::timers::due(self.store.read(), self.clock.now(), BATCH).await?;
        let mut failed = false;
        let mut firing = JoinSet::new();
        for due in due {
            let engine = Arc::clone(self);
            let span = info_span!("turn", what = "timer", conversation = due.conversation);
            firing.spawn(async move { engine.fire(&due).await.map_err(|error| (due, error)) }.instrument(span));
        }
        while let Some(fired) = firing.join_next().await {
            if let Ok(Err((due, error))) = fired {
                tracing::error!(conversation = due.conversation, timer = due.timer, %error, "a timer did not fire");
                failed = true;
            }
        }
        if failed {
            return Ok(PAUSE);
        }
        Ok(match store::timers::earliest_due(self.store.read()).await? {
            Some(due) => {
                let ahead = u64::try_from(due - self.clock.now()).unwrap_or(0);
                Duration::from_millis(ahead).min(LONGEST_SLEEP)
            }
            None => LONGEST_SLEEP,
        })
    }

    async fn fire(self: &Arc<Self>, due: &Due) -> Result<()> {
        let Some(found) = store::conversations::by_id(self.store.read(), due.conversation).await? else {
            return self.forget(due).await;
        };
        let _permit = self.admit_own().await?;
        let _turn = self.mailboxes.enter(&found.public_id, usize::MAX).await?;
        let Some(conversation) = store::conversations::by_id(self.store.read(), due.conversation).await? else {
            return self.forget(due).await;
        };
        let mut work = Work::begin(self, conversation).await?;
        let is_awaited = work.state.timer.as_ref().is_some_and(|timer| timer.id.0 == due.timer);
        if !is_awaited {
            return self.forget(due).await;
        }
        work.timer_fired(due);
        work.happen(&Event::TimerDue { timer: TimerId(due.timer.clone()) }).await?;
        work.finish().await?;
        self.measure().timer_fired(self.clock.now() - due.due);
        Ok(())
    }

    /// A timer that its conversation does not wait for any more.
    async fn forget(&self, due: &Due) -> Result<()> {
        let writing = self.store.write().await?;
        store::timers::forget(&writing, due).await?;
        writing.commit().await.map_err(store::Error::from)?;
        Ok(())
    }
}
