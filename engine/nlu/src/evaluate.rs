//! Measures a recogniser and an index on labelled lines.

use crate::intents::{Recogniser, Recognition};
use crate::round4;
use crate::search::Index;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A sentence and the intent it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labelled {
    pub text: String,
    pub label: String,
}

/// A question and the articles that answer it; none when nothing should be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    pub query: String,
    pub relevant: Vec<String>,
}

/// How well intents were recognised.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TopicsQuality {
    /// The number of sentences that mean an intent.
    pub n: usize,
    /// Share of sentences whose best intent was right, whatever its confidence.
    pub accuracy: f64,
    /// The mean of the labels' F1.
    pub macro_f1: f64,
    /// Share of sentences that were recognised, surely, and rightly.
    pub sure_and_right: f64,
    /// Share of sentences that were recognised, surely, and wrongly.
    pub sure_but_wrong: f64,
    /// Share of sentences that were not taken as something else, by the recogniser's own threshold.
    pub accepted: f64,
    /// The same for sentences about something else.
    pub out_of_scope: Option<OutOfScope>,
    /// By label, in the order of the labels.
    pub labels: Vec<LabelQuality>,
    /// Which label is taken for which other one, the most often first.
    pub confusions: Vec<Confused>,
}

/// How well sentences about something else are told from those that mean an intent, or unanswerable questions from
/// those with an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct OutOfScope {
    pub n: usize,
    /// Share that was taken as something else, by the product's own threshold.
    pub recall: f64,
    /// Share that was acted on though nothing should be.
    pub sure: f64,
    /// The chance that a sentence in scope is given a higher confidence than one out of scope.
    pub auroc: f64,
}

/// How well one label is recognised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelQuality {
    pub label: String,
    pub n: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// Sentences of one label that were taken for another one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confused {
    pub label: String,
    /// Empty when nothing was recognised.
    pub taken_for: String,
    pub n: usize,
}

/// Compares what is recognised with the labels; `others` are sentences that mean none of the intents.
pub fn topics<'a>(recogniser: &Recogniser, lines: &[Labelled], others: impl Iterator<Item = &'a str>) -> TopicsQuality {
    topics_by(lines, others, |text| recogniser.recognise(text, None))
}

/// The same for whatever recognises.
pub fn topics_by<'a>(
    lines: &[Labelled],
    others: impl Iterator<Item = &'a str>,
    mut recognise: impl FnMut(&str) -> Recognition,
) -> TopicsQuality {
    let mut table = Table::default();
    let (mut sure_and_right, mut sure_but_wrong, mut accepted) = (0, 0, 0);
    let mut inside = Vec::with_capacity(lines.len());
    for line in lines {
        let recognition = recognise(&line.text);
        let best = recognition.intents.first();
        table.add(&line.label, best.map_or("", |best| &best.intent));
        let is_right = best.is_some_and(|best| best.intent == line.label);
        let confidence = best.map_or(0.0, |best| best.confidence);
        if confidence >= recognition.sure_above {
            sure_and_right += usize::from(is_right);
            sure_but_wrong += usize::from(!is_right);
        }
        accepted += usize::from(confidence >= recognition.close_above);
        inside.push(confidence);
    }
    let (mut outside, mut refused, mut sure) = (Vec::new(), 0, 0);
    for text in others {
        let recognition = recognise(text);
        let confidence = recognition.intents.first().map_or(0.0, |best| best.confidence);
        refused += usize::from(confidence < recognition.close_above);
        sure += usize::from(confidence >= recognition.sure_above);
        outside.push(confidence);
    }
    let n = lines.len();
    let out_of_scope = (!outside.is_empty()).then(|| OutOfScope {
        n: outside.len(),
        recall: share(refused, outside.len()),
        sure: share(sure, outside.len()),
        auroc: round4(auroc(&inside, &outside)),
    });
    let labels = table.labels();
    TopicsQuality {
        n,
        accuracy: share(table.n_right(), n),
        macro_f1: mean_f1(&labels),
        sure_and_right: share(sure_and_right, n),
        sure_but_wrong: share(sure_but_wrong, n),
        accepted: share(accepted, n),
        out_of_scope,
        labels,
        confusions: table.confusions(),
    }
}

/// How well articles were found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LibraryQuality {
    /// The number of questions that have an answer.
    pub n: usize,
    /// Share of questions whose first article is a right one.
    pub recall_at_1: f64,
    /// Share of questions with a right article among the first five.
    pub recall_at_5: f64,
    /// The mean of one over the place of the first right article, among the first ten.
    pub mrr_at_10: f64,
    /// Share of questions with a first article above the index's "sure", and right.
    pub sure_and_right: f64,
    /// The same, but wrong.
    pub sure_but_wrong: f64,
    /// Share of questions whose first article is not below the index's "nothing found".
    pub accepted: f64,
    /// The same for questions without an answer.
    pub out_of_scope: Option<OutOfScope>,
    /// Which article came first instead of the right one, the most often first.
    pub confusions: Vec<Confused>,
}

/// An article that a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    pub id: String,
    /// How likely it answers, 0 to 1.
    pub score: f64,
}

/// Compares what an index finds with what should be found.
pub fn library(index: &Index, queries: &[Query]) -> LibraryQuality {
    let lines = (index.nothing_below(), index.sure_above());
    library_by(queries, lines, |query| {
        let hits = index.search(query, FOUND);
        hits.into_iter().map(|hit| Ranked { id: hit.id, score: hit.score }).collect()
    })
}

/// Articles that a search is asked for.
pub const FOUND: usize = 10;

/// The same for any search, with the scores below which nothing is found and from which the first is the answer.
pub fn library_by(
    queries: &[Query],
    (nothing_below, sure_above): (f64, f64),
    mut search: impl FnMut(&str) -> Vec<Ranked>,
) -> LibraryQuality {
    let mut quality = LibraryQuality::default();
    let mut table = Table::default();
    let (mut first, mut five, mut sure_and_right, mut sure_but_wrong, mut accepted) = (0, 0, 0, 0, 0);
    let (mut refused, mut sure_outside, mut reciprocal) = (0, 0, 0.0);
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for query in queries {
        let hits = search(&query.query);
        let best = hits.first().map_or(0.0, |hit| hit.score);
        if query.relevant.is_empty() {
            refused += usize::from(best < nothing_below);
            sure_outside += usize::from(best >= sure_above);
            outside.push(best);
            continue;
        }
        let place = hits.iter().position(|hit| query.relevant.contains(&hit.id));
        let is_first = place == Some(0);
        first += usize::from(is_first);
        five += usize::from(place.is_some_and(|place| place < 5));
        reciprocal += place.map_or(0.0, |place| 1.0 / (place + 1) as f64);
        if best >= sure_above {
            sure_and_right += usize::from(is_first);
            sure_but_wrong += usize::from(!is_first);
        }
        accepted += usize::from(best >= nothing_below);
        if !is_first {
            table.add(&query.relevant[0], hits.first().map_or("", |hit| &hit.id));
        }
        inside.push(best);
    }
    let n = inside.len();
    quality.n = n;
    quality.recall_at_1 = share(first, n);
    quality.recall_at_5 = share(five, n);
    quality.mrr_at_10 = round4(reciprocal / n.max(1) as f64);
    quality.sure_and_right = share(sure_and_right, n);
    quality.sure_but_wrong = share(sure_but_wrong, n);
    quality.accepted = share(accepted, n);
    quality.out_of_scope = (!outside.is_empty()).then(|| OutOfScope {
        n: outside.len(),
        recall: share(refused, outside.len()),
        sure: share(sure_outside, outside.len()),
        auroc: round4(auroc(&inside, &outside)),
    });
    quality.confusions = table.confusions();
    quality
}

/// The share of questions whose first `k` articles hold a right one.
pub fn recall_at(index: &Index, queries: &[Query], k: usize) -> f64 {
    let found = |query: &&Query| index.search(&query.query, k).iter().any(|hit| query.relevant.contains(&hit.id));
    queries.iter().filter(found).count() as f64 / queries.len().max(1) as f64
}

/// How well a score tells right from wrong: the chance that a right one scores above a wrong one.
pub fn auroc(right: &[f64], wrong: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = right.iter().map(|score| (*score, true)).collect();
    all.extend(wrong.iter().map(|score| (*score, false)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rank_sum = 0.0;
    let mut at = 0;
    while at < all.len() {
        let end = at + all[at..].iter().take_while(|(score, _)| *score == all[at].0).count();
        // Equal scores share the middle of their ranks.
        let rank = (at + 1 + end) as f64 / 2.0;
        rank_sum += rank * all[at..end].iter().filter(|(_, is_right)| *is_right).count() as f64;
        at = end;
    }
    let n_right = right.len() as f64;
    (rank_sum - n_right * (n_right + 1.0) / 2.0) / (n_right * wrong.len() as f64).max(1.0)
}

/// The harmonic mean of precision and recall.
pub fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { round4(2.0 * precision * recall / (precision + recall)) } else { 0.0 }
}

/// Labels and what they were taken for.
#[derive(Default)]
struct Table {
    /// By label and what it was taken for.
    cells: BTreeMap<(String, String), usize>,
}

impl Table {
    fn add(&mut self, label: &str, taken_for: &str) {
        *self.cells.entry((label.to_owned(), taken_for.to_owned())).or_default() += 1;
    }

    fn n_right(&self) -> usize {
        self.cells.iter().filter(|((label, taken_for), _)| label == taken_for).map(|(_, n)| n).sum()
    }

    /// Every label that is meant or taken.
    fn labels(&self) -> Vec<LabelQuality> {
        let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
        for ((label, taken_for), n) in &self.cells {
            counts.entry(label).or_default().0 += n;
            if !taken_for.is_empty() {
                counts.entry(taken_for).or_default().1 += n;
            }
            if label == taken_for {
                counts.entry(label).or_default().2 += n;
            }
        }
        let quality = |(label, (meant, taken, right)): (&str, (usize, usize, usize))| {
            let (precision, recall) = (share(right, taken), share(right, meant));
            LabelQuality { label: label.to_owned(), n: meant, precision, recall, f1: f1(precision, recall) }
        };
        counts.into_iter().map(quality).collect()
    }

    fn confusions(&self) -> Vec<Confused> {
        let wrong = self.cells.iter().filter(|((label, taken_for), _)| label != taken_for);
        let mut confusions: Vec<Confused> = wrong
            .map(|((label, taken_for), n)| Confused { label: label.clone(), taken_for: taken_for.clone(), n: *n })
            .collect();
        confusions.sort_by_key(|it| std::cmp::Reverse(it.n));
        confusions
    }
}

fn mean_f1(labels: &[LabelQuality]) -> f64 {
    round4(labels.iter().map(|label| label.f1).sum::<f64>() / labels.len().max(1) as f64)
}

fn share(count: usize, of: usize) -> f64 {
    round4(count as f64 / of.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intents::IntentExamples;
    use crate::search::Entry;

    #[test]
    fn auroc_is_the_chance_of_the_right_order() {
        assert_eq!(auroc(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        assert_eq!(auroc(&[0.5], &[0.5]), 0.5);
        assert_eq!(auroc(&[0.1], &[0.9]), 0.0);
        assert_eq!(auroc(&[], &[]), 0.0);
    }

    #[test]
    fn f1_counts_each_label_once() {
        let mut table = Table::default();
        for (label, taken_for) in [("a", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("c", "")] {
            table.add(label, taken_for);
        }

        let labels = table.labels();

        let f1: Vec<f64> = labels.iter().map(|label| label.f1).collect();
        assert_eq!(f1, [0.8, 0.6667, 0.0]);
        assert_eq!(mean_f1(&labels), 0.4889);
        assert_eq!(table.n_right(), 3);
    }

    #[test]
    fn intents_are_measured_with_what_is_none_of_them() {
        let intent = |key: &str, text: &str| IntentExamples { key: key.to_owned(), examples: vec![text.to_owned()] };
        let recogniser = Recogniser::train(&[intent("refund", "我要退款"), intent("invoice", "我要发票")]);
        let line = |text: &str, label: &str| Labelled { text: text.to_owned(), label: label.to_owned() };

        let quality = topics(
            &recogniser,
            &[line("我要退款", "refund"), line("我要退款", "invoice")],
            ["天上有几颗星"].into_iter(),
        );

        assert_eq!((quality.accuracy, quality.sure_and_right, quality.sure_but_wrong), (0.5, 0.5, 0.5));
        assert_eq!(quality.confusions, [Confused { label: "invoice".into(), taken_for: "refund".into(), n: 1 }]);
        assert_eq!(quality.out_of_scope, Some(OutOfScope { n: 1, recall: 1.0, sure: 0.0, auroc: 1.0 }));
    }

    #[test]
    fn a_library_is_measured_with_questions_it_cannot_answer() {
        let entry = |id: &str, question: &str| Entry { id: id.into(), question: question.into(), ..Entry::default() };
        let index = Index::build(&[entry("refund", "退款多久到账"), entry("invoice", "怎么开发票")]);
        let query = |query: &str, relevant: &[&str]| Query {
            query: query.to_owned(),
            relevant: relevant.iter().map(|id| (*id).to_owned()).collect(),
        };

        let quality = library(
            &index,
            &[query("怎么开发票", &["invoice"]), query("退款多久到账", &["invoice"]), query("zzz", &[])],
        );

        assert_eq!((quality.n, quality.recall_at_1, quality.mrr_at_10), (2, 0.5, 0.5));
        assert_eq!(quality.out_of_scope.map(|it| (it.n, it.recall, it.auroc)), Some((1, 1.0, 1.0)));
        assert_eq!(quality.confusions[0].taken_for, "refund");
    }
}
