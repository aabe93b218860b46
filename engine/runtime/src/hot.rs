//! Conversations that were talked in lately, as their last commit left them: the next turn reads nothing.
//!
//! Only the process that commits a conversation keeps it, under the right to its turn, and only after the commit. A
//! turn takes it out and puts it back when it is done; whatever goes wrong in between, the next one reads the store.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use interpreter::State;
use lru::LruCache;
use store::conversations::Conversation;
use store::messages::Accepted;

/// A conversation at rest.
#[derive(Debug)]
pub(crate) struct Warm {
    /// Without the text of its state.
    pub(crate) conversation: Conversation,
    pub(crate) state: State,
    /// Everything that was accepted under a client's id; `None` when that is too much to keep.
    pub(crate) accepted: Option<HashMap<String, Accepted>>,
}

/// The conversations that are kept; the one that rested longest goes first.
#[derive(Debug)]
pub(crate) struct Hot {
    kept: Mutex<LruCache<String, Box<Warm>>>,
}

impl Hot {
    /// Room for so many; 0 keeps one.
    pub(crate) fn new(most: usize) -> Self {
        let most = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
        Self { kept: Mutex::new(LruCache::new(most)) }
    }

    /// Takes a conversation out.
    pub(crate) fn take(&self, public_id: &str) -> Option<Box<Warm>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop(public_id)
    }

    /// Puts a conversation in, as it was just committed. One that has ended takes no turns and is not kept.
    pub(crate) fn keep(&self, warm: Box<Warm>) {
        if warm.state.is_over() {
            return;
        }
        let key = warm.conversation.public_id.clone();
        let gone = self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(key, warm);
        // Dropped here, not under the lock.
        drop(gone);
    }
}
