//! Several processes over one database: whose turn it is, what others committed, what others changed.
//!
//! - `relay` tells others what happened here, and whoever listens here what happened there.
//! - `lease` keeps this replica's lease, and finishes turns of replicas whose lease ran out.
//!
//! What is correct rests on the store alone: a commit finds the version and the epoch it loaded, or it is stale and the
//! turn is run again on what is there. Notices and leases only make that rare and quick. Over the embedded database
//! there is one process, and none of this runs.

mod lease;
mod relay;

use std::time::{Duration, Instant};

use store::Store;
use tokio::time::sleep;

use crate::{Error, Result};
use relay::Relay;

/// A turn that others got in the way of is run this often in all.
const TRIES: u32 = 30;
/// How long a turn waits for one that goes on elsewhere: longer than a lease, and than most calls.
const ELSEWHERE: Duration = Duration::from_secs(45);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(100);

/// The other processes on the database, if there can be any.
#[derive(Debug)]
pub(crate) struct Replicas {
    relay: Option<Relay>,
}

impl Replicas {
    /// Those on this store's database.
    pub(crate) fn over(store: &Store) -> Self {
        Self { relay: store.replica().map(Relay::new) }
    }

    /// Is this process the only one that its database can have?
    pub(crate) fn is_alone(&self) -> bool {
        self.relay.is_none()
    }

    /// Messages after a number, up to another, are on record.
    pub(crate) fn tell_committed(&self, conversation: &str, after: i64, seq: i64) {
        if let Some(relay) = &self.relay {
            relay.tell(relay::News::Committed { conversation: conversation.to_owned(), after, seq });
        }
    }

    /// Somebody writes.
    pub(crate) fn tell_typing(&self, conversation: &str, from: &'static str) {
        if let Some(relay) = &self.relay {
            relay.tell(relay::News::Typing { conversation: conversation.to_owned(), from: from.to_owned() });
        }
    }

    /// Something that flows refer to has changed.
    pub(crate) fn tell_changed(&self) {
        if let Some(relay) = &self.relay {
            relay.tell_changed();
        }
    }
}

/// Runs a turn, and again on what is there then when another replica changed its conversation in between.
/// Nothing of a stale turn was said or committed; an effect whose intent is on record is finished, not begun anew.
pub(crate) async fn settled<T, F: Future<Output = Result<T>>>(turn: impl Fn() -> F) -> Result<T> {
    let (began, mut n_stale) = (Instant::now(), 0);
    loop {
        match turn().await {
            Err(Error::Store(store::Error::Stale)) if n_stale < TRIES => {
                n_stale += 1;
                sleep(store::trouble::pause(n_stale)).await;
            }
            Err(Error::Elsewhere) if began.elapsed() < ELSEWHERE => sleep(LOOK).await,
            // Nothing was accepted: the caller may try again.
            Err(Error::Store(store::Error::Stale) | Error::Elsewhere) => return Err(Error::Busy),
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_stale_turn_is_run_again_and_not_for_ever() {
        let n_run = AtomicU32::new(0);
        let stale_until = |last| {
            n_run.store(0, Ordering::Relaxed);
            let n_run = &n_run;
            move || async move {
                let n = n_run.fetch_add(1, Ordering::Relaxed) + 1;
                if n < last { Err(Error::Store(store::Error::Stale)) } else { Ok(n) }
            }
        };

        assert!(matches!(settled(stale_until(2)).await, Ok(2)));
        assert!(matches!(settled(stale_until(TRIES + 1)).await, Ok(n) if n == TRIES + 1));
        assert!(matches!(settled(stale_until(u32::MAX)).await, Err(Error::Busy)));
        assert_eq!(n_run.load(Ordering::Relaxed), TRIES + 1);
        assert!(matches!(settled(async || Err::<(), _>(Error::Ended)).await, Err(Error::Ended)));
    }
}
