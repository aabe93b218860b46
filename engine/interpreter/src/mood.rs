//! How the customer has felt over the conversation: kept small, and computed from events alone.
//!
//! A message's own mood comes in with it. What no message says aloud shows in behaviour: the same question again, answers
//! that were not understood, asking for a person, ever shorter messages.

use std::collections::BTreeMap;

use model::{Emotion, Feeling, Mood, Trend};
use serde::{Deserialize, Serialize};

use crate::State;
use crate::size::cut;

/// How many messages back the same question counts as repeated.
const LOOK_BACK: usize = 4;
/// From here on a customer waits badly: they come first in the agents' queue.
const PRESSING: f64 = 0.6;

/// What a conversation remembers of its customer's moods.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moods {
    /// Of the last messages, oldest first; at most [`Moods::MAX_RECENT`].
    pub recent: Vec<Felt>,
    /// The words that showed the last one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// How upset the customer has become, 0 to 1.
    pub upset: f64,
    /// The same before the last message.
    pub before: f64,
    /// Whole-flow handlers that the mood set off, with the number of the message that did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fired: BTreeMap<String, u64>,
}

/// The mood of one message, without its words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Felt {
    /// What it sounded like.
    pub emotion: Emotion,
    /// How surely, 0 to 1.
    pub score: f64,
}

impl Moods {
    /// How many messages' moods are remembered.
    pub const MAX_RECENT: usize = 10;
    /// How many handlers are remembered as fired.
    const MAX_FIRED: usize = 20;
    const MAX_WORDS: usize = 6;
    const MAX_WORD_BYTES: usize = 60;

    /// The customer said something in this mood, after these earlier words.
    pub fn feel(&mut self, mood: &Mood, words: &str, heard: &[String]) {
        let score = if mood.score.is_finite() { mood.score.clamp(0.0, 1.0) } else { 0.0 };
        let felt = Felt { emotion: mood.emotion, score: hundredths(score) };
        let repeats = heard.iter().rev().take(LOOK_BACK).any(|earlier| is_same_question(earlier, words));
        let was_tense = self.upset >= 0.2;
        let mut strain = 0.0;
        if repeats && mood.emotion != Emotion::Positive {
            strain += 0.2;
        }
        if mood.wants_person {
            strain += 0.15;
        }
        if was_tense && mood.emotion != Emotion::Positive && is_getting_shorter(heard, words) {
            strain += 0.05;
        }
        let calmed = match mood.emotion {
            Emotion::Positive => 0.4,
            Emotion::Neutral => 0.8,
            _ => 0.9,
        };
        self.before = self.upset;
        self.upset = hundredths((weight(felt).max(self.upset * calmed) + strain).min(1.0));
        let shown = mood.words.iter().take(Self::MAX_WORDS);
        self.words = shown.map(|word| cut(word, Self::MAX_WORD_BYTES).to_owned()).collect();
        self.recent.push(felt);
        if self.recent.len() > Self::MAX_RECENT {
            self.recent.remove(0);
        }
    }

    /// A step did not understand the customer.
    pub(crate) fn misunderstood(&mut self) {
        self.upset = hundredths((self.upset + 0.1).min(1.0));
    }

    /// What flows, agents and lists see.
    pub fn feeling(&self) -> Feeling {
        let last = self.recent.last().copied().unwrap_or(Felt { emotion: Emotion::Neutral, score: 0.0 });
        let trend = match self.upset - self.before {
            change if change >= 0.1 => Trend::Worse,
            change if change <= -0.1 => Trend::Better,
            _ => Trend::Steady,
        };
        Feeling { emotion: last.emotion, score: last.score, upset: self.upset, trend, words: self.words.clone() }
    }

    /// The mood that wordings should suit: that of the last words, and anger or worry that has not gone yet.
    pub fn tone(&self) -> Emotion {
        match self.recent.last() {
            Some(felt) if felt.emotion != Emotion::Neutral => felt.emotion,
            _ if self.upset >= PRESSING => {
                let lately = self.recent.iter().rev().map(|felt| felt.emotion).find(|emotion| emotion.is_urgent());
                lately.unwrap_or(Emotion::Angry)
            }
            _ => Emotion::Neutral,
        }
    }

    /// How surely the last words, or else the conversation as a whole, show one of these emotions: 0 to 1.
    pub fn shows(&self, emotions: &[Emotion]) -> f64 {
        let last = self.recent.last().filter(|felt| emotions.contains(&felt.emotion)).map_or(0.0, |felt| felt.score);
        let is_upset = emotions.iter().any(|emotion| emotion.is_urgent());
        let has_calmed = self.recent.last().is_some_and(|felt| felt.emotion == Emotion::Positive);
        if is_upset && !has_calmed { last.max(self.upset) } else { last }
    }

    /// How surely one of the last `n` messages shows one of these emotions.
    pub fn showed_lately(&self, emotions: &[Emotion], n: usize) -> f64 {
        let lately = self.recent.iter().rev().take(n.max(1)).filter(|felt| emotions.contains(&felt.emotion));
        lately.map(|felt| felt.score).fold(0.0, f64::max)
    }

    /// May this handler fire at the message with this number? When it may, it counts as fired.
    pub(crate) fn may_fire(&mut self, handler: String, n_heard: u64, once_per: u32) -> bool {
        let fired = self.fired.get(&handler);
        if fired.is_some_and(|at| n_heard.saturating_sub(*at) < u64::from(once_per.max(1))) {
            return false;
        }
        self.fired.insert(handler, n_heard);
        if self.fired.len() > Self::MAX_FIRED {
            let oldest = self.fired.iter().min_by_key(|(_, at)| **at).map(|(handler, _)| handler.clone());
            oldest.and_then(|handler| self.fired.remove(&handler));
        }
        true
    }
}

impl State {
    /// How the customer feels; `None` before the first message with a mood.
    pub fn feeling(&self) -> Option<Feeling> {
        self.mood.as_deref().map(Moods::feeling)
    }

    /// Is the customer so angry or anxious that they should come first in the agents' queue?
    /// The rule is the same in every workspace: upset by 0.6 or more.
    pub fn is_pressing(&self) -> bool {
        self.mood.as_deref().is_some_and(|mood| mood.upset >= PRESSING)
    }
}

/// What one message adds to how upset somebody is.
fn weight(felt: Felt) -> f64 {
    felt.score
        * match felt.emotion {
            Emotion::Angry => 1.0,
            Emotion::Anxious => 0.7,
            Emotion::Sad => 0.5,
            Emotion::Neutral | Emotion::Positive => 0.0,
        }
}

/// Two decimals: figures in a journal read well and are the same everywhere.
fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Do two messages ask the same? Half of their pairs of characters and more are in both.
fn is_same_question(earlier: &str, words: &str) -> bool {
    const MOST: usize = 200;
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(MOST).collect()
    };
    let (a, b) = (letters(earlier), letters(words));
    let least = if b.iter().all(char::is_ascii) { 10 } else { 4 };
    if a.len() < least || b.len() < least {
        return false;
    }
    let pairs = |letters: &[char]| {
        let mut pairs: Vec<(char, char)> = letters.windows(2).map(|pair| (pair[0], pair[1])).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    let (a, b) = (pairs(&a), pairs(&b));
    let n_shared = a.iter().filter(|pair| b.binary_search(pair).is_ok()).count();
    n_shared * 2 >= a.len() + b.len() - n_shared
}

/// Three messages, each shorter than the one before, the last one curt.
fn is_getting_shorter(heard: &[String], words: &str) -> bool {
    let n = |text: &str| text.chars().take(200).count();
    let [.., first, second] = heard else { return false };
    n(first) > n(second) && n(second) > n(words) && n(words) * 3 <= n(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anger_upsets_at_once_and_fades_slowly() {
        let mut moods = Moods::default();

        say(&mut moods, &[], Emotion::Angry, 0.9, "太差劲了");
        assert_eq!((moods.upset, moods.feeling().trend), (0.9, Trend::Worse));
        say(&mut moods, &[], Emotion::Neutral, 0.5, "A10442");
        assert_eq!((moods.upset, moods.tone()), (0.72, Emotion::Angry));
        say(&mut moods, &[], Emotion::Positive, 0.8, "谢谢");
        assert_eq!((moods.upset, moods.feeling().trend), (0.29, Trend::Better));
    }

    #[test]
    fn the_same_question_again_and_again_upsets_without_a_loud_word() {
        let mut moods = Moods::default();
        let mut heard: Vec<String> = Vec::new();
        for _ in 0..5 {
            say(&mut moods, &heard, Emotion::Neutral, 0.6, "我的快递到哪里了");
            moods.misunderstood();
            heard.push("我的快递到哪了呢？".into());
        }

        assert!(moods.upset >= 0.7, "{}", moods.upset);
        assert!(moods.shows(&[Emotion::Angry]) >= 0.7);
        assert_eq!(moods.shows(&[Emotion::Sad]), 0.0);
    }

    #[test]
    fn short_answers_are_no_repeated_questions() {
        assert!(!is_same_question("好的", "好的"));
        assert!(!is_same_question("yes please", "yes"));
        assert!(is_same_question("Where is my order?", "where IS my order"));
        assert!(!is_same_question("Where is my order?", "I want a refund for it"));
    }

    #[test]
    fn a_handler_fires_once_in_so_many_messages() {
        let mut moods = Moods::default();
        assert!(moods.may_fire("f/h".into(), 3, 10));
        assert!(!moods.may_fire("f/h".into(), 12, 10));
        assert!(moods.may_fire("f/h".into(), 13, 10));
        assert!(moods.may_fire("f/other".into(), 13, 10));
    }

    fn say(moods: &mut Moods, heard: &[String], emotion: Emotion, score: f64, words: &str) {
        moods.feel(&Mood { emotion, score, ..Mood::default() }, words, heard);
    }
}
