//! How large a conversation's state is as JSON, counted without writing it: an upper bound that costs little.

use model::Texts;
use serde_json::Value;

use crate::{Effect, Failure, Frame, Pending, State};

/// One variable's value may take this much.
pub(crate) const MAX_VALUE_BYTES: usize = 64 * 1024;
/// All variables, what nodes remember and the effect that is awaited may take this much together.
/// What else a state holds is bounded where it grows, so that the whole stays below [`State::MAX_BYTES`].
const MAX_WORKING_BYTES: usize = 120 * 1024;
/// One message of the customer may take this much in the state.
pub(crate) const MAX_WORDS_BYTES: usize = 24 * 1024;

/// Lists and objects in one another that a value may have. What reads a state again reads 128 levels (`serde_json`), and
/// a state puts some of its own around a value.
const MAX_LEVELS: usize = 64;

/// Why values are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// They take more than so many bytes.
    TooLarge(usize),
    /// They nest deeper than can surely be read again.
    TooDeep,
}

/// Can values be kept that take so many bytes, where so many may be taken?
pub(crate) fn fit<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    n_bytes: usize,
    max_bytes: usize,
) -> Result<(), Unfit> {
    if n_bytes > max_bytes {
        return Err(Unfit::TooLarge(max_bytes));
    }
    if values.into_iter().any(is_too_deep) { Err(Unfit::TooDeep) } else { Ok(()) }
}

/// Can this be the value of a variable?
pub(crate) fn fits_a_variable(value: &Value) -> Result<(), Unfit> {
    fit([value], size_of(value), MAX_VALUE_BYTES)
}

impl Unfit {
    /// The words for it; `what` was not kept, in Chinese and in English.
    pub(crate) fn of(self, what: (&str, &str)) -> Texts {
        match self {
            Self::TooLarge(max_bytes) => {
                let limit = max_bytes / 1024;
                Texts::new(
                    format!("{}超过 {limit} KiB，没有保存", what.0),
                    format!("{} is larger than {limit} KiB and was not kept", what.1),
                )
            }
            Self::TooDeep => Texts::new(
                format!("{}的列表和对象嵌套超过 {MAX_LEVELS} 层，没有保存。请只存需要的部分", what.0),
                format!(
                    "{} nests lists and objects more than {MAX_LEVELS} deep and was not kept; keep only the part you need",
                    what.1
                ),
            ),
        }
    }
}

/// What somebody else wrote, if it is JSON that can be kept: it goes on record inside an event, which must be read again.
pub fn read_value(written: &[u8]) -> Option<Value> {
    serde_json::from_slice(written).ok().filter(|value| !is_too_deep(value))
}

/// Does a value nest deeper than can surely be read again?
pub(crate) fn is_too_deep(value: &Value) -> bool {
    nests_deeper(value, MAX_LEVELS)
}

fn nests_deeper(value: &Value, levels: usize) -> bool {
    let is_deeper = |inner: &Value| nests_deeper(inner, levels - 1);
    match value {
        Value::Array(_) | Value::Object(_) if levels == 0 => true,
        Value::Array(items) => items.iter().any(is_deeper),
        Value::Object(fields) => fields.values().any(is_deeper),
        _ => false,
    }
}

/// How many bytes a value takes as JSON, at most.
pub(crate) fn size_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(number) if number.is_f64() => 25,
        Value::Number(_) => 20,
        Value::String(text) => size_of_text(text),
        Value::Array(items) => items.iter().map(|item| size_of(item) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| size_of_text(name) + size_of(value) + 2).sum::<usize>() + 2
        }
    }
}

/// How many bytes a text takes as JSON: quotes, and what has to be escaped.
pub(crate) fn size_of_text(text: &str) -> usize {
    let n_marked = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    let n_control = text.bytes().filter(|&byte| byte < 0x20).count();
    text.len() + 2 + n_marked + 5 * n_control
}

/// The beginning of a text, as much as fits into this many bytes of JSON.
pub(crate) fn cut(text: &str, max_bytes: usize) -> &str {
    if size_of_text(text) <= max_bytes {
        return text;
    }
    let mut size = 2;
    let end = text.char_indices().find(|(at, character)| {
        size += size_of_text(&text[*at..at + character.len_utf8()]) - 2;
        size > max_bytes
    });
    end.map_or(text, |(at, _)| &text[..at])
}

impl State {
    /// No state is larger than this as JSON, whatever a flow does and a customer writes.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// Do variables, memories and the awaited effect leave room for the rest?
    pub(crate) fn has_room(&self) -> bool {
        let frames: usize = self.frames.iter().map(size_of_frame).sum();
        frames + size_of_pending(&self.pending) <= MAX_WORKING_BYTES
    }

    /// Why what steps remember cannot stay as it is, where it cannot.
    pub(crate) fn excess(&self) -> Option<Failure> {
        if !self.has_room() {
            return Some(too_large());
        }
        let is_deep = self.frames.iter().any(|frame| is_too_deep(&frame.memory));
        is_deep.then(|| Failure { why: Unfit::TooDeep.of(("这一步要记住的内容", "what this step remembers")) })
    }
}

/// The failure of a step that wants to remember more than fits.
pub(crate) fn too_large() -> Failure {
    let limit = MAX_WORKING_BYTES / 1024;
    Failure::new(
        format!("会话要记住的内容合计超过 {limit} KiB，这一步的改动没有保存。请少存一些内容，例如只存需要的字段"),
        format!(
            "what the conversation remembers would be larger than {limit} KiB, so this step changed nothing; keep less, for example only the fields you need"
        ),
    )
}

fn size_of_frame(frame: &Frame) -> usize {
    const NAMES: usize = 256;
    let values = frame.values.iter().map(|(name, value)| name.as_str().len() + 4 + size_of(value));
    let names = frame.gives_back.iter().map(|(there, here)| there.as_str().len() + here.as_str().len() + 8);
    let nodes = frame.interrupted.iter().map(|node| node.as_str().len() + 3);
    NAMES + values.sum::<usize>() + names.sum::<usize>() + nodes.sum::<usize>() + size_of(&frame.memory)
}

fn size_of_pending(pending: &Pending) -> usize {
    const NAMES: usize = 256;
    let Pending::Effect { effect, .. } = pending else {
        return 0;
    };
    NAMES
        + match &**effect {
            Effect::Recognise { text, intents, .. } => {
                size_of_text(text) + intents.iter().map(|intent| intent.as_str().len() + 3).sum::<usize>()
            }
            Effect::Search { query, libraries, .. } => {
                size_of_text(query) + libraries.iter().map(|library| library.as_str().len() + 3).sum::<usize>()
            }
            Effect::Extract { sentences, details, .. } => {
                sentences.iter().map(|text| size_of_text(text) + 3).sum::<usize>()
                    + details.iter().map(|detail| detail.as_str().len() + 3).sum::<usize>()
            }
            Effect::Call { request, .. } => {
                let headers = request.headers.iter();
                let secrets = request.secrets.iter();
                size_of_text(&request.url)
                    + secrets
                        .map(|(name, it)| {
                            size_of_text(name) + size_of_text(it.secret.as_str()) + size_of_text(&it.before) + 32
                        })
                        .sum::<usize>()
                    + headers.map(|(name, value)| size_of_text(name) + size_of_text(value) + 2).sum::<usize>()
                    + request.body.as_deref().map_or(0, size_of_text)
            }
            Effect::Generate { task, .. } => task.size(),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_may_nest_sixty_four_levels() {
        let nested = |levels| {
            (0..levels).fold(json!(1), |inner, n| if n % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
        };
        assert!(!is_too_deep(&json!("text")) && !is_too_deep(&nested(64)) && is_too_deep(&nested(65)));
        for (levels, is_value) in [(64, true), (65, false), (200, false)] {
            let written = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
            assert_eq!(read_value(written.as_bytes()).is_some(), is_value, "{levels}");
        }
        assert_eq!(read_value(b"{} and more"), None);
        assert_eq!(fits_a_variable(&nested(65)), Err(Unfit::TooDeep));
        assert_eq!(fits_a_variable(&json!("a".repeat(MAX_VALUE_BYTES))), Err(Unfit::TooLarge(MAX_VALUE_BYTES)));
        assert_eq!(fits_a_variable(&json!("a".repeat(MAX_VALUE_BYTES - 2))), Ok(()));
    }

    #[test]
    fn the_count_is_never_below_what_is_written() {
        for value in [
            json!(null),
            json!([true, false, -1, u64::MAX, i64::MIN, 1e-300, -1.2345678901234567e300]),
            json!({ "a\"\\": "line\nand\ttab\u{1}", "空": ["😀", {}], "": [] }),
        ] {
            assert!(size_of(&value) >= value.to_string().len(), "{value}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("流程abc", 10), "流程ab");
        assert_eq!(cut("a\nb", 8), "a");
        assert_eq!(cut("short", 100), "short");
    }
}
