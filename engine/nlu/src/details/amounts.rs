//! Quantities with their unit, and how long something takes.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::folded::{Found, near};
use super::lengths::lengths;
use super::numbers::{number_of, numbers, to_value};
use super::times::clocks;

/// Units as they are said, and as they are kept.
const UNITS: [(&str, &str); 84] = [
    ("公斤", "kg"),
    ("千克", "kg"),
    ("毫克", "mg"),
    ("市斤", "斤"),
    ("斤", "斤"),
    ("两", "两"),
    ("克", "g"),
    ("吨", "t"),
    ("毫升", "ml"),
    ("公升", "l"),
    ("升", "l"),
    ("平方米", "m²"),
    ("平米", "m²"),
    ("立方米", "m³"),
    ("厘米", "cm"),
    ("毫米", "mm"),
    ("公分", "cm"),
    ("公里", "km"),
    ("千米", "km"),
    ("英寸", "inch"),
    ("寸", "寸"),
    ("尺", "尺"),
    ("米", "m"),
    ("个", "个"),
    ("件", "件"),
    ("箱", "箱"),
    ("盒", "盒"),
    ("瓶", "瓶"),
    ("包", "包"),
    ("袋", "袋"),
    ("台", "台"),
    ("套", "套"),
    ("双", "双"),
    ("只", "只"),
    ("条", "条"),
    ("张", "张"),
    ("本", "本"),
    ("支", "支"),
    ("枝", "枝"),
    ("把", "把"),
    ("部", "部"),
    ("份", "份"),
    ("罐", "罐"),
    ("桶", "桶"),
    ("卷", "卷"),
    ("块", "块"),
    ("片", "片"),
    ("颗", "颗"),
    ("粒", "粒"),
    ("杯", "杯"),
    ("碗", "碗"),
    ("打", "打"),
    ("位", "位"),
    ("名", "名"),
    ("人", "人"),
    ("kilograms", "kg"),
    ("kilogram", "kg"),
    ("kilos", "kg"),
    ("kilo", "kg"),
    ("kgs", "kg"),
    ("kg", "kg"),
    ("grams", "g"),
    ("gram", "g"),
    ("g", "g"),
    ("pounds", "lb"),
    ("pound", "lb"),
    ("lbs", "lb"),
    ("lb", "lb"),
    ("ounces", "oz"),
    ("ounce", "oz"),
    ("oz", "oz"),
    ("tons", "t"),
    ("litres", "l"),
    ("liters", "l"),
    ("litre", "l"),
    ("liter", "l"),
    ("ml", "ml"),
    ("km", "km"),
    ("cm", "cm"),
    ("mm", "mm"),
    ("metres", "m"),
    ("meters", "m"),
    ("inches", "inch"),
    ("inch", "inch"),
];

/// English things that are counted: kept without their plural.
const THINGS: &str = "piece|item|unit|pc|box|bag|bottle|pack|packet|pair|set|carton|case|can|roll|copy|ticket|person|people|guest|seat|cup|dozen";

static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    let (latin, chinese): (Vec<_>, Vec<_>) = UNITS.iter().map(|(said, _)| *said).partition(|said| said.is_ascii());
    let (latin, chinese) = (latin.join("|"), chinese.join("|"));
    Regex::new(&format!(r"^\s{{0,2}}(?:({chinese})|({latin})\b|((?:{THINGS})(?:e?s)?)\b)")).expect("a constant pattern")
});

/// All quantities of a folded text, in reading order.
pub(super) fn quantities(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for number in numbers(text) {
        let said = &text[number.start..number.end];
        let Some(mut amount) = number.value.as_f64() else { continue };
        // 五斤半: the number took its unit with it.
        let unit_len = said.strip_suffix('半').and_then(|head| head.chars().next_back()).map_or(0, char::len_utf8);
        let at = if said.len() > '半'.len_utf8() && said.ends_with('半') {
            number.end - '半'.len_utf8() - unit_len
        } else {
            number.end
        };
        let at = at + about(&text[..at], &text[at..]);
        let Some(captures) = QUANTITY.captures(near(text, at)) else { continue };
        let mut end = at + captures[0].len();
        let unit = match (captures.get(1).or(captures.get(2)), captures.get(3)) {
            (Some(said), _) => {
                UNITS.iter().find(|(unit, _)| *unit == said.as_str()).map_or("", |(_, kept)| kept).to_owned()
            }
            (None, Some(thing)) => singular(thing.as_str()),
            (None, None) => continue,
        };
        // 两个半小时 and 三个月 are no things that are counted.
        let after = &text[end..];
        let is_time = unit == "个"
            && ["小时", "钟", "月", "星期", "礼拜", "工作日", "半"]
                .iter()
                .any(|word| after.trim_start_matches(['多', '来']).starts_with(word));
        if end < number.end {
            end = number.end;
        } else if let Some((more, len)) = more_of(&unit, after) {
            amount += more;
            end += len;
        }
        if amount >= 0.0 && !is_time {
            let value = json!({ "amount": to_value((amount * 1e6).round() / 1e6), "unit": unit });
            found.push(Found { start: number.start, end, value });
        }
    }
    found
}

/// How many bytes of 来, 多 or 余 stand between a round number and its unit: 百来块, 三十多斤 are about so much.
pub(super) fn about(number: &str, after: &str) -> usize {
    let is_round = number.ends_with(['十', '百', '千', '万', '0']);
    let first = after.chars().next().filter(|c| is_round && matches!(c, '来' | '多' | '余'));
    first.map_or(0, char::len_utf8)
}

/// What follows a unit and belongs to the same quantity: 五斤半, 两斤三两, 一米八, 1米75.
fn more_of(unit: &str, after: &str) -> Option<(f64, usize)> {
    static TENTHS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?:\d{1,2}|[零一二三四五六七八九]{1,2})").expect("a constant pattern"));
    static LIANG: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(\d|[一二两三四五六七八九])两").expect("a constant pattern"));
    if let Some(rest) = after.strip_prefix('半') {
        let is_own =
            rest.starts_with(['个', '价', '天', '年', '月', '小', '斤', '公', '路', '糖', '身', '成', '熟', '袖']);
        return (!is_own).then_some((0.5, '半'.len_utf8()));
    }
    if unit == "斤"
        && let Some(captures) = LIANG.captures(after)
    {
        return Some((number_of(&captures[1])? / 10.0, captures[0].len()));
    }
    if unit != "m" {
        return None;
    }
    let figures = TENTHS.find(after)?;
    let is_alone = !after[figures.end()..].starts_with(|c: char| {
        c.is_ascii_alphanumeric() || "零一二两三四五六七八九十百千万个件条块根米厘公毫x*".contains(c)
    });
    let digits: String =
        figures.as_str().chars().filter_map(|c| number_of(&c.to_string())).map(|n| (n as u8).to_string()).collect();
    is_alone.then_some((format!("0.{digits}").parse().ok()?, figures.len()))
}

fn singular(thing: &str) -> String {
    match thing {
        "people" | "person" => "person".to_owned(),
        "pcs" | "pc" | "pieces" | "piece" => "piece".to_owned(),
        "boxes" => "box".to_owned(),
        "copies" => "copy".to_owned(),
        thing => thing.strip_suffix('s').filter(|rest| rest.len() > 2).unwrap_or(thing).to_owned(),
    }
}

/// All durations of a folded text, in reading order: 两个小时, 90 minutes, 一个半小时, an hour and a half.
pub(super) fn durations(text: &str) -> Vec<Found> {
    let clocks = clocks(text);
    let found = lengths(text).into_iter().filter_map(|length| {
        // The minutes of 差两分钟九点 and "ten minutes to five" are part of a time of day.
        if clocks.iter().any(|clock| length.start < clock.end && clock.start < length.end) {
            return None;
        }
        // 三年级 is a class, 三天后 a day.
        const OTHERS: [&str; 10] = ["级", "前", "后", "之后", "以后", "之前", "以前", "过后", " ago", " later"];
        let after = &text[length.end..];
        let is_other = OTHERS.iter().any(|word| after.starts_with(word));
        let value = json!({
            "amount": to_value(length.amount),
            "unit": length.unit.name(),
            "minutes": to_value(length.minutes),
        });
        (!is_other).then_some(Found { start: length.start, end: length.end, value })
    });
    found.collect()
}
