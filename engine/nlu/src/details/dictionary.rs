//! Dictionaries: many values, each with other words for it, found in a sentence longest first.
//!
//! Sentence and words are compared in one form: simplified, half-width, lower case, without the blanks and dashes that
//! people write or leave out ("iPhone 15", "iphone15", "IPHONE-15"). Long words may have one slip of the pen.

use std::collections::{HashMap, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::normalise::half_width;
use crate::traditional::simplified;

/// So much of a sentence is looked at.
const MAX_CHARS: usize = 4_000;
/// A word from this length on may be misspelt in one place: in letters, and in Chinese characters.
const LONG_LATIN: usize = 6;
const LONG_CHINESE: usize = 4;
/// So many words that share a half are looked at for each place in the sentence.
const MAX_CANDIDATES: usize = 64;

/// A dictionary, ready to search.
#[derive(Debug)]
pub(super) struct Dictionary {
    words: Vec<Word>,
    /// Finds whole words; its patterns are `words`.
    whole: Option<AhoCorasick>,
    /// Finds halves of long words.
    halves: Option<AhoCorasick>,
    /// For each pattern of `halves`, the words that begin (`true`) or end with it.
    by_half: Vec<Vec<(usize, bool)>>,
}

#[derive(Debug)]
struct Word {
    /// As it is compared.
    form: String,
    /// Which value it stands for.
    value: usize,
}

/// A value that was found, in bytes of the sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: usize,
}

impl Dictionary {
    /// A dictionary over the words of each value. A word that stands for two values means the first of them.
    pub(super) fn new<'a>(values: impl Iterator<Item = Vec<&'a str>>) -> Dictionary {
        let mut words: Vec<Word> = Vec::new();
        let mut known: HashSet<String> = HashSet::new();
        for (value, texts) in values.enumerate() {
            for text in texts {
                let form = Text::new(text).form;
                if !form.is_empty() && known.insert(form.clone()) {
                    words.push(Word { form, value });
                }
            }
        }
        let (halves, by_half) = halves_of(&words);
        Dictionary {
            whole: automaton(words.iter().map(|word| word.form.as_str())),
            halves: automaton(&halves),
            words,
            by_half,
        }
    }

    /// The values in a sentence, in reading order; where words overlap, the longer one is meant.
    pub(super) fn find(&self, sentence: &str) -> Vec<Match> {
        let text = Text::new(sentence);
        let mut hits = self.exact(&text);
        hits.extend(self.misspelt(&text));
        // The longest first, an exact one before a misspelt one, the earlier before the later.
        hits.sort_by_key(|hit| (std::cmp::Reverse(hit.end - hit.start), hit.slips, hit.start, hit.value));
        let mut taken = super::folded::Taken::default();
        let mut found: Vec<Match> = Vec::new();
        for hit in hits {
            if taken.take(hit.start, hit.end) {
                let (start, end) = text.origin(hit.start, hit.end);
                found.push(Match { start, end, value: hit.value });
            }
        }
        found.sort_by_key(|found| found.start);
        found
    }

    fn exact(&self, text: &Text) -> Vec<Hit> {
        let Some(whole) = &self.whole else { return Vec::new() };
        let hits = whole.find_overlapping_iter(&text.form).map(|matched| Hit {
            start: matched.start(),
            end: matched.end(),
            value: self.words[matched.pattern().as_usize()].value,
            slips: 0,
        });
        hits.filter(|hit| text.stands_alone(hit.start, hit.end)).collect()
    }

    /// A word with one slip has one of its halves right; around that half the other one is compared.
    fn misspelt(&self, text: &Text) -> Vec<Hit> {
        let Some(halves) = &self.halves else { return Vec::new() };
        let mut hits = Vec::new();
        for matched in halves.find_overlapping_iter(&text.form) {
            let half = matched.pattern().as_usize();
            for &(word, is_first) in self.by_half[half].iter().take(MAX_CANDIDATES) {
                let Word { form, value } = &self.words[word];
                let found = if is_first {
                    let rest = &form[matched.len()..];
                    after(&text.form[matched.end()..], rest).map(|len| (matched.start(), matched.end() + len))
                } else {
                    let rest = &form[..form.len() - matched.len()];
                    before(&text.form[..matched.start()], rest).map(|len| (matched.start() - len, matched.end()))
                };
                if let Some((start, end)) = found
                    && text.stands_alone(start, end)
                    && begins_alike(&text.form[start..end], form)
                    && digits(&text.form[start..end]).eq(digits(form))
                {
                    hits.push(Hit { start, end, value: *value, slips: 1 });
                }
            }
        }
        hits
    }
}

struct Hit {
    start: usize,
    end: usize,
    value: usize,
    slips: u8,
}

fn automaton<P: AsRef<[u8]>>(patterns: impl IntoIterator<Item = P>) -> Option<AhoCorasick> {
    let mut patterns = patterns.into_iter().peekable();
    patterns.peek()?;
    // More states than the library can number: such a dictionary is refused long before it gets here.
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok()
}

/// The halves of all long words, each once, with the words they belong to.
fn halves_of(words: &[Word]) -> (Vec<String>, Vec<Vec<(usize, bool)>>) {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut halves: Vec<String> = Vec::new();
    let mut by_half: Vec<Vec<(usize, bool)>> = Vec::new();
    for (index, word) in words.iter().enumerate().filter(|(_, word)| is_long(&word.form)) {
        let n_chars = word.form.chars().count();
        let middle = word.form.char_indices().nth(n_chars / 2).map_or(0, |(at, _)| at);
        for (half, is_first) in [(&word.form[..middle], true), (&word.form[middle..], false)] {
            let place = *places.entry(half).or_insert_with(|| {
                halves.push(half.to_owned());
                by_half.push(Vec::new());
                halves.len() - 1
            });
            by_half[place].push((index, is_first));
        }
    }
    (halves, by_half)
}

/// Is it long enough that one slip does not make another word of it? Numbers are never guessed.
fn is_long(form: &str) -> bool {
    let n_letters = form.chars().filter(|c| c.is_alphabetic()).count();
    if form.is_ascii() { n_letters >= LONG_LATIN } else { n_letters >= LONG_CHINESE }
}

/// A Latin word with another first letter is another word: "packet" is no jacket.
fn begins_alike(text: &str, form: &str) -> bool {
    !form.is_ascii() || text.as_bytes().first() == form.as_bytes().first()
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_digit)
}

/// How many bytes at the beginning of `text` are `wanted` with one slip: a character too many, too few, another one,
/// or two that changed places.
fn after(text: &str, wanted: &str) -> Option<usize> {
    let wanted: Vec<char> = wanted.chars().collect();
    let ahead: Vec<char> = text.chars().take(wanted.len() + 1).collect();
    let n_chars = slipped(&ahead, &wanted)?;
    Some(ahead[..n_chars].iter().map(|c| c.len_utf8()).sum())
}

/// The same at the end of `text`.
fn before(text: &str, wanted: &str) -> Option<usize> {
    let wanted: Vec<char> = wanted.chars().rev().collect();
    let behind: Vec<char> = text.chars().rev().take(wanted.len() + 1).collect();
    let n_chars = slipped(&behind, &wanted)?;
    Some(behind[..n_chars].iter().map(|c| c.len_utf8()).sum())
}

fn slipped(text: &[char], wanted: &[char]) -> Option<usize> {
    let same = text.iter().zip(wanted).take_while(|(a, b)| a == b).count();
    if same == wanted.len() {
        // A whole word was found as a whole; one letter too many at its end is left, as in a plural.
        let has_one_more = text.get(same).is_some_and(char::is_ascii_alphabetic);
        return has_one_more.then(|| wanted.len() + 1);
    }
    let rest = &wanted[same..];
    let there = text.get(same..).unwrap_or_default();
    if there.len() >= rest.len() && there[1..rest.len()] == rest[1..] {
        return Some(wanted.len());
    }
    let is_swapped = rest.len() >= 2
        && there.len() >= rest.len()
        && (there[0], there[1]) == (rest[1], rest[0])
        && there[2..rest.len()] == rest[2..];
    if is_swapped {
        return Some(wanted.len());
    }
    if there.len() > rest.len() && there[1..=rest.len()] == *rest {
        return Some(wanted.len() + 1);
    }
    // A character is missing; one that is missing at the very edge would take anything for the word.
    let is_shorter = rest.len() >= 2 && there.len() >= rest.len() - 1 && there[..rest.len() - 1] == rest[1..];
    is_shorter.then(|| wanted.len() - 1)
}

/// A text as it is compared, and where each byte of it stood.
struct Text {
    form: String,
    /// For each byte of `form`: where its character starts and ends in the original.
    places: Vec<(usize, usize)>,
}

impl Text {
    fn new(original: &str) -> Text {
        let mut text = Text { form: String::new(), places: Vec::new() };
        let mut is_parted = false;
        for (at, original) in original.char_indices().take(MAX_CHARS) {
            let c = simplified(half_width(original));
            if c.is_whitespace() || matches!(c, '-' | '_' | '·' | '\u{200B}'..='\u{200D}' | '\u{FEFF}') {
                is_parted = true;
                continue;
            }
            for c in c.to_lowercase() {
                // Two words, or two numbers, stay apart: "red apple", "15 3".
                let last = text.form.chars().next_back();
                let is_kept = is_parted && last.is_some_and(|last| is_same_sort(last, c));
                if std::mem::take(&mut is_parted) && is_kept {
                    text.form.push(' ');
                    text.places.push((at, at));
                }
                text.form.push(c);
                text.places.resize(text.form.len(), (at, at + original.len_utf8()));
            }
        }
        text
    }

    fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        (self.places[start].0, self.places[end - 1].1)
    }

    /// Is it not a part of a longer Latin word or number?
    fn stands_alone(&self, start: usize, end: usize) -> bool {
        if start >= end {
            return false;
        }
        let is_joined = |left: usize, right: usize| {
            let a = self.form[..right].chars().next_back();
            let b = self.form[right..].chars().next();
            let touches = self.places[left].1 == self.places[right].0;
            touches && matches!((a, b), (Some(a), Some(b)) if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric())
        };
        let starts_inside = start > 0 && is_joined(start - 1, start);
        let ends_inside = end < self.form.len() && is_joined(end - 1, end);
        !starts_inside && !ends_inside
    }
}

fn is_same_sort(a: char, b: char) -> bool {
    (a.is_ascii_digit() && b.is_ascii_digit()) || (is_letter(a) && is_letter(b))
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !crate::normalise::is_cjk(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn products() -> Dictionary {
        let values = [
            vec!["iPhone 15", "苹果15"],
            vec!["iPhone 15 Pro"],
            vec!["冲锋衣", "户外冲锋外套"],
            vec!["backpack", "rucksack"],
            vec!["A1"],
        ];
        Dictionary::new(values.into_iter())
    }

    #[track_caller]
    fn check(sentence: &str, expected: &[(usize, &str)]) {
        let found = products().find(sentence);
        let found: Vec<_> = found.iter().map(|found| (found.value, &sentence[found.start..found.end])).collect();
        assert_eq!(found, expected, "{sentence}");
    }

    #[test]
    fn width_case_blanks_and_script_do_not_matter() {
        check("我要ＩＰＨＯＮＥ１５", &[(0, "ＩＰＨＯＮＥ１５")]);
        check("an iphone-15, please", &[(0, "iphone-15")]);
        check("我買了蘋果 15和衝鋒衣", &[(0, "蘋果 15"), (2, "衝鋒衣")]);
    }

    #[test]
    fn the_longer_word_is_meant() {
        check("iphone 15 pro多少钱", &[(1, "iphone 15 pro")]);
        check("户外冲锋外套和冲锋衣", &[(2, "户外冲锋外套"), (2, "冲锋衣")]);
    }

    #[test]
    fn parts_of_words_are_no_words() {
        check("iphone 155", &[]);
        check("backpackers", &[]);
        check("A10442", &[]);
        check("a1 吗", &[(4, "a1")]);
        check("要A1的", &[(4, "A1")]);
    }

    #[test]
    fn a_long_word_may_have_one_slip() {
        check("a bakpack", &[(3, "bakpack")]);
        check("a backpakc", &[(3, "backpakc")]);
        check("a rucksackk", &[(3, "rucksackk")]);
        check("户外充锋外套", &[(2, "户外充锋外套")]);
        check("iphne 15 pro", &[(1, "iphne 15 pro")]);
        // Another first letter, two slips, a short word, another number.
        check("a hackpack", &[]);
        check("a bakpak", &[]);
        check("冲风衣", &[]);
        check("iphone 16 pro", &[]);
    }

    #[test]
    fn odd_texts_do_no_harm() {
        let long = "iphone 15 ".repeat(100_000);
        let slips = "backpac".repeat(20_000);
        for text in ["", " ", "-", "👍🏽", "İİİ", "\u{0}", "ß", &long, &slips] {
            for found in products().find(text) {
                assert!(text.get(found.start..found.end).is_some());
            }
        }
        assert!(Dictionary::new(std::iter::empty()).find("iphone").is_empty());
    }

    #[test]
    fn fifty_thousand_values_are_searched_quickly() {
        let words: Vec<String> = (0..50_000).map(|n| format!("product number {n} 型号{n}甲乙丙丁")).collect();
        let dictionary = Dictionary::new(words.iter().map(|word| vec![word.as_str()]));

        let found = dictionary.find("我要 product number 49999 型号49999甲乙丙丁");

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].value, 49_999);
    }
}
