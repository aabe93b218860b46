//! One event at a time per conversation, with a bound on how many may wait.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::{Error, Result};

/// The conversations that something happens to right now.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes {
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

#[derive(Debug, Default)]
struct Slot {
    turn: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicUsize,
}

/// The right to work on a conversation; it passes on when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    key: String,
    mailboxes: Arc<Mailboxes>,
    slot: Arc<Slot>,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Mailboxes {
    /// Waits for the right to work on a conversation. With `limit` others in line already it is refused at once.
    pub(crate) async fn enter(self: &Arc<Self>, key: &str, limit: usize) -> Result<Turn> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = Arc::clone(slots.entry(key.to_owned()).or_default());
            if slot.waiting.load(Ordering::Relaxed) >= limit {
                return Err(Error::Busy);
            }
            slot.waiting.fetch_add(1, Ordering::Relaxed);
            slot
        };
        let mut turn = Turn { key: key.to_owned(), mailboxes: Arc::clone(self), slot, guard: None };
        turn.guard = Some(Arc::clone(&turn.slot.turn).lock_owned().await);
        Ok(turn)
    }

    /// Does nothing go on in a conversation?
    pub(crate) fn is_idle(&self, key: &str) -> bool {
        !self.slots.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// How many conversations have something going on.
    pub(crate) fn len(&self) -> usize {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.guard = None;
        let mut slots = self.mailboxes.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if self.slot.waiting.fetch_sub(1, Ordering::Relaxed) == 1 {
            slots.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_a_full_line_is_refused() {
        let mailboxes = Arc::new(Mailboxes::default());

        let first = mailboxes.enter("a", 2).await.expect("a turn");
        let other = Arc::clone(&mailboxes);
        let second = tokio::spawn(async move { other.enter("a", 2).await.map(drop) });
        tokio::task::yield_now().await;
        assert!(matches!(mailboxes.enter("a", 2).await, Err(Error::Busy)));
        assert!(mailboxes.enter("b", 2).await.is_ok());

        drop(first);
        assert!(second.await.expect("no panic").is_ok());
        assert_eq!(mailboxes.len(), 0);
    }
}
