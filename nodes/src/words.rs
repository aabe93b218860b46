//! Small helpers for words: in the customer's language, for the trace, and numbers as people write them.

use interpreter::Ctx;
use serde::Serializer;
use serde_json::Value;

/// The first in Chinese conversations, the second in all others.
pub(crate) fn in_language<'a>(ctx: &Ctx<'_>, zh: &'a str, en: &'a str) -> &'a str {
    if ctx.language().as_str() == "zh" { zh } else { en }
}

/// A text cut for the trace.
pub(crate) fn short(text: &str) -> String {
    const LENGTH: usize = 60;
    let mut cut: String = text.chars().take(LENGTH).collect();
    if text.chars().nth(LENGTH).is_some() {
        cut.push('…');
    }
    cut
}

/// A score for the trace: two decimals.
pub(crate) fn score(score: f64) -> String {
    format!("{score:.2}")
}

/// A number as JSON: `3.0` is `3`.
pub(crate) fn number(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { Value::from(number as i64) } else { Value::from(number) }
}

/// For settings: `2.0` is written as `2`.
pub(crate) fn whole<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match number(*value) {
        Value::Number(number) if number.is_i64() => serializer.serialize_i64(*value as i64),
        _ => serializer.serialize_f64(*value),
    }
}

/// Half-width, simplified, lower case, everything but letters and digits as single spaces: for comparing words.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::new();
    for character in nlu::simplified(text).chars() {
        let half = match character {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
            other => other,
        };
        if half.is_alphanumeric() {
            folded.extend(half.to_lowercase());
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.trim_end().to_owned()
}

/// Do the folded words contain the folded phrase? Latin phrases only as whole words.
pub(crate) fn says(folded: &str, phrase: &str) -> bool {
    if phrase.is_empty() {
        return false;
    }
    if phrase.is_ascii() {
        // Chinese around a Latin word separates it as well as a space does.
        let is_edge = |character: Option<char>| character.is_none_or(|c| !c.is_ascii_alphanumeric());
        return folded.match_indices(phrase).any(|(start, found)| {
            is_edge(folded[..start].chars().next_back()) && is_edge(folded[start + found.len()..].chars().next())
        });
    }
    folded.contains(phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_folded() {
        assert_eq!(fold("　我要 退款！！ＡＢ－１ "), "我要 退款 ab 1");
        assert_eq!(fold("我要預約維修"), "我要预约维修");
        assert!(says(&fold("please REFUND me"), "refund"));
        assert!(says(&fold("我要refund"), "refund"));
        assert!(!says(&fold("refunded"), "refund"));
        assert!(!says("anything", ""));
    }
}
