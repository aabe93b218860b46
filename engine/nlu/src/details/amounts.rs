//! Quantities with their unit, and how long something takes.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::folded::Found;
use super::numbers::{numbers, to_value};

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
        let (Some(amount), Some(captures)) = (number.value.as_f64(), QUANTITY.captures(&text[number.end..])) else {
            continue;
        };
        let whole = captures[0].len();
        let unit = match (captures.get(1).or(captures.get(2)), captures.get(3)) {
            (Some(said), _) => {
                UNITS.iter().find(|(unit, _)| *unit == said.as_str()).map_or("", |(_, kept)| kept).to_owned()
            }
            (None, Some(thing)) => singular(thing.as_str()),
            (None, None) => continue,
        };
        // 两个半小时 and 三个月 are no things that are counted.
        let after = &text[number.end + whole..];
        let is_time = unit == "个"
            && ["小时", "钟", "月", "星期", "礼拜", "工作日", "半"].iter().any(|word| after.starts_with(word));
        if amount >= 0.0 && !is_time {
            let value = json!({ "amount": to_value(amount), "unit": unit });
            found.push(Found { start: number.start, end: number.end + whole, value });
        }
    }
    found
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

static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\s{0,2}(?:(分钟|分|mins?\b|minutes?\b)|(个?半?(?:小时|钟头)|hours?\b|hrs?\b|h\b)|(个?半?(?:工作日|天|日)|days?\b)|(个?(?:星期|礼拜)|周|weeks?\b)|(个半?月|months?\b)|(年半?|years?\b))",
    )
    .expect("a constant pattern")
});

/// All durations of a folded text, in reading order: 两个小时, 90 minutes, 一个半小时, 半小时.
pub(super) fn durations(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for number in numbers(text) {
        if found.last().is_some_and(|last| number.start < last.end) {
            continue;
        }
        let Some(amount) = number.value.as_f64().filter(|amount| *amount > 0.0) else { continue };
        // 一个半 has taken 个半 with it.
        let Some(captures) = DURATION.captures(&text[number.end..]) else { continue };
        let said = &captures[0];
        let end = number.end + said.len();
        let (unit, minutes) = match (1..=6).find(|group| captures.get(*group).is_some()) {
            Some(1) => ("minute", 1.0),
            Some(2) => ("hour", 60.0),
            Some(3) => ("day", 1_440.0),
            Some(4) => ("week", 10_080.0),
            Some(5) => ("month", 43_200.0),
            Some(6) => ("year", 525_600.0),
            _ => continue,
        };
        // 三分 alone is money or a mark; 3日 and 三年级 are not how long something takes.
        let after = &text[end..];
        let is_other =
            (said.trim() == "分" && !after.starts_with('钟')) || said.trim() == "日" || after.starts_with('级');
        let is_moment = ["前", "后", "之后", "以后", "之前", "以前", "内", " ago", " later"]
            .iter()
            .any(|word| after.starts_with(word))
            && !after.starts_with('内');
        if is_other || is_moment {
            continue;
        }
        let amount = if said.contains('半') { amount + 0.5 } else { amount };
        let value =
            json!({ "amount": to_value(amount), "unit": unit, "minutes": to_value((amount * minutes).round()) });
        found.push(Found { start: number.start, end, value });
    }
    found
}
