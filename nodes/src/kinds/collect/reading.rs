//! Finds details in whole sentences, and corrections of details that were given before.

use std::ops::Range;

use interpreter::{Ctx, Failure, FoundDetail};
use model::{DetailKey, Input};
use nlu::details::{DetailKind as FoundKind, details_of};
use serde_json::Value;

use super::{DetailKind, Memory, Settings};
use crate::answers::kept;
use crate::pattern::Pattern;
use crate::words::fold;

/// Words that take something back.
const CORRECTIONS: [&str; 26] = [
    "不对",
    "不是",
    "错了",
    "说错",
    "写错",
    "打错",
    "应该是",
    "改成",
    "改为",
    "改到",
    "更正",
    "更改",
    "换成",
    "换到",
    "弄错",
    "搞错",
    "i meant",
    "i mean",
    "actually",
    "correction",
    "wrong",
    "change it to",
    "should be",
    "not that",
    "make it",
    "change the",
];
/// Which of several is meant.
const ORDINALS: [[&str; 7]; 4] = [
    ["第一个", "第一项", "前一个", "前面那个", "前面的", "the first one", "the first"],
    ["第二个", "第二项", "后一个", "后面那个", "后面的", "the second one", "the second"],
    ["第三个", "第三项", "第三条", "第三样", "第三次", "the third one", "the third"],
    ["第四个", "第四项", "第四条", "第四样", "第四次", "the fourth one", "the fourth"],
];
/// Between the name of a detail and its new value.
const BECOMES: [&str; 14] = [
    "应该改成", "改成", "改为", "换成", "应该是", "应为", "是", "it should be", "should be", "changed to", "is", "to", "：", ":",
];

/// Something that a sentence gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mention {
    what: What,
    value: Value,
    /// Where it stands in the sentence, in bytes.
    start: usize,
    end: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    BuiltIn(FoundKind),
    Own(DetailKey),
}

impl Settings {
    /// What a sentence gives and does not take back itself, in reading order: details are filled from this and from nothing else.
    /// `own` are the workspace's details that were found in it; whoever reads sentences better adds to this list.
    pub(super) fn mentions(&self, ctx: &Ctx<'_>, words: &str, own: &[FoundDetail]) -> Vec<Mention> {
        let wanted: Vec<FoundKind> = self.details.iter().filter_map(|detail| detail.kind.found()).collect();
        let built_in = details_of(words, &ctx.now_in_zone(), &wanted);
        let built_in =
            built_in.into_iter().map(|found| Mention { what: What::BuiltIn(found.kind), value: found.value, start: found.start, end: found.end });
        let own = own.iter().map(|found| Mention {
            what: What::Own(found.detail.clone()),
            value: found.value.clone(),
            start: found.start,
            end: found.end,
        });
        let mut mentions: Vec<Mention> = built_in.chain(own).collect();
        mentions.sort_by_key(|mention| mention.start);
        let meant: Vec<bool> = mentions.iter().map(|mention| is_meant(words, mention, &mentions)).collect();
        mentions.into_iter().zip(meant).filter(|(_, meant)| *meant).map(|(mention, _)| mention).collect()
    }

    /// Fills missing details from a sentence; says whether it found any. Free text and yes or no are never guessed.
    pub(super) fn take(
        &self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        mentions: &[Mention],
        with_numbers: bool,
    ) -> Result<bool, Failure> {
        // What is already known must not fill a second detail of the same kind.
        let mut mentions: Vec<&Mention> =
            mentions.iter().filter(|mention| !memory.values.iter().any(|known| mention.is(known))).collect();
        let mut took = false;
        for index in 0..self.details.len() {
            let kind = self.details[index].kind;
            if !memory.values[index].is_null() || (kind == DetailKind::Number && !with_numbers) {
                continue;
            }
            let fitting = mentions.iter().position(|mention| self.value(ctx, index, mention).is_some());
            if let Some(at) = fitting
                && let Some(value) = self.value(ctx, index, mentions.remove(at))
            {
                self.keep(ctx, memory, index, value)?;
                took = true;
            }
        }
        Ok(took)
    }

    /// "No, I meant A10443": replaces details that were given before; says whether it replaced any.
    /// With `without_words`, another value is a correction whatever stands beside it.
    pub(super) fn correct(
        &self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        asking: Option<usize>,
        words: &str,
        mentions: &[Mention],
        without_words: bool,
    ) -> Result<bool, Failure> {
        if !takes_back(words) && !without_words {
            return Ok(false);
        }
        let mut corrected = self.rewrite(ctx, memory, asking, words)?;
        let named: Vec<usize> = (0..self.details.len()).filter(|index| self.names(ctx, *index, words)).collect();
        let asked_kind = asking.map(|index| self.details[index].kind);
        let ordinal = ordinal(words);
        let is_ordinal = |mention: &Mention| {
            ordinal.as_ref().is_some_and(|(_, place)| mention.start < place.end && place.start < mention.end)
        };
        let mut done: Vec<usize> = Vec::new();
        for mention in mentions.iter().rev().filter(|mention| !is_ordinal(mention)) {
            let of_kind: Vec<usize> = (0..self.details.len()).filter(|index| self.fits(*index, mention)).collect();
            let counted = ordinal.as_ref().and_then(|(n, _)| of_kind.get(*n)).copied().filter(|_| of_kind.len() > 1);
            let given = (0..self.details.len()).rev().filter(|index| {
                let is_named = named.contains(index) || counted == Some(*index);
                let is_asked = Some(self.details[*index].kind) == asked_kind && !is_named;
                !is_asked && !memory.values[*index].is_null() && !done.contains(index)
            });
            let given: Vec<usize> = given.filter(|index| self.value(ctx, *index, mention).is_some()).collect();
            let last = memory.last.filter(|last| given.contains(last));
            let by_name = given.iter().copied().find(|index| named.contains(index));
            let counted = counted.filter(|index| given.contains(index));
            let Some(index) = counted.or(by_name).or(last).or(given.first().copied()) else {
                continue;
            };
            done.push(index);
            if let Some(value) = self.value(ctx, index, mention)
                && !memory.values.contains(&value)
            {
                self.keep(ctx, memory, index, value)?;
                corrected = true;
            }
        }
        Ok(corrected)
    }

    /// The value of a detail that is asked for, where the sentence gives it.
    pub(super) fn mentioned(&self, ctx: &Ctx<'_>, index: usize, mentions: &[Mention]) -> Option<Value> {
        mentions.iter().find_map(|mention| self.value(ctx, index, mention))
    }

    /// Is something of the right kind there, whatever its value?
    pub(super) fn is_mentioned(&self, index: usize, mentions: &[Mention]) -> bool {
        mentions.iter().any(|mention| self.fits(index, mention))
    }

    /// "原因改成不喜欢", "the name should be Ann": free words, a name or an address after the detail's own name.
    fn rewrite(
        &self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        asking: Option<usize>,
        words: &str,
    ) -> Result<bool, Failure> {
        for index in 0..self.details.len() {
            let kind = self.details[index].kind;
            let is_free = matches!(kind, DetailKind::Text | DetailKind::Name | DetailKind::Address);
            if !is_free || memory.values[index].is_null() || Some(index) == asking {
                continue;
            }
            let label = ctx.label(&self.details[index].name).to_owned();
            let Some(rest) = after_label(words, &label) else { continue };
            let input = Input::Text(rest.to_owned());
            let Some(value) = kind.answer().read(&input, &Pattern::default(), ctx) else { continue };
            if memory.values[index] != value && self.is_valid(ctx, index, &value) {
                self.keep(ctx, memory, index, value)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does the sentence name this detail?
    pub(super) fn names(&self, ctx: &Ctx<'_>, index: usize, words: &str) -> bool {
        let label = fold(ctx.label(&self.details[index].name));
        !label.is_empty() && crate::words::says(&fold(words), &label)
    }

    fn fits(&self, index: usize, mention: &Mention) -> bool {
        let detail = &self.details[index];
        match &mention.what {
            What::Own(key) => detail.kind == DetailKind::Own && detail.detail == *key,
            What::BuiltIn(FoundKind::Money) if detail.kind == DetailKind::Number => true,
            What::BuiltIn(FoundKind::YesNo) => false,
            What::BuiltIn(kind) => detail.kind.found() == Some(*kind),
        }
    }

    /// What the detail would keep of it; nothing where it is another kind of detail, or not valid.
    fn value(&self, ctx: &Ctx<'_>, index: usize, mention: &Mention) -> Option<Value> {
        if !self.fits(index, mention) {
            return None;
        }
        let value = mention.value();
        self.is_valid(ctx, index, &value).then_some(value)
    }
}

impl Mention {
    fn value(&self) -> Value {
        match &self.what {
            What::BuiltIn(kind) => kept(*kind, self.value.clone()),
            What::Own(_) => self.value.clone(),
        }
    }

    /// Is it a phone number, and is this value the same digits?
    pub(super) fn is_phone(&self, value: &Value) -> bool {
        let digits = |value: &Value| expr::as_text(value).chars().filter(char::is_ascii_digit).collect::<String>();
        self.what == What::BuiltIn(FoundKind::Phone) && digits(&self.value) == digits(value)
    }

    fn is(&self, known: &Value) -> bool {
        !known.is_null() && self.value() == *known
    }
}

/// Does the sentence still mean a value, beside the others of its kind?
fn is_meant(words: &str, mention: &Mention, all: &[Mention]) -> bool {
    if mention.what == What::BuiltIn(FoundKind::YesNo) {
        return true;
    }
    let alike: Vec<&Mention> = all.iter().filter(|other| other.what == mention.what).collect();
    let places: Vec<_> = alike.iter().map(|other| (other.start, other.end)).collect();
    let at = alike.iter().position(|other| other.start == mention.start).unwrap_or_default();
    nlu::acts::meant(words, &places).get(at).copied().unwrap_or(true)
}

/// Which of several the sentence names by its place, from 0, and where it says so.
fn ordinal(words: &str) -> Option<(usize, Range<usize>)> {
    let words = nlu::simplified(words).to_lowercase();
    ORDINALS.iter().enumerate().find_map(|(n, ordinals)| {
        ordinals.iter().find_map(|ordinal| words.find(ordinal).map(|at| (n, at..at + ordinal.len())))
    })
}

/// Does the sentence take something back?
pub(super) fn takes_back(words: &str) -> bool {
    let folded = fold(words);
    folded == "no"
        || folded.starts_with("no ")
        || folded.starts_with('不')
        || folded.starts_with("sorry")
        || CORRECTIONS.iter().any(|word| folded.contains(word))
}

/// The words after a label and what leads to its new value: "原因改成不喜欢" gives 不喜欢.
fn after_label<'a>(words: &'a str, label: &str) -> Option<&'a str> {
    if label.is_empty() {
        return None;
    }
    let plain = nlu::simplified(words);
    let at = plain.find(&nlu::simplified(label))? + label.len();
    // Simplified characters take as many bytes, so that a place in one is the same place in the other.
    let wrong = ["不对", "错了", "写错了", "填错了", "说错了", "打错了", "is wrong", "was wrong"];
    let is_gap = [',', '，', ' ', '。', '.'];
    let mut left = plain.get(at..)?.trim_start();
    left = wrong.iter().find_map(|word| left.strip_prefix(word)).unwrap_or(left).trim_start_matches(is_gap);
    let left = BECOMES.iter().find_map(|word| left.strip_prefix(word))?;
    let rest = words.get(words.len().checked_sub(left.len())?..)?;
    let rest = rest.trim().trim_end_matches(['。', '.', '！', '!']);
    (!rest.is_empty()).then_some(rest)
}
