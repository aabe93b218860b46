//! Times of day: 15:30, 下午三点半, 3pm, noon.

use super::folded::{Found, Taken};
use super::numbers::chinese_number;
use regex::{Captures, Regex};
use serde_json::json;
use std::sync::LazyLock;

const PART: &str = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|今晚|明晚|夜里|半夜|晚";

static COLON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"({PART})?\s*\b([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?\s*(am|pm|a\.m\.|p\.m\.)?"))
        .expect("a constant pattern")
});
static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"({PART})?\s*(\d{{1,2}}|二十[一二三四]|二十|十[一二三四五六七八九]|十|[零〇一二两三四五六七八九])\s*(?:点钟|点整|点|时整|时)(?:(半)|(一刻)|(三刻)|(\d{{1,2}}|[零〇一二三四五六七八九十]{{1,3}})分?)?"
    ))
    .expect("a constant pattern")
});
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))?\s*(am|pm|a\.m\.|p\.m\.|o'?clock)").expect("a constant pattern")
});
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(noon|midday|midnight)\b|正午|午夜").expect("a constant pattern"));

/// All times of day of a folded text, in reading order.
pub(super) fn times(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut taken = Taken::default();
    let patterns: [(&LazyLock<Regex>, Reader); 4] =
        [(&COLON, colon), (&ENGLISH, english), (&CHINESE, chinese), (&NAMED, named)];
    for (pattern, read) in patterns {
        for captures in pattern.captures_iter(text) {
            let whole = captures.get(0).expect("group 0 is the match");
            let is_known = taken.touches(whole.start(), whole.end());
            let Some((hour, minute)) = read(&captures, &text[whole.end()..]).filter(|_| !is_known) else {
                continue;
            };
            let spaces = whole.as_str().len() - whole.as_str().trim_start().len();
            let end = whole.start() + whole.as_str().trim_end().len();
            taken.take(whole.start() + spaces, end);
            found.push(Found { start: whole.start() + spaces, end, value: json!(format!("{hour:02}:{minute:02}")) });
        }
    }
    found.sort_by_key(|found| found.start);
    found
}

type Reader = fn(&Captures<'_>, &str) -> Option<(u32, u32)>;

fn colon(captures: &Captures<'_>, _: &str) -> Option<(u32, u32)> {
    let hour = captures[2].parse().ok()?;
    let minute = captures[3].parse().ok()?;
    let part = captures.get(4).or(captures.get(1)).map(|part| part.as_str());
    in_day(hour, minute, part)
}

fn chinese(captures: &Captures<'_>, after: &str) -> Option<(u32, u32)> {
    let part = captures.get(1).map(|part| part.as_str());
    // 三点建议 and 一点 are no times; 三小时 never comes here.
    let is_list = part.is_none()
        && ["建议", "问题", "意见", "原因", "要求", "理由", "点"].iter().any(|word| after.starts_with(word));
    let is_a_little = part.is_none() && &captures[2] == "一" && captures[0].ends_with('点') && !after.is_empty();
    if is_list || is_a_little {
        return None;
    }
    let hour = small_number(&captures[2])?;
    let minute = match (captures.get(3), captures.get(4), captures.get(5), captures.get(6)) {
        (Some(_), ..) => 30,
        (_, Some(_), ..) => 15,
        (_, _, Some(_), _) => 45,
        (_, _, _, Some(minute)) => small_number(minute.as_str())?,
        _ => 0,
    };
    in_day(hour, minute, part)
}

fn english(captures: &Captures<'_>, _: &str) -> Option<(u32, u32)> {
    let hour = captures[1].parse().ok()?;
    let minute = captures.get(2).map_or(Ok(0), |minute| minute.as_str().parse()).ok()?;
    in_day(hour, minute, Some(&captures[3]))
}

fn named(captures: &Captures<'_>, _: &str) -> Option<(u32, u32)> {
    let is_night = matches!(&captures[0], "midnight" | "午夜");
    Some((if is_night { 0 } else { 12 }, 0))
}

fn small_number(text: &str) -> Option<u32> {
    text.parse().ok().or_else(|| chinese_number(text).map(|number| number as u32))
}

/// The hour on the clock of 24, by the part of the day that was named.
fn in_day(hour: u32, minute: u32, part: Option<&str>) -> Option<(u32, u32)> {
    let hour = match part.map(|part| part.replace('.', "")).as_deref() {
        Some("pm" | "下午" | "傍晚" | "晚上" | "今晚" | "明晚" | "晚") if hour < 12 => hour + 12,
        Some("晚上" | "今晚" | "明晚" | "晚" | "夜里" | "半夜" | "am" | "凌晨") if hour == 12 => 0,
        Some("夜里" | "半夜") if (7..12).contains(&hour) => hour + 12,
        Some("中午") if hour < 4 => hour + 12,
        _ if hour == 24 && minute == 0 => 0,
        _ => hour,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}
