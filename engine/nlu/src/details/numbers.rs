//! Numbers in figures, in Chinese numerals and in English words.

use super::folded::{Found, Taken};
use regex::Regex;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// All numbers of a folded text, in reading order.
pub(super) fn numbers(text: &str) -> Vec<Found> {
    let mut found = figures(text);
    let mut taken = Taken::default();
    found.retain(|known| taken.take(known.start, known.end));
    for other in chinese(text).into_iter().chain(english(text)) {
        if taken.take(other.start, other.end) {
            found.push(other);
        }
    }
    found.sort_by_key(|found| found.start);
    found
}

/// The number that figures or Chinese numerals stand for.
pub(super) fn number_of(text: &str) -> Option<f64> {
    text.parse().ok().or_else(|| chinese_number(text))
}

/// A number as JSON: whole ones without a fraction.
pub(super) fn to_value(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { json!(number as i64) } else { json!(number) }
}

static FIGURES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:\s?(万|亿|千|百)(\d)?|(k|m)\b)?|\.\d+").expect("a constant pattern")
});

fn figures(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for captures in FIGURES.captures_iter(text) {
        let whole = captures.get(0).expect("group 0 is the match");
        let figures = match captures.get(1) {
            Some(whole) => {
                format!("{}{}", whole.as_str().replace(',', ""), captures.get(2).map_or("", |part| part.as_str()))
            }
            None => format!("0{}", whole.as_str()),
        };
        let Some(mut number) = figures.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            continue;
        };
        let unit = captures.get(3).or(captures.get(5)).map_or(1.0, |unit| scale(unit.as_str()));
        number *= unit;
        if let Some(rest) = captures.get(4).and_then(|digit| digit.as_str().parse::<f64>().ok()) {
            // 3万5 is 35,000.
            number += rest * unit / 10.0;
        }
        let before = text[..whole.start()].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphabetic()) {
            continue;
        }
        let mut start = whole.start();
        if let Some(sign) = before.filter(|sign| matches!(sign, '-' | '负' | '−')) {
            let sign_at = start - sign.len_utf8();
            let is_joined = text[..sign_at].chars().next_back().is_some_and(char::is_alphanumeric);
            if sign == '负' || !is_joined {
                start = sign_at;
                number = -number;
            }
        }
        found.push(Found { start, end: whole.end(), value: to_value(number) });
    }
    found
}

fn scale(unit: &str) -> f64 {
    match unit {
        "百" => 100.0,
        "千" | "k" => 1_000.0,
        "万" => 10_000.0,
        "m" => 1_000_000.0,
        "亿" => 100_000_000.0,
        _ => 1.0,
    }
}

static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("负?(?:[零〇一二两俩三四五六七八九十百千万亿壹贰貳叁肆伍陆柒捌玖拾佰仟廿卅]+(?:点[零〇一二三四五六七八九]+)?(?:万|亿)?|半)")
        .expect("a constant pattern")
});

/// Words that begin or end with a numeral and are no number.
const NOT_NUMBERS: [&str; 42] = [
    "一下",
    "一些",
    "一起",
    "一样",
    "一直",
    "一般",
    "一定",
    "一点",
    "一会",
    "一旦",
    "一切",
    "一边",
    "一共",
    "一律",
    "一致",
    "一向",
    "一时",
    "一再",
    "一模",
    "万一",
    "万分",
    "十分",
    "千万别",
    "千万不",
    "统一",
    "唯一",
    "一方面",
    "第一时间",
    "一路",
    "一概",
    "一番",
    "半天",
    "百度",
    "百分",
    "三方",
    "四处",
    "七上八下",
    "乱七八糟",
    "一头",
    "零下",
    "星期",
    "礼拜",
];

fn chinese(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for matched in CHINESE.find_iter(text) {
        if is_part_of_a_word(text, matched.start(), matched.end()) {
            continue;
        }
        let mut end = matched.end();
        let is_round = |c: char| matches!(c, '十' | '百' | '千' | '万' | '亿');
        let (before, after) = (&text[..matched.start()], &text[matched.end()..]);
        // 几百 and 十几 are about so many.
        let has_several = (matched.as_str().starts_with(is_round) && before.ends_with(['几', '数']))
            || (matched.as_str().ends_with(is_round) && after.starts_with('几'));
        if has_several || is_about(matched.as_str()) {
            continue;
        }
        let Some(mut number) = chinese_number(matched.as_str()) else {
            continue;
        };
        // 一个半, 两年半: half a unit more.
        let mut tail = text[end..].chars();
        if let (Some('个' | '年' | '天' | '月' | '斤' | '小'), Some('半')) = (tail.next(), tail.next()) {
            number += 0.5;
            end = text.len() - tail.as_str().len();
        }
        found.push(Found { start: matched.start(), end, value: to_value(number) });
    }
    found
}

fn is_part_of_a_word(text: &str, start: usize, end: usize) -> bool {
    let before: Vec<char> = text[..start].chars().rev().take(2).collect();
    if matches!(before.first(), Some('周' | '第')) || matches!(before.as_slice(), ['期', '星'] | ['拜', '礼']) {
        return true;
    }
    NOT_NUMBERS.iter().any(|word| {
        word.char_indices().any(|(at, _)| {
            start.checked_sub(at).is_some_and(|from| {
                text.is_char_boundary(from)
                    && text[from..].starts_with(word)
                    && from + word.len() >= end
                    && from <= start
            })
        })
    })
}

/// 两三, 三五, 十七八 and 三四十 stand for about so many, not for one number. 一三八 is read out digit by digit.
pub(super) fn is_about(numerals: &str) -> bool {
    let digits: Vec<Option<f64>> = numerals.chars().map(digit).collect();
    let has_unit = digits.iter().any(Option::is_none);
    let is_pair = |pair: &[Option<f64>]| match pair {
        [Some(first), Some(second)] => {
            *first > 0.0 && *second > 0.0 && (has_unit || second - first == 1.0 || (*first, *second) == (3.0, 5.0))
        }
        _ => false,
    };
    !numerals.contains('点') && (has_unit || digits.len() == 2) && digits.windows(2).any(is_pair)
}

/// The value of Chinese numerals: 三百五十, 两万三, 一二三, 三点五, 半.
pub(super) fn chinese_number(numerals: &str) -> Option<f64> {
    if let Some(rest) = numerals.strip_prefix('负') {
        return chinese_number(rest).map(|number| -number);
    }
    if numerals == "半" {
        return Some(0.5);
    }
    let unit_after_fraction = numerals.contains('点') && numerals.ends_with(['万', '亿']);
    if unit_after_fraction {
        let unit = if numerals.ends_with('亿') { 1e8 } else { 1e4 };
        return Some(chinese_number(&numerals[..numerals.len() - '万'.len_utf8()])? * unit);
    }
    let (whole, fraction) = numerals.split_once('点').unwrap_or((numerals, ""));
    let mut number = whole_number(whole)?;
    if fraction.is_empty() {
        return Some(number);
    }
    let mut place = 0.1;
    for c in fraction.chars() {
        number += digit(c)? * place;
        place /= 10.0;
    }
    // Sums of tenths come out as 3.1400000000000001 otherwise.
    Some((number * 1e9).round() / 1e9)
}

fn whole_number(numerals: &str) -> Option<f64> {
    if numerals.is_empty() {
        return None;
    }
    if numerals.chars().all(|c| digit(c).is_some()) {
        // Read out digit by digit: 一三八.
        return Some(numerals.chars().filter_map(digit).fold(0.0, |number, digit| number * 10.0 + digit));
    }
    let (mut total, mut section, mut pending) = (0.0, 0.0, None);
    let mut last_unit = 1.0;
    for c in numerals.chars() {
        if let Some(digit) = digit(c) {
            if digit == 0.0 {
                last_unit = 1.0;
            }
            pending = Some(digit);
            continue;
        }
        let unit = unit(c)?;
        if unit >= 10_000.0 {
            let amount = section + pending.take().unwrap_or(0.0);
            total = if unit == 100_000_000.0 {
                (total + amount) * unit
            } else {
                total + amount.max(f64::from(u8::from(total == 0.0))) * unit
            };
            section = 0.0;
        } else {
            section += pending.take().unwrap_or(1.0) * unit;
        }
        last_unit = unit;
    }
    // 三百五 is 350, 一万二 is 12,000; 一百零五 is 105, 十五 is 15.
    let rest = pending.unwrap_or(0.0) * if last_unit >= 100.0 { last_unit / 10.0 } else { 1.0 };
    Some(total + section + rest)
}

fn digit(c: char) -> Option<f64> {
    Some(match c {
        '零' | '〇' => 0.0,
        '一' | '壹' => 1.0,
        '二' | '两' | '俩' | '贰' | '貳' => 2.0,
        '三' | '叁' => 3.0,
        '四' | '肆' => 4.0,
        '五' | '伍' => 5.0,
        '六' | '陆' => 6.0,
        '七' | '柒' => 7.0,
        '八' | '捌' => 8.0,
        '九' | '玖' => 9.0,
        _ => return None,
    })
}

fn unit(c: char) -> Option<f64> {
    Some(match c {
        '十' | '拾' => 10.0,
        '廿' => 20.0,
        '卅' => 30.0,
        '百' | '佰' => 100.0,
        '千' | '仟' => 1_000.0,
        '万' => 10_000.0,
        '亿' => 100_000_000.0,
        _ => return None,
    })
}

const WORDS: [(&str, f64); 30] = [
    ("zero", 0.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("half", 0.5),
    ("dozen", 12.0),
];

/// Numbers in English words: forty-five, two hundred and fifty.
fn english_pattern(before: &str) -> Regex {
    let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    let words = words.join("|");
    let pattern = format!(
        r"{before}(?:a\s+)?(?:{words}|hundred|thousand|million)(?:(?:\s+and\s+|[\s-]+)(?:{words}|hundred|thousand|million))*\b"
    );
    Regex::new(&pattern).expect("a constant pattern")
}

static ENGLISH: LazyLock<Regex> = LazyLock::new(|| english_pattern(r"\b"));

/// The number in English words at the beginning of a text, and how many bytes say it.
pub(super) fn english_words(text: &str) -> Option<(f64, usize)> {
    static BEGINNING: LazyLock<Regex> = LazyLock::new(|| english_pattern("^"));
    BEGINNING.find(text).map(|found| (english_number(found.as_str()), found.len()))
}

fn english(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for matched in ENGLISH.find_iter(text) {
        let before = text[..matched.start()].trim_end();
        let is_pronoun = matched.as_str() == "one"
            && ["this", "that", "which", "the", "another", "no", "any"].iter().any(|word| before.ends_with(word));
        if !is_pronoun {
            let value = to_value(english_number(matched.as_str()));
            found.push(Found { start: matched.start(), end: matched.end(), value });
        }
    }
    found
}

fn english_number(words: &str) -> f64 {
    let (mut total, mut section) = (0.0, 0.0);
    for word in words.split([' ', '-']).filter(|word| !word.is_empty()) {
        match word {
            "a" | "and" => {}
            "hundred" => section = f64::max(section, 1.0) * 100.0,
            "thousand" | "million" => {
                total += f64::max(section, 1.0) * if word == "million" { 1e6 } else { 1e3 };
                section = 0.0;
            }
            "dozen" => section = f64::max(section, 1.0) * 12.0,
            word => section += WORDS.iter().find(|(name, _)| *name == word).map_or(0.0, |(_, value)| *value),
        }
    }
    total + section
}
