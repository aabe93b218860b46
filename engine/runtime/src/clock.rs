//! The clock: the only place that reads it for conversations.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Moment;

/// The present.
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::try_from(since.as_millis()).unwrap_or(Moment::MAX)
}
