//! Dates: written out, relative to today, by the day of the week, in Chinese and English.

mod feasts;

use super::folded::{Found, Taken};
use super::numbers::{chinese_number, is_about};
use jiff::civil::Date;
use jiff::{Span, Zoned};
use regex::{Captures, Regex};
use serde_json::json;
use std::sync::LazyLock;

/// All dates of a folded text, in reading order.
pub(super) fn dates(text: &str, now: &Zoned) -> Vec<Found> {
    let today = now.date();
    let mut found: Vec<Found> = Vec::new();
    let mut taken = Taken::default();
    for (number, (pattern, read)) in READERS.into_iter().enumerate() {
        let is_written_out = number < WRITTEN_OUT;
        for captures in pattern.captures_iter(text) {
            let whole = captures.get(0).expect("group 0 is the match");
            let is_known = taken.touches(whole.start(), whole.end());
            if is_known || is_inside_a_number(text, whole.start(), whole.end()) {
                continue;
            }
            let day = read(&captures, today).filter(|_| !is_part_of_a_word(text, whole.start(), whole.as_str()));
            // A day that is written out and never comes keeps its figures: the 30号 of 2月30号 is no day of this month.
            if day.is_some() || is_written_out {
                taken.take(whole.start(), whole.end());
            }
            if let Some(day) = day {
                let day = if is_bare_weekday(whole.as_str()) && is_past(text, whole.start(), whole.end()) {
                    last_week(day, today)
                } else {
                    day
                };
                found.push(Found { start: whole.start(), end: whole.end(), value: json!(day.to_string()) });
            }
        }
    }
    found.sort_by_key(|found| found.start);
    found
}

/// Is this the end or the beginning of a longer number? The 五天后 of 三十五天后, the 5 days of "in 1.5 days".
fn is_inside_a_number(text: &str, start: usize, end: usize) -> bool {
    const NUMERALS: &str = "零〇一二两三四五六七八九十廿百千万几数半多";
    let (said, before) = (&text[start..end], &text[..start]);
    let begins = said.starts_with(|c: char| c.is_ascii_digit() || NUMERALS.contains(c));
    let is_weekday_before = before.char_indices().next_back().is_some_and(|(at, _)| {
        let head = &before[..at];
        head.ends_with('周') || head.ends_with("星期") || head.ends_with("礼拜")
    });
    let has_point = before
        .strip_suffix(['.', '点'])
        .is_some_and(|head| head.ends_with(|c: char| c.is_ascii_digit() || NUMERALS.contains(c)));
    let first_word = said.split(' ').next().unwrap_or_default();
    let is_english = english_number(first_word).is_some();
    let follows = before.ends_with(|c: char| c.is_ascii_digit())
        || (begins && !is_weekday_before && before.ends_with(|c: char| NUMERALS.contains(c)))
        || (begins && has_point)
        || (is_english && ENGLISH_TENS.iter().any(|tens| before.trim_end_matches([' ', '-']).ends_with(tens)))
        || (said.starts_with("in ") && MORE.is_match(&text[end..]));
    let goes_on = said.ends_with(|c: char| c.is_ascii_digit()) && text[end..].starts_with(|c: char| c.is_ascii_digit());
    follows || goes_on
}

/// "In a week or two", "in two weeks and three days": more than the first part is said.
static MORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s+(?:or\s+(?:\d|two|three|four|five|so\b)|and\s+(?:an?\s+half|(?:\d+|an?|one|two|three|four|five|six)\s+(?:day|week|month|hour)))")
        .expect("a constant pattern")
});

/// "Twenty one days ago" is no single day ago.
const ENGLISH_TENS: [&str; 9] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"];

/// Does a name of a day stand inside other words? 以后天天, 今后天气, 明后天, 24/7.
fn is_part_of_a_word(text: &str, start: usize, said: &str) -> bool {
    let before = &text[..start];
    match said {
        "后天" | "前天" | "后日" => {
            before.ends_with(['以', '之', '今', '明', '最', '往', '此', '然', '日', '先', '大', '上', '下'])
        }
        "24/7" => true,
        said if said.starts_with("大后天") || said.starts_with("大前天") => before.ends_with('大'),
        _ => false,
    }
}

/// A day of the week and nothing that says of which week.
fn is_bare_weekday(said: &str) -> bool {
    let said = said.strip_prefix("on ").unwrap_or(said);
    said.starts_with(['周', '星', '礼']) || (said.ends_with("day") && !said.contains(' ') && !said.starts_with("to"))
}

/// Does the sentence speak of something that has happened? 周五买的, bought it on Friday.
fn is_past(text: &str, start: usize, end: usize) -> bool {
    const NEAR: usize = 12;
    let after: String = text[end..].chars().take(NEAR).collect();
    let before: String = text[..start].chars().rev().take(3 * NEAR).collect::<Vec<_>>().into_iter().rev().collect();
    let after_says =
        ["买的", "下的单", "下单的", "收到的", "收的货", "签收的", "到的货", "付的", "寄的", "寄出的", "坏的", "拍的"];
    let before_says = ["bought", "ordered", "received", "arrived", "paid", "sent it", "returned", "broke"];
    after_says.iter().any(|word| after.contains(word)) || before_says.iter().any(|word| before.contains(word))
}

fn last_week(day: Date, today: Date) -> Date {
    if day > today { day.checked_sub(Span::new().days(7)).unwrap_or(day) } else { day }
}

type Reader = fn(&Captures<'_>, Date) -> Option<Date>;

/// The first so many of them name a month and a day.
const WRITTEN_OUT: usize = 7;

/// The ways to say a date, the more particular ones first.
static READERS: [(&LazyLock<Regex>, Reader); 17] = [
    (&YEAR_FIRST, year_first),
    (&MONTH_DAY, month_day),
    (&MONTH_NAME_DAY, month_name_day),
    (&DAY_MONTH_NAME, day_month_name),
    (&RELATIVE_MONTH_DAY, relative_month_day),
    (&ENGLISH_MONTH_DAY, english_month_day),
    (&SLASHES, slashes),
    (&CHINESE_WEEKDAY, chinese_weekday),
    (&ENGLISH_WEEKDAY, english_weekday),
    (&CHINESE_SHIFT, chinese_shift),
    (&ENGLISH_SHIFT, english_shift),
    (&ENGLISH_AGO, english_ago),
    (&NAMED, named),
    (&FEAST, feasts::feast),
    (&LUNAR, feasts::lunar),
    (&END_OF, end_of),
    (&DAY_ONLY, day_only),
];

/// A pattern in which N stands for a number of up to two figures.
macro_rules! patterns {
    ($($name:ident = $pattern:expr;)*) => {$(
        static $name: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(&$pattern
                .replace("<N>", r"(\d{1,2}|[一二两三四五六七八九十廿]{1,3})")
                .replace("<WEEKDAY>", "(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?")
                .replace("<MONTH>", "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"))
            .expect("a constant pattern")
        });
    )*};
}

patterns! {
    YEAR_FIRST = r"((?:19|20)\d{2}|[一二][零〇一二三四五六七八九]{3}|今年|明年|去年|前年|后年)\s*(?:-|/|\.|年)\s*<N>\s*(?:-|/|\.|月)\s*<N>(?:日|号)?|(今年|明年|去年|前年|后年|\d{2}年)的?\s*<N>\s*月\s*<N>\s*(?:日|号)?";
    MONTH_DAY = r"<N>\s*月\s*<N>\s*(?:日|号)?";
    MONTH_NAME_DAY = r"\b<MONTH>\.?\s+(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+((?:19|20)\d{2})\b)?";
    ENGLISH_MONTH_DAY = r"\bthe\s+(\d{1,2})(?:st|nd|rd|th)\s+(?:of\s+)?(next|this|last)\s+month\b|\b(next|this|last)\s+month\s*,?\s+(?:on\s+)?the\s+(\d{1,2})(?:st|nd|rd|th)\b";
    DAY_MONTH_NAME = r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?<MONTH>\b\.?(?:,?\s+((?:19|20)\d{2})\b)?";
    SLASHES = r"\b(\d{1,2})/(\d{1,2})(?:/((?:19|20)\d{2}))?\b";
    RELATIVE_MONTH_DAY = r"(上上个?月|上个?月|这个?月|本月|当月|下下个?月|下个?月)(?:的)?(?:<N>(?:日|号)|(底|末|初))";
    CHINESE_WEEKDAY = r"(上上个?|上个?|这个?|本|下下个?|下个?)?(?:周|星期|礼拜)([一二三四五六日天末])";
    ENGLISH_WEEKDAY = r"\b(?:(this|next|last|coming|on)\s+(?:coming\s+)?)?<WEEKDAY>\b";
    CHINESE_SHIFT = r"(\d{1,3}|[一二两三四五六七八九十半百]{1,4})\s*(天|日|个?星期|个?礼拜|周|个月|年)(半)?\s*(?:以|之)?(后|前)";
    ENGLISH_SHIFT = r"\bin\s+(\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten)\s+(day|week|month|year)s?\b";
    ENGLISH_AGO = r"\b(\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten)\s+(day|week|month|year)s?\s+(ago|later|from\s+(?:now|today))\b";
    NAMED = r"大前天|大后天|前天|昨[天日晚]|今[天日晚早]|明[天日晚早]|后[天日]|\bday after tomorrow\b|\bday before yesterday\b|\btoday\b|\btonight\b|\btomorrow\b|\btmr\b|\byesterday\b|月底|月末";
    FEAST = r"(明年|今年)?(元旦|劳动节|五一|国庆节?|十一国庆|圣诞节?|情人节|平安夜)|\b(christmas eve|christmas|new year's eve|new year's day|valentine's day)\b";
    LUNAR = r"(明年|今年|后年)?(春节|大年初一|年初一|大年三十|除夕|端午节?|中秋节?|chinese new year|spring festival|dragon boat festival|mid-autumn festival)";
    END_OF = r"(?:(明年)|今年|本年)?年(?:底|末)|\b(?:the\s+)?end of (?:the|this|(next)) (?:(month)|year)\b|\b(?:(this|next|the)\s+)weekend\b|\bthe\s+(\d{1,2})(?:st|nd|rd|th)\b";
    DAY_ONLY = r"<N>\s*号(?:线|楼|店|门|机|馆|桌|房|院|码|仓|库|客服|员)?";
}

fn year_first(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let (year, month, day) = match captures.get(1) {
        Some(year) => (year.as_str(), &captures[2], &captures[3]),
        None => (&captures[4], &captures[5], &captures[6]),
    };
    let year = match year {
        "今年" => today.year(),
        "明年" => today.year() + 1,
        "后年" => today.year() + 2,
        "去年" => today.year() - 1,
        "前年" => today.year() - 2,
        year => match year.strip_suffix('年') {
            // 26年3月5号.
            Some(short) => 2_000 + short.parse::<i16>().ok()?,
            None => small_number(year)?.try_into().ok()?,
        },
    };
    day_of(year, small_number(month)?, small_number(day)?)
}

fn month_day(captures: &Captures<'_>, today: Date) -> Option<Date> {
    nearest_year(small_number(&captures[1])?, small_number(&captures[2])?, today)
}

fn month_name_day(captures: &Captures<'_>, today: Date) -> Option<Date> {
    named_month(&captures[1], &captures[2], captures.get(3).map(|year| year.as_str()), today)
}

fn day_month_name(captures: &Captures<'_>, today: Date) -> Option<Date> {
    named_month(&captures[2], &captures[1], captures.get(3).map(|year| year.as_str()), today)
}

fn named_month(month: &str, day: &str, year: Option<&str>, today: Date) -> Option<Date> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let day = small_number(day)?;
    match year {
        Some(year) => day_of(year.parse().ok()?, month, day),
        None => nearest_year(month, day, today),
    }
}

/// 11/25 and 11/25/2026; 25/11 where the first figure cannot be a month.
fn slashes(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let (mut month, mut day) = (small_number(&captures[1])?, small_number(&captures[2])?);
    if month > 12 {
        std::mem::swap(&mut month, &mut day);
    }
    match captures.get(3) {
        Some(year) => day_of(year.as_str().parse().ok()?, month, day),
        None => nearest_year(month, day, today),
    }
}

fn relative_month_day(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let many = captures[1].chars().take_while(|c| matches!(c, '上' | '下')).count() as i64;
    let months = if captures[1].starts_with('上') { -many } else { many };
    let month = today.first_of_month().checked_add(Span::new().months(months)).ok()?;
    match (captures.get(2), captures.get(3).map(|part| part.as_str())) {
        (Some(day), _) => day_of(month.year(), month.month().into(), small_number(day.as_str())?),
        (_, Some("初")) => Some(month),
        _ => Some(month.last_of_month()),
    }
}

/// The 15th of next month; next month on the 15th.
fn english_month_day(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let day = captures.get(1).or(captures.get(4))?.as_str();
    let months = match captures.get(2).or(captures.get(3))?.as_str() {
        "next" => 1,
        "last" => -1,
        _ => 0,
    };
    let month = today.first_of_month().checked_add(Span::new().months(months)).ok()?;
    day_of(month.year(), month.month().into(), small_number(day)?)
}

fn chinese_weekday(captures: &Captures<'_>, today: Date) -> Option<Date> {
    const DAYS: [char; 7] = ['一', '二', '三', '四', '五', '六', '日'];
    let day = captures[2].chars().next()?;
    let day = match day {
        '天' => '日',
        '末' => '六',
        day => day,
    };
    let weekday = DAYS.iter().position(|name| *name == day)?;
    let weeks = captures.get(1).map(|week| match week.as_str().trim_end_matches('个') {
        "上上" => -2,
        "上" => -1,
        "下" => 1,
        "下下" => 2,
        _ => 0,
    });
    day_of_week(weekday, weeks, today)
}

fn english_weekday(captures: &Captures<'_>, today: Date) -> Option<Date> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let name = &captures[2];
    let is_whole = captures[0].ends_with("day");
    let before = captures.get(1).map(|word| word.as_str());
    // "sat" and "sun" alone are words of their own.
    if !is_whole && before.is_none() {
        return None;
    }
    let weekday = DAYS.iter().position(|day| name.starts_with(day))?;
    let weeks = match before {
        Some("this") => Some(0),
        Some("next") => Some(1),
        Some("last") => Some(-1),
        _ => None,
    };
    day_of_week(weekday, weeks, today)
}

/// A day of the week (0 is Monday) of the week that many weeks away; of the coming days when no week is named.
fn day_of_week(weekday: usize, weeks: Option<i64>, today: Date) -> Option<Date> {
    let until = weekday as i64 - i64::from(today.weekday().to_monday_zero_offset());
    let days = match weeks {
        Some(weeks) => until + 7 * weeks,
        None => until.rem_euclid(7),
    };
    today.checked_add(Span::new().days(days)).ok()
}

fn chinese_shift(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let sign = if &captures[4] == "前" { -1 } else { 1 };
    let has_half = captures.get(3).is_some();
    if has_half {
        // 一年半后 is eighteen months from now; half a day more is no date.
        let months = if &captures[2] == "年" { 12 * small_number(&captures[1])? + 6 } else { return None };
        return today.checked_add(Span::new().months(sign * months)).ok();
    }
    if &captures[1] == "半" {
        let months = if &captures[2] == "年" { 6 } else { return None };
        return today.checked_add(Span::new().months(sign * months)).ok();
    }
    // 两三天后 is about so long.
    if is_about(&captures[1]) {
        return None;
    }
    let unit = match captures[2].trim_start_matches('个') {
        "天" | "日" => "day",
        "月" => "month",
        "年" => "year",
        _ => "week",
    };
    shift(today, sign * small_number(&captures[1])?, unit)
}

fn english_shift(captures: &Captures<'_>, today: Date) -> Option<Date> {
    shift(today, english_number(&captures[1])?, &captures[2])
}

fn english_ago(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let sign = if &captures[3] == "ago" { -1 } else { 1 };
    shift(today, sign * english_number(&captures[1])?, &captures[2])
}

fn shift(today: Date, amount: i64, unit: &str) -> Option<Date> {
    let span = match unit {
        "day" => Span::new().days(amount),
        "week" => Span::new().weeks(amount),
        "month" => Span::new().months(amount),
        _ => Span::new().years(amount),
    };
    today.checked_add(span).ok()
}

fn named(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let days = match &captures[0] {
        "大前天" => -3,
        "前天" | "day before yesterday" => -2,
        "大后天" => 3,
        "后天" | "后日" | "day after tomorrow" => 2,
        "tomorrow" | "tmr" => 1,
        "yesterday" => -1,
        "today" | "tonight" => 0,
        "月底" | "月末" => return Some(today.last_of_month()),
        word if word.starts_with('昨') => -1,
        word if word.starts_with('明') => 1,
        _ => 0,
    };
    today.checked_add(Span::new().days(days)).ok()
}

/// 年底, end of next month, this weekend, the 5th.
fn end_of(captures: &Captures<'_>, today: Date) -> Option<Date> {
    if let Some(day) = captures.get(5) {
        return coming_day(small_number(day.as_str())?, today);
    }
    if let Some(week) = captures.get(4) {
        return day_of_week(5, Some(i64::from(week.as_str() == "next")), today);
    }
    if captures.get(3).is_some() {
        let shift = i64::from(captures.get(2).is_some());
        return Some(today.first_of_month().checked_add(Span::new().months(shift)).ok()?.last_of_month());
    }
    let later = captures.get(1).or(captures.get(2)).is_some();
    day_of(today.year() + i16::from(later), 12, 31)
}

/// 25号: of this month, or of the next when it has passed.
fn day_only(captures: &Captures<'_>, today: Date) -> Option<Date> {
    if !captures[0].ends_with('号') {
        return None;
    }
    coming_day(small_number(&captures[1])?, today)
}

/// That day of this month, or of the next when it has passed.
fn coming_day(day: i64, today: Date) -> Option<Date> {
    let this_month = day_of(today.year(), today.month().into(), day);
    if let Some(day) = this_month.filter(|day| *day >= today) {
        return Some(day);
    }
    let next = today.first_of_month().checked_add(Span::new().months(1)).ok()?;
    day_of(next.year(), next.month().into(), day)
}

/// Without a year: this year's, unless next year's or last year's is what one would mean today.
fn nearest_year(month: i64, day: i64, today: Date) -> Option<Date> {
    const LONG_PAST_DAYS: i32 = 120;
    const LONG_AHEAD_DAYS: i32 = 270;
    let Some(this_year) = day_of(today.year(), month, day) else {
        return day_of(today.year() + 1, month, day);
    };
    let ahead = today.until(this_year).ok()?.get_days();
    if ahead < -LONG_PAST_DAYS {
        day_of(today.year() + 1, month, day)
    } else if ahead > LONG_AHEAD_DAYS {
        day_of(today.year() - 1, month, day)
    } else {
        Some(this_year)
    }
}

fn day_of(year: i16, month: i64, day: i64) -> Option<Date> {
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

fn small_number(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| chinese_number(text).map(|number| number as i64))
}

fn english_number(text: &str) -> Option<i64> {
    const WORDS: [&str; 11] = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    match text {
        "a" | "an" => Some(1),
        text => text.parse().ok().or_else(|| WORDS.iter().position(|word| *word == text).map(|at| at as i64)),
    }
}
