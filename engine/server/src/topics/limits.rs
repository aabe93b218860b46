//! How many topics and examples there may be, and what an example may be, with words for each refusal.

use model::{Intent, Texts};

use crate::error::{ApiError, Result};

pub(crate) const MAX_TOPICS: usize = 500;
pub(crate) const MAX_EXAMPLES: usize = 2_000;
/// Of all topics together: beyond it training would take minutes, not seconds.
pub(crate) const MAX_EXAMPLES_IN_ALL: usize = 50_000;
pub(crate) const MAX_EXAMPLE_CHARS: usize = 500;
pub(crate) const MAX_NAME_CHARS: usize = 100;
/// What may be tried out: as long as a customer's message.
pub(crate) const MAX_TRIED_CHARS: usize = channels::web::MAX_TEXT_CHARS;

/// Is it too long for so many characters, whatever they are? Tells without reading it.
pub(crate) fn is_far_too_long(text: &str, chars: usize) -> bool {
    const MOST_BYTES_OF_A_CHAR: usize = 4;
    text.len() > MOST_BYTES_OF_A_CHAR * chars
}

/// Why a text cannot be an example; nothing when it can.
pub(crate) fn unusable(text: &str) -> Option<Texts> {
    if is_far_too_long(text, MAX_EXAMPLE_CHARS) {
        return Some(too_long(text));
    }
    if text.chars().any(|c| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || c == char::REPLACEMENT_CHARACTER) {
        return Some(Texts::new(
            "这里有不是文字的内容；请用 UTF-8 或 GBK 编码的文本",
            "it holds something that is not text; use text in UTF-8 or GBK",
        ));
    }
    if text.chars().count() > MAX_EXAMPLE_CHARS {
        return Some(too_long(text));
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Some(Texts::new("没有可以学的字词", "there is no word in it to learn from"));
    }
    None
}

fn too_long(text: &str) -> Texts {
    let (hint, hint_en) = if text.contains('\n') {
        ("；是不是少了一个引号？", "; is a quotation mark missing?")
    } else {
        ("", "")
    };
    Texts::new(
        format!("例句超过 {MAX_EXAMPLE_CHARS} 个字符，客户不会写这么长{hint}"),
        format!("the example is longer than {MAX_EXAMPLE_CHARS} characters, no customer writes that much{hint_en}"),
    )
}

/// A text on one line, with single spaces.
pub(crate) fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two examples are the same when they differ only in case, spaces and closing marks.
pub(crate) fn plain(example: &str) -> String {
    let said: String = example.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    said.trim_end_matches(['.', '。', '!', '！', '?', '？', '~', '～']).to_owned()
}

/// A topic as it may be stored: examples trimmed, none empty, none twice.
pub(crate) fn checked(mut intent: Intent) -> Result<Intent> {
    if intent.name.is_empty() {
        return Err(ApiError::not_valid("请填写意图名称", "give the topic a name"));
    }
    if intent.name.iter().any(|(_, name)| name.chars().count() > MAX_NAME_CHARS) {
        return Err(ApiError::not_valid(
            format!("意图名称最多 {MAX_NAME_CHARS} 个字符"),
            format!("the name of a topic has at most {MAX_NAME_CHARS} characters"),
        ));
    }
    let mut seen = std::collections::HashSet::new();
    let mut examples: Vec<String> = Vec::new();
    for example in intent.examples {
        let example = example.trim().to_owned();
        if example.is_empty() || !seen.insert(example.clone()) {
            continue;
        }
        if example.chars().count() > MAX_EXAMPLE_CHARS {
            return Err(too_many_or_too_long());
        }
        if let Some(why) = unusable(&example) {
            let start: String = example.chars().filter(|c| !c.is_control()).take(20).collect();
            return Err(ApiError::not_valid(
                format!("例句“{start}”不能用：{}", why.in_language("zh")),
                format!("the example “{start}” cannot be used: {}", why.in_language("en")),
            ));
        }
        examples.push(example);
    }
    if examples.len() > MAX_EXAMPLES {
        return Err(too_many_or_too_long());
    }
    intent.examples = examples;
    Ok(intent)
}

/// Refuses more topics than there may be.
pub(crate) fn check_all(n_topics: usize, n_examples: usize) -> Result<()> {
    if n_topics > MAX_TOPICS {
        return Err(ApiError::not_valid(
            format!("最多 {MAX_TOPICS} 个意图，现在会有 {n_topics} 个"),
            format!("there are at most {MAX_TOPICS} topics; this would make {n_topics}"),
        )
        .detail("请合并相近的意图", "merge topics that are alike"));
    }
    if n_examples > MAX_EXAMPLES_IN_ALL {
        return Err(ApiError::not_valid(
            format!("所有意图加起来最多 {MAX_EXAMPLES_IN_ALL} 条例句，现在会有 {n_examples} 条"),
            format!("all topics together have at most {MAX_EXAMPLES_IN_ALL} examples; this would make {n_examples}"),
        )
        .detail(
            "每个意图一百句左右就够了，请删去相似的",
            "about a hundred for each topic are enough: remove those that say the same",
        ));
    }
    Ok(())
}

fn too_many_or_too_long() -> ApiError {
    ApiError::not_valid(
        format!("一个意图最多 {MAX_EXAMPLES} 条例句，每条最多 {MAX_EXAMPLE_CHARS} 个字符"),
        format!("a topic has at most {MAX_EXAMPLES} examples of at most {MAX_EXAMPLE_CHARS} characters"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_text_that_a_customer_could_write() {
        assert_eq!(unusable("我要退款"), None);
        assert_eq!(unusable("👍 ok"), None);
        for bad in ["\u{0}\u{1}PNG", "坏\u{fffd}字", "？？！", &"长".repeat(MAX_EXAMPLE_CHARS + 1)] {
            assert!(unusable(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn what_differs_in_marks_only_is_the_same() {
        assert_eq!(plain("我要 退款！"), plain("我要退款"));
        assert_eq!(plain("Where is it?"), plain("where is it"));
        assert_ne!(plain("我要退款"), plain("我要退货"));
    }
}
