//! A message as the reading of moods sees it: small letters, simplified characters, words, and whether it shouts.

use crate::normalise::{half_width, is_cjk};
use crate::traditional::simplified;

/// So much of a message is read: a mood shows early.
const MAX_CHARS: usize = 1_200;
/// Longer "words" are codes.
const MAX_WORD: usize = 40;

/// A message.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    /// Small, half-width, simplified; blanks are kept as one blank.
    pub(super) letters: Vec<char>,
    /// What each of them is.
    pub(super) kinds: Vec<Kind>,
    /// Latin words.
    pub(super) words: Vec<Word>,
    pub(super) has_cjk: bool,
    /// Is most of it in capitals?
    pub(super) is_shouting: bool,
}

/// What a character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Latin,
    Chinese,
    Digit,
    Mark,
    Sign,
    Blank,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
}

impl Text {
    pub(super) fn new(message: &str) -> Self {
        let mut text = Self::default();
        let mut word = String::new();
        let (mut n_capital_words, mut n_words, mut n_capitals, mut n_small) = (0, 0, 0, 0);
        for original in message.chars().take(MAX_CHARS) {
            let c = half_width(original);
            let c = match c {
                '\u{2018}' | '\u{2019}' | '`' => '\'',
                c if c.is_ascii() => c.to_ascii_lowercase(),
                c if is_cjk(c) => simplified(c),
                c => c.to_lowercase().next().unwrap_or(c),
            };
            let kind = kind_of(c);
            let is_of_word = matches!(kind, Kind::Latin | Kind::Digit) || (c == '\'' && !word.is_empty());
            if is_of_word {
                if word.len() < MAX_WORD {
                    word.push(c);
                }
                let is_capital = half_width(original).is_ascii_uppercase();
                n_capitals += usize::from(is_capital);
                n_small += usize::from(kind == Kind::Latin && !is_capital);
            } else if !word.is_empty() {
                text.end_word(&mut word, &mut n_capitals, &mut n_small, &mut n_capital_words, &mut n_words);
            }
            text.has_cjk |= kind == Kind::Chinese;
            let is_doubled_blank = kind == Kind::Blank && text.kinds.last().is_none_or(|last| *last == Kind::Blank);
            if !is_doubled_blank {
                text.letters.push(if kind == Kind::Blank { ' ' } else { c });
                text.kinds.push(kind);
            }
        }
        text.end_word(&mut word, &mut n_capitals, &mut n_small, &mut n_capital_words, &mut n_words);
        text.is_shouting = n_capital_words >= 2 && n_capital_words * 2 > n_words;
        text
    }

    fn end_word(
        &mut self,
        word: &mut String,
        n_capitals: &mut usize,
        n_small: &mut usize,
        n_capital_words: &mut usize,
        n_words: &mut usize,
    ) {
        let trimmed = word.trim_end_matches('\'');
        if trimmed.chars().any(|c| c.is_alphabetic()) {
            *n_words += usize::from(*n_capitals + *n_small >= 2);
            *n_capital_words += usize::from(*n_capitals >= 2 && *n_small == 0);
            self.words.push(Word { text: trimmed.to_owned() });
        } else if !trimmed.is_empty() {
            self.words.push(Word { text: "0".to_owned() });
        }
        word.clear();
        (*n_capitals, *n_small) = (0, 0);
    }
}

fn kind_of(c: char) -> Kind {
    match c {
        c if is_cjk(c) => Kind::Chinese,
        c if c.is_alphabetic() => Kind::Latin,
        c if c.is_numeric() => Kind::Digit,
        c if c.is_whitespace() || c.is_control() => Kind::Blank,
        c if c.is_ascii_punctuation() || matches!(c as u32, 0x2010..=0x205E | 0x3001..=0x303F | 0xA1..=0xBF) => {
            Kind::Mark
        }
        _ => Kind::Sign,
    }
}
