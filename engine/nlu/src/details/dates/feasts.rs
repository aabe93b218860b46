//! Feasts, by the sun and by the moon.

use jiff::Span;
use jiff::civil::Date;
use regex::Captures;

use super::{day_of, nearest_year};

/// 元旦, 国庆节, Christmas Eve: on the same day every year.
pub(super) fn feast(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let name = captures.get(2).or(captures.get(3))?.as_str();
    let (month, day) = match name {
        "元旦" | "new year's day" => (1, 1),
        "劳动节" | "五一" => (5, 1),
        "圣诞" | "圣诞节" | "christmas" => (12, 25),
        "平安夜" | "christmas eve" => (12, 24),
        "情人节" | "valentine's day" => (2, 14),
        "new year's eve" => (12, 31),
        _ => (10, 1),
    };
    match captures.get(1).map(|year| year.as_str()) {
        Some("明年") => day_of(today.year() + 1, month, day),
        Some(_) => day_of(today.year(), month, day),
        None => nearest_year(month, day, today),
    }
}

/// Feasts of the lunar calendar, by year; their days are published years ahead.
const NEW_YEARS: [&str; 12] = [
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-03",
    "2031-01-23",
    "2032-02-11",
    "2033-01-31",
    "2034-02-19",
    "2035-02-08",
];
const DRAGON_BOATS: [&str; 7] =
    ["2024-06-10", "2025-05-31", "2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16", "2030-06-05"];
const MID_AUTUMNS: [&str; 7] =
    ["2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22", "2030-09-12"];

/// 春节, 端午节, 中秋节: on the days that the lunar calendar gives them.
pub(super) fn lunar(captures: &Captures<'_>, today: Date) -> Option<Date> {
    let name = &captures[2];
    let (days, before): (&[&str], i64) = match name {
        "端午" | "端午节" | "dragon boat festival" => (&DRAGON_BOATS, 0),
        "中秋" | "中秋节" | "mid-autumn festival" => (&MID_AUTUMNS, 0),
        "除夕" | "大年三十" => (&NEW_YEARS, 1),
        _ => (&NEW_YEARS, 0),
    };
    let days = days.iter().filter_map(|day| day.parse::<Date>().ok()?.checked_sub(Span::new().days(before)).ok());
    let year = match captures.get(1).map(|year| year.as_str()) {
        Some("明年") => Some(today.year() + 1),
        Some("后年") => Some(today.year() + 2),
        Some(_) => Some(today.year()),
        None => None,
    };
    let mut days = days.filter(|day| year.map_or(*day >= today, |year| day.year() == year));
    days.next()
}
