//! Recognises what a message wants: trained from example sentences in milliseconds, asked in microseconds.
//!
//! ```
//! use nlu::intents::{IntentExamples, Recogniser};
//!
//! let intents = [
//!     IntentExamples { key: "refund".into(), examples: vec!["我要退款".into(), "I want my money back".into()] },
//!     IntentExamples { key: "delivery".into(), examples: vec!["快递到哪了".into(), "where is my parcel".into()] },
//! ];
//! let recognition = Recogniser::train(&intents).recognise("请问我的快递到哪里了", None);
//!
//! assert_eq!(recognition.intents[0].intent, "delivery");
//! ```

mod confidence;
mod held_out;
mod meant;
mod model;
mod review;
mod similar;
mod spelling;
mod words;

pub use meant::{Meant, generic_sentences};
pub use review::{Confusion, ExampleReview, Expected, IntentReview, Nearest, Review, review};
pub use similar::Similar;

use crate::background::background;
use crate::features::{Counted, is_telling, pieces_of, words};
use crate::normalise::{Normal, is_mask, normalise};
use crate::round4;
use confidence::Confidence;
use model::{Example, Model};
use serde::{Deserialize, Serialize};
use spelling::Spelling;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many intents a recognition names at most.
pub const MAX_INTENTS: usize = 5;

/// An intent and sentences that customers say when they mean it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentExamples {
    pub key: String,
    pub examples: Vec<String>,
}

/// A trained recogniser; clones share one model.
///
/// It has no stored form: to train it again from the same examples takes milliseconds (about a second for 15,000)
/// and gives the same figures on every machine. Keep the examples, with a release if it must stay as it was.
#[derive(Debug, Clone)]
pub struct Recogniser {
    trained: Arc<Trained>,
}

/// An intent and how likely it is meant, from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    pub intent: String,
    pub confidence: f64,
}

/// What a message may want.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recognition {
    /// Best first, at most [`MAX_INTENTS`]; empty when the message says nothing the examples know.
    pub intents: Vec<Scored>,
    /// The words that spoke most for the best intent.
    pub words: Vec<String>,
    /// A best intent at or above this confidence can be acted on.
    pub sure_above: f64,
    /// Between this and `sure_above`, ask "did you mean"; below, the message is about something else.
    pub close_above: f64,
}

impl Recognition {
    /// The best intent, when its confidence is high enough to act on.
    pub fn sure(&self) -> Option<&Scored> {
        self.intents.first().filter(|best| best.confidence >= self.sure_above)
    }

    /// The intents worth offering as "did you mean": best first, none when even the best is too unlikely.
    pub fn close(&self) -> &[Scored] {
        if self.intents.first().is_none_or(|best| best.confidence < self.close_above) {
            return &[];
        }
        let floor = self.close_above / 2.0;
        let n_close = self.intents.iter().take(3).take_while(|scored| scored.confidence >= floor).count();
        &self.intents[..n_close]
    }
}

#[derive(Debug)]
struct Trained {
    keys: Vec<String>,
    model: Model,
    confidence: Confidence,
    spelling: Spelling,
    /// The examples themselves, bare of punctuation, with the intents that list them.
    exact: BTreeMap<String, Vec<usize>>,
}

/// Examples as training takes them.
struct Collected {
    /// The keys of the intents, each once.
    keys: Vec<String>,
    /// All that say something, each once per intent.
    examples: Vec<Example>,
    /// For each of `examples`, where it stood among all that were given.
    sources: Vec<usize>,
    /// The examples themselves, bare of punctuation, with the intents that list them.
    exact: BTreeMap<String, Vec<usize>>,
    /// The words of the examples.
    spelling: Spelling,
}

impl Collected {
    fn new(intents: &[IntentExamples]) -> Collected {
        let mut collected = Collected {
            keys: Vec::new(),
            examples: Vec::new(),
            sources: Vec::new(),
            exact: BTreeMap::new(),
            spelling: Spelling::default(),
        };
        let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut n_given = 0;
        for intent in intents {
            let class = *classes.entry(&intent.key).or_insert(collected.keys.len());
            if class == collected.keys.len() {
                collected.keys.push(intent.key.clone());
            }
            for text in &intent.examples {
                n_given += 1;
                let normal = normalise(text);
                let bare = bare(&normal);
                if bare.is_empty() {
                    continue;
                }
                let listing = collected.exact.entry(bare).or_default();
                if listing.contains(&class) {
                    continue;
                }
                listing.push(class);
                collected.spelling.add(&words(&normal));
                collected.examples.push(Example { class, counted: Counted::new(&normal) });
                collected.sources.push(n_given - 1);
            }
        }
        collected
    }
}

impl Recogniser {
    /// Learns from examples. Empty intents are never recognised; intents with one key count as one.
    pub fn train(intents: &[IntentExamples]) -> Recogniser {
        let Collected { keys, examples, exact, spelling, .. } = Collected::new(intents);
        let model =
            Model::fit(&examples.iter().collect::<Vec<_>>(), &background().iter().collect::<Vec<_>>(), keys.len());
        let confidence = Confidence::fit(&examples, keys.len());
        Recogniser { trained: Arc::new(Trained { keys, model, confidence, spelling, exact }) }
    }

    /// The intents a message may mean; with `allowed`, only these compete.
    pub fn recognise(&self, text: &str, allowed: Option<&[String]>) -> Recognition {
        let trained = &*self.trained;
        let allowed: Vec<bool> =
            trained.keys.iter().map(|key| allowed.is_none_or(|allowed| allowed.contains(key))).collect();
        let normal = normalise(text);
        let pieces = pieces_of(&normal, &trained.spelling.read(words(&normal)));
        // A number or a code alone wants nothing: it answers a question.
        let says_something = says_something(&normal);
        let judged = trained.model.judge(&Counted::of(&normal, &pieces), &allowed).filter(|_| says_something);
        let mut recognition = Recognition {
            intents: Vec::new(),
            words: Vec::new(),
            sure_above: trained.confidence.sure_above,
            close_above: trained.confidence.close_above,
        };
        let Some(judged) = judged else {
            return recognition;
        };
        // Of two that are as likely, neither is likelier than one in two, however sure it is that it is one of them.
        let next = judged.ranked.get(1).map_or(0.0, |(_, odds)| *odds);
        let top = trained.confidence.curve.of(&judged.signals).min(1.0 / (1.0 + next));
        let mut scores: Vec<(usize, f64)> = judged
            .ranked
            .iter()
            .map(|(class, share)| (*class, (top * share).min(MOST_SURE)))
            .take(MAX_INTENTS)
            .collect();
        self.prefer_exact(&normal, &allowed, &mut scores);
        if let Some((best, _)) = scores.first() {
            let against = scores.get(1).map(|(class, _)| *class);
            recognition.words = words::decisive(&normal, &pieces, &trained.model, *best, against);
        }
        recognition.intents = scores
            .into_iter()
            .map(|(class, confidence)| Scored { intent: trained.keys[class].clone(), confidence: round4(confidence) })
            .collect();
        recognition
    }

    /// The keys of the intents that were trained, in their order.
    pub fn intents(&self) -> &[String] {
        &self.trained.keys
    }

    /// A message that is word for word an example means that example's intent.
    fn prefer_exact(&self, normal: &Normal, allowed: &[bool], scores: &mut Vec<(usize, f64)>) {
        let Some(classes) = self.trained.exact.get(&bare(normal)) else {
            return;
        };
        let classes: Vec<usize> = classes.iter().copied().filter(|class| allowed[*class]).collect();
        // The same example under two intents: both are as likely, and the flow asks.
        let each = MOST_SURE / classes.len().max(1) as f64;
        scores.retain(|(class, _)| !classes.contains(class));
        for (_, confidence) in scores.iter_mut() {
            *confidence = confidence.min(1.0 - MOST_SURE);
        }
        for (at, class) in classes.into_iter().enumerate() {
            scores.insert(at, (class, each));
        }
        scores.truncate(MAX_INTENTS);
    }
}

/// Nothing said in words is surer than this.
const MOST_SURE: f64 = 0.99;

/// Whether there is anything but digits, marks and masks in a text.
fn says_something(normal: &Normal) -> bool {
    normal.text.chars().any(|c| !c.is_ascii_digit() && !is_mask(c) && is_telling(c.encode_utf8(&mut [0; 4])))
}

/// The letters, digits, masks and signs of a text, without what stands between them.
fn bare(normal: &Normal) -> String {
    const MARKS: &str = "，。！？、；：…—“”《》（）·～";
    let is_said = |c: &char| if c.is_ascii() { c.is_ascii_alphanumeric() } else { !MARKS.contains(*c) };
    normal.text.chars().filter(is_said).collect()
}

#[cfg(test)]
mod tests;
