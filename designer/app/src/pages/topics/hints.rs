//! What makes a topic hard to recognise: too few examples, the same sentence in two topics, whole paragraphs.

use std::collections::HashSet;

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
    /// Most examples stand in another topic too: the other topic's key, how many.
    SameAs(String, usize),
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
    let twin = twin(topic, all);
    if let Some((key, n)) = &twin {
        hints.push(Hint::SameAs(key.clone(), *n));
    }
    for example in &topic.examples {
        let plain = plain(example);
        let other = all
            .iter()
            .filter(|other| other.key != topic.key)
            .find(|other| other.examples.iter().any(|elsewhere| self::plain(elsewhere) == plain));
        let is_told = |key: &str| twin.as_ref().is_some_and(|(twin, _)| twin == key);
        if let Some(other) = other.filter(|other| !is_told(other.key.as_str())) {
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

/// Another topic that has more than half of the examples.
fn twin(topic: &Intent, all: &[Intent]) -> Option<(String, usize)> {
    let own: HashSet<String> = topic.examples.iter().map(|example| plain(example)).collect();
    let shared = |other: &Intent| other.examples.iter().filter(|example| own.contains(&plain(example))).count();
    let others = all.iter().filter(|other| other.key != topic.key);
    let (key, n) = others.map(|other| (other.key.0.clone(), shared(other))).max_by_key(|(_, n)| *n)?;
    (n >= 2 && n * 2 > own.len()).then_some((key, n))
}

/// Two examples are the same when they differ only in case, spaces and closing marks.
pub(super) fn plain(example: &str) -> String {
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
    fn topics_with_the_same_examples_are_named_once() {
        let refund = topic("refund", &["我要退款", "退钱", "怎么退"]);
        let returns = topic("return", &["我要退款！", "退钱。", "退货"]);

        let found = hints(&refund, &[refund.clone(), returns]);

        assert_eq!(found, [Hint::MoreExamples(2), Hint::SameAs("return".to_owned(), 2)]);
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
