//! Amounts of money, in figures and in words.

use super::amounts::about;
use super::folded::{Found, near};
use super::numbers::{number_of, numbers, to_value};
use regex::Regex;
use serde_json::json;
use std::sync::LazyLock;

static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(元|块钱|块|人民币|圆|rmb\b|cny\b|yuan\b|毛|角|分钱|美元|美金|刀|usd\b|dollars?\b|bucks?\b|欧元|eur\b|euros?\b|英镑|gbp\b|pounds?\b|港币|港元|hkd\b|日元|jpy\b|yen\b|韩元|韩币|krw\b|澳元|aud\b|加元|cad\b|新币|sgd\b|台币|twd\b|cents?\b|\$|¥|€|£)")
        .expect("a constant pattern")
});
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(rmb|cny|usd|us\$|hk\$|eur|gbp|hkd|jpy|krw|aud|cad|sgd|twd|人民币|\$|¥|￥|€|£)\s*$")
        .expect("a constant pattern")
});
static SMALL_CHANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*([\d一二两三四五六七八九])(?:(毛|角)(?:([\d一二三四五六七八九])分?)?)?(?:钱)?")
        .expect("a constant pattern")
});

/// All amounts of a folded text, in reading order.
pub(super) fn amounts(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for number in numbers(text) {
        if found.last().is_some_and(|last| number.start < last.end) {
            continue;
        }
        let Some(mut amount) = number.value.as_f64() else {
            continue;
        };
        let (mut start, mut end) = (number.start, number.end);
        let head_start = text[..start].char_indices().rev().nth(5).map_or(0, |(at, _)| at);
        // 百来块 and 一百多块 are about so much, 百把块 too.
        let about = match about(&text[..end], &text[end..]) {
            0 if text[..end].ends_with(['百', '千', '万']) && text[end..].starts_with('把') => '把'.len_utf8(),
            about => about,
        };
        let unit = AFTER.captures(near(text, end + about));
        let currency = if let Some(unit) = unit {
            end += about;
            let unit_text = &unit[1];
            end += unit[0].len();
            if matches!(unit_text, "毛" | "角") {
                amount /= 10.0;
            } else if unit_text == "分钱" || unit_text.starts_with("cent") {
                amount /= 100.0;
            } else if matches!(unit_text, "块" | "元")
                && let Some(change) = SMALL_CHANGE.captures(near(text, end))
                && (unit_text == "块" || change.get(2).is_some())
                && let Some(tenths) = number_of(&change[1])
            {
                // 三块五 is 3.5, 三块五毛二 is 3.52; 三元 is followed by 角, or the next number is its own.
                amount += tenths / 10.0;
                amount += change.get(3).and_then(|cents| number_of(cents.as_str())).unwrap_or(0.0) / 100.0;
                end += change[0].len();
            }
            currency(unit_text)
        } else if let Some(sign) = BEFORE.captures(&text[head_start..start]) {
            start -= sign[0].len();
            currency(&sign[1])
        } else {
            continue;
        };
        let amount = (amount * 1e6).round() / 1e6;
        found.push(Found { start, end, value: json!({ "amount": to_value(amount), "currency": currency }) });
    }
    found
}

fn currency(unit: &str) -> &'static str {
    match unit {
        "美元" | "美金" | "刀" | "usd" | "us$" | "$" => "USD",
        unit if unit.starts_with("dollar") || unit.starts_with("buck") || unit.starts_with("cent") => "USD",
        "欧元" | "eur" | "€" => "EUR",
        unit if unit.starts_with("euro") => "EUR",
        "英镑" | "gbp" | "£" => "GBP",
        unit if unit.starts_with("pound") => "GBP",
        "港币" | "港元" | "hkd" | "hk$" => "HKD",
        "日元" | "jpy" | "yen" => "JPY",
        "韩元" | "韩币" | "krw" => "KRW",
        "澳元" | "aud" => "AUD",
        "加元" | "cad" => "CAD",
        "新币" | "sgd" => "SGD",
        "台币" | "twd" => "TWD",
        _ => "CNY",
    }
}
