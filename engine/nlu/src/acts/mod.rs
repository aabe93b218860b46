//! Recognises what a customer's words do to the dialogue instead of answering: stop, again, "I meant 10443", abuse.
//!
//! ```
//! use model::ActKind;
//! use nlu::acts::act;
//!
//! assert_eq!(act("算了，不用了").unwrap().kind, ActKind::Cancel);
//! assert_eq!(act("Could you say that again, please?").unwrap().kind, ActKind::Repeat);
//! assert_eq!(act("不对，订单号是10443").unwrap().rest, "10443");
//! assert_eq!(act("A10442"), None);
//! ```

mod corrections;
mod questions;

use std::sync::OnceLock;

use model::{Act, ActKind};

use crate::normalise::{half_width, is_cjk};

/// What the words do; `None` for words that only say something.
pub fn act(text: &str) -> Option<Act> {
    const MAX_CHARS: usize = 400;
    if text.trim().is_empty() || text.chars().nth(MAX_CHARS).is_some() {
        return None;
    }
    let whole = |kind| Act { kind, whole: true, rest: String::new() };
    if is_noise(text) {
        return Some(whole(ActKind::Noise));
    }
    let said = folded(text);
    if let Some(kind) = PHRASES.kind_of(&said, Inside::No).or_else(|| by_clauses(text)) {
        return Some(whole(kind));
    }
    if let Some(rest) = corrections::corrected(text) {
        return Some(Act { kind: ActKind::Correction, whole: rest.is_empty(), rest });
    }
    if let Some(kind) = PHRASES.kind_of(&said, Inside::Short) {
        return Some(Act { kind, whole: is_little_more(&said), rest: String::new() });
    }
    if let Some(rest) = questions::beside(text) {
        return Some(Act { kind: ActKind::Aside, whole: false, rest });
    }
    questions::asks(text).then(|| whole(ActKind::Question))
}

/// Does a message say a phrase only as a whole, or anywhere when it is short?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    No,
    Short,
}

/// The phrases of `phrases.txt`.
struct Phrases {
    read: OnceLock<Vec<Phrase>>,
}

struct Phrase {
    kind: ActKind,
    words: String,
    counts_inside: bool,
}

static PHRASES: Phrases = Phrases { read: OnceLock::new() };

impl Phrases {
    fn all(&self) -> &[Phrase] {
        self.read.get_or_init(|| {
            let mut kind = ActKind::Cancel;
            let mut phrases = Vec::new();
            for line in include_str!("phrases.txt").lines().map(str::trim) {
                if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                    kind = kind_named(name);
                } else if !line.is_empty() && !line.starts_with('#') {
                    let words = folded(line.trim_start_matches('~'));
                    phrases.push(Phrase { kind, words, counts_inside: line.starts_with('~') });
                }
            }
            phrases
        })
    }

    fn kind_of(&self, said: &str, inside: Inside) -> Option<ActKind> {
        if inside == Inside::No {
            return without_fillers(said)
                .find_map(|core| self.all().iter().find(|it| it.words == core))
                .map(|it| it.kind);
        }
        if !is_short(said) {
            return None;
        }
        let inside = self.all().iter().filter(|phrase| phrase.counts_inside && contains(said, &phrase.words));
        inside.max_by_key(|phrase| phrase.words.len()).map(|phrase| phrase.kind)
    }
}

fn kind_named(name: &str) -> ActKind {
    match name {
        "yes" => ActKind::Yes,
        "no" => ActKind::No,
        "cancel" => ActKind::Cancel,
        "restart" => ActKind::Restart,
        "repeat" => ActKind::Repeat,
        "unknown" => ActKind::Unknown,
        "greeting" => ActKind::Greeting,
        "thanks" => ActKind::Thanks,
        "who" => ActKind::Who,
        "abilities" => ActKind::Abilities,
        "insult" => ActKind::Insult,
        _ => ActKind::Chat,
    }
}

/// "算了，不用了" and "hello hello": each part does the same.
fn by_clauses(text: &str) -> Option<ActKind> {
    let mut kinds = questions::clauses(text).map(|clause| PHRASES.kind_of(&folded(clause), Inside::No));
    let first = kinds.next()??;
    // "Hello, thanks" and "你好，算了" do what the last part does; politeness comes first.
    kinds.try_fold(first, |_, kind| kind)
}

/// Lower case, half-width, letters and digits only; one blank between Latin words, none beside Chinese.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::new();
    let mut gap = false;
    for c in text.chars().map(half_width) {
        if c == '\'' || c == '’' {
            continue;
        }
        if !c.is_alphanumeric() {
            gap = true;
            continue;
        }
        let joins_latin = !is_cjk(c) && folded.chars().next_back().is_some_and(|before| !is_cjk(before));
        if gap && joins_latin {
            folded.push(' ');
        }
        gap = false;
        folded.extend(c.to_lowercase());
    }
    folded
}

/// The words, then the same with one more of what politeness and mood put around them taken away each time.
fn without_fillers(said: &str) -> impl Iterator<Item = &str> {
    const BEFORE: [&str; 26] = [
        "请你",
        "请问",
        "请",
        "麻烦你",
        "麻烦",
        "那就",
        "那",
        "我说",
        "哎",
        "唉",
        "额",
        "呃",
        "嗯",
        "就",
        "你能不能",
        "能不能",
        "可以",
        "could you ",
        "can you ",
        "would you ",
        "please ",
        "ok ",
        "well ",
        "oh ",
        "just ",
        "um ",
    ];
    const AFTER: [&str; 18] = [
        "一下",
        "好吗",
        "可以吗",
        "吧",
        "啊",
        "呀",
        "哦",
        "啦",
        "了",
        "呢",
        "嘛",
        "哈",
        "吗",
        "谢谢",
        " please",
        " thanks",
        " then",
        " now",
    ];
    std::iter::successors(Some(said), |core| {
        let before = BEFORE.iter().find_map(|filler| core.strip_prefix(filler));
        let after = || AFTER.iter().find_map(|filler| core.strip_suffix(filler));
        before.or_else(after).map(str::trim).filter(|rest| !rest.is_empty())
    })
}

/// At most six Latin words or fourteen Chinese characters.
fn is_short(said: &str) -> bool {
    const MAX_WORDS: usize = 8;
    const MAX_CHARS: usize = 14;
    if said.is_ascii() { said.split(' ').nth(MAX_WORDS).is_none() } else { said.chars().nth(MAX_CHARS).is_none() }
}

/// A short message around a phrase says little more than the phrase, and nothing with a digit.
fn is_little_more(said: &str) -> bool {
    !said.bytes().any(|byte| byte.is_ascii_digit())
}

/// Latin phrases only as whole words.
fn contains(said: &str, phrase: &str) -> bool {
    said.match_indices(phrase).any(|(at, _)| {
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
        !phrase.is_ascii()
            || (is_edge(said[..at].chars().next_back()) && is_edge(said[at + phrase.len()..].chars().next()))
    })
}

/// No letter and no digit at all, one sign over and over, or keys hit at random.
fn is_noise(text: &str) -> bool {
    const RUNS: [&str; 8] = ["asdf", "sdfg", "dfgh", "fghj", "qwer", "wert", "zxcv", "xcvb"];
    let signs: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let Some(first) = signs.first() else { return true };
    let is_one_word = !text.trim().contains(char::is_whitespace);
    let is_latin = signs.iter().all(char::is_ascii_alphabetic);
    if !is_one_word || !is_latin || signs.len() < 4 {
        return false;
    }
    let lower = text.to_lowercase();
    let is_voiced = |c: &char| "aeiouy".contains(c.to_ascii_lowercase());
    signs.iter().all(|c| c == first)
        || RUNS.iter().any(|run| lower.contains(run))
        || (signs.len() > 5 && !signs.iter().any(is_voiced))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<ActKind> {
        act(text).map(|act| act.kind)
    }

    #[test]
    fn stopping_and_starting_again() {
        for text in [
            "算了",
            "算了吧。",
            "算了，不用了",
            "那算了",
            "取消",
            "我不想办了",
            "cancel",
            "Never mind!",
            "please cancel",
        ] {
            assert_eq!(kind(text), Some(ActKind::Cancel), "{text}");
        }
        for text in ["重新开始", "我想从头来", "can we start over?"] {
            assert_eq!(kind(text), Some(ActKind::Restart), "{text}");
        }
    }

    #[test]
    fn again_and_not_knowing() {
        for text in
            ["再说一遍", "麻烦再说一次好吗", "没听清", "你说什么？", "Say that again please", "Pardon?", "What?"]
        {
            assert_eq!(kind(text), Some(ActKind::Repeat), "{text}");
        }
        for text in
            ["不知道", "我不知道啊", "没有订单号", "忘了", "I don't know", "I don’t have an order number", "no idea"]
        {
            assert_eq!(kind(text), Some(ActKind::Unknown), "{text}");
        }
    }

    #[test]
    fn small_talk_and_abuse() {
        for (text, expected) in [
            ("你好", ActKind::Greeting),
            ("您好！", ActKind::Greeting),
            ("Hi there", ActKind::Greeting),
            ("谢谢啦", ActKind::Thanks),
            ("Thank you so much!", ActKind::Thanks),
            ("你是机器人吗？", ActKind::Who),
            ("Are you a real person?", ActKind::Who),
            ("你能做什么", ActKind::Abilities),
            ("What can you do?", ActKind::Abilities),
            ("今天天气怎么样", ActKind::Chat),
            ("tell me a joke", ActKind::Chat),
            ("你个傻逼", ActKind::Insult),
            ("You are stupid!", ActKind::Insult),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn nothing_readable() {
        for text in ["😀", "😀😀😀", "？", "?", "……", "asdfgh", "aaaaaa", "xkcdqqz"] {
            assert_eq!(kind(text), Some(ActKind::Noise), "{text}");
        }
        for text in ["A10442", "5", "Zhang", "John", "好"] {
            assert_ne!(kind(text), Some(ActKind::Noise), "{text}");
        }
    }

    #[test]
    fn what_only_says_something_does_nothing() {
        for text in [
            "A10442",
            "我的订单号是A10442",
            "我要退款",
            "李雷",
            "the shop on Stop Street 5",
            "收到的东西是坏的，请帮我处理一下，谢谢你们",
            "",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn questions_and_questions_beside_an_answer() {
        for text in ["我想取消订单怎么操作", "where is my parcel", "退款多久到账", "包邮吗"] {
            assert_eq!(kind(text), Some(ActKind::Question), "{text}");
        }
        assert_eq!(kind("10442，对了你们几点关门"), Some(ActKind::Aside));
    }

    #[test]
    fn yes_and_no_are_said_alone() {
        assert_eq!(kind("好的"), Some(ActKind::Yes));
        assert_eq!(kind("no"), Some(ActKind::No));
        assert_eq!(kind("不用了"), Some(ActKind::Cancel));
        assert_eq!(kind("好的，我要退款"), None);
    }

    #[test]
    fn a_long_or_hostile_text_is_no_act() {
        assert_eq!(act(&"算了".repeat(1_000)), None);
        assert_eq!(kind("\u{0}\u{202e}"), Some(ActKind::Noise));
    }
}
