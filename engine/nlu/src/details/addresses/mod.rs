//! Postal addresses: of mainland China in their parts, and English street addresses.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::folded::Found;

const PROVINCES: &str = "北京市?|天津市?|上海市?|重庆市?|河北省?|山西省?|辽宁省?|吉林省?|黑龙江省?|江苏省?|浙江省?|安徽省?|福建省?|江西省?|山东省?|河南省?|湖北省?|湖南省?|广东省?|海南省?|四川省?|贵州省?|云南省?|陕西省?|甘肃省?|青海省?|台湾省?|内蒙古(?:自治区)?|广西(?:壮族自治区)?|西藏(?:自治区)?|宁夏(?:回族自治区)?|新疆(?:维吾尔自治区)?|香港(?:特别行政区)?|澳门(?:特别行政区)?";

static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        concat!(
            r"(?P<province>{provinces})?\s?",
            r"(?:(?P<city>\p{{Han}}{{2,8}}?(?:市|自治州|地区|盟))\s?)?",
            r"(?:(?P<district>\p{{Han}}{{1,8}}?(?:新区|区|县|旗|市))\s?)?",
            r"(?:(?P<town>\p{{Han}}{{1,8}}?(?:街道|镇|乡))\s?)?",
            r"(?:(?P<street>[\p{{Han}}\d]{{1,12}}?(?:大道|大街|路|街|胡同|巷|弄|道|村))\s?)?",
            r"(?:(?P<number>[\d一二三四五六七八九十百]{{1,6}}(?:-\d{{1,4}})?[弄号](?:院|楼)?)\s?)?",
            r"(?P<rest>[\p{{Han}}a-z\d#-]{{0,24}}?(?:\d{{1,4}}|[一二三四五六七八九十]{{1,3}}|[a-z])(?:室|号楼|栋|幢|座|单元|层|楼|房|号)(?:[\da-z-]{{1,6}}(?:室|号|房|单元|层)?)*)?",
        ),
        provinces = PROVINCES
    ))
    .expect("a constant pattern")
});

/// What people write before an address, and belongs to none of its parts.
const LEAD_INS: [&str; 22] = [
    "收货地址是",
    "收货地址",
    "地址改成",
    "地址改为",
    "地址是",
    "地址为",
    "地址",
    "住在",
    "送到",
    "寄到",
    "寄往",
    "发到",
    "发往",
    "送去",
    "位于",
    "在",
    "到",
    "是",
    "住",
    "去",
    "往",
    "我",
];

/// All addresses of a folded text, in reading order.
pub(super) fn addresses(text: &str) -> Vec<Found> {
    let mut found = chinese(text);
    found.extend(english(text));
    found.sort_by_key(|found| found.start);
    found
}

fn chinese(text: &str) -> Vec<Found> {
    const PARTS: [&str; 7] = ["province", "city", "district", "town", "street", "number", "rest"];
    let mut found = Vec::new();
    let mut from = 0;
    // Every part may be absent, so the pattern is tried wherever an address can begin.
    let (starts, certain) = beginnings(text);
    for start in starts {
        if start < from {
            continue;
        }
        let Some(captures) =
            CHINESE.captures_at(text, start).filter(|captures| captures.get(0).is_some_and(|it| it.start() == start))
        else {
            continue;
        };
        // "三点送到上海市": the city's name begins after the words that lead to it.
        let first = PARTS.iter().find_map(|name| captures.name(name)).map_or(start, |part| part.end());
        let later = certain.partition_point(|at| *at <= start);
        if certain.get(later).is_some_and(|at| *at < first) {
            continue;
        }
        let has = |name: &str| captures.name(name).is_some();
        let is_place = has("province") || has("city");
        let is_address = (is_place
            && (has("district") || has("street") || has("town") || (has("province") && has("city"))))
            || (has("district") && has("street"))
            || (has("street") && has("number"));
        if !is_address {
            continue;
        }
        let mut parts = Map::new();
        for name in PARTS {
            if let Some(part) = captures.name(name) {
                let name = if name == "rest" { "detail" } else { name };
                parts.insert(name.into(), part.as_str().into());
            }
        }
        let end = captures.get(0).map_or(start, |it| it.start() + it.as_str().trim_end().len());
        from = end;
        found.push(Found { start, end, value: Value::Object(parts) });
    }
    found
}

/// Where an address can begin: at the text's beginning, after what is no Chinese character, after words that lead to one,
/// and where a province's name stands; and the last two sorts alone, which are certain.
fn beginnings(text: &str) -> (Vec<usize>, Vec<usize>) {
    static PROVINCE: LazyLock<Regex> = LazyLock::new(|| Regex::new(PROVINCES).expect("a constant pattern"));
    const MOST: usize = 200;
    let mut starts: Vec<usize> = PROVINCE.find_iter(text).map(|it| it.start()).take(MOST).collect();
    for word in LEAD_INS {
        starts.extend(text.match_indices(word).map(|(at, word)| at + word.len()).take(MOST));
    }
    starts.sort_unstable();
    let certain = starts.clone();
    let is_han = |c: char| crate::normalise::is_cjk(c);
    let mut was_han = false;
    let mut n_runs = 0;
    for (at, c) in text.char_indices() {
        let begins = is_han(c) && !was_han;
        was_han = is_han(c);
        if begins && n_runs < MOST && !LEAD_INS.iter().any(|word| text[at..].starts_with(word)) {
            n_runs += 1;
            starts.push(at);
        }
    }
    starts.sort_unstable();
    starts.dedup();
    (starts, certain)
}

static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?P<number>\d{1,6}[a-z]?)\s+(?P<street>(?:[a-z0-9.'-]+\s+){1,4}?(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way|square|sq|terrace|highway|hwy)\b\.?)",
        r"(?P<detail>,?\s*(?:apt|apartment|suite|ste|unit|floor|flat|#)\.?\s*[a-z0-9-]+)?",
        r"(?:,\s*(?P<city>[a-z][a-z .'-]{1,30}?)(?:,?\s+(?P<province>[a-z]{2}))?\s+(?P<postcode>\d{5}(?:-\d{4})?)\b)?",
    ))
    .expect("a constant pattern")
});

fn english(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for captures in ENGLISH.captures_iter(text) {
        let whole = captures.get(0).expect("group 0 is the match");
        let mut parts = Map::new();
        for name in ["number", "street", "detail", "city", "province", "postcode"] {
            if let Some(part) = captures.name(name) {
                parts.insert(name.into(), part.as_str().trim_matches([' ', ',']).into());
            }
        }
        found.push(Found { start: whole.start(), end: whole.end(), value: Value::Object(parts) });
    }
    found
}
