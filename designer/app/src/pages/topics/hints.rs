//! What makes a topic hard to recognise: too few examples, the same sentence in two topics, whole paragraphs.

use model::Intent;

/// From here on a topic is recognised well.
pub(super) const WANTED_EXAMPLES: usize = 5;
const LONGEST_EXAMPLE: usize = 80;

/// Something to mend in a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// This many more examples are wanted.
    MoreExamples(usize),
    /// The example stands in another topic too: the example, the other topic's key.
    AlsoElsewhere(String, String),
    /// The example is longer than what customers write.
    TooLong(String),
    /// All examples are in one language: `zh` when only Chinese is there, else `en`.
    OneLanguage(&'static str),
}

/// Has it too few examples?
pub(super) fn is_thin(topic: &Intent) -> bool {
    topic.examples.len() < WANTED_EXAMPLES
}

/// Everything to mend in `topic`, beside all the others.
pub(super) fn hints(topic: &Intent, all: &[Intent]) -> Vec<Hint> {
    let mut hints = Vec::new();
    if is_thin(topic) {
        hints.push(Hint::MoreExamples(WANTED_EXAMPLES - topic.examples.len()));
    }
    for example in &topic.examples {
        let plain = plain(example);
        let other = all
            .iter()
            .filter(|other| other.key != topic.key)
            .find(|other| other.examples.iter().any(|elsewhere| self::plain(elsewhere) == plain));
        if let Some(other) = other {
            hints.push(Hint::AlsoElsewhere(example.clone(), other.key.0.clone()));
        }
        if example.chars().count() > LONGEST_EXAMPLE {
            hints.push(Hint::TooLong(example.clone()));
        }
    }
    if !is_thin(topic) {
        let n_chinese = topic.examples.iter().filter(|example| has_chinese(example)).count();
        if n_chinese == topic.examples.len() {
            hints.push(Hint::OneLanguage("zh"));
        } else if n_chinese == 0 {
            hints.push(Hint::OneLanguage("en"));
        }
    }
    hints
}

/// The sentences of a pasted text that are not there yet, without bullets and numbers before them.
pub(super) fn new_examples(pasted: &str, present: &[String]) -> Vec<String> {
    let mut seen: Vec<String> = present.iter().map(|example| plain(example)).collect();
    let mut new = Vec::new();
    for line in pasted.lines() {
        let line = line.trim().trim_start_matches(['-', '*', '•', '·']).trim();
        let unquoted = line.trim_matches(['"', '“', '”']).trim();
        let plain = plain(unquoted);
        if !plain.is_empty() && !seen.contains(&plain) {
            seen.push(plain);
            new.push(unquoted.to_owned());
        }
    }
    new
}

/// Two examples are the same when they differ only in case, spaces and closing marks.
fn plain(example: &str) -> String {
    example
        .chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .trim_end_matches(['.', '。', '!', '！', '?', '？'])
        .to_owned()
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
}

#[cfg(test)]
mod tests {
    use model::Texts;

    use super::*;

    #[test]
    fn a_pasted_list_gives_only_new_sentences() {
        let new = new_examples("- 我要退款\n“怎么退货？”\n\n我要退款。\n* 退钱", &["退钱！".to_owned()]);

        assert_eq!(new, ["我要退款", "怎么退货？"]);
    }

    #[test]
    fn hints_name_what_is_missing_and_what_stands_twice() {
        let refund = topic("refund", &["我要退款", "退钱"]);
        let returns = topic("return", &["我要退款！"]);

        let found = hints(&refund, &[refund.clone(), returns]);

        assert_eq!(found, [Hint::MoreExamples(3), Hint::AlsoElsewhere("我要退款".to_owned(), "return".to_owned())]);
    }

    fn topic(key: &str, examples: &[&str]) -> Intent {
        Intent {
            key: key.into(),
            name: Texts::default(),
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        }
    }
}
