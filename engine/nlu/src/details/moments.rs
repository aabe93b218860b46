//! A day with a time of day, a moment from now, and spans of days.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Span, ToSpan, Zoned};
use regex::Regex;
use serde_json::{Value, json};

use super::dates::dates;
use super::folded::Found;
use super::times::times;

static AFTER_NOW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:(\d{1,3})|(半)|([一二两三四五六七八九十]{1,3}))\s*个?\s*(?:(小时|钟头)|(?:分钟|分))\s*(?:之|以)?后",
        r"|\bin\s+(?:(\d{1,3})|(half an)|(an?|one|two|three|four|five|six))\s+(?:(hours?)|minutes?|mins?)\b",
    ))
    .expect("a constant pattern")
});

/// All moments of a folded text: a date and a time beside each other, or so many hours from now.
pub(super) fn moments(text: &str, now: &Zoned) -> Vec<Found> {
    let mut found = from_now(text, now);
    let times = times(text);
    for day in dates(text, now) {
        let beside = times.iter().find(|time| {
            let (first, second) = if day.start < time.start { (&day, *time) } else { (*time, &day) };
            // 明晚 is both: the day reaches into the time of day.
            let gap = text.get(first.end.min(second.start)..second.start).unwrap_or_default();
            gap.chars().count() <= 4 && matches!(gap.trim(), "" | "的" | "," | "at" | "on" | "、")
        });
        if let Some(time) = beside
            && let (Some(date), Some(clock)) = (day.value.as_str(), time.value.as_str())
        {
            let (start, end) = (day.start.min(time.start), day.end.max(time.end));
            found.push(Found { start, end, value: json!(format!("{date}T{clock}")) });
        }
    }
    found.sort_by_key(|found| found.start);
    found
}

fn from_now(text: &str, now: &Zoned) -> Vec<Found> {
    let found = AFTER_NOW.captures_iter(text).filter_map(|captures| {
        let whole = captures.get(0)?;
        let half = captures.get(2).or(captures.get(6)).is_some();
        let said = [1, 3, 5, 7].into_iter().find_map(|group| captures.get(group));
        let amount = match said.map(|said| said.as_str()) {
            _ if half => 30,
            Some("a" | "an") => 1,
            Some(said) => super::numbers::number_of(said)? as i64,
            None => return None,
        };
        let is_hours = captures.get(4).or(captures.get(8)).is_some();
        let minutes = if is_hours && !half { amount * 60 } else { amount };
        let moment = now.checked_add(Span::new().minutes(minutes)).ok()?.datetime();
        let value = json!(moment.strftime("%Y-%m-%dT%H:%M").to_string());
        Some(Found { start: whole.start(), end: whole.end(), value })
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
        let (to, end) = match next {
            Some(next) => (date_of(&next.value), next.end),
            // 11月25日到27日: the second day has the first one's month.
            None => match DAY_AFTER.captures(&rest[joined..]) {
                Some(captures) => {
                    let day = super::numbers::number_of(&captures[1]).map(|day| day as i8);
                    let to = from.zip(day).and_then(|(from, day)| Date::new(from.year(), from.month(), day).ok());
                    (to, first.end + joined + captures[0].len())
                }
                None => continue,
            },
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
        let is_day = text[whole.end()..]
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
