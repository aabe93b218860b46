//! What belongs to one person: identity card, bank card, plate, name.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use serde_json::json;

use super::folded::Found;

static LONG_NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d(?:[ -]?\d){14,18}x?").expect("a constant pattern"));

/// Mainland identity cards: seventeen digits with a date of birth, then a check digit that is right.
pub(super) fn id_numbers(text: &str) -> Vec<Found> {
    numbers_that(text, |digits| {
        let body = digits.get(..17)?;
        let is_whole = digits.len() == 18 && body.bytes().all(|b| b.is_ascii_digit());
        let part = |from: usize, to: usize| body.get(from..to)?.parse::<i16>().ok();
        let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
        let is_born = (1900..2100).contains(&year) && Date::new(year, month as i8, day as i8).is_ok();
        let is_right = is_whole && is_born && !body.starts_with('0') && digits.ends_with(check_digit(body));
        is_right.then(|| digits.to_uppercase())
    })
}

fn check_digit(body: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const DIGITS: [char; 11] = ['1', '0', 'x', '9', '8', '7', '6', '5', '4', '3', '2'];
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, weight)| c.to_digit(10).unwrap_or(0) * weight).sum();
    DIGITS[(sum % 11) as usize]
}

/// Bank cards: sixteen to nineteen digits with a check digit that is right.
pub(super) fn bank_cards(text: &str) -> Vec<Found> {
    numbers_that(text, |digits| {
        let is_long = (16..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let is_card = is_long && digits.starts_with(['3', '4', '5', '6', '9']) && luhn(digits);
        is_card.then(|| digits.to_owned())
    })
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(place, c)| match (place % 2, c.to_digit(10).unwrap_or(0)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Long numbers, read without blanks and dashes, that stand alone and are what `read` wants.
fn numbers_that(text: &str, read: impl Fn(&str) -> Option<String>) -> Vec<Found> {
    let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let found = LONG_NUMBER.find_iter(text).filter_map(|matched| {
        let before = text[..matched.start()].chars().next_back();
        if touches(before) || touches(text[matched.end()..].chars().next()) {
            return None;
        }
        let digits: String = matched.as_str().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        Some(Found { start: matched.start(), end: matched.end(), value: json!(read(&digits)?) })
    });
    found.collect()
}

static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领])\s?([a-hj-z])\s?[·.•-]?\s?",
        // New-energy cars: D or F at either end of six; others have five, or four and a word.
        r"([a-hj-k]\d{5}|\d{5}[a-hj-k]|[a-hj-k][a-hj-np-z0-9]\d{4}|[a-hj-np-z0-9]{5}|[a-hj-np-z0-9]{4}[挂学警港澳])",
    ))
    .expect("a constant pattern")
});

/// All plates of a folded text: 沪A12345, 粤B·D12345.
pub(super) fn plates(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for captures in PLATE.captures_iter(text) {
        let whole = captures.get(0).expect("group 0 is the match");
        let goes_on = text[whole.end()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let n_digits = captures[3].bytes().filter(u8::is_ascii_digit).count();
        if !goes_on && n_digits >= 1 {
            let plate = format!("{}{}{}", &captures[1], &captures[2], &captures[3]).to_uppercase();
            found.push(Found { start: whole.start(), end: whole.end(), value: json!(plate) });
        }
    }
    found
}

/// The most common family names; the double ones come first.
const FAMILY_NAMES: &str = "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 夏侯 端木 \
    王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 罗 高 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 萧 田 董 袁 潘 \
    于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 傅 方 白 邹 孟 熊 秦 邱 江 \
    尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤 温 康 施 文 牛 樊 葛 邢 安 齐 易 乔 \
    伍 庞 颜 倪 庄 聂 章 鲁 岳 翟 殷 詹 申 欧 耿 关 兰 焦 俞 左 柳 甘 祝 包 宁 尚 符 舒 阮 柯 纪 梅 童 凌 毕 单 季 裴 \
    霍 涂 成 苗 谷 曲 盛 冉 翁 蓝 路 游 辛 靳 管 柴 蒙 鲍 华 喻 祁 蒲 房 滕 屈 饶 解 牟 艾 尤 时 阳 阎 穆 农 司 卓 古 吉 缪 简 车 项 连 芦 麦 褚 娄 窦 戚 岑 景 党 宫 费 卜 冷 晏 席 卫 米 柏 宗 瞿 桂 全 佟 应 臧 闵 苟 邬 边 卞 姬 师 和 仇 栾 隋 商 刁 沙 荣 巫 寇 桑 郎 甄 丛 仲 虞 敖 巩 明 佘 池 查 麻 苑 迟 邝";

static CHINESE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:我(?:的名字)?叫|名字(?:是|叫|为)|姓名(?:是|为|:)?|(我是)|我姓名是|联系人(?:是|:)?|收货人(?:是|:)?|收件人(?:是|:)?)\s*([\p{Han}·]{2,12})")
        .expect("a constant pattern")
});
static ENGLISH_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:my (?:full )?name(?:'s| is)|(?:the )?name is|call me|this is)\s+([a-z][a-z'.-]*(?:\s+[a-z][a-z'.-]*){0,3})")
        .expect("a constant pattern")
});

/// Words that come after a name, and are none.
const AFTER_CHINESE: [&str; 26] = [
    "电话", "手机", "订单", "邮箱", "地址", "号码", "联系", "身份", "住在", "今年", "来自", "想", "要", "的", "我",
    "请", "帮", "在", "是", "和", "先生", "女士", "小姐", "同学", "他", "您",
];
const AFTER_ENGLISH: [&str; 24] = [
    "and", "from", "my", "i", "i'm", "the", "a", "calling", "with", "about", "at", "on", "is", "here", "phone",
    "email", "order", "for", "please", "speaking", "not", "to", "thanks", "in",
];

/// All names that a folded text introduces: 我叫张三, my name is John Smith.
pub(super) fn names(text: &str) -> Vec<Found> {
    let chinese = CHINESE_NAME.captures_iter(text).filter_map(|captures| {
        let said = captures.get(2)?;
        let name = cut_at(said.as_str(), &AFTER_CHINESE);
        let family = FAMILY_NAMES.split_whitespace().find(|family| name.starts_with(family));
        let n_chars = name.chars().count();
        // "我是客户" says no name; a family name and one or two characters more do.
        let is_name = match (family, captures.get(1)) {
            (Some(family), _) => (1..=2).contains(&(n_chars - family.chars().count())) || name.contains('·'),
            (None, Some(_)) => name.contains('·'),
            (None, None) => (2..=4).contains(&n_chars) || name.contains('·'),
        };
        is_name.then(|| Found { start: said.start(), end: said.start() + name.len(), value: json!(name) })
    });
    let english = ENGLISH_NAME.captures_iter(text).filter_map(|captures| {
        let said = captures.get(1)?;
        let (mut at, mut end) = (said.start(), said.start());
        for word in said.as_str().split_inclusive(' ') {
            let bare = word.trim_end().trim_end_matches('.');
            if AFTER_ENGLISH.contains(&bare) {
                break;
            }
            if !bare.is_empty() {
                end = at + bare.len();
            }
            // A full stop ends the sentence, unless it stands after an initial: "J. Smith".
            if word.trim_end() != bare && bare.len() > 1 {
                break;
            }
            at += word.len();
        }
        (end > said.start()).then(|| Found { start: said.start(), end, value: json!(text[said.start()..end]) })
    });
    let mut found: Vec<Found> = chinese.chain(english).collect();
    found.sort_by_key(|found| found.start);
    found
}

fn cut_at<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let first = text.char_indices().skip(1).find(|(at, _)| words.iter().any(|word| text[*at..].starts_with(word)));
    first.map_or(text, |(at, _)| &text[..at])
}
