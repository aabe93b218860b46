//! Moments as people and APIs write them.

use model::Moment;

/// RFC 3339 in UTC with milliseconds, for example `2026-11-20T02:00:00.000Z`.
pub fn rfc3339(moment: Moment) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(moment).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{timestamp:.3}")
}

/// The moment that an RFC 3339 text names.
pub fn parse_rfc3339(text: &str) -> Option<Moment> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_being_written() {
        assert_eq!(rfc3339(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(parse_rfc3339(&rfc3339(1_700_000_000_123)), Some(1_700_000_000_123));
        assert_eq!(parse_rfc3339("2026-11-20T10:00:00+08:00"), parse_rfc3339("2026-11-20T02:00:00Z"));
    }
}
