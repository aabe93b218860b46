//! How often one client may do something: a leaky bucket as a meter, in one number per client.
//!
//! The method is the generic cell rate algorithm (ITU-T I.371, annex A): each client has the time at which its bucket
//! will be empty; what comes adds to it, and is refused when the bucket would be fuller than it may be.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Below this many clients nobody looks for empty buckets.
const FEW: usize = 1_024;

/// The buckets of all clients.
#[derive(Debug)]
pub(crate) struct Rates {
    /// What one thing adds; none when there is no bound.
    each: Option<Duration>,
    /// How full a bucket may be.
    depth: Duration,
    hasher: RandomState,
    began: Instant,
    buckets: Mutex<Buckets>,
}

#[derive(Debug, Default)]
struct Buckets {
    /// When each is empty, counted from `began`. The key is a hash: what clients send is not kept.
    empty_at: HashMap<u64, Duration>,
    sweep_at: usize,
}

impl Rates {
    /// So many a second, and `burst` at once. 0 a second means without bound.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let each = (per_second > 0).then(|| Duration::from_secs(1) / per_second);
        let depth = each.unwrap_or_default().saturating_mul(burst.max(1));
        let buckets = Mutex::new(Buckets { empty_at: HashMap::new(), sweep_at: FEW });
        Self { each, depth, hasher: RandomState::new(), began: Instant::now(), buckets }
    }

    /// One more of this client; or how long it must wait.
    pub(crate) fn take(&self, client: impl Hash) -> Result<(), Duration> {
        self.take_at(client, self.began.elapsed())
    }

    fn take_at(&self, client: impl Hash, now: Duration) -> Result<(), Duration> {
        let Some(each) = self.each else { return Ok(()) };
        let key = self.hasher.hash_one(client);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = &mut *buckets;
        if buckets.empty_at.len() >= buckets.sweep_at {
            buckets.empty_at.retain(|_, empty_at| *empty_at > now);
            buckets.sweep_at = (2 * buckets.empty_at.len()).max(FEW);
        }
        let empty_at = buckets.empty_at.entry(key).or_default();
        let full = (*empty_at).max(now) + each;
        if full > now + self.depth {
            return Err(full - now - self.depth);
        }
        *empty_at = full;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_then_the_rate_holds() {
        let rates = Rates::new(10, 3);
        let at = Duration::from_millis;

        assert!((0..3).all(|_| rates.take_at("a", at(0)).is_ok()));
        assert_eq!(rates.take_at("a", at(0)), Err(at(100)));
        assert!(rates.take_at("b", at(0)).is_ok());
        assert!(rates.take_at("a", at(100)).is_ok());
        assert!(rates.take_at("a", at(150)).is_err());
    }

    #[test]
    fn clients_who_have_gone_are_forgotten() {
        let rates = Rates::new(1_000, 1);

        for client in 0..10 * FEW {
            rates.take_at(client, Duration::from_millis(10 * client as u64)).expect("a client's first");
        }

        assert!(rates.buckets.lock().expect("nobody panics here").empty_at.len() <= FEW);
    }

    #[test]
    fn without_a_rate_there_is_no_bound() {
        let rates = Rates::new(0, 1);

        assert!((0..1_000).all(|_| rates.take("a").is_ok()));
    }
}
