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

/// Running a turn again, on what is there then, when another replica changed its conversation in between.
/// Nothing of a stale turn was said or committed; an effect whose intent is on record is finished, not begun anew.
#[derive(Debug)]
pub(crate) struct Tries {
    began: Instant,
    n: u32,
}

impl Tries {
    /// Before the first.
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), n: 0 }
    }

    /// What the turn comes to; none when it is to be run again, after a pause.
    pub(crate) async fn settle<T>(&mut self, result: Result<T>) -> Option<Result<T>> {
        match result {
            Err(Error::Store(store::Error::Stale)) if self.n < TRIES => {
                self.n += 1;
                tokio::time::sleep(store::trouble::pause(self.n)).await;
                None
            }
            Err(Error::Elsewhere) if self.began.elapsed() < ELSEWHERE => {
                tokio::time::sleep(LOOK).await;
                None
            }
            // Nothing was accepted: the caller may try again.
            Err(Error::Store(store::Error::Stale) | Error::Elsewhere) => Some(Err(Error::Busy)),
            other => Some(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stale_turn_is_run_again_and_not_for_ever() {
        let stale = || Err::<(), _>(Error::Store(store::Error::Stale));

        let mut tries = Tries::begin();
        for _ in 0..TRIES {
            assert!(tries.settle(stale()).await.is_none());
        }
        assert!(matches!(tries.settle(stale()).await, Some(Err(Error::Busy))));

        let mut tries = Tries::begin();
        assert!(tries.settle(stale()).await.is_none());
        assert!(matches!(tries.settle(Ok(())).await, Some(Ok(()))));
        assert!(matches!(tries.settle(Err::<(), _>(Error::Ended)).await, Some(Err(Error::Ended))));
    }
}
