//! How many connections there may be: in all, and for one address; the last ones are kept for people who work here.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// When only the reserve is left, an address that holds fewer connections than this may have one more.
const FEW: usize = 4;
/// Addresses of staff that are remembered.
const MOST_STAFF: usize = 1_000;

/// The places for connections.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    of_one_address: usize,
    /// One in twenty: half of it for addresses with few connections, half for those from where staff signed in.
    reserve: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<Origin, usize>,
    staff: HashSet<Origin>,
    /// Addresses that were told of in the log while they were full.
    told: HashSet<Origin>,
}

/// Why a connection is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There are as many as there may be.
    Full,
    /// The address has as many as it may have.
    Address {
        /// Is it the first refusal since the address became full?
        is_first: bool,
    },
}

/// One connection's place; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    origin: Origin,
}

/// Who counts as one: an IPv4 address, or the network of 64 bits that one IPv6 customer usually has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Origin(u64, bool);

impl Origin {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(u64::from(u32::from(address)), false),
            IpAddr::V6(address) => Self((u128::from(address) >> 64) as u64, true),
        }
    }
}

impl Places {
    /// So many places, so many of them for one address.
    pub(crate) fn new(most: usize, of_one_address: usize) -> Arc<Self> {
        let reserve = (most / 20).max(8).min(most / 2);
        Arc::new(Self { most, of_one_address, reserve, taken: Mutex::default() })
    }

    /// A place for an address. A trusted proxy stands for many: only the sum is counted.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, is_proxy: bool) -> Result<Place, Refused> {
        let origin = Origin::of(address);
        let mut guard = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = &mut *guard;
        let held = taken.by_address.get(&origin).copied().unwrap_or(0);
        if !is_proxy && held >= self.of_one_address {
            return Err(Refused::Address { is_first: taken.told.insert(origin) });
        }
        let left = self.most.saturating_sub(taken.all);
        let is_staff = taken.staff.contains(&origin);
        let may = match left {
            0 => false,
            _ if is_proxy || is_staff => true,
            _ if left <= self.reserve / 2 => false,
            _ => left > self.reserve || held < FEW,
        };
        if !may {
            return Err(Refused::Full);
        }
        taken.all += 1;
        *taken.by_address.entry(origin).or_default() += 1;
        Ok(Place { places: Arc::clone(self), origin })
    }

    /// Somebody who works here is signed in at this address: it may have the last places.
    pub(crate) fn staff_is_at(&self, address: IpAddr) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.staff.len() < MOST_STAFF {
            taken.staff.insert(Origin::of(address));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(held) = taken.by_address.get_mut(&self.origin) {
            *held -= 1;
            if *held == 0 {
                taken.by_address.remove(&self.origin);
                taken.told.remove(&self.origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_gives_it_back() {
        let places = Places::new(100, 2);
        let one = places.take(ip("10.0.0.1"), false).expect("a place");
        let _two = places.take(ip("10.0.0.1"), false).expect("a place");

        assert_eq!(places.take(ip("10.0.0.1"), false).err(), Some(Refused::Address { is_first: true }));
        assert_eq!(places.take(ip("::ffff:10.0.0.1"), false).err(), Some(Refused::Address { is_first: false }));
        assert!(places.take(ip("10.0.0.2"), false).is_ok());
        assert!(places.take(ip("10.0.0.1"), true).is_ok(), "a proxy stands for many");

        drop(one);
        assert!(places.take(ip("10.0.0.1"), false).is_ok());
    }

    #[test]
    fn one_ipv6_customer_has_one_share() {
        let places = Places::new(100, 1);
        let _held = places.take(ip("2001:db8:1:2::1"), false).expect("a place");

        assert!(places.take(ip("2001:db8:1:2:ffff::9"), false).is_err());
        assert!(places.take(ip("2001:db8:1:3::1"), false).is_ok());
    }

    #[test]
    fn the_last_places_are_for_few_and_for_staff() {
        let places = Places::new(40, 1_000);
        let crowd: Vec<_> = std::iter::from_fn(|| places.take(ip("10.0.0.1"), false).ok()).collect();
        assert_eq!(crowd.len(), 32);

        let others: Vec<_> = (1..=20).map_while(|n| places.take(ip(&format!("10.0.1.{n}")), false).ok()).collect();
        assert_eq!(others.len(), 4);

        places.staff_is_at(ip("10.0.2.1"));
        let staff: Vec<_> = std::iter::from_fn(|| places.take(ip("10.0.2.1"), false).ok()).collect();
        assert_eq!(staff.len(), 4);
        assert_eq!(taken(&places), 40);

        drop((crowd, others, staff));
        assert_eq!(taken(&places), 0);
    }

    fn taken(places: &Places) -> usize {
        places.taken.lock().expect("nobody panics here").all
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }
}
