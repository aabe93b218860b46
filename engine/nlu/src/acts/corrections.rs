//! Corrections: "不对，是 10443", "I meant 10443", "刚才地址写错了", and what is right instead.

use super::plain::{half, plain};
use super::{contains, folded};

/// Words that take something back, the long ones first where one contains another.
const MARKS: [&str; 34] = [
    "我说错了",
    "我写错了",
    "我打错了",
    "我填错了",
    "不好意思说错了",
    "说错了",
    "写错了",
    "打错了",
    "填错了",
    "输错了",
    "弄错了",
    "搞错了",
    "错了",
    "不对",
    "更正",
    "应该是",
    "改成",
    "改为",
    "换成",
    "我的意思是",
    "i meant to say",
    "i meant",
    "i mean",
    "what i meant was",
    "correction",
    "i made a mistake",
    "that was wrong",
    "that is wrong",
    "thats wrong",
    "is wrong",
    "should be",
    "should have been",
    "change it to",
    "typo",
];

/// Words that begin a correction only with something to put right behind them.
const WEAK: [&str; 9] = ["不是", "不", "no", "nope", "sorry", "wait", "actually", "oops", "抱歉"];

/// What is right instead, "" when only that something is wrong is said; `None` when nothing is taken back.
pub(super) fn corrected(text: &str) -> Option<String> {
    let text = half(text);
    let lower = plain(&text);
    if let Some((start, end)) = last_mark(&lower) {
        let after = right(&text[end..]);
        if !after.is_empty() {
            return Some(after);
        }
        let before = right(&text[..start]);
        return Some(if has_value(&before) { before } else { String::new() });
    }
    let begins = WEAK.iter().find_map(|weak| begins_with(&lower, weak))?;
    let rest = right(&text[begins..]);
    has_value(&rest).then_some(rest)
}

fn last_mark(lower: &str) -> Option<(usize, usize)> {
    // "that's wrong" is compared without its apostrophe, so it is looked for as it is written, too.
    let found = MARKS.iter().flat_map(|mark| lower.match_indices(mark)).filter(|(at, mark)| is_whole(lower, *at, mark));
    found.map(|(at, mark)| (at, at + mark.len())).max_by_key(|(start, end)| (*end, std::cmp::Reverse(*start)))
}

fn is_whole(text: &str, at: usize, mark: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    // "对不对" and "不对吗" ask; they take nothing back.
    let asks = text[at + mark.len()..].starts_with('吗') || text[..at].ends_with('对');
    !asks
        && (!mark.is_ascii()
            || (is_edge(text[..at].chars().next_back()) && is_edge(text[at + mark.len()..].chars().next())))
}

fn begins_with(lower: &str, weak: &str) -> Option<usize> {
    let trimmed = lower.trim_start();
    let skipped = lower.len() - trimmed.len();
    let rest = trimmed.strip_prefix(weak)?;
    let is_apart = rest.starts_with(|c: char| !c.is_alphanumeric()) || !weak.is_ascii();
    is_apart.then_some(skipped + weak.len())
}

/// The value in what is left: without what stands before it ("是", "订单号是", "it's", "my phone is") and without
/// what was wrong ("不是 A10442，是 A10443").
fn right(rest: &str) -> String {
    let lower = plain(rest);
    let value = right_in(&lower);
    // It is a part of the words, so it stands where it stands in their plain form.
    let at = lower.rfind(value).unwrap_or_default();
    rest[at..at + value.len()].to_owned()
}

/// The same in plain words.
fn right_in(rest: &str) -> &str {
    const LEADS: [&str; 22] = [
        "是", "为", "成", "到", "的", "了", "而是", "应该", "刚才", "刚刚", "it's", "it is", "its", "that is", "to",
        "the", "be", "rather", "sorry", "no", "i meant", "not",
    ];
    const MAX_LABEL_CHARS: usize = 10;
    let is_mark = |c: char| !c.is_alphanumeric() && !matches!(c, '+' | '(' | '"' | '“');
    let mut value = rest.trim_matches(is_mark);
    for tail in ["刚才", "刚刚", "我", "sorry"] {
        value = value.strip_suffix(tail).unwrap_or(value).trim_matches(is_mark);
    }
    loop {
        let lead = LEADS.iter().find(|lead| {
            value.strip_prefix(**lead).is_some_and(|after| !lead.is_ascii() || after.starts_with([' ', ',', ':']))
        });
        match lead {
            Some(lead) if value.len() > lead.len() => value = value[lead.len()..].trim_matches(is_mark),
            _ => break,
        }
    }
    for joint in ["应该是", "改成", "改为", "是", "为", ":", " is ", " to "] {
        if let Some((label, after)) = value.rsplit_once(joint)
            && !after.trim().is_empty()
            && label.chars().count() <= MAX_LABEL_CHARS.max(if label.is_ascii() { 24 } else { 0 })
            && !label.bytes().any(|byte| byte.is_ascii_digit())
        {
            return after.trim_matches(is_mark);
        }
    }
    // "not A10442 but A10443", "不是 A10442 是 A10443"
    for joint in [" but ", "而是", "，是", ",是", " 是"] {
        if let Some((_, after)) = value.rsplit_once(joint)
            && !after.trim().is_empty()
        {
            return after.trim_matches(is_mark);
        }
    }
    let said = folded(value);
    if ["", "刚才", "刚刚", "我", "这个", "那个"].contains(&said.as_str()) { "" } else { value }
}

/// Is there something that can be put right: digits, or an address to write to?
fn has_value(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 2 || contains(text, "@") || text.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_is_found_behind_the_mark() {
        for (text, rest) in [
            ("不对，订单号是10443", "10443"),
            ("不对，是 A10443", "A10443"),
            ("我说错了，应该是A10443", "A10443"),
            ("不是A10442，是A10443", "A10443"),
            ("订单号改成A10443", "A10443"),
            ("地址写错了，应该是北京路5号", "北京路5号"),
            ("I meant 10443", "10443"),
            ("No, I meant A10443.", "A10443"),
            ("no, it's A10443", "A10443"),
            ("Sorry, my phone is 13812345678", "13812345678"),
            ("The address should be 5 Main Street", "5 Main Street"),
            ("A10443，刚才说错了", "A10443"),
            ("Actually 12 pieces", "12 pieces"),
            ("No, it’s A10443", "A10443"),
            ("不對，訂單號是A10443", "A10443"),
            ("地址改為臺北路5號", "臺北路5號"),
        ] {
            assert_eq!(corrected(text).as_deref(), Some(rest), "{text}");
        }
    }

    #[test]
    fn only_that_it_is_wrong() {
        for text in ["刚才地址写错了", "不对", "说错了", "The address is wrong", "I made a mistake"] {
            assert_eq!(corrected(text).as_deref(), Some(""), "{text}");
        }
    }

    #[test]
    fn other_words_take_nothing_back() {
        for text in
            ["A10442", "不是", "no", "no thanks", "对不对", "这样不对吗", "actually I want a refund", "不知道", "sorry"]
        {
            assert_eq!(corrected(text), None, "{text}");
        }
    }
}
