//! Yes and no, in both languages.

use super::folded::Found;
use regex::Regex;
use serde_json::json;
use std::sync::LazyLock;

/// The answer a folded text gives, where it is said.
pub(super) fn answers(text: &str) -> Vec<Found> {
    let Some(answer) = yes_no(text) else {
        return Vec::new();
    };
    // Without the number signs everything still stands where it stood.
    let text = &without_number_signs(text);
    let said = clauses(text).find(|clause| clause_answer(clause) == Some(answer)).unwrap_or(text);
    let start = text.find(said).unwrap_or(0);
    vec![Found { start, end: start + said.len(), value: json!(answer) }]
}

/// Whether a folded text says yes or no.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    const MAX_LENGTH: usize = 200;
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH || UNSURE.iter().any(|word| text.contains(word)) {
        return None;
    }
    // "好的，不用了" takes its meaning from the refusal; otherwise what comes first counts.
    let text = &without_number_signs(text);
    let answers: Vec<bool> = clauses(text).filter_map(clause_answer).collect();
    let first = *answers.first()?;
    if answers.iter().all(|answer| *answer == first) {
        return Some(first);
    }
    let starts_politely = ["好", "嗯", "谢谢", "ok", "okay", "well"].iter().any(|word| text.starts_with(word));
    if starts_politely { answers.last().copied() } else { Some(first) }
}

/// "Order no. 10443": this "no" stands for "number", and is left out.
fn without_number_signs(text: &str) -> String {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"\b(?:order|tracking|phone|mobile|tel|card|model|part|serial|account|invoice|booking|reference|ref|flight|room|item|case|ticket|contract|policy|member|bank|id|parcel)\s+(?P<after>nos?\b\.?)",
            r"|\b(?P<before>nos?\.)\s{0,2}[#:]?\s{0,2}[a-z]{0,4}-?\d{3}",
        ))
        .expect("a constant pattern")
    });
    let mut out = text.to_owned();
    for captures in SIGN.captures_iter(text) {
        if let Some(sign) = captures.name("after").or(captures.name("before")) {
            out.replace_range(sign.range(), &" ".repeat(sign.len()));
        }
    }
    out
}

fn clauses(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_stop).map(str::trim).filter(|clause| !clause.is_empty())
}

fn is_stop(c: char) -> bool {
    matches!(c, ',' | '.' | '!' | ';' | ':' | '~' | '、' | '，' | '。' | '！' | '；' | '…' | '～' | '\n')
}

/// Said by who has not decided, or asks back.
const UNSURE: [&str; 22] = [
    "不知道",
    "不清楚",
    "不确定",
    "不一定",
    "随便",
    "是不是",
    "好不好",
    "可不可以",
    "对不对",
    "要不要",
    "行不行",
    "吗",
    "呢?",
    "什么",
    "怎么",
    "多少",
    "not sure",
    "don't know",
    "dont know",
    "no idea",
    "maybe",
    "whatever",
];

const CHINESE_YES: [&str; 47] = [
    "是的",
    "是啊",
    "是呀",
    "是哦",
    "是滴",
    "对的",
    "对啊",
    "对呀",
    "对头",
    "好的",
    "好啊",
    "好呀",
    "好吧",
    "好哒",
    "好嘞",
    "好滴",
    "可以",
    "行啊",
    "行吧",
    "行的",
    "没问题",
    "没错",
    "不错",
    "正确",
    "确认",
    "确定",
    "当然",
    "同意",
    "愿意",
    "需要",
    "要的",
    "想要",
    "有的",
    "嗯嗯",
    "嗯",
    "恩",
    "成交",
    "必须",
    "肯定",
    "就是这",
    "就这样",
    "妥",
    "中的",
    "是这个",
    "我要",
    "欧克",
    "麻烦了",
];
const CHINESE_NO: [&str; 41] = [
    "不是",
    "不用",
    "不要",
    "不行",
    "不对",
    "不可以",
    "不需要",
    "不好",
    "不了",
    "不想",
    "不愿",
    "不同意",
    "不必",
    "不确认",
    "不能",
    "不接受",
    "不满意",
    "不方便",
    "不成",
    "不买",
    "不办",
    "没有",
    "没用",
    "没解决",
    "还没",
    "未",
    "否",
    "别",
    "算了",
    "拒绝",
    "取消",
    "错了",
    "错误",
    "无需",
    "免了",
    "甭",
    "没了",
    "没必要",
    "再说吧",
    "不的",
    "不谢谢",
];
/// Alone or before a particle these are answers; inside other words they are not.
const SINGLE_YES: [&str; 7] = ["是", "对", "好", "行", "要", "有", "成"];
const SINGLE_NO: [&str; 4] = ["不", "没", "错", "无"];
const PARTICLES: &str = "的啊呀吧哦噢喔嘛啦哈了呗滴哒地得哎";

const ENGLISH_YES: [&str; 34] = [
    "yes",
    "yeah",
    "yep",
    "yup",
    "ya",
    "yea",
    "sure",
    "ok",
    "okay",
    "okey",
    "k",
    "y",
    "correct",
    "right",
    "fine",
    "absolutely",
    "definitely",
    "certainly",
    "affirmative",
    "indeed",
    "exactly",
    "true",
    "agreed",
    "confirm",
    "confirmed",
    "great",
    "perfect",
    "please",
    "aye",
    "alright",
    "good",
    "agree",
    "accept",
    "totally",
];
const ENGLISH_NO: [&str; 26] = [
    "no",
    "nope",
    "nah",
    "not",
    "don't",
    "dont",
    "never",
    "n",
    "negative",
    "incorrect",
    "wrong",
    "false",
    "disagree",
    "cancel",
    "decline",
    "isn't",
    "isnt",
    "doesn't",
    "doesnt",
    "didn't",
    "wasn't",
    "can't",
    "cannot",
    "won't",
    "neither",
    "nay",
];

/// The answer of one clause: a clear beginning counts in any length, other words only in a short one.
fn clause_answer(clause: &str) -> Option<bool> {
    if let Some(answer) = sign(clause) {
        return Some(answer);
    }
    if clause.is_ascii() { english(clause) } else { chinese(clause) }
}

fn sign(clause: &str) -> Option<bool> {
    match clause.chars().next()? {
        '👍' | '✅' | '👌' | '✔' | '🆗' | '⭕' => Some(true),
        '👎' | '❌' | '✖' | '🙅' | '❎' => Some(false),
        _ => None,
    }
}

fn chinese(clause: &str) -> Option<bool> {
    const SHORT: usize = 8;
    let begins = |words: &[&str]| words.iter().any(|word| clause.starts_with(word));
    // 没问题, 没错 and 不错 begin like a no.
    if begins(&CHINESE_YES) {
        let denies_later = clause.chars().count() <= SHORT && clause.contains('不') && !clause.starts_with("不错");
        return if denies_later { None } else { Some(true) };
    }
    if begins(&CHINESE_NO) {
        return Some(false);
    }
    for (words, answer) in [(&SINGLE_YES[..], true), (&SINGLE_NO[..], false)] {
        for word in words {
            if clause
                .strip_prefix(word)
                .is_some_and(|rest| rest.chars().all(|c| PARTICLES.contains(c) || !c.is_alphanumeric()))
            {
                return Some(answer);
            }
        }
    }
    let mut latin = clause.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    if let Some(answer) = latin.next().and_then(english_word) {
        return Some(answer);
    }
    if clause.chars().count() > SHORT {
        return None;
    }
    if CHINESE_NO.iter().any(|word| clause.contains(word)) {
        return Some(false);
    }
    CHINESE_YES.iter().any(|word| clause.contains(word)).then_some(true)
}

fn english(clause: &str) -> Option<bool> {
    const SHORT: usize = 5;
    let clause = clause.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if ["no problem", "not a problem", "of course", "go ahead", "why not", "no worries"]
        .iter()
        .any(|words| clause.starts_with(words))
    {
        return Some(true);
    }
    let words: Vec<&str> =
        clause.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\'')).filter(|word| !word.is_empty()).collect();
    let is_question = clause.ends_with('?')
        || matches!(
            words.first(),
            Some(&("what" | "how" | "when" | "where" | "who" | "why" | "which" | "is" | "can" | "do" | "does"))
        );
    if is_question {
        return None;
    }
    match words.first().and_then(|word| english_word(word)) {
        Some(true) if matches!(words[0], "right" | "good" | "great" | "please" | "fine") && words.len() > SHORT => None,
        Some(true) if words[0] == "please" => match words.get(1) {
            None | Some(&"do") => Some(true),
            Some(&("don't" | "dont" | "no")) => Some(false),
            _ => None,
        },
        Some(answer) => Some(answer),
        None if words.len() > SHORT => None,
        None => {
            let answers: Vec<bool> = words.iter().filter_map(|word| english_word(word)).collect();
            if answers.contains(&false) { Some(false) } else { answers.first().copied() }
        }
    }
}

fn english_word(word: &str) -> Option<bool> {
    if ENGLISH_NO.contains(&word) {
        return Some(false);
    }
    ENGLISH_YES.contains(&word).then_some(true)
}
