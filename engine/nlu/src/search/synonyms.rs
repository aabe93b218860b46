//! Words that mean the same in a business: each is read as the first of its group.

use crate::normalise::{Normal, is_cjk, normalise};
use std::collections::BTreeMap;

/// Phrases in normal form and what they are read as.
#[derive(Debug, Clone, Default)]
pub(super) struct Synonyms {
    /// By first character, the longest phrase first.
    phrases: BTreeMap<char, Vec<(String, String)>>,
}

impl Synonyms {
    /// A phrase of two groups belongs to the first one.
    pub(super) fn new(groups: &[Vec<String>]) -> Synonyms {
        let mut read_as: BTreeMap<String, String> = BTreeMap::new();
        for group in groups {
            let mut words = group.iter().map(|word| normalise(word).text).filter(|word| !word.is_empty());
            let Some(first) = words.next() else {
                continue;
            };
            let first = read_as.get(&first).cloned().unwrap_or(first);
            read_as.entry(first.clone()).or_insert_with(|| first.clone());
            for word in words {
                read_as.entry(word).or_insert_with(|| first.clone());
            }
        }
        let mut phrases: BTreeMap<char, Vec<(String, String)>> = BTreeMap::new();
        for (phrase, first) in read_as {
            if let Some(c) = phrase.chars().next() {
                phrases.entry(c).or_default().push((phrase, first));
            }
        }
        for list in phrases.values_mut() {
            list.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
        }
        Synonyms { phrases }
    }

    /// The text with every known phrase read as the first of its group; Latin phrases only as whole words.
    pub(super) fn read(&self, normal: Normal) -> Normal {
        if self.phrases.is_empty() {
            return normal;
        }
        let text = &normal.text;
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let known =
                self.phrases.get(&c).and_then(|list| list.iter().find(|(phrase, _)| stands_at(text, at, phrase)));
            match known {
                Some((phrase, first)) => {
                    out.push_str(first);
                    at += phrase.len();
                }
                None => {
                    out.push(c);
                    at += c.len_utf8();
                }
            }
        }
        let has_cjk = out.chars().any(is_cjk);
        Normal { text: out, has_cjk }
    }
}

fn stands_at(text: &str, at: usize, phrase: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_cjk(c));
    text[at..].starts_with(phrase)
        && !(is_letter(phrase.chars().next()) && is_letter(text[..at].chars().next_back()))
        && !(is_letter(phrase.chars().next_back()) && is_letter(text[at + phrase.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(groups: &[&[&str]], text: &str, expected: &str) {
        let groups: Vec<Vec<String>> =
            groups.iter().map(|group| group.iter().map(|word| (*word).to_owned()).collect()).collect();
        assert_eq!(Synonyms::new(&groups).read(normalise(text)).text, expected);
    }

    #[test]
    fn a_phrase_is_read_as_the_first_of_its_group() {
        check(&[&["运费", "邮费", "快递费"]], "郵費多少，快递费呢", "运费多少,运费呢");
        check(&[&["mobile", "cell phone", "phone"]], "Phone and cell phone", "mobile and mobile");
    }

    #[test]
    fn latin_words_are_replaced_whole() {
        check(&[&["television", "tv"]], "atv tv tvs 看tv吧", "atv television tvs 看television吧");
    }

    #[test]
    fn the_longest_phrase_and_the_first_group_win() {
        check(&[&["a", "b"], &["c", "b", "b d"]], "b, b d", "a, c");
        check(&[&["甲", "乙"], &["乙", "丙"]], "丙乙甲", "甲甲甲");
    }

    #[test]
    fn empty_groups_do_no_harm() {
        check(&[&[], &["", " "], &["x"]], "x y", "x y");
    }
}
