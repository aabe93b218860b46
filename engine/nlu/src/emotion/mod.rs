//! The mood of a customer's message: angry, anxious, sad, neutral or positive, how surely, and the words that show it.
//!
//! [`mood`] needs nothing but the message. It joins a lexicon of our own (with negation, intensifiers, capitals, emoji
//! and marks) and a small classifier that is built in; `examples/train_moods.rs` made it. [`Classifier`] learns the same
//! way from any labelled lines, and [`evaluate`] says how well. What no single message shows (the same question again,
//! a bot that does not understand) is the interpreter's to see.

mod builtin;
mod classifier;
mod evaluation;
mod features;
mod lexicon;
mod signs;
mod text;

use model::{Emotion, Mood};

pub use builtin::write;
pub use classifier::{Classifier, Example, Training};
pub use evaluation::{Class, Evaluation, Judge, evaluate, evaluate_four};

use features::{Read, read};
use signs::Signs;
use text::Kind;

/// The classes of the built-in classifier, in its order.
pub const CLASSES: [Emotion; builtin::N_CLASSES] =
    [Emotion::Angry, Emotion::Anxious, Emotion::Sad, Emotion::Neutral, Emotion::Positive];
/// The classifier is too timid about service sentences, because most of what it learnt is something else. Held-out ones
/// surprise it least at a factor near 2; a little less keeps people's calm words calm.
const SURER: f32 = 1.6;
/// How many words say why.
const MAX_WORDS: usize = 5;
/// The place of the neutral class; the bad moods come before it.
const NEUTRAL: usize = 3;
/// Words from this strength on decide between bad moods.
const STRONG: f32 = 2.0;
/// Below this a message counts as neutral: a mood is only told when it shows.
const LEAST: f32 = 0.66;

/// The mood of a message.
pub fn mood(message: &str) -> Mood {
    let read = read(message);
    let mut mood = Mood { wants_person: read.signs.wants_person, ..Mood::default() };
    if !read.text.letters.iter().any(|c| !c.is_whitespace()) {
        return mood;
    }
    let likely = builtin::probabilities(&read.features, SURER);
    let (class, score) = agreed(&likely, &read.signs);
    mood.emotion = CLASSES[class];
    mood.score = (f64::from(score) * 100.0).round() / 100.0;
    if class != NEUTRAL {
        mood.words = words(&read, class);
    }
    mood
}

/// The class that likelihoods and evidence agree on. What is likely may be shared between two bad moods, or go to one
/// that no word speaks for ("terrible" alone is no worry): then the strongest words say which it is.
fn agreed(likely: &[f32; CLASSES.len()], signs: &Signs) -> (usize, f32) {
    let (class, score) = best(likely);
    let bad: f32 = likely[..NEUTRAL].iter().sum();
    match signs.strongest_bad(STRONG) {
        Some(shown) if bad >= LEAST && (class != shown || score < LEAST) => {
            (shown, ((likely[shown] + bad) / 2.0).max(LEAST))
        }
        _ if score < LEAST => (NEUTRAL, likely[NEUTRAL].max(0.5)),
        _ => (class, score),
    }
}

/// How likely each class is, in the order of [`CLASSES`]; without the doubt that [`mood`] puts on it.
pub fn likelihoods(message: &str) -> [f32; CLASSES.len()] {
    builtin::probabilities(&read(message).features, 1.0)
}

fn best(likely: &[f32]) -> (usize, f32) {
    likely.iter().copied().enumerate().fold(
        (0, f32::MIN),
        |best, (class, score)| {
            if score > best.1 { (class, score) } else { best }
        },
    )
}

/// The words that speak for a class: those of the lexicon, or else the ones the classifier goes by.
fn words(read: &Read, class: usize) -> Vec<String> {
    let shown = if class == 4 { 3 } else { class };
    let mut words: Vec<String> = Vec::new();
    for (mood, word) in &read.signs.evidence {
        if *mood == shown && !words.contains(word) && words.len() < MAX_WORDS {
            words.push(word.clone());
        }
    }
    if read.signs.exclaims >= 2 && class != 3 {
        words.push("!!".to_owned());
    }
    if words.is_empty() {
        words = telling(read, class);
    }
    words
}

/// The words, or short runs of Chinese characters, that the classifier goes by most.
fn telling(read: &Read, class: usize) -> Vec<String> {
    let mut found: Vec<(f32, String)> = Vec::new();
    for word in &read.text.words {
        found.push((builtin::weight(features::word_hash(&word.text), class), word.text.clone()));
    }
    let letters: Vec<char> = read.text.letters.iter().copied().filter(|c| *c != ' ').collect();
    if read.text.has_cjk {
        let is_chinese = |c: &char| crate::normalise::is_cjk(*c);
        for pair in letters.windows(2).filter(|pair| pair.iter().all(is_chinese)) {
            found.push((builtin::weight(features::letters_hash(pair), class), pair.iter().collect()));
        }
    }
    found.retain(|(weight, _)| *weight > 0.1);
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    found.dedup_by(|a, b| a.1 == b.1);
    let sign = read.text.letters.iter().zip(&read.text.kinds).find(|(_, kind)| **kind == Kind::Sign);
    let mut words: Vec<String> = found.into_iter().take(2).map(|(_, word)| word).collect();
    if words.is_empty() {
        words.extend(sign.map(|(c, _)| c.to_string()));
    }
    words
}

#[cfg(test)]
mod tests;
