//! What shows a mood at first sight: words of the lexicon with what turns or weighs them, emoji, capitals, marks.

use super::lexicon::{Effect, Lexicon, emoji};
use super::text::{Kind, Text};

/// Angry, anxious, sad, positive.
pub(super) const N_SHOWN: usize = 4;
/// How many words "not" and "very" reach.
const REACH: usize = 3;
/// How many words one message gives as evidence.
const MAX_EVIDENCE: usize = 6;

/// What a message shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Signs {
    /// How much it shows each mood.
    pub(super) shown: [f32; N_SHOWN],
    /// The strongest sign of each.
    pub(super) strongest: [f32; N_SHOWN],
    /// The words that show them.
    pub(super) evidence: Vec<(usize, String)>,
    /// Marks: `!`, `?`, both, capitals, no word at all.
    pub(super) exclaims: usize,
    pub(super) asks: usize,
    pub(super) is_shouting: bool,
    /// Is something good said not to be so?
    pub(super) denies_good: bool,
    pub(super) wants_person: bool,
}

/// Looks a message over.
pub(super) fn signs(text: &Text) -> Signs {
    let mut signs = Signs {
        exclaims: text.letters.iter().filter(|c| **c == '!').count(),
        asks: text.letters.iter().filter(|c| **c == '?').count(),
        is_shouting: text.is_shouting,
        ..Signs::default()
    };
    for c in &text.letters {
        if let Some((mood, strength)) = emoji(*c) {
            signs.show(mood, f32::from(strength), || c.to_string());
        }
    }
    if !text.words.is_empty() {
        english(text, &mut signs);
    }
    if text.has_cjk {
        chinese(text, &mut signs);
    }
    signs
}

/// What turns and weighs the words that follow.
#[derive(Default)]
struct Around {
    not_until: usize,
    very_until: usize,
    slightly_until: usize,
}

impl Around {
    fn note(&mut self, effect: Effect, after: usize, reach: usize) -> bool {
        match effect {
            Effect::Not => self.not_until = after + reach,
            Effect::Very => self.very_until = after + reach,
            Effect::Slightly => self.slightly_until = after + reach,
            _ => return false,
        }
        true
    }

    /// How much a sign counts here, and whether it is denied.
    fn weigh(&self, at: usize, strength: u8) -> (f32, bool) {
        let mut weight = f32::from(strength);
        if at < self.very_until {
            weight *= 1.4;
        }
        if at < self.slightly_until {
            weight *= 0.6;
        }
        (weight, at < self.not_until)
    }
}

impl Signs {
    /// The bad mood with the strongest word of at least this strength; of equal ones the one that is shown more, then the
    /// first: who is angry and worried is angry.
    pub(super) fn strongest_bad(&self, least: f32) -> Option<usize> {
        let bad = 0..N_SHOWN - 1;
        let weight = |mood: &usize| (self.strongest[*mood], self.shown[*mood]);
        bad.filter(|mood| self.strongest[*mood] >= least)
            .reduce(|best, mood| if weight(&mood) > weight(&best) { mood } else { best })
    }

    fn show(&mut self, mood: usize, weight: f32, word: impl FnOnce() -> String) {
        self.shown[mood] += weight;
        self.strongest[mood] = self.strongest[mood].max(weight);
        if self.evidence.len() < MAX_EVIDENCE {
            self.evidence.push((mood, word()));
        }
    }

    fn take(&mut self, effect: Effect, (weight, is_denied): (f32, bool), word: impl FnOnce() -> String) {
        match effect {
            // "Not happy" is no joy; "not angry" is nothing.
            Effect::Shows(3, _) if is_denied => {
                self.denies_good = true;
                self.show(0, weight * 0.5, word);
            }
            Effect::Shows(_, _) if is_denied => {}
            Effect::Shows(mood, _) => self.show(mood, weight, word),
            Effect::Person => self.wants_person = true,
            Effect::Not | Effect::Very | Effect::Slightly | Effect::Nothing => {}
        }
    }
}

fn english(text: &Text, signs: &mut Signs) {
    let lexicon = Lexicon::english();
    let words: Vec<&str> = text.words.iter().map(|word| word.text.as_str()).collect();
    let mut around = Around::default();
    let mut at = 0;
    while at < words.len() {
        let Some((effect, n)) = lexicon.word(&words[at..words.len().min(at + 6)]) else {
            at += 1;
            continue;
        };
        if !around.note(effect, at + n, REACH) {
            let strength = if let Effect::Shows(_, strength) = effect { strength } else { 1 };
            signs.take(effect, around.weigh(at, strength), || words[at..at + n].join(" "));
        }
        at += n;
    }
}

fn chinese(text: &Text, signs: &mut Signs) {
    let lexicon = Lexicon::chinese();
    let letters = &text.letters;
    let mut around = Around::default();
    let mut at = 0;
    while at < letters.len() {
        if text.kinds[at] == Kind::Mark {
            around = Around::default();
        }
        // 12315 is no part of an order number.
        let found = lexicon.letters(&letters[at..letters.len().min(at + 8)]).filter(|(_, n)| {
            let is_latin = |at: Option<&char>| at.is_some_and(char::is_ascii_alphanumeric);
            let begins = is_latin(letters.get(at)) && at > 0 && is_latin(letters.get(at - 1));
            let goes_on = is_latin(letters.get(at + n - 1)) && is_latin(letters.get(at + n));
            !begins && !goes_on
        });
        let Some((effect, n)) = found else {
            at += 1;
            continue;
        };
        if !around.note(effect, at + n, REACH) {
            let strength = if let Effect::Shows(_, strength) = effect { strength } else { 1 };
            signs.take(effect, around.weigh(at, strength), || letters[at..at + n].iter().collect());
        }
        at += n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_denied_does_not_count() {
        assert!(shown("I am happy with it")[3] > 0.0);
        assert_eq!(shown("I am not happy")[3], 0.0);
        assert!(shown("I am not happy")[0] > 0.0);
        assert_eq!(shown("我不生气")[0], 0.0);
        assert!(shown("我很生气")[0] > shown("我有点生气")[0]);
    }

    #[test]
    fn mixed_text_emoji_and_traditional_characters_count() {
        assert!(shown("你们的 service 真是 terrible")[0] > 0.0);
        assert!(shown("我好難過")[2] > 0.0);
        assert!(shown("ok 😡")[0] > 0.0);
        assert!(signs(&Text::new("WHERE IS MY ORDER")).is_shouting);
        assert!(signs(&Text::new("I want to speak to a human")).wants_person);
        assert!(signs(&Text::new("给我转人工")).wants_person);
    }

    fn shown(text: &str) -> [f32; N_SHOWN] {
        signs(&Text::new(text)).shown
    }
}
