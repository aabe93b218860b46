//! Times of day: 15:30, 下午三点半, 差十分三点, 3pm, half past three, noon.
//!
//! A time that is not understood whole is not read at all: 差几分三点 is not three o'clock.

mod chinese;
mod english;

use super::folded::{Found, Taken};
use regex::{Captures, Regex};
use serde_json::json;
use std::sync::LazyLock;

/// A time of day that was found, in bytes of the folded text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    pub(super) start: usize,
    pub(super) end: usize,
    hour: u32,
    minute: u32,
    /// 今晚12点 is no longer today.
    pub(super) is_after_midnight: bool,
}

impl Clock {
    /// As `15:30`.
    pub(super) fn said(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }
}

/// Which part of the day a word names.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    /// 凌晨, am, in the morning: 12 is midnight.
    Morning,
    /// 中午: the hours up to three are after it.
    Noon,
    /// 下午, pm: always after noon.
    Afternoon,
    /// 晚上, tonight: midnight and the first hours after it are of the next day.
    Evening,
    /// 半夜, at night: late in the evening or early in the morning.
    Night,
}

/// All times of day of a folded text, in reading order.
pub(super) fn times(text: &str) -> Vec<Found> {
    clocks(text).into_iter().map(|time| Found { start: time.start, end: time.end, value: json!(time.said()) }).collect()
}

/// The same, for whoever joins them with a day.
pub(super) fn clocks(text: &str) -> Vec<Clock> {
    let mut found: Vec<Clock> = Vec::new();
    let mut taken = Taken::default();
    for read in [colon as fn(&str) -> Vec<Clock>, english::clocks, chinese::clocks, named] {
        for clock in read(text) {
            if taken.take(clock.start, clock.end) {
                found.push(clock);
            }
        }
    }
    found.sort_by_key(|clock| clock.start);
    found
}

/// 15:30, 下午3:30, 3:30 pm, 8:15 tonight.
fn colon(text: &str) -> Vec<Clock> {
    static COLON: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?:(?P<part>{part})的?\s*)?(?P<figures>(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::[0-5]\d)?)(?:\s*(?P<half>am|pm|a\.m\.|p\.m\.))?",
            part = chinese::PART
        ))
        .expect("a constant pattern")
    });
    /// 比例1:30 and 按1:10兑水 are shares.
    const SHARES: [&str; 9] = ["比例", "比例是", "比例为", "比分", "比分是", "按", "比率", "ratio", "ratio of"];
    let found = COLON.captures_iter(text).filter_map(|captures| {
        let (figures, part) = (captures.name("figures")?, captures.name("part"));
        let before = text[..figures.start()].trim_end();
        let is_share = SHARES.iter().any(|word| before.ends_with(word));
        let half = captures.name("half").filter(|half| ends_word(text, half.end()));
        let end = half.unwrap_or(figures).end();
        let after = &text[end..];
        let goes_on = after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ':' | '%'));
        if is_share || goes_on || !begins_figures(text, figures.start()) {
            return None;
        }
        let (hour, minute) = (figure(&captures, "hour")?, figure(&captures, "minute")?);
        let mut clock =
            Clock { start: chinese::start_of(part, captures.get(0)?), end, hour, minute, is_after_midnight: false };
        let part = match half {
            Some(half) => english::half_of_day(half.as_str()),
            None => part.and_then(|part| chinese::part_of(part.as_str())),
        };
        let part = part.or_else(|| english::part_beside(text, &mut clock));
        in_day(clock, part)
    });
    found.collect()
}

fn named(text: &str) -> Vec<Clock> {
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(noon|midday|midnight)\b|正午|午夜").expect("a constant pattern"));
    let found = NAMED.find_iter(text).map(|name| {
        let is_night = matches!(name.as_str(), "midnight" | "午夜");
        // "Tonight at midnight" is the end of this day.
        let is_after_midnight = is_night && english::follows_tonight(&text[..name.start()]);
        let hour = if is_night { 0 } else { 12 };
        Clock { start: name.start(), end: name.end(), hour, minute: 0, is_after_midnight }
    });
    found.collect()
}

/// The hour on the clock of 24, by the part of the day that was named.
fn in_day(clock: Clock, part: Option<Part>) -> Option<Clock> {
    const LAST_OF_NIGHT: u32 = 4;
    let said = clock.hour;
    let hour = match part {
        Some(Part::Evening) if said == 12 || said <= LAST_OF_NIGHT => said % 12,
        Some(Part::Afternoon | Part::Evening) if said < 12 => said + 12,
        Some(Part::Night | Part::Morning) if said == 12 => 0,
        Some(Part::Night) if (6..12).contains(&said) => said + 12,
        Some(Part::Noon) if said < 4 => said + 12,
        _ if said == 24 && clock.minute == 0 => 0,
        _ => said,
    };
    let is_after_midnight = (part == Some(Part::Evening) && hour <= LAST_OF_NIGHT)
        || (part == Some(Part::Night) && said == 12)
        || said == 24;
    (hour < 24 && clock.minute < 60).then_some(Clock { hour, is_after_midnight, ..clock })
}

/// Do figures that stand here begin a number? Not inside `1.5`, `a12` and `3:30`.
fn begins_figures(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '/' | '$' | '#'))
}

/// Does a Latin word end here?
fn ends_word(text: &str, at: usize) -> bool {
    !text[at..].starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// The named group of a match as a number, in figures.
fn figure(captures: &Captures<'_>, name: &str) -> Option<u32> {
    captures.name(name)?.as_str().parse().ok()
}
