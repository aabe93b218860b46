//! The moment an evaluation happens at, and an outer bound on its time: both are given, never looked up.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use model::Moment;

use crate::Voice;

/// What an evaluation knows beside its variables: the moment, the time zone people think in, who is spoken to.
#[derive(Clone, Debug, PartialEq)]
pub struct Now {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at: Moment,
    /// An IANA name, for example `Asia/Shanghai`; an unknown one counts as UTC.
    pub zone: Arc<str>,
    /// Who is spoken to; expressions that read a mood or say a phrase need it.
    pub voice: Option<Arc<Voice>>,
}

impl Now {
    /// This moment in this zone.
    pub fn new(at: Moment, zone: impl Into<Arc<str>>) -> Self {
        Self { at, zone: zone.into(), voice: None }
    }

    /// The same with somebody who is spoken to.
    #[must_use]
    pub fn with_voice(self, voice: Voice) -> Self {
        Self { voice: Some(Arc::new(voice)), ..self }
    }

    /// The moment as a date and time on the wall.
    pub fn zoned(&self) -> Zoned {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        Timestamp::from_millisecond(self.at).unwrap_or_default().to_zoned(zone)
    }
}

thread_local! {
    // The engine is shared by all threads; what differs per evaluation is handed to its functions here.
    static NOW: RefCell<Option<Now>> = const { RefCell::new(None) };
    // What native functions looked at: the engine itself counts a call as one operation, however long it takes.
    static WORK: Cell<u64> = const { Cell::new(0) };
    static TOO_LATE: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
}

/// Runs `work` in which every evaluation on this thread also stops as soon as `too_late` says so.
/// A shell with a clock bounds wall time by it; without it the bound is the number of operations.
pub fn with_bound<R>(too_late: fn() -> bool, work: impl FnOnce() -> R) -> R {
    struct Reset(Option<fn() -> bool>);
    impl Drop for Reset {
        fn drop(&mut self) {
            TOO_LATE.set(self.0);
        }
    }
    let _reset = Reset(TOO_LATE.replace(Some(too_late)));
    work()
}

/// Is the outer bound reached?
pub(crate) fn is_too_late() -> bool {
    TOO_LATE.get().is_some_and(|too_late| too_late())
}

/// A native function says that it looked at this many bytes or items.
pub(crate) fn charge(n_looked_at: usize) {
    WORK.set(WORK.get().saturating_add(n_looked_at as u64));
}

/// The work charged in the evaluation that runs, in operations.
pub(crate) fn charged() -> u64 {
    const PER_OPERATION: u64 = 16;
    WORK.get() / PER_OPERATION
}

/// Runs `work` with `now` as the answer of [`current`].
pub(crate) fn at<R>(now: &Now, work: impl FnOnce() -> R) -> R {
    struct Reset(Option<Now>);
    impl Drop for Reset {
        fn drop(&mut self) {
            NOW.replace(self.0.take());
        }
    }
    let outer = NOW.replace(Some(now.clone()));
    // An evaluation inside another (a phrase) adds to the work of the outer one.
    if outer.is_none() {
        WORK.set(0);
    }
    let _reset = Reset(outer);
    work()
}

/// The moment of the evaluation that runs.
pub(crate) fn current() -> Zoned {
    NOW.with_borrow(|now| now.clone()).unwrap_or_else(|| Now::new(0, "UTC")).zoned()
}
