//! Measures a recogniser and an index on labelled lines.

use crate::intents::Recogniser;
use crate::search::Index;
use serde::{Deserialize, Serialize};

/// A sentence and the intent it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labelled {
    pub text: String,
    pub label: String,
}

/// How well intents were recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    pub n: usize,
    /// Share of sentences whose best intent was right.
    pub accuracy: f64,
    /// Share of sentences that were recognised, surely, and rightly.
    pub sure_and_right: f64,
    /// Share of sentences that were recognised, surely, and wrongly.
    pub sure_but_wrong: f64,
}

/// Compares what is recognised with the labels.
pub fn intents(recogniser: &Recogniser, lines: &[Labelled]) -> Quality {
    let (mut right, mut sure_and_right, mut sure_but_wrong) = (0usize, 0usize, 0usize);
    for line in lines {
        let recognition = recogniser.recognise(&line.text, None);
        let is_right = recognition.intents.first().is_some_and(|best| best.intent == line.label);
        right += usize::from(is_right);
        if recognition.sure().is_some() {
            sure_and_right += usize::from(is_right);
            sure_but_wrong += usize::from(!is_right);
        }
    }
    let share = |count: usize| count as f64 / lines.len().max(1) as f64;
    Quality {
        n: lines.len(),
        accuracy: share(right),
        sure_and_right: share(sure_and_right),
        sure_but_wrong: share(sure_but_wrong),
    }
}

/// A question and the articles that answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    pub query: String,
    pub relevant: Vec<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auroc_is_the_chance_of_the_right_order() {
        assert_eq!(auroc(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        assert_eq!(auroc(&[0.5], &[0.5]), 0.5);
        assert_eq!(auroc(&[0.1], &[0.9]), 0.0);
        assert_eq!(auroc(&[], &[]), 0.0);
    }
}
