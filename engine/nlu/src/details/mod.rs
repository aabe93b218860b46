//! Finds details in what a customer wrote: numbers, money, dates, times, phones, e-mails, order numbers, yes and no.
//!
//! ```
//! use nlu::details;
//!
//! let now: jiff::Zoned = "2026-11-22T10:00+08:00[Asia/Shanghai]".parse().unwrap();
//! assert_eq!(details::number("要三百五十个"), Some(350.0));
//! assert_eq!(details::date("下周五下午三点", &now).as_deref(), Some("2026-11-27"));
//! assert_eq!(details::time("下周五下午三点").as_deref(), Some("15:00"));
//! assert_eq!(details::order_number("我的订单号是 A10442。").as_deref(), Some("A10442"));
//! assert_eq!(details::yes_no("不用了，谢谢"), Some(false));
//! ```

mod answers;
mod contacts;
mod dates;
mod folded;
mod money;
mod numbers;
mod times;

use folded::{Folded, Found};
use jiff::Zoned;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a detail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailKind {
    /// The value is a number.
    Number,
    /// The value is `{"amount": 120, "currency": "CNY"}`.
    Money,
    /// The value is `"2026-11-25"`.
    Date,
    /// The value is `"15:30"`.
    Time,
    /// The value is the digits, with `+` and the country where they were given.
    Phone,
    /// The value is the address.
    Email,
    /// The value is the number as it was written.
    OrderNumber,
    /// The value is true or false.
    YesNo,
}

/// A detail and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    pub kind: DetailKind,
    /// The part of the text that says it.
    pub text: String,
    /// Where it starts and ends in the text, in bytes.
    pub start: usize,
    pub end: usize,
    pub value: Value,
}

/// All details of a text in reading order, none overlapping another; relative dates are counted from `now`.
pub fn details(text: &str, now: Zoned) -> Vec<Detail> {
    let folded = Folded::new(text);
    let mut details: Vec<Detail> = Vec::new();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    // The more particular kinds go first and keep the others off their characters.
    for (kind, found) in [
        (DetailKind::Email, contacts::emails(&folded.text)),
        (DetailKind::Date, dates::dates(&folded.text, &now)),
        (DetailKind::Phone, contacts::phones(&folded.text)),
        (DetailKind::Money, money::amounts(&folded.text)),
        (DetailKind::Time, times::times(&folded.text)),
        (DetailKind::OrderNumber, contacts::order_numbers(&folded.text)),
        (DetailKind::Number, numbers::numbers(&folded.text)),
        (DetailKind::YesNo, answers::answers(&folded.text)),
    ] {
        for found in found {
            if taken.iter().any(|(start, end)| found.start < *end && *start < found.end) {
                continue;
            }
            taken.push((found.start, found.end));
            let (start, end) = folded.origin(found.start, found.end);
            let said = &text[start..end];
            let value =
                if kind == DetailKind::OrderNumber { Value::String(half_width_text(said)) } else { found.value };
            details.push(Detail { kind, text: said.to_owned(), start, end, value });
        }
    }
    details.sort_by_key(|detail| (detail.start, detail.end));
    details
}

/// The first number, in figures or in words.
pub fn number(text: &str) -> Option<f64> {
    let folded = Folded::new(text);
    let money = money::amounts(&folded.text).into_iter().next();
    let plain = numbers::numbers(&folded.text).into_iter().next();
    // "三块五" is 3.5: the amount knows more than the number inside it.
    match (money, plain) {
        (Some(money), Some(plain)) if plain.start < money.start => plain.value.as_f64(),
        (Some(money), _) => money.value["amount"].as_f64(),
        (None, plain) => plain?.value.as_f64(),
    }
}

/// The first phone number: mainland mobiles as eleven digits, others as written, without blanks and dashes.
pub fn phone(text: &str) -> Option<String> {
    first_text(contacts::phones(&Folded::new(text).text))
}

/// The first e-mail address, in lower case.
pub fn email(text: &str) -> Option<String> {
    first_text(contacts::emails(&Folded::new(text).text))
}

/// Whether the text says yes or no; nothing when it says neither, or both.
pub fn yes_no(text: &str) -> Option<bool> {
    answers::yes_no(&Folded::new(text).text)
}

/// The first date, as `2026-11-25`; relative ones are counted from `now`.
pub fn date(text: &str, now: &Zoned) -> Option<String> {
    first_text(dates::dates(&Folded::new(text).text, now))
}

/// The first time of day, as `15:30`.
pub fn time(text: &str) -> Option<String> {
    first_text(times::times(&Folded::new(text).text))
}

/// The first part of the text that fits a pattern: its first group when it has one.
///
/// Full-width letters and digits count as half-width, so that `ＡＢ１２` fits `[A-Z]{2}\d{2}`.
/// Only the first thousand characters are looked at: that bounds what the worst pattern costs.
pub fn pattern(text: &str, pattern: &Regex) -> Option<String> {
    const MAX_CHARS: usize = 1_000;
    let text: String = text.chars().take(MAX_CHARS).collect();
    let text = half_width_text(&text);
    let captures = pattern.captures(&text)?;
    let found = captures.get(1).or_else(|| captures.get(0))?;
    Some(found.as_str().to_owned())
}

/// A pattern that [`compile_pattern`] read.
pub type Pattern = Regex;

/// Reads a pattern that a flow's author wrote, with a limit on what it may cost.
///
/// Whatever the pattern, matching takes time in proportion to the text (the library never goes back), and the compiled
/// form takes at most 256 KiB: 64 would refuse `[\w.+-]+@[\w-]+\.\w+`, as each `\w` stands for all the world's letters.
pub fn compile_pattern(pattern: &str) -> Result<Pattern, String> {
    const MAX_CHARS: usize = 1_000;
    const MAX_SIZE_BYTES: usize = 256 * 1024;
    if pattern.chars().nth(MAX_CHARS).is_some() {
        return Err(format!("the pattern has more than {MAX_CHARS} characters"));
    }
    regex::RegexBuilder::new(pattern)
        .size_limit(MAX_SIZE_BYTES)
        .dfa_size_limit(MAX_SIZE_BYTES)
        .nest_limit(50)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            other => other.to_string(),
        })
}

/// The order number inside a sentence: letters with at least three digits, or five digits and more.
pub fn order_number(text: &str) -> Option<String> {
    let folded = Folded::new(text);
    let found = contacts::order_numbers(&folded.text);
    let phones = contacts::phones(&folded.text);
    let is_phone = |found: &Found| phones.iter().any(|phone| phone.start <= found.start && found.end <= phone.end);
    let best = found.iter().find(|found| !is_phone(found)).or(found.first())?;
    let (start, end) = folded.origin(best.start, best.end);
    Some(half_width_text(&text[start..end]))
}

fn half_width_text(text: &str) -> String {
    text.chars().map(crate::normalise::half_width).collect()
}

fn first_text(found: Vec<Found>) -> Option<String> {
    found.into_iter().next()?.value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
