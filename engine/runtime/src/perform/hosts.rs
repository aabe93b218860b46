//! The hosts that flows call, each behind a door of its own: one that hangs or fails keeps nobody else waiting.
//!
//! Through a door goes a bounded number of calls at a time (a bulkhead), and none while its circuit is open.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Texts;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::circuit::{Circuit, Ended, Pass};

/// Bounds for each host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerHost {
    /// Calls at a time.
    pub(crate) running: usize,
    /// Calls in line at most.
    pub(crate) waiting: usize,
    /// Nobody waits longer in line, nor longer than the step's own time.
    pub(crate) longest_wait: Duration,
}

impl Default for PerHost {
    fn default() -> Self {
        Self { running: 256, waiting: 2_048, longest_wait: Duration::from_secs(5) }
    }
}

/// Hosts that are remembered; flows may build addresses from what customers say.
const MAX_HOSTS: usize = 1_024;

/// How a host that flows call is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// The host with its port.
    pub host: String,
    /// Do calls go through?
    pub state: BreakerState,
    /// Failures in a row, while calls go through.
    pub failures: u32,
    /// Calls under way.
    pub running: usize,
}

/// Do calls to a host go through?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// They do.
    Closed,
    /// They fail at once: the host failed too often in a row.
    Open,
    /// One call finds out whether the host is back.
    HalfOpen,
}

/// All doors.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    bounds: PerHost,
    doors: Mutex<HashMap<String, Arc<Door>>>,
}

#[derive(Debug)]
struct Door {
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
    circuit: Mutex<Circuit>,
}

/// A call on its way; tell it how the call ended.
#[derive(Debug)]
pub(crate) struct Call {
    door: Arc<Door>,
    pass: Pass,
    ended: Ended,
    _slot: OwnedSemaphorePermit,
}

/// Why a call did not go out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Refused {
    /// The circuit is open; it may be worth asking again after this.
    Resting(Duration),
    /// Too many others call the same host.
    Crowded,
}

impl Hosts {
    /// Doors with these bounds.
    #[cfg(test)]
    pub(crate) fn new(bounds: PerHost) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Waits, until the deadline at most, for the right to call a host.
    pub(crate) async fn enter(&self, host: &str, deadline: Instant) -> Result<Call, Refused> {
        let door = self.door(host);
        // Before the line: whoever cannot get through need not wait.
        if let Some(rest) = door.circuit().rest(Instant::now()) {
            return Err(Refused::Resting(rest));
        }
        let slot = self.slot(&door, deadline).await.ok_or(Refused::Crowded)?;
        let pass = door.circuit().admit(Instant::now()).map_err(Refused::Resting)?;
        Ok(Call { door, pass, ended: Ended::GivenUp, _slot: slot })
    }

    /// How every host is doing, in the order of their names.
    pub(crate) fn breakers(&self) -> Vec<Breaker> {
        let doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let mut breakers: Vec<Breaker> = doors
            .iter()
            .map(|(host, door)| {
                let (state, failures) = match *door.circuit() {
                    Circuit::Closed { failures } => (BreakerState::Closed, failures),
                    Circuit::Open { .. } => (BreakerState::Open, 0),
                    Circuit::HalfOpen { .. } => (BreakerState::HalfOpen, 0),
                };
                let running = self.bounds.running.saturating_sub(door.slots.available_permits());
                Breaker { host: host.clone(), state, failures, running }
            })
            .collect();
        breakers.sort_by(|a, b| a.host.cmp(&b.host));
        breakers
    }

    async fn slot(&self, door: &Door, deadline: Instant) -> Option<OwnedSemaphorePermit> {
        let slots = Arc::clone(&door.slots);
        if let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
            return Some(slot);
        }
        let _line = Line::join(&door.waiting, self.bounds.waiting)?;
        let deadline = deadline.min(Instant::now() + self.bounds.longest_wait);
        timeout_at(deadline, slots.acquire_owned()).await.ok()?.ok()
    }

    fn door(&self, host: &str) -> Arc<Door> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(host) {
            return Arc::clone(door);
        }
        if doors.len() >= MAX_HOSTS {
            let is_in_use = |door: &Arc<Door>| Arc::strong_count(door) > 1;
            doors.retain(|_, door| is_in_use(door) || *door.circuit() != Circuit::new());
            // So many failing hosts are an attack or a flow gone wrong; forgetting them costs a few calls.
            if doors.len() >= MAX_HOSTS {
                doors.retain(|_, door| is_in_use(door));
            }
        }
        let door = Arc::new(Door {
            slots: Arc::new(Semaphore::new(self.bounds.running)),
            waiting: AtomicUsize::new(0),
            circuit: Mutex::new(Circuit::new()),
        });
        doors.insert(host.to_owned(), Arc::clone(&door));
        door
    }
}

impl Door {
    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    /// The host gave an answer.
    pub(crate) fn answered(mut self) {
        self.ended = Ended::Answered;
    }

    /// The host gave none.
    pub(crate) fn failed(mut self) {
        self.ended = Ended::Failed;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.door.circuit().ended(self.pass, self.ended, Instant::now());
    }
}

impl Refused {
    /// What the conversation's trace says.
    pub(crate) fn why(self, host: &str) -> Texts {
        match self {
            Self::Resting(_) => Texts::new(
                format!("{host} 接连没有响应，暂时不再调用"),
                format!("{host} did not answer several times in a row and is left alone for the moment"),
            ),
            Self::Crowded => Texts::new(
                format!("同时调用 {host} 的请求太多，没有轮到这一次"),
                format!("too many calls to {host} at once; the turn of this one did not come in time"),
            ),
        }
    }
}

/// A place in a line of bounded length.
struct Line<'l>(&'l AtomicUsize);

impl<'l> Line<'l> {
    fn join(waiting: &'l AtomicUsize, limit: usize) -> Option<Self> {
        let line = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < limit).then_some(line)
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: PerHost = PerHost { running: 2, waiting: 1, longest_wait: Duration::from_millis(20) };

    #[tokio::test]
    async fn a_full_host_keeps_nobody_waiting_for_long_and_other_hosts_are_free() {
        let hosts = Hosts::new(BOUNDS);
        let deadline = Instant::now() + Duration::from_secs(60);
        let first = hosts.enter("slow:80", deadline).await.expect("a slot");
        let _second = hosts.enter("slow:80", deadline).await.expect("a slot");

        let (a, b) = tokio::join!(hosts.enter("slow:80", deadline), hosts.enter("slow:80", deadline));
        assert_eq!((a.err(), b.err()), (Some(Refused::Crowded), Some(Refused::Crowded)));
        assert!(hosts.enter("fast:80", deadline).await.is_ok());

        let third = hosts.enter("slow:80", deadline);
        first.answered();
        assert!(third.await.is_ok(), "a slot that becomes free is passed on");
    }

    #[tokio::test]
    async fn a_failing_host_is_left_alone_and_the_others_are_not() {
        let hosts = Hosts::new(BOUNDS);
        let deadline = Instant::now() + Duration::from_secs(60);
        for _ in 0..10 {
            hosts.enter("dead:80", deadline).await.expect("it is closed").failed();
        }

        assert!(matches!(hosts.enter("dead:80", deadline).await, Err(Refused::Resting(_))));
        assert!(hosts.enter("alive:80", deadline).await.is_ok());
        let states: Vec<_> = hosts.breakers().into_iter().map(|breaker| (breaker.host, breaker.state)).collect();
        assert_eq!(states, [("alive:80".into(), BreakerState::Closed), ("dead:80".into(), BreakerState::Open)]);
    }

    #[tokio::test]
    async fn the_memory_of_hosts_is_bounded() {
        let hosts = Hosts::new(BOUNDS);
        let deadline = Instant::now() + Duration::from_secs(60);

        for n in 0..MAX_HOSTS + 10 {
            hosts.enter(&format!("{n}.example:443"), deadline).await.expect("a slot").failed();
        }

        assert!(hosts.breakers().len() <= MAX_HOSTS);
    }
}
