//! The words that show a mood, of our own writing: `words/en.txt` and `words/zh.txt`, read once.

use std::collections::HashMap;
use std::sync::OnceLock;

/// What a word does to the mood of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It shows the mood of this number (angry, anxious, sad, positive), 1 to 3 strong.
    Shows(usize, u8),
    /// It turns what follows.
    Not,
    /// It makes what follows stronger.
    Very,
    /// It makes what follows weaker.
    Slightly,
    /// It asks for a person.
    Person,
    /// It shows nothing, though a word that does stands inside it: 妈妈的, 天气.
    Nothing,
}

/// A word list of one language.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    whole: HashMap<&'static str, Vec<(Vec<&'static str>, Effect)>>,
    /// English words by their beginnings: `annoy*`.
    beginnings: HashMap<&'static str, Effect>,
    /// Chinese words by their first character, the longest first.
    by_character: HashMap<char, Vec<(Vec<char>, Effect)>>,
}

impl Lexicon {
    /// The English words.
    pub(super) fn english() -> &'static Self {
        static ENGLISH: OnceLock<Lexicon> = OnceLock::new();
        ENGLISH.get_or_init(|| Self::read(include_str!("words/en.txt"), Self::add_english))
    }

    /// The Chinese words.
    pub(super) fn chinese() -> &'static Self {
        static CHINESE: OnceLock<Lexicon> = OnceLock::new();
        CHINESE.get_or_init(|| Self::read(include_str!("words/zh.txt"), Self::add_chinese))
    }

    fn read(text: &'static str, add: fn(&mut Self, &'static str, Effect)) -> Self {
        let mut lexicon = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((head, words)) = line.split_once(':') else { continue };
            let Some(effect) = effect(head.trim()) else { continue };
            for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                add(&mut lexicon, word, effect);
            }
        }
        for words in lexicon.by_character.values_mut() {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        lexicon
    }

    /// Chinese words stand in a row of characters; so do 12315 and 3q.
    fn add_chinese(&mut self, word: &'static str, effect: Effect) {
        let first = word.chars().next().unwrap_or(' ');
        self.by_character.entry(first).or_default().push((word.chars().collect(), effect));
    }

    fn add_english(&mut self, word: &'static str, effect: Effect) {
        if let Some(beginning) = word.strip_suffix('*') {
            self.beginnings.entry(beginning).or_insert(effect);
        } else {
            let mut parts = word.split_whitespace();
            let first = parts.next().unwrap_or(word);
            self.whole.entry(first).or_default().push((parts.collect(), effect));
        }
    }

    /// What the word at the beginning of `words` does, and how many words it takes.
    pub(super) fn word(&self, words: &[&str]) -> Option<(Effect, usize)> {
        let (first, rest) = words.split_first()?;
        let whole = self.whole.get(first).into_iter().flatten();
        let fits = whole.filter(|(more, _)| rest.len() >= more.len() && rest.iter().zip(more).all(|(a, b)| a == b));
        // Of several, the longest; of two meanings of one word, the first.
        let longest = fits.rev().max_by_key(|(more, _)| more.len());
        if let Some((more, effect)) = longest {
            return Some((*effect, 1 + more.len()));
        }
        let ends = first.char_indices().map(|(at, _)| at).filter(|at| *at >= 3).chain([first.len()]);
        ends.filter_map(|end| self.beginnings.get(&first[..end])).next_back().map(|effect| (*effect, 1))
    }

    /// What the word at the beginning of `letters` does, and how many characters it takes.
    pub(super) fn letters(&self, letters: &[char]) -> Option<(Effect, usize)> {
        let words = self.by_character.get(letters.first()?)?;
        words.iter().find(|(word, _)| letters.starts_with(word)).map(|(word, effect)| (*effect, word.len()))
    }
}

fn effect(head: &str) -> Option<Effect> {
    let (name, strength) = head.split_once(' ').unwrap_or((head, "1"));
    let shows = |mood| Some(Effect::Shows(mood, strength.parse().unwrap_or(1)));
    match name {
        "angry" => shows(0),
        "anxious" => shows(1),
        "sad" => shows(2),
        "positive" => shows(3),
        "not" => Some(Effect::Not),
        "very" => Some(Effect::Very),
        "slightly" => Some(Effect::Slightly),
        "person" => Some(Effect::Person),
        "nothing" => Some(Effect::Nothing),
        _ => None,
    }
}

/// The mood an emoji shows.
pub(super) fn emoji(c: char) -> Option<(usize, u8)> {
    let (mood, strength) = match c {
        '😡' | '🤬' | '👿' | '💢' | '🖕' => (0, 3),
        '😠' | '😤' | '🙄' | '👎' | '💩' | '😒' => (0, 2),
        '😱' | '🆘' | '😨' | '😰' => (1, 3),
        '😟' | '😧' | '😦' | '😥' | '⏰' | '😬' => (1, 2),
        '😭' | '💔' | '😢' => (2, 3),
        '😞' | '😔' | '☹' | '🙁' | '😿' | '😩' | '😫' => (2, 2),
        '😍' | '🥰' | '😘' | '🎉' | '💯' | '❤' | '💕' | '🤩' => (3, 3),
        '😊' | '😀' | '😃' | '😄' | '😁' | '👍' | '🙏' | '👏' | '🌹' | '😂' | '🤣' | '🙂' | '😉' | '😎' | '✌'
        | '💪' => (3, 2),
        _ => return None,
    };
    Some((mood, strength))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a sum knows no order")]
    fn both_languages_have_as_many_words_as_they_should() {
        for (lexicon, least) in [(Lexicon::english(), 500), (Lexicon::chinese(), 600)] {
            let chinese = lexicon.by_character.values().map(Vec::len).sum::<usize>();
            let english = lexicon.whole.values().map(Vec::len).sum::<usize>() + lexicon.beginnings.len();
            assert!(chinese + english >= least, "{chinese} {english}");
        }
    }

    #[test]
    fn the_longest_word_is_found() {
        let english = Lexicon::english();
        assert_eq!(english.word(&["fed", "up", "now"]), Some((Effect::Shows(0, 3), 2)));
        assert_eq!(english.word(&["annoyingly"]), Some((Effect::Shows(0, 1), 1)));
        assert_eq!(english.word(&["table"]), None);
        let letters: Vec<char> = "不满意".chars().collect();
        assert_eq!(Lexicon::chinese().letters(&letters), Some((Effect::Shows(0, 1), 3)));
    }
}
