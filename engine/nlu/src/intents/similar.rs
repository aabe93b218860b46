//! Which examples a message is most like: what an author wants to see beside a verdict.

use super::{IntentExamples, Nearest};
use crate::features::Counted;
use crate::linear::Sparse;
use crate::normalise::normalise;
use crate::round4;
use crate::vectors::{Neighbours, Vocabulary};

/// The examples of a bot, ready to be compared with messages.
///
/// ```
/// use nlu::intents::{IntentExamples, Similar};
///
/// let similar = Similar::new(&[IntentExamples { key: "refund".into(), examples: vec!["我要退款".into(), "退钱".into()] }]);
///
/// assert_eq!(similar.to("我想要退款", 1)[0].text, "我要退款");
/// ```
#[derive(Debug)]
pub struct Similar {
    /// Each example with the key of its intent.
    examples: Vec<(String, String)>,
    vocabulary: Vocabulary,
    neighbours: Neighbours,
}

impl Similar {
    /// Over all examples of all intents.
    pub fn new(intents: &[IntentExamples]) -> Similar {
        let all =
            intents.iter().flat_map(|intent| intent.examples.iter().map(|text| (intent.key.clone(), text.clone())));
        let examples: Vec<(String, String)> = all.collect();
        let counted: Vec<Counted> = examples.iter().map(|(_, text)| Counted::new(&normalise(text))).collect();
        let vocabulary = Vocabulary::new(counted.iter());
        let vectors: Vec<Sparse> = counted.iter().map(|counted| vocabulary.weigh(counted).vector).collect();
        let neighbours = Neighbours::new(&vectors, vocabulary.len());
        Similar { examples, vocabulary, neighbours }
    }

    /// The most similar examples, best first; those that share nothing with the message are not named.
    pub fn to(&self, text: &str, at_most: usize) -> Vec<Nearest> {
        let weighed = self.vocabulary.weigh(&Counted::new(&normalise(text)));
        if weighed.vector.is_empty() {
            return Vec::new();
        }
        let mut near: Vec<(usize, f32)> =
            self.neighbours.cosines(&weighed).into_iter().enumerate().filter(|(_, cosine)| *cosine > 0.0).collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let nearest = near.into_iter().take(at_most).map(|(at, cosine)| {
            let (intent, text) = &self.examples[at];
            let similarity = round4(f64::from(cosine).clamp(0.0, 1.0));
            Nearest { intent: intent.clone(), text: text.clone(), similarity }
        });
        nearest.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_sentence_is_the_most_similar_and_nothing_is_like_nothing() {
        let intents = [
            IntentExamples { key: "refund".into(), examples: vec!["我要退款".into(), "money back please".into()] },
            IntentExamples { key: "empty".into(), examples: vec!["".into(), "？".into()] },
        ];
        let similar = Similar::new(&intents);

        let nearest = similar.to("我要退款！", 3);

        assert_eq!((nearest[0].intent.as_str(), nearest[0].text.as_str()), ("refund", "我要退款"));
        assert!(nearest[0].similarity > 0.8, "{nearest:?}");
        assert!(similar.to("", 3).is_empty());
        assert!(Similar::new(&[]).to("退款", 3).is_empty());
    }
}
