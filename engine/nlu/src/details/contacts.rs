//! Phones, e-mail addresses and order numbers.

use super::folded::{Found, Taken};
use regex::Regex;
use serde_json::json;
use std::sync::LazyLock;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))+")
        .expect("a constant pattern")
});

static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:https?://|\bwww\.)[a-z0-9][a-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{2,2000}").expect("a constant pattern")
});

/// All addresses of web pages of a folded text, without the marks that end a sentence.
pub(super) fn urls(text: &str) -> Vec<Found> {
    let found = URL.find_iter(text).filter_map(|matched| {
        let address = matched.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        address.contains('.').then(|| found(matched.start(), address))
    });
    found.collect()
}

/// All e-mail addresses of a folded text.
pub(super) fn emails(text: &str) -> Vec<Found> {
    EMAIL.find_iter(text).map(|matched| found(matched.start(), matched.as_str())).collect()
}

static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:\+|\b00)[1-9]\d{0,3}(?:[ .-]?\(?\d{1,5}\)?){2,5}", // with a country
        r"|(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}",           // mainland mobile
        r"|\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}(?:-\d{1,5})?",  // landline: mainland, and London 020 7946 0958
        r"|\(?0[1-9]\d{3}\)?[ -]\d{3}[ -]?\d{3}",               // the rest of Britain
        r"|[48]00[ -]?\d{3}[ -]?\d{4}|[48]00[ -]?\d{4}[ -]?\d{3}", // service numbers
        r"|\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}",               // North America
    ))
    .expect("a constant pattern")
});

/// All phone numbers of a folded text.
pub(super) fn phones(text: &str) -> Vec<Found> {
    let mut phones = Vec::new();
    for matched in PHONE.find_iter(text) {
        let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let before = text[..matched.start()].chars().next_back();
        if touches(before) || touches(text[matched.end()..].chars().next()) {
            continue;
        }
        let kept: String = matched.as_str().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let n_digits = kept.bytes().filter(u8::is_ascii_digit).count();
        if !(7..=15).contains(&n_digits) {
            continue;
        }
        let value = mainland_mobile(&kept).unwrap_or(&kept);
        phones.push(Found { start: matched.start(), end: matched.end(), value: json!(value) });
    }
    phones.extend(spoken_phones(text));
    phones.sort_by_key(|phone| phone.start);
    phones
}

/// Numbers that are read out digit by digit: 一三八零零一三八零零零, 幺三八…
fn spoken_phones(text: &str) -> impl Iterator<Item = Found> {
    static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[零〇洞一幺二两三四五六七八九](?:[ ,、-]?[零〇洞一幺二两三四五六七八九]){9,11}")
            .expect("a constant pattern")
    });
    SPOKEN.find_iter(text).filter_map(|matched| {
        let digits: String = matched.as_str().chars().filter_map(spoken_digit).collect();
        let is_mobile = mainland_mobile(&digits).is_some();
        let is_landline = digits.starts_with('0') && !digits.starts_with("00") && digits.len() >= 11;
        let is_service = digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
        let goes_on = text[matched.end()..].starts_with(|c| spoken_digit(c).is_some());
        let is_phone = (is_mobile || is_landline || is_service) && !goes_on;
        is_phone.then(|| Found { start: matched.start(), end: matched.end(), value: json!(digits) })
    })
}

fn spoken_digit(c: char) -> Option<char> {
    Some(match c {
        '零' | '〇' | '洞' => '0',
        '一' | '幺' => '1',
        '二' | '两' => '2',
        '三' => '3',
        '四' => '4',
        '五' => '5',
        '六' => '6',
        '七' => '7',
        '八' => '8',
        '九' => '9',
        _ => return None,
    })
}

/// The eleven digits of a mainland mobile, with or without its country code.
fn mainland_mobile(digits: &str) -> Option<&str> {
    let bare =
        digits.strip_prefix("+86").or(digits.strip_prefix("0086")).or(digits.strip_prefix("86")).unwrap_or(digits);
    let mut figures = bare.bytes();
    let is_mobile = bare.len() == 11 && figures.next() == Some(b'1') && figures.next().is_some_and(|b| b >= b'3');
    is_mobile.then_some(bare)
}

static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[a-z0-9]+(?:[-_][a-z0-9]+)*").expect("a constant pattern"));
static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d+(?:st|nd|rd|th|am|pm|ml|l|kg|g|mg|mb|gb|tb|p|px|cm|mm|m|km|k|w|days?|hours?|mins?|pcs|rmb|yuan|cny|usd|dollars?)$")
        .expect("a constant pattern")
});
static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:19|20)\d{2}[-_]\d{1,2}(?:[-_]\d{1,2})?(?:t\d+)?$").expect("a constant pattern"));

/// All order numbers of a folded text: letters with at least three digits, or at least five digits.
pub(super) fn order_numbers(text: &str) -> Vec<Found> {
    let mut addresses = Taken::default();
    for address in emails(text) {
        addresses.take(address.start, address.end);
    }
    let mut numbers = Vec::new();
    for matched in TOKEN.find_iter(text) {
        let token = matched.as_str();
        let n_digits = token.bytes().filter(u8::is_ascii_digit).count();
        let has_letters = token.bytes().any(|b| b.is_ascii_alphabetic());
        let is_long_enough = if has_letters { n_digits >= 3 } else { n_digits >= 5 };
        let is_elsewhere = addresses.touches(matched.start(), matched.end());
        let in_link = text[..matched.start()].ends_with(['/', '=', '@', '.', '?', '&']);
        if is_long_enough && !is_elsewhere && !in_link && !QUANTITY.is_match(token) && !CLOCK.is_match(token) {
            numbers.push(found(matched.start(), token));
        }
    }
    numbers
}

fn found(start: usize, text: &str) -> Found {
    Found { start, end: start + text.len(), value: json!(text) }
}
