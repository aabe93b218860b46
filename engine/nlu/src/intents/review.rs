//! How well intents are told apart, judged on their own examples: each is asked while it is left out of training.

use super::confidence::Confidence;
use super::model::{Example, Model};
use super::{Collected, IntentExamples};
use crate::background::background;
use crate::features::Counted;
use crate::linear::Sparse;
use crate::round4;
use crate::vectors::{Neighbours, Vocabulary, Weighed, cosine};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the examples of a bot's intents say about each other.
///
/// Every figure comes from cross-validation: the examples are dealt into folds, and each fold is judged by a
/// recogniser that was trained on the others. The same examples give the same review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Share of left-out examples whose best intent was their own.
    pub accuracy: f64,
    /// The mean of the intents' F1, each counting the same however many examples it has.
    pub macro_f1: f64,
    /// Recognitions from this confidence on are acted on.
    pub sure_above: f64,
    /// Recognitions below this confidence are taken as something else.
    pub close_above: f64,
    /// Of left-out examples: what a customer who says something like them would meet.
    pub expected: Expected,
    /// In the order of the intents given, each key once.
    pub intents: Vec<IntentReview>,
    /// Which intent is taken for which other one, the most often first.
    pub confusions: Vec<Confusion>,
    /// Every example, in the order given.
    pub examples: Vec<ExampleReview>,
}

/// Shares of messages like the examples; the four add up to one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Recognised rightly and acted on.
    pub sure_and_right: f64,
    /// Acted on though the intent is wrong.
    pub sure_but_wrong: f64,
    /// Answered with "did you mean".
    pub asked: f64,
    /// Taken as something else.
    pub refused: f64,
}

/// How well one intent is recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentReview {
    pub intent: String,
    /// The number of different examples.
    pub n: usize,
    /// Of the left-out examples taken for this intent, the share that is its own; 0 when there are none.
    pub precision: f64,
    /// Of its left-out examples, the share that was taken for it.
    pub recall: f64,
    pub f1: f64,
    /// Of its left-out examples, the share that was taken as something else.
    pub refused: f64,
}

/// Left-out examples of one intent that were taken for another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    pub intent: String,
    pub taken_for: String,
    pub n: usize,
}

/// What becomes of one example when it is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExampleReview {
    pub intent: String,
    pub text: String,
    /// False when it says nothing, or the same as an earlier example of its intent.
    pub is_used: bool,
    /// Whether its own intent came out best.
    pub is_recognised: bool,
    /// The intent that came out best, if any.
    pub taken_for: Option<String>,
    pub confidence: f64,
    /// The most similar example of another intent.
    pub nearest: Option<Nearest>,
}

/// An example of another intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nearest {
    pub intent: String,
    pub text: String,
    /// 0 to 1; from about 0.8 on a person would hardly tell them apart, 1 is the same sentence.
    pub similarity: f64,
}

const N_FOLDS: usize = 5;
/// From this many examples on fewer folds tell enough.
const MANY_EXAMPLES: usize = 4_000;
const FEWER_FOLDS: usize = 3;

/// Judges intents by their own examples. Costs about as many trainings as there are folds (five; three from 4,000
/// examples on).
///
/// ```
/// use nlu::intents::{IntentExamples, review};
///
/// let intent = |key: &str, examples: &[&str]| IntentExamples {
///     key: key.to_owned(),
///     examples: examples.iter().map(|text| text.to_string()).collect(),
/// };
/// let review = review(&[
///     intent("refund", &["我要退款", "申请退款", "怎么退款", "退款在哪里申请"]),
///     intent("invoice", &["我要开发票", "申请发票", "怎么开发票", "发票在哪里申请"]),
/// ]);
///
/// assert!(review.accuracy > 0.7);
/// assert_eq!(review.examples[0].nearest.as_ref().unwrap().text, "我要开发票");
/// ```
pub fn review(intents: &[IntentExamples]) -> Review {
    let collected = Collected::new(intents);
    let confidence = Confidence::fit(&collected.examples, collected.keys.len());
    let outcomes = left_out(&collected, &confidence);
    let nearest = nearest_of_others(&collected.examples);
    let mut tally = Tally::new(collected.keys.len());
    for (example, outcome) in collected.examples.iter().zip(&outcomes) {
        tally.add(example.class, *outcome, &confidence);
    }
    let examples = told(intents, &collected, &outcomes, &nearest);
    tally.into_review(&collected, &confidence, examples)
}

/// The best class of a left-out example and its confidence.
type Outcome = Option<(usize, f64)>;

fn left_out(collected: &Collected, confidence: &Confidence) -> Vec<Outcome> {
    let n_classes = collected.keys.len();
    let n_folds = if collected.examples.len() < MANY_EXAMPLES { N_FOLDS } else { FEWER_FOLDS };
    let mut seen = vec![0usize; n_classes];
    let folds: Vec<usize> = collected
        .examples
        .iter()
        .map(|example| {
            seen[example.class] += 1;
            // Classes begin at different folds, so that folds are equally large.
            (seen[example.class] + example.class) % n_folds
        })
        .collect();
    let background: Vec<&Counted> = background().iter().collect();
    let allowed = vec![true; n_classes];
    let mut outcomes = vec![None; collected.examples.len()];
    for fold in 0..n_folds {
        let mine = |idx: &usize| folds[*idx] == fold;
        let kept: Vec<&Example> =
            (0..folds.len()).filter(|idx| !mine(idx)).map(|idx| &collected.examples[idx]).collect();
        let model = Model::fit(&kept, &background, n_classes);
        for idx in (0..folds.len()).filter(mine) {
            let judged = model.judge(&collected.examples[idx].counted, &allowed);
            outcomes[idx] = judged.map(|judged| (judged.ranked[0].0, confidence.curve.of(&judged.signals)));
        }
    }
    outcomes
}

/// For each example, the most similar one of another class and how similar it is.
fn nearest_of_others(examples: &[Example]) -> Vec<Option<(usize, f32)>> {
    /// Commoner features choose no candidates: it keeps the time for thousands of examples within seconds.
    const TELLING: usize = 500;
    const MAX_CANDIDATES: usize = 8;
    let vocabulary = Vocabulary::new(examples.iter().map(|example| &example.counted));
    let weighed: Vec<Weighed> = examples.iter().map(|example| vocabulary.weigh(&example.counted)).collect();
    let vectors: Vec<Sparse> = weighed.iter().map(|weighed| weighed.vector.clone()).collect();
    let neighbours = Neighbours::of_telling(&vectors, vocabulary.len(), TELLING);
    let nearest = |(idx, message): (usize, &Weighed)| {
        let cosines = neighbours.cosines(message);
        let mut others: Vec<(usize, f32)> = cosines
            .into_iter()
            .enumerate()
            .filter(|(other, cosine)| *cosine > 0.0 && examples[*other].class != examples[idx].class)
            .collect();
        let order = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if others.len() > MAX_CANDIDATES {
            others.select_nth_unstable_by(MAX_CANDIDATES, order);
            others.truncate(MAX_CANDIDATES);
        }
        for (other, likeness) in &mut others {
            *likeness = cosine(message, &vectors[*other]);
        }
        others.into_iter().min_by(order)
    };
    weighed.iter().enumerate().map(nearest).collect()
}

fn told(
    intents: &[IntentExamples],
    collected: &Collected,
    outcomes: &[Outcome],
    nearest: &[Option<(usize, f32)>],
) -> Vec<ExampleReview> {
    let all = intents.iter().flat_map(|intent| intent.examples.iter().map(move |text| (&intent.key, text)));
    let all: Vec<(&String, &String)> = all.collect();
    let used: BTreeMap<usize, usize> = collected.sources.iter().enumerate().map(|(at, source)| (*source, at)).collect();
    let tell = |(source, (intent, text)): (usize, &(&String, &String))| {
        let at = used.get(&source).copied();
        let outcome = at.and_then(|at| outcomes[at]);
        let taken_for = outcome.map(|(class, _)| collected.keys[class].clone());
        let nearest = at.and_then(|at| nearest[at]).map(|(other, likeness)| {
            let (intent, text) = all[collected.sources[other]];
            let similarity = round4(f64::from(likeness).clamp(0.0, 1.0));
            Nearest { intent: intent.clone(), text: text.clone(), similarity }
        });
        ExampleReview {
            intent: (*intent).clone(),
            text: (*text).clone(),
            is_used: at.is_some(),
            is_recognised: taken_for.as_ref() == Some(*intent),
            taken_for,
            confidence: round4(outcome.map_or(0.0, |(_, confidence)| confidence)),
            nearest,
        }
    };
    all.iter().enumerate().map(tell).collect()
}

/// Counts of outcomes.
struct Tally {
    n: Vec<usize>,
    right: Vec<usize>,
    taken: Vec<usize>,
    refused: Vec<usize>,
    pairs: BTreeMap<(usize, usize), usize>,
    sure_and_right: usize,
    sure_but_wrong: usize,
}

impl Tally {
    fn new(n_classes: usize) -> Tally {
        let none = vec![0; n_classes];
        Tally {
            n: none.clone(),
            right: none.clone(),
            taken: none.clone(),
            refused: none,
            pairs: BTreeMap::new(),
            sure_and_right: 0,
            sure_but_wrong: 0,
        }
    }

    fn add(&mut self, class: usize, outcome: Outcome, confidence: &Confidence) {
        self.n[class] += 1;
        let Some((best, score)) = outcome else {
            self.refused[class] += 1;
            return;
        };
        let is_right = best == class;
        self.taken[best] += 1;
        if is_right {
            self.right[class] += 1;
        } else {
            *self.pairs.entry((class, best)).or_default() += 1;
        }
        if score < confidence.close_above {
            self.refused[class] += 1;
        } else if score >= confidence.sure_above {
            self.sure_and_right += usize::from(is_right);
            self.sure_but_wrong += usize::from(!is_right);
        }
    }

    fn into_review(self, collected: &Collected, confidence: &Confidence, examples: Vec<ExampleReview>) -> Review {
        let n: usize = self.n.iter().sum();
        let intents: Vec<IntentReview> = (0..self.n.len())
            .map(|class| {
                let (precision, recall) =
                    (share(self.right[class], self.taken[class]), share(self.right[class], self.n[class]));
                IntentReview {
                    intent: collected.keys[class].clone(),
                    n: self.n[class],
                    precision,
                    recall,
                    f1: crate::evaluate::f1(precision, recall),
                    refused: share(self.refused[class], self.n[class]),
                }
            })
            .collect();
        let mut confusions: Vec<Confusion> = self
            .pairs
            .iter()
            .map(|((from, to), n)| Confusion {
                intent: collected.keys[*from].clone(),
                taken_for: collected.keys[*to].clone(),
                n: *n,
            })
            .collect();
        confusions.sort_by_key(|it| std::cmp::Reverse(it.n));
        let (sure_and_right, sure_but_wrong, refused) =
            (share(self.sure_and_right, n), share(self.sure_but_wrong, n), share(self.refused.iter().sum(), n));
        let asked = if n == 0 { 0.0 } else { round4(1.0 - sure_and_right - sure_but_wrong - refused) };
        Review {
            accuracy: share(self.right.iter().sum(), n),
            macro_f1: round4(intents.iter().map(|intent| intent.f1).sum::<f64>() / intents.len().max(1) as f64),
            sure_above: confidence.sure_above,
            close_above: confidence.close_above,
            expected: Expected { sure_and_right, sure_but_wrong, asked, refused },
            intents,
            confusions,
            examples,
        }
    }
}

fn share(count: usize, of: usize) -> f64 {
    round4(count as f64 / of.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(key: &str, examples: &[&str]) -> IntentExamples {
        IntentExamples { key: key.to_owned(), examples: examples.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn examples_of_two_intents_are_told_apart() {
        let review = review(&[
            intent("refund", &["我要退款", "申请退款", "怎么退款啊", "能退款吗", "退款流程"]),
            intent("delivery", &["快递到哪了", "查快递", "我的快递呢", "快递怎么还没到", "快递单号"]),
        ]);

        assert_eq!(review.accuracy, 1.0, "{review:#?}");
        assert!(review.confusions.is_empty());
        assert!(review.intents.iter().all(|intent| intent.n == 5 && intent.precision == 1.0 && intent.recall == 1.0));
        let sum = |it: Expected| it.sure_and_right + it.sure_but_wrong + it.asked + it.refused;
        assert!((sum(review.expected) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_stray_example_is_found_and_its_double_named() {
        let review = review(&[
            intent("refund", &["我要退款", "申请退款", "怎么退款啊", "能退款吗", "快递到哪里了"]),
            intent("delivery", &["快递到哪了", "查快递", "我的快递呢", "快递怎么还没到", "快递到哪里了"]),
        ]);

        let stray = &review.examples[4];
        assert!(!stray.is_recognised, "{stray:?}");
        let nearest = stray.nearest.as_ref().unwrap();
        assert_eq!((nearest.text.as_str(), nearest.similarity), ("快递到哪里了", 1.0));
        assert_eq!(review.confusions[0].intent, "refund");
        assert_eq!(review.confusions[0].taken_for, "delivery");
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let review =
            review(&[intent("a", &["你好", "你好！", "", "？"]), intent("empty", &[]), intent("a", &["您好"])]);

        let used: Vec<bool> = review.examples.iter().map(|example| example.is_used).collect();
        assert_eq!(used, [true, false, false, false, true]);
        assert_eq!(review.intents.len(), 2);
        assert_eq!(review.intents[0].n, 2);
    }

    #[test]
    fn nothing_is_reviewed_as_nothing() {
        let review = review(&[]);

        assert_eq!(review.accuracy, 0.0);
        assert_eq!(review.expected, Expected::default());
    }

    #[test]
    fn a_review_is_the_same_each_time_and_travels_as_json() {
        let intents = [intent("a", &["one two", "two three"]), intent("b", &["four five", "five two"])];
        let (one, other) = (review(&intents), review(&intents));

        assert_eq!(one, other);
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Review>(&text).unwrap(), one);
    }
}
