//! Who listens for news right now, counted by the way they do it.

use std::sync::Arc;

use runtime::Measure;
use uuid::Uuid;

/// After a restart, listeners come back within this time, spread evenly.
const SPREAD_MS: u64 = 5_000;

/// When somebody should come back after a restart: a moment by chance, so that not all come at once.
pub(crate) fn reconnect_ms() -> u64 {
    Uuid::new_v4().as_u64_pair().0 % SPREAD_MS
}

/// One listener; it is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    measure: Arc<Measure>,
    way: Way,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Socket,
    Events,
    Waiting,
}

impl Listening {
    /// By WebSocket.
    pub(crate) fn by_socket(measure: &Arc<Measure>) -> Self {
        Self::begin(measure, Way::Socket)
    }

    /// By server-sent events.
    pub(crate) fn by_events(measure: &Arc<Measure>) -> Self {
        Self::begin(measure, Way::Events)
    }

    /// By an answer that waits.
    pub(crate) fn by_waiting(measure: &Arc<Measure>) -> Self {
        Self::begin(measure, Way::Waiting)
    }

    /// It did not read what it was sent.
    pub(crate) fn was_too_slow(&self) {
        self.measure.listeners_too_slow.add_one();
    }

    /// It sent what it may not.
    pub(crate) fn was_misused(&self) {
        self.measure.sockets_misused.add_one();
    }

    fn begin(measure: &Arc<Measure>, way: Way) -> Self {
        let listening = Self { measure: Arc::clone(measure), way };
        listening.count(1);
        listening
    }

    fn count(&self, n: i64) {
        let open = match self.way {
            Way::Socket => &self.measure.sockets_open,
            Way::Events => &self.measure.streams_open,
            Way::Waiting => &self.measure.polls_open,
        };
        open.add(n);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.count(-1);
    }
}
