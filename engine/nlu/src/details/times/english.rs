//! Times of day in English: 3pm, five o'clock, half past three, quarter to five, tonight at 8.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::super::folded::near;
use super::{Clock, Part, begins_figures, ends_word, figure, in_day};

const HOURS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/// How many minutes words stand for.
const MINUTES: [(&str, u32); 13] = [
    ("twenty-five", 25),
    ("twenty five", 25),
    ("forty-five", 45),
    ("forty five", 45),
    ("a quarter", 15),
    ("quarter", 15),
    ("five", 5),
    ("ten", 10),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
];
/// A day, as it stands beside a time.
const DAY: &str = "today|tomorrow|tmr|(?:mon|tues|wednes|thurs|fri|satur|sun)day";

fn pattern(text: &str) -> Regex {
    let hours = format!(r"(?P<hour>1[0-2]|0?[1-9]|{})", HOURS.join("|"));
    let with_noon = hours.replace("(?P<hour>", "(?P<hour>noon|midday|midnight|");
    let minutes: Vec<&str> = MINUTES.iter().map(|(word, _)| *word).collect();
    let text = text
        .replace("<HOUR|noon>", &with_noon)
        .replace("<HOUR>", &hours)
        .replace("<MINUTES>", &minutes.join("|"))
        .replace("<HALF>", r"(?P<half>am|pm|a\.m\.|p\.m\.)")
        .replace("<DAY>", DAY);
    Regex::new(&text).expect("a constant pattern")
}

/// Half past three, ten minutes to five, a quarter after six.
static BY_HALVES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?P<exact>half)\s+past|(?P<minutes><MINUTES>|\d{1,2})(?P<unit>\s+min(?:ute)?s?)?\s+(?P<way>past|to|till?|after|before))\s+<HOUR|noon>(?:\s*<HALF>|\s+o'?clock)?",
    )
});
/// 3pm, 3.30 pm, three pm, five o'clock, nine thirty am.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b<HOUR>(?:[:.](?P<minute>[0-5]\d)|\s+(?P<words><MINUTES>))?(?:\s*-?\s*<HALF>|[\s-]*(?P<clock>o'?clock))")
});
/// An hour and nothing more: at 8, at nine thirty, 8 tonight.
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?P<at>(?:at|around|about|by|before|after|until|till|from)\s+)?(?:(?P<british>half)\s+)?<HOUR>(?:\.(?P<minute>[0-5]\d)|\s+(?P<words><MINUTES>))?",
    )
});

/// All English times of a folded text that are not written with a colon.
pub(super) fn clocks(text: &str) -> Vec<Clock> {
    let mut found: Vec<Clock> =
        BY_HALVES.captures_iter(text).filter_map(|captures| by_halves(text, &captures)).collect();
    found.extend(MARKED.captures_iter(text).filter_map(|captures| marked(text, &captures)));
    found.extend(BARE.captures_iter(text).filter_map(|captures| bare(text, &captures)));
    found
}

fn by_halves(text: &str, captures: &Captures<'_>) -> Option<Clock> {
    let whole = captures.get(0)?;
    let hour = hour_of(captures)?;
    let start = whole.start();
    let (end, part) = half(text, captures, whole.end())?;
    let way = captures.name("way").map_or("past", |way| way.as_str());
    let minutes = match captures.name("minutes") {
        Some(said) => minutes_of(said.as_str())?,
        None => 30,
    };
    let is_certain = way == "past"
        || captures.name("unit").is_some()
        || captures.name("minutes").is_some_and(|said| said.as_str().ends_with("quarter"));
    // "Five to ten" may be a number of things: it must be all that is said, or stand behind "at".
    let stands_alone = is_edge(&text[..start], true) && is_edge(&text[end..], false);
    let before = text[..start].trim_end();
    let is_led = ["at", "by", "around", "about"]
        .iter()
        .any(|word| before.strip_suffix(word).is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphanumeric())));
    let is_unsure = !is_certain
        && (matches!(way, "after" | "before")
            || !(stands_alone || is_led || part.or_else(|| Some(part_after(near(text, end))?.0)).is_some()));
    if minutes == 0 || minutes >= 60 || is_unsure || !begins_figures(text, start) || !is_free(&text[end..]) {
        return None;
    }
    let is_to = matches!(way, "to" | "til" | "till" | "before");
    let at = if is_to { hour * 60 - minutes } else { hour * 60 + minutes };
    // Quarter to one is 12:45: the clock of twelve begins with twelve.
    let at = if at < 60 { at + 12 * 60 } else { at };
    let mut clock = Clock { start, end, hour: at / 60, minute: at % 60, is_after_midnight: false };
    let is_midnight = captures.name("hour").is_some_and(|hour| hour.as_str() == "midnight");
    let part = if is_midnight { Some(Part::Night) } else { part.or_else(|| part_beside(text, &mut clock)) };
    // The part of the day is that of the hour which is named: a quarter to twelve tonight is 23:45.
    if part == Some(Part::Evening) && is_to && hour == 12 {
        clock.hour += 12;
        return Some(clock);
    }
    in_day(clock, part)
}

fn marked(text: &str, captures: &Captures<'_>) -> Option<Clock> {
    let whole = captures.get(0)?;
    let hour = captures.name("hour")?;
    let (end, part) = half(text, captures, whole.end())?;
    if !begins_figures(text, hour.start()) || follows_a_number(&text[..whole.start()]) {
        return None;
    }
    let mut clock = Clock {
        start: whole.start(),
        end,
        hour: hour_of(captures)?,
        minute: minute(captures)?,
        is_after_midnight: false,
    };
    let part = part.or_else(|| part_beside(text, &mut clock));
    in_day(clock, part)
}

/// "At 8" is a time where a day or a part of the day stands beside it.
fn bare(text: &str, captures: &Captures<'_>) -> Option<Clock> {
    static DAY_BEFORE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:<DAY>)\s*,?\s*$"));
    static DAY_AFTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*,?\s*(?:on\s+)?(?:<DAY>)\b"));
    let hour = captures.name("hour")?;
    let start = captures.name("british").unwrap_or(hour).start();
    let end = captures.name("words").or(captures.name("minute")).unwrap_or(hour).end();
    if !begins_figures(text, start) || follows_a_number(&text[..captures.get(0)?.start()]) || !ends_word(text, end) {
        return None;
    }
    let is_british = captures.name("british").is_some();
    let minute = if is_british { 30 } else { minute(captures)? };
    let is_at = captures.name("at").is_some();
    let mut clock = Clock { start, end, hour: hour_of(captures)?, minute, is_after_midnight: false };
    let head = &text[..captures.get(0)?.start()];
    let part = part_beside(text, &mut clock);
    let is_beside_day = DAY_BEFORE.is_match(close(head)) || DAY_AFTER.is_match(near(text, clock.end));
    let is_time = part.is_some() || (is_at && (is_beside_day || is_british));
    // Without "at" it is all that is said, and the part of the day follows: "8 tonight", but not "a table for 8 tonight".
    let is_led = is_at || (is_edge(head, true) && part_after(near(text, end)).is_some());
    (is_time && is_led && is_free(&text[clock.end..])).then_some(())?;
    in_day(clock, part)
}

fn hour_of(captures: &Captures<'_>) -> Option<u32> {
    let said = captures.name("hour")?.as_str();
    if matches!(said, "noon" | "midday" | "midnight") {
        return Some(12);
    }
    said.parse().ok().or_else(|| HOURS.iter().position(|word| *word == said).map(|at| at as u32 + 1))
}

fn minute(captures: &Captures<'_>) -> Option<u32> {
    match captures.name("words") {
        // "Nine five" is no time.
        Some(words) => {
            minutes_of(words.as_str()).filter(|minutes| *minutes >= 10 && !words.as_str().ends_with("quarter"))
        }
        None if captures.name("minute").is_some() => figure(captures, "minute"),
        None => Some(0),
    }
}

fn minutes_of(said: &str) -> Option<u32> {
    said.parse().ok().or_else(|| MINUTES.iter().find(|(word, _)| *word == said).map(|(_, minutes)| *minutes))
}

/// What am or pm says, and where the time ends; nothing where only a word begins so ("5 amps").
fn half(text: &str, captures: &Captures<'_>, end: usize) -> Option<(usize, Option<Part>)> {
    let half = captures.name("half");
    if half.is_some_and(|half| !half.as_str().ends_with('.')) && !ends_word(text, end) {
        return None;
    }
    Some((end, half.and_then(|half| half_of_day(half.as_str()))))
}

/// What am and pm mean.
pub(super) fn half_of_day(said: &str) -> Option<Part> {
    match said {
        "am" | "a.m." => Some(Part::Morning),
        "pm" | "p.m." => Some(Part::Afternoon),
        _ => None,
    }
}

/// The part of the day that stands beside a time without am and pm; "in the evening" then belongs to the time.
pub(super) fn part_beside(text: &str, clock: &mut Clock) -> Option<Part> {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(good\s+)?(morning|afternoon|evening|night|tonight)\s*,?\s*(?:at|around|about|by|before|after|until|till|from|@)?\s*$")
            .expect("a constant pattern")
    });
    if let Some((part, len)) = part_after(near(text, clock.end)) {
        clock.end += len;
        return Some(part);
    }
    let head = &text[..clock.start];
    // "Good evening, 3:30" only greets.
    BEFORE.captures(close(head)).filter(|captures| captures.get(1).is_none()).and_then(|captures| part_of(&captures[2]))
}

/// The part of the day that follows, and how many bytes of it are not the name of a day.
fn part_after(text: &str) -> Option<(Part, usize)> {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*,?\s*(?:(?P<own>in\s+the\s+(?P<in>morning|afternoon|evening)|at\s+(?P<at>night))|(?P<tonight>tonight)|(?:this|(?:on\s+)?(?:<DAY>))\s+(?P<day>morning|afternoon|evening|night))\b",
        )
    });
    let captures = AFTER.captures(text)?;
    let word = ["in", "at", "tonight", "day"].iter().find_map(|name| captures.name(name))?;
    let len = captures.name("own").map_or(0, |own| own.end());
    Some((part_of(word.as_str())?, len))
}

fn part_of(word: &str) -> Option<Part> {
    Some(match word {
        "morning" => Part::Morning,
        "afternoon" => Part::Afternoon,
        "evening" | "tonight" => Part::Evening,
        "night" => Part::Night,
        _ => return None,
    })
}

/// The end of what stands before, as much as matters.
fn close(before: &str) -> &str {
    const CLOSE_BYTES: usize = 60;
    &before[before.ceil_char_boundary(before.len().saturating_sub(CLOSE_BYTES))..]
}

/// Does "tonight" stand before, with no more than "at" between?
pub(super) fn follows_tonight(before: &str) -> bool {
    let before = before.trim_end();
    before.strip_suffix("at").unwrap_or(before).trim_end().ends_with("tonight")
}

/// "Twenty-five o'clock", "1,3 pm": the hour is the end of a number.
fn follows_a_number(before: &str) -> bool {
    let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "hundred", "thousand"];
    let before = before.trim_end_matches(['-', ' ']);
    tens.iter().any(|word| before.ends_with(word))
}

/// Is what follows no part of what the number counts? "At 8 Main Street" and "at 8%" are no times.
fn is_free(after: &str) -> bool {
    const MAY_FOLLOW: [&str; 41] = [
        "at", "for", "in", "on", "with", "please", "thanks", "thank", "is", "was", "works", "would", "will", "if",
        "and", "or", "sharp", "then", "but", "until", "till", "to", "so", "because", "when", "my", "i", "i'd", "we",
        "he", "she", "should", "can", "could", "tonight", "today", "tomorrow", "this", "it", "may", "ish",
    ];
    let after = after.trim_start_matches([' ', ',']);
    let word: &str = after.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\'')).next().unwrap_or_default();
    if word.is_empty() {
        let has_fraction = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        return !has_fraction && !after.starts_with(['%', ':', '/', '-', '$', '#', '+', '*', '=']);
    }
    MAY_FOLLOW.contains(&word) || word.ends_with("day")
}

fn is_edge(text: &str, before: bool) -> bool {
    let text = text.trim();
    let next = if before { text.chars().next_back() } else { text.chars().next() };
    next.is_none_or(|c| !c.is_ascii_alphanumeric())
}
