//! How long something takes, as it is said: 一个半小时, 两小时三十分钟, an hour and a half, 1h30.
//!
//! What is said of one length is read whole or not at all: 两个多小时, 两三天, 2-3 hours and "an hour or two" are none.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::folded::near;
use super::numbers::{chinese_number, english_words, is_about};

/// A length of time, in bytes of the folded text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Length {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many of `unit`, the largest one that is said.
    pub(super) amount: f64,
    pub(super) unit: Unit,
    pub(super) minutes: f64,
}

/// What lengths are counted in, from small to large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    fn minutes(self) -> f64 {
        match self {
            Self::Minute => 1.0,
            Self::Hour => 60.0,
            Self::Day => 1_440.0,
            Self::Week => 10_080.0,
            Self::Month => 43_200.0,
            Self::Year => 525_600.0,
        }
    }
}

/// One part of a length: so many of a unit.
struct Part {
    len: usize,
    amount: f64,
    unit: Unit,
    /// 刻钟 is a quarter of an hour, counted in minutes.
    factor: f64,
    /// 三分 and 三日 say how long something takes only beside a larger unit.
    is_weak: bool,
}

static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^\s{0,2}(?:(?P<half>半)|(?P<lone>个半)|(?P<figures>\d{1,6}(?:\.\d{1,4})?)|(?P<numerals>[零〇一二两俩三四五六七八九十廿百千万]{1,9}(?:点[零〇一二三四五六七八九]{1,4})?))\s?",
        r"(?:(?P<and_half>个半)|(?P<each>个))?\s?",
        r"(?P<unit>小时|钟头|钟|分钟|分(?P<half_minute>半钟)?|刻钟|刻|工作日|天|日|星期|礼拜|周|月|年)(?P<half_after>半)?",
    ))
    .expect("a constant pattern")
});
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?P<and_half>\s+and\s+(?:an?\s+)?half|\s?½|\s+1/2)?\s{0,2}",
        r"(?P<unit>months?|minutes?|mins?|m|hours?|hrs?|h|(?:business\s+|working\s+)?days?|weeks?|years?)",
        r"(?P<half_after>\s+and\s+an?\s+half\b)?",
    ))
    .expect("a constant pattern")
});
/// How English lengths begin: half an, three quarters of an, an, figures.
static ENGLISH_COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^\s{0,2}(?:(?P<half>(?:an?\s+)?half(?:\s+(?:of\s+)?an?)?\s)|(?P<quarter>an?\s+quarter\s+of\s+an?\s)",
        r"|(?P<quarters>three[\s-]quarters\s+of\s+an?\s)|(?P<one>an?\s)|(?P<figures>\d{1,3}(?:,\d{3})+|\d{1,6}(?:\.\d{1,4})?))",
    ))
    .expect("a constant pattern")
});

/// All lengths of time of a folded text, in reading order.
pub(super) fn lengths(text: &str) -> Vec<Length> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let begins = at >= from && (c.is_ascii_alphanumeric() || matches!(c, '半' | '个') || NUMERALS.contains(c));
        if begins && let Some(length) = length_at(text, at) {
            from = length.end;
            if is_whole(text, &length) {
                found.push(length);
            }
        }
    }
    found
}

const NUMERALS: &str = "零〇一二两俩三四五六七八九十廿百千万";

/// The length that begins here: parts from the larger units to the smaller.
fn length_at(text: &str, at: usize) -> Option<Length> {
    if !begins_number(text, at) {
        return None;
    }
    let first = part_at(text, at)?;
    let unit = first.unit;
    let mut end = at + first.len;
    let mut minutes = first.amount * first.factor * unit.minutes();
    let mut last = unit;
    let mut is_weak = first.is_weak;
    while last > Unit::Minute {
        let joined = joining(near(text, end));
        // "1h30" and 一小时三十 leave the minutes out.
        let bare = if last == Unit::Hour { bare_minutes(near(text, end)) } else { None };
        let part = part_at(text, end + joined).filter(|part| part.unit < last);
        match (part, bare) {
            (Some(part), _) => {
                end += joined + part.len;
                minutes += part.amount * part.factor * part.unit.minutes();
                last = part.unit;
                is_weak = false;
            }
            (None, Some((amount, len))) => {
                end += len;
                minutes += amount;
                break;
            }
            (None, None) => break,
        }
    }
    if is_weak || minutes <= 0.0 {
        return None;
    }
    Some(Length { start: at, end, amount: rounded(minutes / unit.minutes()), unit, minutes: minutes.round() })
}

/// How many bytes join one part to the next: a blank, 零, 又, "and", a comma.
fn joining(text: &str) -> usize {
    static JOIN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?:\s?(?:,\s?)?and\s|\s?[零又加]|,?\s)").expect("a constant pattern"));
    JOIN.find(text).map_or(0, |join| join.end())
}

/// Figures that are minutes because hours stand right before them.
fn bare_minutes(text: &str) -> Option<(f64, usize)> {
    static BARE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^([0-5]\d)(?:[^\d.:]|$)").expect("a constant pattern"));
    let minutes = BARE.captures(text)?.get(1)?;
    let is_alone = !text[minutes.end()..].starts_with(char::is_alphanumeric);
    minutes.as_str().parse().ok().filter(|_| is_alone).map(|amount| (amount, minutes.end()))
}

fn part_at(text: &str, at: usize) -> Option<Part> {
    let rest = near(text, at);
    match CHINESE.captures(rest) {
        Some(captures) => chinese(rest, &captures),
        None => english(rest),
    }
}

fn chinese(text: &str, captures: &Captures<'_>) -> Option<Part> {
    let has = |name: &str| captures.name(name).is_some();
    let mut amount = match (captures.name("figures"), captures.name("numerals")) {
        (Some(figures), _) => figures.as_str().parse().ok()?,
        (_, Some(numerals)) if is_about(numerals.as_str()) => return None,
        (_, Some(numerals)) => chinese_number(numerals.as_str())?,
        // 个半钟 is one and a half.
        _ if has("lone") => 1.5,
        _ => 0.5,
    };
    let said = &captures["unit"];
    let is_counted = has("and_half") || has("each") || has("lone");
    let mut end = captures.get(0)?.end();
    let mut halves = u8::from(has("and_half")) + u8::from(has("half_minute"));
    if has("half_after") {
        // 两小时半 is 2.5, but 一个半小时半价 is no longer than 1.5, and 一年半年 is two.
        let after = &text[end..];
        let is_own = after.starts_with(['个', '小', '年', '月', '天', '价', '路', '夜', '点', '分', '钟', '径']);
        if is_own || halves > 0 || has("half") || has("lone") {
            end -= '半'.len_utf8();
        } else {
            halves += 1;
        }
    }
    if halves > 1 {
        return None;
    }
    amount += 0.5 * f64::from(halves);
    let (unit, factor) = match said.strip_suffix("半钟").unwrap_or(said) {
        "小时" | "钟头" => (Unit::Hour, 1.0),
        // 两个钟 is said in the south.
        "钟" if is_counted => (Unit::Hour, 1.0),
        "分钟" | "分" => (Unit::Minute, 1.0),
        "刻钟" | "刻" => (Unit::Minute, 15.0),
        // 等了半天 is only long.
        "天" if has("half") => return None,
        "天" | "日" | "工作日" => (Unit::Day, 1.0),
        "星期" | "礼拜" | "周" => (Unit::Week, 1.0),
        // 三月 is a month's name; 半月 is half of one.
        "月" if is_counted || has("half") => (Unit::Month, 1.0),
        "年" => (Unit::Year, 1.0),
        _ => return None,
    };
    let is_weak = matches!(said, "分" | "日" | "刻");
    // 2026年 and 二〇二六年 are years of the calendar.
    let is_calendar = said == "年" && amount >= 200.0;
    (!is_calendar).then_some(Part { len: end, amount, unit, factor, is_weak })
}

fn english(text: &str) -> Option<Part> {
    let blanks = text.len() - text.trim_start_matches(' ').len();
    let words =
        || english_words(text.get(blanks..).filter(|_| blanks <= 2)?).map(|(amount, len)| (amount, blanks + len));
    let (mut amount, end) = match ENGLISH_COUNT.captures(text) {
        // "A hundred minutes" are more than one.
        Some(captures) if captures.name("one").is_some() => words().unwrap_or((1.0, captures[0].len())),
        Some(captures) => {
            let amount = match captures.name("figures") {
                Some(figures) => figures.as_str().replace(',', "").parse().ok()?,
                None if captures.name("half").is_some() => 0.5,
                None if captures.name("quarter").is_some() => 0.25,
                None => 0.75,
            };
            (amount, captures[0].len())
        }
        None => words()?,
    };
    let captures = ENGLISH.captures(&text[end..])?;
    let unit_ends = end + captures.name("unit")?.end();
    if text[unit_ends..].starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    if captures.name("and_half").or(captures.name("half_after")).is_some() {
        amount += 0.5;
    }
    let unit = match captures["unit"].trim_end_matches('s') {
        "minute" | "min" | "m" => Unit::Minute,
        "hour" | "hr" | "h" => Unit::Hour,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "year" => Unit::Year,
        _ => Unit::Day,
    };
    let is_weak = &captures["unit"] == "m";
    Some(Part { len: end + captures[0].len(), amount, unit, factor: 1.0, is_weak })
}

/// Can a number begin here? Not in the middle of one, or of a word.
fn begins_number(text: &str, at: usize) -> bool {
    let before = &text[..at];
    let Some(last) = before.chars().next_back() else { return true };
    if text[at..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
        let is_inside = last.is_ascii_alphanumeric()
            || matches!(last, '.' | '/' | ':' | ',' | '$' | '_')
            || (last == '-' && before.len() > 1);
        return !is_inside;
    }
    // 上半年 and 大半年 are no half years, 上百天 no hundred days.
    let is_round = text[at..].starts_with(['半', '百', '千', '万']);
    let is_inside = last.is_ascii_digit()
        || NUMERALS.contains(last)
        || matches!(last, '几' | '数' | '点' | '.' | '第' | '半' | '周')
        || (text[at..].starts_with('个')
            && matches!(last, '这' | '那' | '每' | '某' | '整' | '哪' | '多' | '来' | '余'))
        || (text[at..].starts_with('半') && last == '个' && !before.ends_with("半个"))
        || (is_round && matches!(last, '上' | '下' | '前' | '后' | '大' | '小' | '多'));
    !is_inside && !before.ends_with("星期") && !before.ends_with("礼拜")
}

/// Is it no end of a span (2-3 hours, 两到三天) and no beginning of one (an hour or two)?
fn is_whole(text: &str, length: &Length) -> bool {
    static SPAN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:[\d零一二两三四五六七八九十百千半]\s?(?:-|~|–|—|到|至|或)|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|an?|twenty|thirty)\s+(?:to|or)|-|\b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred))[\s-]?$")
            .expect("a constant pattern")
    });
    static MORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\s?(?:-|~|–|—|到|至|或)\s?[\d零一二两三四五六七八九十百千半]|\s+(?:or|to)\s+(?:\d|two|three|four|five|six|seven|eight|nine|ten|more|less)|\s+and\s+(?:a\s+bit|a\s+little|some|change|something)|多|来|几|载)")
            .expect("a constant pattern")
    });
    static MONTH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s?(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?月").expect("a constant pattern"));
    // 26年3月 is a month of the calendar.
    if length.unit == Unit::Year && MONTH.is_match(near(text, length.end)) {
        return false;
    }
    let from = text[..length.start].char_indices().rev().nth(12).map_or(0, |(at, _)| at);
    !SPAN.is_match(&text[from..length.start]) && !MORE.is_match(near(text, length.end))
}

fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}
