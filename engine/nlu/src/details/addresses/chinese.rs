//! Addresses of mainland China: 北京市海淀区中关村大街27号院3号楼2单元501室.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::super::folded::Found;

const PROVINCES: &str = "北京市?|天津市?|上海市?|重庆市?|河北省?|山西省?|辽宁省?|吉林省?|黑龙江省?|江苏省?|浙江省?|安徽省?|福建省?|江西省?|山东省?|河南省?|湖北省?|湖南省?|广东省?|海南省?|四川省?|贵州省?|云南省?|陕西省?|甘肃省?|青海省?|台湾省?|内蒙古(?:自治区)?|广西(?:壮族自治区)?|西藏(?:自治区)?|宁夏(?:回族自治区)?|新疆(?:维吾尔自治区)?|香港(?:特别行政区)?|澳门(?:特别行政区)?";

static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        concat!(
            r"(?P<province>{provinces})?\s?",
            r"(?:(?P<city>\p{{Han}}{{2,8}}?(?:市|自治州|地区|盟))\s?)?",
            r"(?:(?P<district>[\p{{Han}}&&[^街社]]{{0,7}}?[\p{{Han}}&&[^街社小]](?:新区|区|县|旗|市))\s?)?",
            r"(?:(?P<town>\p{{Han}}{{1,8}}?(?:街道|镇|乡))\s?)?",
            r"(?:(?P<street>[\p{{Han}}\d]{{1,12}}?(?:大道|大街|路|街|胡同|巷|弄|道|村)(?:[\p{{Han}}]{{0,4}}?(?:大道|大街|路|街|胡同|巷|道))*)\s?)?",
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

/// All of a folded text.
pub(super) fn addresses(text: &str) -> Vec<Found> {
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
        for name in PARTS.into_iter().filter(|name| *name != "rest") {
            if let Some(part) = captures.name(name) {
                parts.insert(name.into(), part.as_str().into());
            }
        }
        let core = captures.name("rest").map_or(0, |rest| rest.start());
        let matched = captures.get(0).map_or(start, |it| it.start() + it.as_str().trim_end().len());
        let end = end_of(text, matched);
        let detail = if core > 0 { core } else { matched };
        if detail < end {
            parts.insert("detail".into(), text[detail..end].trim_matches([' ', ',', '、']).into());
        }
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

/// What ends the name of a place.
const PLACE_ENDINGS: [&str; 78] = [
    "区",
    "园",
    "楼",
    "座",
    "号",
    "室",
    "层",
    "院",
    "场",
    "厦",
    "中心",
    "小区",
    "苑",
    "城",
    "店",
    "校",
    "学",
    "酒店",
    "公寓",
    "栋",
    "幢",
    "单元",
    "村",
    "组",
    "府",
    "庭",
    "湾",
    "里",
    "口",
    "站",
    "厂",
    "公司",
    "馆",
    "库",
    "仓",
    "旁",
    "对面",
    "柜",
    "驿站",
    "超市",
    "前台",
    "传达室",
    "保安亭",
    "门卫",
    "房",
    "户",
    "屯",
    "庄",
    "寨",
    "坊",
    "堂",
    "庙",
    "寺",
    "桥",
    "港",
    "岛",
    "市场",
    "基地",
    "国际",
    "家园",
    "新村",
    "别墅",
    "宿舍",
    "营",
    "所",
    "局",
    "社",
    "屋",
    "家",
    "路",
    "街",
    "道",
    "巷",
    "弄",
    "处",
    "隔壁",
    "附近",
    "侧",
];
/// Words that no address has: where one stands, the address has ended before.
const NEVER: [&str; 34] = [
    "谢谢",
    "麻烦",
    "电话",
    "手机",
    "收件",
    "收货人",
    "联系",
    "吗",
    "呢",
    "怎么",
    "什么",
    "多少",
    "我",
    "你",
    "您",
    "请",
    "想",
    "要",
    "可以",
    "能不能",
    "几天",
    "多久",
    "为什么",
    "天气",
    "哪",
    "没有",
    "不",
    "送到",
    "寄到",
    "发到",
    "姓名",
    "订单",
    "邮编",
    "吧",
];
/// Words that an address seldom has: they end it, unless the whole clause ends like the name of a place.
const SELDOM: [&str; 40] = [
    "的", "上班", "上学", "工作", "居住", "住", "下雨", "买", "卖", "退", "换", "收", "已", "没", "也", "都", "就",
    "会", "用", "玩", "旅游", "出差", "开会", "是", "有", "在", "到", "去", "了", "还", "这边", "那边", "这里", "那里",
    "快递", "运费", "发货", "配送", "改", "送",
];

/// Words that begin what is said about a place: 天河区有店.
const VERBS: [&str; 20] = [
    "有", "是", "没", "也", "都", "就", "会", "用", "买", "卖", "退", "换", "去", "到", "了", "住", "玩", "还", "改",
    "送",
];

/// Where an address ends that was understood up to `end`: buildings, floors, rooms and names of places follow.
fn end_of(text: &str, mut end: usize) -> usize {
    const LONGEST: usize = 60;
    let start = end;
    while end - start < LONGEST * 3 {
        let rest = &text[end..];
        let gap = rest.len() - rest.trim_start_matches([' ', ',', '，', '、']).len();
        let segment = rest[gap..].split(is_stop).next().unwrap_or_default();
        let is_first = gap == 0 && end == start;
        let len = match rest[gap..].strip_prefix('(').and_then(|inside| inside.find(')')) {
            Some(len) if gap == 0 && len <= LONGEST => len + 2,
            _ => place_in(segment, is_first),
        };
        if len == 0 {
            break;
        }
        end += gap + len;
    }
    end
}

fn is_stop(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ',' | '，' | '。' | '、' | ';' | '；' | '!' | '！' | '?' | '？' | '(' | ')' | ':' | '：')
}

/// How many bytes at the beginning of a clause belong to the address before it.
fn place_in(segment: &str, is_first: bool) -> usize {
    let first_of = |words: &[&str]| words.iter().filter_map(|word| segment.find(word)).min().unwrap_or(segment.len());
    let never = first_of(&NEVER);
    let whole = &segment[..never];
    if VERBS.iter().any(|word| segment.starts_with(word)) {
        return 0;
    }
    if ends_like_place(whole) {
        return whole.len();
    }
    let kept = &segment[..first_of(&SELDOM).min(never)];
    // Right behind the address, a clause that holds no other words is its end: 南山区科技园.
    let is_name = is_first && kept.len() == segment.len() && kept.chars().count() <= 24;
    if is_name || ends_like_place(kept) { kept.len() } else { 0 }
}

/// Does it end with a building, a floor, a room or the name of a place?
fn ends_like_place(segment: &str) -> bool {
    static ROOM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[a-z]?-?\d{1,5}[a-z]?(?:-\d{1,5}){0,3}|[a-z]-?\d{1,5})$").expect("a constant pattern")
    });
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:室|楼|层|栋|幢|座|单元|院|号|厦|园|区|村|组|城|\p{Han}[a-z])[a-z]?\d{1,5}[a-z]?$")
            .expect("a constant pattern")
    });
    let is_place = segment.chars().count() >= 2 && PLACE_ENDINGS.iter().any(|ending| segment.ends_with(ending));
    is_place || ROOM.is_match(segment) || BEHIND.is_match(segment)
}
