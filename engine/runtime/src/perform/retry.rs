//! When to try again: after a random part of a growing pause, and not before the service says so.
//!
//! Full jitter after Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): callers that failed
//! together do not come back together.

use std::time::Duration;

use model::Moment;
use uuid::Uuid;

/// The first pause is at most this; every further one at most twice the one before.
const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// The pause after try number `tried`, from 0. `chance` is a random number from 0 to 1.
pub(super) fn pause(tried: u32, retry_after: Option<Duration>, chance: f64) -> Duration {
    let ceiling = FIRST.saturating_mul(1 << tried.min(16)).min(LONGEST);
    ceiling.mul_f64(chance.clamp(0.0, 1.0)).saturating_add(retry_after.unwrap_or_default())
}

/// A random number from 0 to 1.
pub(super) fn chance() -> f64 {
    // The lowest 32 bits of a random uuid are all random.
    let [.., a, b, c, d] = Uuid::new_v4().into_bytes();
    f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)
}

/// How long a `Retry-After` header asks to wait: seconds, or a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(header: &str, now: Moment) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(Duration::from_millis(u64::try_from(date.as_millisecond() - now).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_are_random_within_it() {
        let longest = |tried| pause(tried, None, 1.0).as_millis();

        assert_eq!([0, 1, 2, 3, 4, 5, 60].map(longest), [200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
        assert_eq!(pause(3, None, 0.5).as_millis(), 800);
        assert_eq!(pause(3, None, 0.0).as_millis(), 0);
        assert!((0..100).all(|_| (0.0..=1.0).contains(&chance())));
    }

    #[test]
    fn a_service_may_ask_for_time_in_seconds_or_by_date() {
        let now = 1_790_000_000_000;
        let date = jiff::Timestamp::from_millisecond(now + 90_000).expect("a moment");
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).expect("a date");

        assert_eq!(retry_after(" 2 ", now), Some(Duration::from_secs(2)));
        assert_eq!(retry_after(&date, now), Some(Duration::from_secs(90)), "{date}");
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(pause(0, Some(Duration::from_secs(2)), 0.0), Duration::from_secs(2), "never before that");
    }
}
