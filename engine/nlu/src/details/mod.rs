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

mod addresses;
mod amounts;
mod answers;
mod contacts;
mod dates;
mod dictionary;
mod folded;
mod identity;
mod lengths;
mod moments;
mod money;
mod numbers;
mod times;
mod vocabulary;

use folded::{Folded, Found, Taken};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use jiff::Zoned;
pub use model::DetailKind;
pub use vocabulary::{Hit, Vocabulary, zoned};

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

/// The kinds that are always looked for: they keep each other off their characters.
const COMMON: [DetailKind; 8] = [
    DetailKind::Email,
    DetailKind::Date,
    DetailKind::Phone,
    DetailKind::Money,
    DetailKind::Time,
    DetailKind::OrderNumber,
    DetailKind::Number,
    DetailKind::YesNo,
];

/// The common details of a text in reading order, none overlapping another; relative dates are counted from `now`.
pub fn details(text: &str, now: Zoned) -> Vec<Detail> {
    details_of(text, &now, &[])
}

/// The same, with more kinds: what is wanted takes its words before a common kind does.
pub fn details_of(text: &str, now: &Zoned, wanted: &[DetailKind]) -> Vec<Detail> {
    let folded = Folded::new(text);
    let mut details: Vec<Detail> = Vec::new();
    let mut taken = Taken::default();
    // The more particular kinds go first and keep the others off their characters.
    for kind in DetailKind::ALL.into_iter().filter(|kind| COMMON.contains(kind) || wanted.contains(kind)) {
        for found in found_of(kind, &folded.text, now) {
            if !taken.take(found.start, found.end) {
                continue;
            }
            let (start, end) = folded.origin(found.start, found.end);
            let said = &text[start..end];
            let value = as_written(kind, said, found.value);
            details.push(Detail { kind, text: said.to_owned(), start, end, value });
        }
    }
    details.sort_by_key(|detail| (detail.start, detail.end));
    details
}

/// The first detail of a kind.
pub fn first(kind: DetailKind, text: &str, now: &Zoned) -> Option<Value> {
    details_of(text, now, &[kind]).into_iter().find(|detail| detail.kind == kind).map(|detail| detail.value)
}

fn found_of(kind: DetailKind, folded: &str, now: &Zoned) -> Vec<Found> {
    match kind {
        DetailKind::Number => numbers::numbers(folded),
        DetailKind::Money => money::amounts(folded),
        DetailKind::Date => dates::dates(folded, now),
        DetailKind::Time => times::times(folded),
        DetailKind::DateTime => moments::moments(folded, now),
        DetailKind::DateSpan => moments::spans(folded, now),
        DetailKind::Duration => amounts::durations(folded),
        DetailKind::Quantity => amounts::quantities(folded),
        DetailKind::Phone => contacts::phones(folded),
        DetailKind::Email => contacts::emails(folded),
        DetailKind::Url => contacts::urls(folded),
        DetailKind::OrderNumber => contacts::order_numbers(folded),
        DetailKind::IdNumber => identity::id_numbers(folded),
        DetailKind::BankCard => identity::bank_cards(folded),
        DetailKind::Plate => identity::plates(folded),
        DetailKind::Name => identity::names(folded),
        DetailKind::Address => addresses::addresses(folded),
        DetailKind::YesNo => answers::answers(folded),
    }
}

/// Values that keep the letters as the customer wrote them.
fn as_written(kind: DetailKind, said: &str, value: Value) -> Value {
    match (kind, value) {
        (DetailKind::OrderNumber | DetailKind::Name | DetailKind::Url, _) => half_width_text(said).into(),
        (DetailKind::Address, Value::Object(mut parts)) => {
            parts.insert("full".into(), half_width_text(said).trim().into());
            Value::Object(parts)
        }
        (_, value) => value,
    }
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

/// All parts of the text that fit a pattern: where they stand, in bytes, and what they say.
fn places(text: &str, pattern: &Regex, most: usize) -> Vec<(usize, usize, Value)> {
    const MAX_CHARS: usize = 1_000;
    let mut starts = Vec::new();
    let mut half = String::new();
    for (at, c) in text.char_indices().take(MAX_CHARS) {
        half.push(crate::normalise::half_width(c));
        starts.resize(half.len(), at);
    }
    starts.push(text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at));
    let found = pattern.captures_iter(&half).filter_map(|captures| captures.get(1).or_else(|| captures.get(0)));
    let found = found.filter(|found| !found.is_empty()).take(most);
    found.map(|found| (starts[found.start()], starts[found.end()], found.as_str().into())).collect()
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
mod kinds_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod whole_tests;
