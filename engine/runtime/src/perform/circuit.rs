//! A circuit breaker: a host that failed several times in a row is left alone, then asked once whether it is back.
//!
//! The pattern is Michael Nygard's ("Release It!", chapter "Stability Patterns"). Time comes in as an argument.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row that open the circuit.
const FAILURES: u32 = 10;
/// How long an open circuit rests the first time; every probe that fails doubles it.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);
/// While the probe is under way, nobody knows how long it takes.
const MOMENT: Duration = Duration::from_millis(200);

/// The memory of one host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Circuit {
    /// Calls go through; so many failed in a row.
    Closed { failures: u32 },
    /// Nobody calls until then.
    Open { until: Instant, rest: Duration },
    /// One call is under way to see whether the host is back.
    HalfOpen { rest: Duration },
}

/// As what a call goes through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pass {
    Ordinary,
    Probe,
}

/// How a call that went through ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ended {
    /// The host answered, whatever it said.
    Answered,
    /// No answer came, or one from somebody who stands in for the host.
    Failed,
    /// It was dropped before there was an outcome.
    GivenUp,
}

impl Circuit {
    pub(super) fn new() -> Self {
        Self::Closed { failures: 0 }
    }

    /// How long to leave the host alone; `None` when a call may go through.
    pub(super) fn rest(&self, now: Instant) -> Option<Duration> {
        match *self {
            Self::Closed { .. } => None,
            Self::Open { until, .. } => Some(until.duration_since(now)).filter(|rest| !rest.is_zero()),
            Self::HalfOpen { .. } => Some(MOMENT),
        }
    }

    /// Lets a call through, or says how long to leave the host alone.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Pass, Duration> {
        if let Some(rest) = self.rest(now) {
            return Err(rest);
        }
        if let Self::Open { rest, .. } = *self {
            *self = Self::HalfOpen { rest };
            return Ok(Pass::Probe);
        }
        Ok(Pass::Ordinary)
    }

    /// Learns how a call ended that was let through.
    pub(super) fn ended(&mut self, pass: Pass, ended: Ended, now: Instant) {
        *self = match (*self, pass, ended) {
            (Self::Closed { .. }, _, Ended::Answered) | (Self::HalfOpen { .. }, Pass::Probe, Ended::Answered) => {
                Self::new()
            }
            (Self::Closed { failures }, _, Ended::Failed) if failures + 1 >= FAILURES => {
                Self::Open { until: now + FIRST_REST, rest: FIRST_REST }
            }
            (Self::Closed { failures }, _, Ended::Failed) => Self::Closed { failures: failures + 1 },
            (Self::HalfOpen { rest }, Pass::Probe, Ended::Failed) => {
                let rest = (rest * 2).min(LONGEST_REST);
                Self::Open { until: now + rest, rest }
            }
            // The next one asks.
            (Self::HalfOpen { rest }, Pass::Probe, Ended::GivenUp) => Self::Open { until: now, rest },
            // Calls from before the circuit opened say nothing about the host as it is.
            (unchanged, ..) => unchanged,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_in_a_row_open_it_and_an_answer_begins_a_new_row() {
        let (mut circuit, now) = (Circuit::new(), Instant::now());

        fail(&mut circuit, FAILURES - 1, now);
        circuit.ended(Pass::Ordinary, Ended::Answered, now);
        fail(&mut circuit, FAILURES - 1, now);
        assert_eq!(circuit.admit(now), Ok(Pass::Ordinary));

        fail(&mut circuit, 1, now);
        assert_eq!(circuit.admit(now), Err(FIRST_REST));
    }

    #[test]
    fn after_the_rest_one_probe_decides() {
        let (mut circuit, mut now) = (Circuit::new(), Instant::now());
        fail(&mut circuit, FAILURES, now);

        for expected in [2, 4, 8, 16, 30, 30] {
            now += circuit.rest(now).expect("it is open");
            assert_eq!(circuit.admit(now), Ok(Pass::Probe));
            assert_eq!(circuit.admit(now), Err(MOMENT), "one at a time");
            circuit.ended(Pass::Ordinary, Ended::Answered, now);
            assert_eq!(circuit.admit(now), Err(MOMENT), "an old call does not decide");
            circuit.ended(Pass::Probe, Ended::Failed, now);
            assert_eq!(circuit.rest(now), Some(Duration::from_secs(expected)));
        }

        now += LONGEST_REST;
        assert_eq!(circuit.admit(now), Ok(Pass::Probe));
        circuit.ended(Pass::Probe, Ended::Answered, now);
        assert_eq!(circuit, Circuit::new());
    }

    #[test]
    fn a_probe_that_is_given_up_leaves_the_question_to_the_next() {
        let (mut circuit, mut now) = (Circuit::new(), Instant::now());
        fail(&mut circuit, FAILURES, now);
        now += FIRST_REST;

        assert_eq!(circuit.admit(now), Ok(Pass::Probe));
        circuit.ended(Pass::Probe, Ended::GivenUp, now);

        assert_eq!(circuit.admit(now), Ok(Pass::Probe));
    }

    fn fail(circuit: &mut Circuit, times: u32, now: Instant) {
        for _ in 0..times {
            circuit.ended(Pass::Ordinary, Ended::Failed, now);
        }
    }
}
