//! Wrong sign-ins: after a few, an address has to wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong passwords for one address within [`WINDOW`].
const MOST: usize = 10;
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Addresses that are remembered; beyond it the list begins anew.
const MOST_ADDRESSES: usize = 10_000;

/// Remembers wrong sign-ins by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts {
    wrong: Arc<Mutex<HashMap<String, Vec<Instant>>>>,
}

impl Attempts {
    /// Has this address been tried too often?
    pub(crate) fn is_blocked(&self, email: &str) -> bool {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = wrong.get_mut(&key(email)) else { return false };
        times.retain(|time| time.elapsed() < WINDOW);
        times.len() >= MOST
    }

    /// The password was wrong.
    pub(crate) fn was_wrong(&self, email: &str) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= MOST_ADDRESSES {
            wrong.clear();
        }
        wrong.entry(key(email)).or_default().push(Instant::now());
    }

    /// The password was right.
    pub(crate) fn was_right(&self, email: &str) {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(email));
    }
}

fn key(email: &str) -> String {
    email.trim().chars().take(254).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_ones_block_the_address_and_no_other() {
        let attempts = Attempts::default();
        for _ in 0..MOST {
            assert!(!attempts.is_blocked("a@example.com"));
            attempts.was_wrong(" A@example.com");
        }

        assert!(attempts.is_blocked("a@example.com"));
        assert!(!attempts.is_blocked("b@example.com"));
    }
}
