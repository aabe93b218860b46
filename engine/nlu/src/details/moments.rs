//! A day with a time of day, a moment from now, and spans of days.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Span, ToSpan, Zoned};
use regex::Regex;
use serde_json::{Value, json};

use super::dates::dates;
use super::folded::{Found, near};
use super::lengths::{Unit, lengths};
use super::times::clocks;

/// All moments of a folded text: a date and a time beside each other, or so many hours from now.
pub(super) fn moments(text: &str, now: &Zoned) -> Vec<Found> {
    let mut found = from_now(text, now);
    let times = clocks(text);
    for day in dates(text, now) {
        let beside = times.iter().find(|time| {
            // 明晚 is both: the day reaches into the time of day.
            if day.start < time.start {
                is_joined(text, day.end, time.start)
            } else {
                is_joined(text, time.end, day.start)
            }
        });
        if let (Some(time), Some(date)) = (beside, date_of(&day.value)) {
            let (start, end) = (day.start.min(time.start), day.end.max(time.end));
            // 今晚12点 and "tonight at 1" are tomorrow.
            let date = if time.is_after_midnight { date.checked_add(1.day()).unwrap_or(date) } else { date };
            found.push(Found { start, end, value: json!(format!("{date}T{}", time.said())) });
        }
    }
    found.sort_by_key(|found| found.start);
    found
}

/// Does nothing that matters stand between a day and a time?
fn is_joined(text: &str, from: usize, to: usize) -> bool {
    static GAP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s{0,3}(?:的|,|、)?\s{0,2}(?:(?:morning|afternoon|evening|night)\b)?,?\s{0,2}(?:(?:at|on|around|about|by|@)\s?)?$")
            .expect("a constant pattern")
    });
    text.get(from.min(to)..to).is_some_and(|gap| GAP.is_match(gap))
}

/// So long from now: 一个半小时后, 再过十分钟, in an hour and a half, two hours from now.
fn from_now(text: &str, now: &Zoned) -> Vec<Found> {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\bin\s+(?:(?:about|around|roughly|approximately|exactly|just)\s+)?$").expect("a constant pattern")
    });
    static AFTER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*(?:[之以过]?后|from\s+now\b)").expect("a constant pattern"));
    static AGAIN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:再过|(?:^|[,。!?;、\s请就我您你])过)$").expect("a constant pattern"));
    let found = lengths(text).into_iter().filter_map(|length| {
        const NEAR: usize = 20;
        let from = text[..length.start].char_indices().rev().nth(NEAR).map_or(0, |(at, _)| at);
        let before = &text[from..length.start];
        let led = BEFORE.find(before).map(|led| led.len());
        let again = AGAIN
            .find(before)
            .map(|again| if again.as_str().starts_with('再') { '再'.len_utf8() * 2 } else { '过'.len_utf8() });
        let after = AFTER.find(near(text, length.end)).map(|after| after.len());
        let is_meant = led.or(again).or(after).is_some();
        // Whole days from now are a date, not a moment.
        let is_moment = length.unit <= Unit::Hour || (length.unit <= Unit::Week && length.minutes % 1_440.0 != 0.0);
        let moment =
            now.checked_add(Span::new().minutes(length.minutes as i64)).ok().filter(|_| is_meant && is_moment)?;
        let value = json!(moment.datetime().strftime("%Y-%m-%dT%H:%M").to_string());
        let start = length.start - led.or(again).unwrap_or(0);
        Some(Found { start, end: length.end + after.unwrap_or(0), value })
    });
    found.collect()
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(上个?|下个?|这个?|本)(?:(周末)|(周|星期|礼拜)|(月))",
        r"|\b(last|next|this)\s+(?:(weekend)|(week)|(month))\b",
    ))
    .expect("a constant pattern")
});
static DAY_AFTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d{1,2}|[一二三四五六七八九十廿]{1,3})\s*(?:日|号)?").expect("a constant pattern"));

/// All spans of days: 周一到周三, 11月25日至27日, from Monday to Wednesday, 下周, this month.
pub(super) fn spans(text: &str, now: &Zoned) -> Vec<Found> {
    let days = dates(text, now);
    let mut found: Vec<Found> = Vec::new();
    for (index, first) in days.iter().enumerate() {
        if found.last().is_some_and(|last| first.start < last.end) {
            continue;
        }
        let rest = &text[first.end..];
        let Some(joined) = join(rest) else { continue };
        let next = days.get(index + 1).filter(|next| next.start == first.end + joined);
        let from = date_of(&first.value);
        let bare = DAY_AFTER.captures(&rest[joined..]);
        let (to, end) = match (next, bare) {
            // 11月25日到27日: the second day has the first one's month, or comes in the next: 28号到3号.
            (next, Some(captures)) if next.is_none_or(|next| next.end == first.end + joined + captures[0].len()) => {
                let day = super::numbers::number_of(&captures[1]).map(|day| day as i8);
                let to = from.zip(day).and_then(|(from, day)| day_from(from, day));
                (to, first.end + joined + captures[0].len())
            }
            (Some(next), _) => (date_of(&next.value), next.end),
            (None, _) => continue,
        };
        let (Some(from), Some(mut to)) = (from, to) else { continue };
        // 周五到周一 goes over the weekend.
        if to < from {
            let weekly = to.checked_add(7.days()).ok().filter(|later| *later >= from);
            let Some(later) = weekly else { continue };
            to = later;
        }
        let start = ["from ", "between ", "从", "自"]
            .iter()
            .find(|word| text[..first.start].ends_with(*word))
            .map_or(first.start, |word| first.start - word.len());
        found.push(span(start, end, from, to));
    }
    for captures in NAMED.captures_iter(text) {
        let whole = captures.get(0).expect("group 0 is the match");
        // 下周五 and 下个月十五号 are days, not all the days around them.
        let is_day = days.iter().any(|day| {
            let overlaps = whole.start() < day.end && day.start < whole.end();
            overlaps && (day.start < whole.start() || whole.end() < day.end)
        }) || text[whole.end()..]
            .starts_with(['一', '二', '三', '四', '五', '六', '日', '天', '末', '底', '初'])
            || text[whole.end()..].starts_with(|c: char| c.is_ascii_digit());
        let is_known = found.iter().any(|known| whole.start() < known.end && known.start < whole.end());
        if !is_day
            && !is_known
            && let Some((from, to)) = named(&captures, now.date())
        {
            found.push(span(whole.start(), whole.end(), from, to));
        }
    }
    found.sort_by_key(|found| found.start);
    found
}

fn named(captures: &regex::Captures<'_>, today: Date) -> Option<(Date, Date)> {
    let word = captures.get(1).or(captures.get(5))?.as_str();
    let shift = match word {
        "last" => -1,
        "next" => 1,
        word if word.starts_with('上') => -1,
        word if word.starts_with('下') => 1,
        _ => 0,
    };
    if captures.get(4).or(captures.get(8)).is_some() {
        let first = today.first_of_month().checked_add(Span::new().months(shift)).ok()?;
        return Some((first, first.last_of_month()));
    }
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    let monday = monday.checked_add(Span::new().weeks(shift)).ok()?;
    let from = if captures.get(2).or(captures.get(6)).is_some() { monday.checked_add(5.days()).ok()? } else { monday };
    Some((from, monday.checked_add(6.days()).ok()?))
}

/// The first day with this number that is not before another day.
fn day_from(from: Date, day: i8) -> Option<Date> {
    let this_month = Date::new(from.year(), from.month(), day).ok()?;
    if this_month >= from {
        return Some(this_month);
    }
    let next = from.first_of_month().checked_add(1.month()).ok()?;
    Date::new(next.year(), next.month(), day).ok()
}

fn span(start: usize, end: usize, from: Date, to: Date) -> Found {
    Found { start, end, value: json!({ "from": from.to_string(), "to": to.to_string() }) }
}

/// How many bytes of "to" stand at the beginning.
fn join(text: &str) -> Option<usize> {
    static JOIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s?(?:到|至|直到|~|—+|–|-|\bto\b|\buntil\b|\btill\b|\bthrough\b|\band\b)\s?")
            .expect("a constant pattern")
    });
    JOIN.find(text).map(|found| found.end())
}

fn date_of(value: &Value) -> Option<Date> {
    value.as_str()?.parse().ok()
}
