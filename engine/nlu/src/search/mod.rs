//! Finds the articles and passages that answer a question: likeness of the questions, plus BM25 over everything
//! they say.
//!
//! ```
//! use nlu::search::{Entry, Index};
//!
//! let index = Index::build(&[
//!     Entry { id: "hours".into(), question: "营业时间是几点到几点".into(), variants: vec![], answer: "每天 9 点到 21 点。".into() },
//!     Entry { id: "invoice".into(), question: "怎么开发票".into(), variants: vec![], answer: "在订单页申请。".into() },
//! ]);
//! let hits = index.search("你们几点营业", 3);
//!
//! assert_eq!(hits[0].id, "hours");
//! assert!(hits[0].score >= index.nothing_below());
//! ```
//!
//! One index may hold a hundred thousand entries: the articles of a FAQ, or the passages of documents
//! (id "returns#3", the title and headings as the question, the text as the answer).
//! Words of a business that mean the same are given with [`Index::build_with`].

mod bm25;
mod calibration;
mod questions;
mod synonyms;
mod terms;

use crate::logistic::Curve;
use crate::normalise::{Normal, normalise, normalise_up_to, readable};
use crate::round4;
use bm25::{Bm25, Wanted};
use calibration::Calibration;
use questions::Questions;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use synonyms::Synonyms;

/// An article or passage as the index needs it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub id: String,
    /// The question or title.
    pub question: String,
    /// Other wordings of the question.
    #[serde(default)]
    pub variants: Vec<String>,
    pub answer: String,
}

/// An article or passage that may answer the question.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    pub id: String,
    /// How likely this article answers, 0 to 1.
    pub score: f64,
    /// The words that it shares with the question, the most telling first.
    pub why: Vec<String>,
    /// What put it at its place.
    #[serde(default)]
    pub parts: Parts,
}

/// The parts of a hit's rank, each 0 to 1, for whoever asks why it stands where it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// How alike the query is to the article's question or a variant; less when other articles have the same question.
    pub question: f64,
    /// Its BM25 score over question, variants and answer, as a share of the best one's.
    pub words: f64,
    /// The share of the query's words that the article contains, by what each of them says.
    pub contained: f64,
}

/// A searchable set of articles; clones share it.
#[derive(Debug, Clone)]
pub struct Index {
    built: Arc<Built>,
    calibration: Calibration,
}

#[derive(Debug)]
struct Built {
    ids: Vec<String>,
    synonyms: Synonyms,
    questions: Questions,
    texts: Bm25,
}

/// Weight of BM25, scaled by its maximum, beside the cosine of the questions.
const BM25_SHARE: f32 = 0.35;
/// What a second wording that is alike adds to the first one.
const SECOND_SHARE: f32 = 0.2;
/// As much of an answer is read; longer ones come as passages.
const MAX_ANSWER_CHARS: usize = 100_000;

impl Index {
    /// Builds an index over articles.
    pub fn build(entries: &[Entry]) -> Index {
        Index::build_with(entries, &[])
    }

    /// The same, with groups of words that mean the same; all of a group are read as its first one.
    pub fn build_with(entries: &[Entry], synonyms: &[Vec<String>]) -> Index {
        let synonyms = Synonyms::new(synonyms);
        let calibration = Calibration::of(entries, &synonyms);
        Index { built: Arc::new(Built::new(entries, synonyms)), calibration }
    }

    /// The best articles for a question, best first, at most `limit`; those that share nothing with it are left out.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let built = &*self.built;
        let found = built.find(query, limit);
        let top = found.ranked.first().map_or(1.0, |first| first.score);
        let confidence = self.calibration.curve.of(&found.signals);
        let hit = |(ranked, contained): (&Ranked, &Vec<bool>)| Hit {
            id: built.ids[ranked.entry].clone(),
            score: round4(confidence * (ranked.score / top).powi(2)),
            why: shared(&found.query, contained),
            parts: Parts {
                question: round4(ranked.question.min(1.0)),
                words: round4(ranked.words),
                contained: round4(bm25::coverage(&found.query, contained)),
            },
        };
        found.ranked.iter().zip(&found.contained).take(limit).map(hit).collect()
    }

    /// Below this score, say that nothing was found: set by the library's own questions, where it has enough of them.
    pub fn nothing_below(&self) -> f64 {
        self.calibration.nothing_below
    }

    /// From this score on, one article can be given as the answer; below, offer the best few.
    pub fn sure_above(&self) -> f64 {
        self.calibration.sure_above
    }

    /// The number of articles.
    pub fn len(&self) -> usize {
        self.built.ids.len()
    }

    /// Whether there is no article.
    pub fn is_empty(&self) -> bool {
        self.built.ids.is_empty()
    }
}

/// What a query found, before it is told.
#[derive(Debug, Default)]
struct Found {
    /// The best articles, best first: at least two, as far as there are.
    ranked: Vec<Ranked>,
    query: Vec<Wanted>,
    /// For each of the ranked, which terms of the query it contains.
    contained: Vec<Vec<bool>>,
    signals: Signals,
}

#[derive(Debug, Clone, Copy)]
struct Ranked {
    entry: usize,
    score: f64,
    question: f64,
    words: f64,
}

/// Of the first article: the likeness of its question, the share of the query that it contains,
/// its lead over the second, the length of the query.
type Signals = [f64; 4];

/// How likely the first article answers; fitted on public questions with half of their articles taken away.
const CONFIDENCE: Curve<4> = Curve { weights: [0.99, 4.37, 4.05, -0.49], constant: -3.92 };

impl Built {
    fn new(entries: &[Entry], synonyms: Synonyms) -> Built {
        let mut texts = bm25::Builder::default();
        let mut keys = Vec::new();
        for entry in entries {
            keys.clear();
            for question in wordings(entry) {
                terms::each_term(&synonyms.read(normalise(question)), |term| keys.push(terms::key(term)));
            }
            let answer = synonyms.read(normalise_up_to(&entry.answer, MAX_ANSWER_CHARS));
            terms::each_term(&answer, |term| keys.push(terms::key(term)));
            texts.add(&mut keys);
        }
        let all = entries.iter().enumerate().flat_map(|(idx, entry)| wordings(entry).map(move |text| (idx, text)));
        let questions = Questions::new(all.map(|(idx, text)| (idx as u32, synonyms.read(normalise(text)))));
        let ids = entries.iter().map(|entry| entry.id.clone()).collect();
        Built { ids, questions, texts: texts.done(), synonyms }
    }

    fn find(&self, query: &str, limit: usize) -> Found {
        let normal = self.synonyms.read(normalise(query));
        let terms = terms::terms(&normal);
        let n_terms = terms.len();
        let query = self.texts.wanted(terms);
        let likeness = self.likeness(&normal);
        let scores = self.texts.score(&query);
        let best = scores.iter().copied().fold(0.0, f32::max).max(1e-9);
        let score = |entry: usize| likeness[entry] + BM25_SHARE * scores[entry] / best;
        let ranked = best_few((0..self.ids.len()).map(score), limit.max(2)).into_iter().map(|(entry, score)| Ranked {
            entry,
            score: f64::from(score),
            question: f64::from(likeness[entry]),
            words: f64::from(scores[entry] / best),
        });
        let ranked: Vec<Ranked> = ranked.collect();
        let Some(first) = ranked.first().copied() else {
            return Found::default();
        };
        let second = ranked.get(1).map_or(0.0, |second| second.score);
        let entries: Vec<usize> = ranked.iter().map(|ranked| ranked.entry).collect();
        let contained = self.texts.contained(&query, &entries);
        let signals = [
            first.question,
            bm25::coverage(&query, &contained[0]),
            (first.score - second) / first.score,
            (n_terms as f64 + 1.0).ln() / 4.0,
        ];
        Found { ranked, query, contained, signals }
    }

    /// How alike a query is to each entry's questions: the most alike one, and a little of the second.
    fn likeness(&self, query: &Normal) -> Vec<f32> {
        let mut best = vec![[0.0f32; 2]; self.ids.len()];
        let weighed = self.questions.weigh(query);
        for (question, cosine) in self.questions.alike(&weighed) {
            let owners = &self.questions.owners[question];
            // What no question knows counts as different, so that a few known words do not look like a likeness.
            // A question that many share, such as the title of a document, tells them not apart.
            let likeness = cosine * weighed.known_length / owners.len() as f32;
            for owner in owners {
                let two = &mut best[*owner as usize];
                if likeness > two[0] {
                    *two = [likeness, two[0]];
                } else {
                    two[1] = two[1].max(likeness);
                }
            }
        }
        best.into_iter().map(|[first, second]| first + SECOND_SHARE * second).collect()
    }
}

fn wordings(entry: &Entry) -> impl Iterator<Item = &String> {
    std::iter::once(&entry.question).chain(&entry.variants)
}

/// The numbers of the highest scores above zero, best first; of equals the earlier one.
fn best_few(scores: impl Iterator<Item = f32>, limit: usize) -> Vec<(usize, f32)> {
    let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    let mut found: Vec<(u32, f32)> = (0u32..).zip(scores).filter(|(_, score)| *score > 0.0).collect();
    if found.len() > limit {
        found.select_nth_unstable_by(limit, order);
        found.truncate(limit);
    }
    found.sort_by(order);
    found.into_iter().map(|(number, score)| (number as usize, score)).collect()
}

/// The query's terms that a text contains, the rarest first, none inside another.
fn shared(query: &[Wanted], contained: &[bool]) -> Vec<String> {
    const MAX_WORDS: usize = 4;
    let mut found: Vec<(&str, f64)> = Vec::new();
    for (wanted, _) in query.iter().zip(contained).filter(|(_, is_contained)| **is_contained) {
        let is_longer = wanted.term.chars().count() > 1;
        found.push((&wanted.term, terms::weight_in_general(&wanted.term) * if is_longer { 1.2 } else { 1.0 }));
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let mut chosen: Vec<&str> = Vec::new();
    for (term, _) in found {
        if chosen.len() < MAX_WORDS && !chosen.iter().any(|other| other.contains(term)) {
            chosen.push(term);
        }
    }
    chosen.into_iter().map(readable).collect()
}

#[cfg(test)]
mod tests;
