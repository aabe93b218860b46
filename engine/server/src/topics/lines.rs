//! Many examples pasted at once: which are new, which are there, which stand in other topics, which cannot be used.

use std::collections::{HashMap, HashSet};

use model::{Intent, IntentKey, Texts};
use serde::Serialize;

use super::limits::{on_one_line, plain, unusable};

/// What came of pasted lines.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(crate) struct Pasted {
    /// Sentences that would be added.
    pub(crate) new: Vec<String>,
    /// Sentences that the topic has, or that were pasted twice.
    pub(crate) duplicates: Vec<Line>,
    /// Sentences that another topic has: the bot could not tell which is meant.
    pub(crate) elsewhere: Vec<Elsewhere>,
    /// Lines that cannot be used.
    pub(crate) unreadable: Vec<Unreadable>,
}

/// A line by its number, from 1.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A sentence that stands in another topic.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Elsewhere {
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) intent: IntentKey,
}

/// A line that cannot be used, and why.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Unreadable {
    pub(crate) line: usize,
    pub(crate) why: Texts,
}

/// Sorts pasted lines for a topic, beside all topics. Bullets, numbers and quotation marks around them go.
pub(crate) fn sort(text: &str, topic: &Intent, all: &[Intent]) -> Pasted {
    let mut seen: HashSet<String> = topic.examples.iter().map(|example| plain(example)).collect();
    let others: HashMap<String, &IntentKey> = all
        .iter()
        .filter(|other| other.key != topic.key)
        .flat_map(|other| other.examples.iter().map(|example| (plain(example), &other.key)))
        .collect();
    let mut pasted = Pasted::default();
    for (line, text) in (1..).zip(text.lines()) {
        let text = on_one_line(bare(text));
        if text.is_empty() {
            continue;
        }
        if let Some(why) = unusable(&text) {
            pasted.unreadable.push(Unreadable { line, why });
        } else if !seen.insert(plain(&text)) {
            pasted.duplicates.push(Line { line, text });
        } else if let Some(intent) = others.get(&plain(&text)) {
            pasted.elsewhere.push(Elsewhere { line, text, intent: (*intent).clone() });
        } else {
            pasted.new.push(text);
        }
    }
    pasted
}

/// A line without a bullet or a number before it and quotation marks around it.
fn bare(line: &str) -> &str {
    let line = line.trim().trim_start_matches('\u{feff}');
    let line = line.trim_start_matches(['-', '*', '•', '·', '●', '○']).trim_start();
    let after_digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let n_digits = line.len() - after_digits.len();
    let line = match after_digits.strip_prefix(['.', '、', ')', '）', '．']) {
        // "3.5 折" is no third line.
        Some(rest) if (1..=3).contains(&n_digits) && !rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => line,
    };
    line.trim().trim_matches(['"', '“', '”', '「', '」']).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_lines_are_sorted_and_nothing_is_lost_without_a_word() {
        let topic = |key: &str, examples: &[&str]| Intent {
            key: key.into(),
            name: Texts::default(),
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        };
        let refund = topic("refund", &["我要退款"]);
        let all = [refund.clone(), topic("delivery", &["快递到哪了"])];

        let pasted = sort("1. 怎么退款？\r\n\n- 我要退款！\n“快递到哪了”\n•  退 钱\n?!\n怎么退款", &refund, &all);

        assert_eq!(pasted.new, ["怎么退款？", "退 钱"]);
        assert_eq!(pasted.duplicates.iter().map(|line| line.line).collect::<Vec<_>>(), [3, 7]);
        assert_eq!((pasted.elsewhere[0].line, pasted.elsewhere[0].intent.as_str()), (4, "delivery"));
        assert_eq!(pasted.unreadable[0].line, 6);
    }

    #[test]
    fn numbers_that_are_said_stay() {
        for (line, kept) in
            [("3.5 折的券怎么用", "3.5 折的券怎么用"), ("12、怎么退", "怎么退"), ("2024 年的发票", "2024 年的发票")]
        {
            assert_eq!(bare(line), kept);
        }
    }
}
