//! Times of day in Chinese: 下午三点半, 晚上八点一刻, 差十分三点, 三点差五分, 三点过五分.

use std::sync::LazyLock;

use regex::{Captures, Match, Regex};

use super::super::numbers::chinese_number;
use super::{Clock, Part, in_day};

/// Words for a part of the day.
pub(super) const PART: &str =
    "凌晨|清晨|大清早|早上|早晨|今早|明早|上午|中午|午后|下午|傍晚|晚上|晚间|今晚|明晚|昨晚|夜里|夜间|半夜|深夜|晚|早";
const HOUR: &str = r"\d{1,2}|二十[一二三四]|二十|十[一二三四五六七八九]|十|[零〇一二两三四五六七八九]";
const NUMERALS: &str = "零〇一二两三四五六七八九十百千万";
const MINUTE: &str = r"\d{1,2}|[零〇一二三四五六七八九十两]{1,3}";

pub(super) fn part_of(word: &str) -> Option<Part> {
    Some(match word {
        "凌晨" => Part::Morning,
        "中午" => Part::Noon,
        "下午" | "午后" => Part::Afternoon,
        "傍晚" | "晚上" | "晚间" | "今晚" | "明晚" | "昨晚" | "晚" => Part::Evening,
        "夜里" | "夜间" | "半夜" | "深夜" => Part::Night,
        _ => return None,
    })
}

/// Where a time begins whose part of the day is this word: 今晚 is a day's name, and stays one.
pub(super) fn start_of(part: Option<Match<'_>>, whole: Match<'_>) -> usize {
    match part {
        Some(part) if matches!(part.as_str(), "今晚" | "明晚" | "昨晚" | "今早" | "明早") => {
            let rest = &whole.as_str()[part.end() - whole.start()..];
            part.end() + rest.len() - rest.trim_start_matches([' ', '的']).len()
        }
        _ => whole.start(),
    }
}

static TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?P<part><PART>)的?\s*)?[差欠]\s*(?:(?P<less><MINUTE>)\s*分钟?|(?P<quarters>[一1三3])\s*刻钟?)\s*(?:就?到)?\s*(?P<later><PART>)?\s*(?P<hour><HOUR>)\s*(?:点钟|点整|点|时)",
    )
});
static PAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?P<part><PART>)的?\s*)?(?P<hour><HOUR>)\s*(?:点钟|点整|点|时整|时)(?:[差欠]\s*(?:(?P<less><MINUTE>)\s*分钟?|(?P<quarters>[一1三3])\s*刻钟?)|过?(?:(?P<half>半)|(?P<past>[一1三3])刻钟?|(?P<minute><MINUTE>)分?))?",
    )
});

fn pattern(text: &str) -> Regex {
    let text = text.replace("<PART>", PART).replace("<HOUR>", HOUR).replace("<MINUTE>", MINUTE);
    Regex::new(&text).expect("a constant pattern")
}

/// All Chinese times of a folded text; one that says how much is missing comes before the hour inside it.
pub(super) fn clocks(text: &str) -> Vec<Clock> {
    let mut found: Vec<Clock> = TO.captures_iter(text).filter_map(|captures| to(text, &captures)).collect();
    found.extend(PAST.captures_iter(text).filter_map(|captures| {
        let start = captures.get(0)?.start();
        // 周二十点 is ten o'clock: the first numeral is the day's.
        let day = text[start..].chars().next().filter(|_| names_a_day(&text[..start]));
        match day {
            Some(day) => {
                let start = start + day.len_utf8();
                let captures =
                    PAST.captures_at(text, start).filter(|rest| rest.get(0).is_some_and(|it| it.start() == start));
                past(text, &captures?)
            }
            None => past(text, &captures),
        }
    }));
    found
}

/// Does the name of a day of the week, or of the month's first ten, end with the next numeral?
fn names_a_day(before: &str) -> bool {
    before.ends_with(['周', '初']) || before.ends_with("星期") || before.ends_with("礼拜")
}

/// 差十分三点: ten minutes before three.
fn to(text: &str, captures: &Captures<'_>) -> Option<Clock> {
    let whole = captures.get(0)?;
    let after = &text[whole.end()..];
    let hour = captures.name("hour")?;
    let is_whole =
        !after.starts_with(['半', '一', '三', '过', '差']) && !after.starts_with(|c: char| c.is_ascii_digit());
    let part = captures.name("later").or(captures.name("part"));
    let clock = clock(start_of(captures.name("part"), whole), whole.end(), small_number(hour.as_str())?, 0);
    let clock = in_day(clock, part.and_then(|part| part_of(part.as_str())))?;
    if is_whole { earlier(clock, missing(captures)?) } else { None }
}

/// 三点, 三点半, 三点一刻, 三点二十, 三点过五分, 三点差五分.
fn past(text: &str, captures: &Captures<'_>) -> Option<Clock> {
    let whole = captures.get(0)?;
    let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
    let part = captures.name("part");
    let is_part = part.is_some();
    let hour = captures.name("hour")?;
    // 三点建议, 第三点 and 一点 are no times; 三小时 never comes here.
    let is_list = !is_part
        && (["建议", "问题", "意见", "原因", "要求", "理由", "点"].iter().any(|word| after.starts_with(word))
            || ["第", "以下", "如下", "下列", "上述", "这"].iter().any(|word| before.ends_with(word)));
    let is_a_little = !is_part && hour.as_str() == "一" && whole.as_str().ends_with('点') && !after.is_empty();
    // 一百三十点, 1.5点: a number of which this is the end.
    let last = before.chars().next_back().filter(|_| !is_part);
    let is_tail = last.is_some_and(|c| {
        c.is_ascii_alphanumeric()
            || matches!(c, '.' | ':' | '几')
            || (NUMERALS.contains(c) && !names_a_day(&before[..before.len() - c.len_utf8()]))
    });
    if is_list
        || is_a_little
        || is_tail
        || is_short_of(before)
        || (after.starts_with('差') && !after.starts_with("差不多"))
    {
        return None;
    }
    let minute = match captures.name("past") {
        Some(quarters) => quarters_of(quarters.as_str()) * 15,
        None if captures.name("half").is_some() => 30,
        None => captures.name("minute").map_or(Some(0), |minute| small_number(minute.as_str()))?,
    };
    let end = whole.start() + whole.as_str().trim_end().len();
    let clock = in_day(
        clock(start_of(part, whole), end, small_number(hour.as_str())?, minute),
        part.and_then(|part| part_of(part.as_str())),
    )?;
    let is_to = captures.name("less").or(captures.name("quarters")).is_some();
    if is_to { earlier(clock, missing(captures)?) } else { Some(clock) }
}

/// Does 差 stand close before: is something missing that was not understood? 差几分三点; 差不多三点 is about three.
fn is_short_of(before: &str) -> bool {
    const NEAR: usize = 7;
    let near: Vec<char> = before
        .chars()
        .rev()
        .take(NEAR)
        .take_while(|c| !c.is_ascii_punctuation() && !matches!(c, '。' | '、'))
        .collect();
    let near: String = near.into_iter().rev().collect();
    near.rfind('差').is_some_and(|at| {
        let rest = &near[at + '差'.len_utf8()..];
        !rest.starts_with("不多") && rest.contains(['分', '刻', '会', '点', '些'])
    })
}

fn clock(start: usize, end: usize, hour: u32, minute: u32) -> Clock {
    Clock { start, end, hour, minute, is_after_midnight: false }
}

fn missing(captures: &Captures<'_>) -> Option<u32> {
    match captures.name("quarters") {
        Some(quarters) => Some(quarters_of(quarters.as_str()) * 15),
        None => small_number(captures.name("less")?.as_str()).filter(|minutes| (1..60).contains(minutes)),
    }
}

fn earlier(clock: Clock, minutes: u32) -> Option<Clock> {
    const DAY: u32 = 24 * 60;
    let at = (clock.hour * 60 + clock.minute + DAY).checked_sub(minutes)? % DAY;
    // 今晚差五分十二点 is still today.
    let is_after_midnight = clock.is_after_midnight && at < 12 * 60;
    Some(Clock { hour: at / 60, minute: at % 60, is_after_midnight, ..clock })
}

fn quarters_of(said: &str) -> u32 {
    if matches!(said, "一" | "1") { 1 } else { 3 }
}

fn small_number(text: &str) -> Option<u32> {
    text.parse().ok().or_else(|| chinese_number(text).map(|number| number as u32))
}
