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
mod lacking;
mod meant;
mod plain;
mod questions;

use std::sync::OnceLock;

use model::{Act, ActKind};

pub use meant::{meant, put_right, without_taken_back};

use crate::normalise::{half_width, is_cjk};
use crate::traditional::simplified;

/// What the words do; `None` for words that only say something.
pub fn act(text: &str) -> Option<Act> {
    const MAX_CHARS: usize = 400;
    if text.trim().is_empty() || text.chars().nth(MAX_CHARS).is_some() {
        return None;
    }
    let whole = |kind| Act { whole: true, ..Act::of(kind) };
    if is_noise(text) {
        return Some(whole(ActKind::Noise));
    }
    let said = folded(text);
    if let Some(kind) = alone(&said).or_else(|| by_clauses(text)) {
        return Some(whole(kind));
    }
    if let Some(rest) = corrections::corrected(text) {
        return Some(Act { whole: rest.is_empty(), rest, ..Act::of(ActKind::Correction) });
    }
    if let Some(kind) = PHRASES.kind_of(&said, Inside::Short) {
        return Some(Act { whole: is_little_more(&said), ..Act::of(kind) });
    }
    if let Some(beside) = questions::beside(text) {
        return Some(Act { rest: beside.question, answer: beside.answer, ..Act::of(ActKind::Aside) });
    }
    questions::asks(text).then(|| {
        let (whole, rest) = questions::to_us(text);
        Act { whole, rest, ..Act::of(ActKind::Question) }
    })
}

/// Yes or no and nothing else, to whatever is asked.
pub fn plainly(text: &str) -> Option<bool> {
    // Said of a question whether to stop.
    const GOES_ON: [&str; 4] = ["继续", "取消", "go on", "continue"];
    let act = act(text)?;
    let said = folded(text);
    let asks = said.ends_with('吗') || text.trim_end().ends_with(['?', '？']);
    match act.kind {
        _ if asks => None,
        _ if GOES_ON.iter().any(|words| said.contains(words)) => None,
        ActKind::Yes => Some(true),
        ActKind::No => Some(false),
        _ => None,
    }
}

/// What words do that say nothing else.
fn alone(said: &str) -> Option<ActKind> {
    PHRASES
        .kind_of(said, Inside::No)
        .or_else(|| lacking::kind_of(said))
        .or_else(|| agrees(said).then_some(ActKind::Yes))
}

/// "是的没错", "好的可以", "对对对": several words for yes.
fn agrees(said: &str) -> bool {
    const YES: &str = "是, 是的, 对, 对的, 好, 好的, 可以, 行, 嗯, 没错, 没问题, 确认, 确定, 就这样, ok, yes";
    lacking::is_made_of(said, YES)
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
        "hold" => ActKind::Hold,
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
    const EXCUSES: [&str; 5] = ["抱歉", "不好意思", "对不起", "sorry", "im sorry"];
    let clauses = questions::clauses(text).map(folded).filter(|clause| !EXCUSES.contains(&clause.as_str()));
    let mut kinds = clauses.map(|clause| alone(&clause));
    let first = kinds.next()??;
    // "Hello, thanks" and "你好，算了" do what the last part does; politeness comes first.
    kinds.try_fold(first, |_, kind| kind)
}

/// Lower case, half-width, simplified, letters and digits only; one blank between Latin words, none beside Chinese.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::new();
    let mut gap = false;
    for c in text.chars().map(|c| simplified(half_width(c))) {
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
mod tests;
