//! Finds the articles that answer a question: likeness of the questions, plus BM25 over everything they say.
//!
//! ```
//! use nlu::search::{Entry, Index};
//!
//! let index = Index::build(&[
//!     Entry { id: "hours".into(), question: "营业时间是几点到几点".into(), variants: vec![], answer: "每天 9 点到 21 点。".into() },
//!     Entry { id: "invoice".into(), question: "怎么开发票".into(), variants: vec![], answer: "在订单页申请。".into() },
//! ]);
//!
//! assert_eq!(index.search("你们几点营业", 3)[0].id, "hours");
//! ```

use crate::background;
use crate::features::{Counted, Neighbours, Vocabulary, is_telling, pieces};
use crate::linear::Sparse;
use crate::logistic::Curve;
use crate::normalise::{Normal, is_cjk, normalise, readable};
use crate::round4;
use crate::stem::stem;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// Below this score, say that nothing was found.
pub const NOTHING_BELOW: f64 = 0.2;
/// From this score on, one article can be given as the answer; below, offer the best few.
pub const SURE_ABOVE: f64 = 0.6;

/// An article as the index needs it.
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

/// An article that may answer the question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    pub id: String,
    /// How likely this article answers, 0 to 1.
    pub score: f64,
    /// The words that it shares with the question, the most telling first.
    pub why: Vec<String>,
}

/// A searchable set of articles; clones share it.
#[derive(Debug, Clone)]
pub struct Index {
    built: Arc<Built>,
}

#[derive(Debug)]
struct Built {
    ids: Vec<String>,
    vocabulary: Vocabulary,
    /// All questions and variants; `owners` says whose.
    questions: Neighbours,
    owners: Vec<usize>,
    texts: Bm25,
}

/// Weight of BM25, scaled by its maximum, beside the cosine of the questions.
const BM25_SHARE: f64 = 0.35;

impl Index {
    /// Builds an index over articles.
    pub fn build(entries: &[Entry]) -> Index {
        let mut owners = Vec::new();
        let mut counted = Vec::new();
        let mut texts = Vec::new();
        for (idx, entry) in entries.iter().enumerate() {
            let mut terms = Vec::new();
            for question in std::iter::once(&entry.question).chain(&entry.variants) {
                let normal = normalise(question);
                owners.push(idx);
                counted.push(Counted::new(&normal));
                terms.extend(self::terms(&normal));
            }
            terms.extend(self::terms(&normalise(&entry.answer)));
            texts.push(terms);
        }
        let vocabulary = Vocabulary::new(counted.iter());
        let vectors: Vec<Sparse> = counted.iter().map(|question| vocabulary.weigh(question).vector).collect();
        let questions = Neighbours::new(&vectors, vocabulary.len());
        let ids = entries.iter().map(|entry| entry.id.clone()).collect();
        Index { built: Arc::new(Built { ids, vocabulary, questions, owners, texts: Bm25::build(&texts) }) }
    }

    /// The best articles for a question, best first, at most `limit`; those that share nothing with it are left out.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let built = &*self.built;
        let found = self.find(query);
        let top = found.fused.first().map_or(1.0, |(_, score)| *score);
        let confidence = CONFIDENCE.of(&found.signals);
        let hit = |(entry, score): &(usize, f64)| Hit {
            id: built.ids[*entry].clone(),
            score: round4(confidence * (score / top).powi(2)),
            why: built.texts.shared(&found.query_terms, *entry),
        };
        found.fused.iter().take(limit).map(hit).collect()
    }

    fn find(&self, query: &str) -> Found {
        let built = &*self.built;
        let normal = normalise(query);
        let query_terms = terms(&normal);
        let weighed = built.vocabulary.weigh(&Counted::of(&pieces(&normal)));
        let mut cosines = vec![0.0f64; built.ids.len()];
        for (cosine, owner) in built.questions.cosines(&weighed.vector).into_iter().zip(&built.owners) {
            // What no question knows counts as different, so that a few known words do not look like a likeness.
            cosines[*owner] = cosines[*owner].max(f64::from(cosine * weighed.known_length));
        }
        let scores = built.texts.score(&query_terms);
        let best = scores.iter().copied().fold(0.0, f64::max).max(1e-9);
        let mut fused: Vec<(usize, f64)> = cosines
            .iter()
            .zip(&scores)
            .enumerate()
            .map(|(entry, (cosine, bm25))| (entry, cosine + BM25_SHARE * bm25 / best))
            .filter(|(_, score)| *score > 0.0)
            .collect();
        fused.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let Some(&(first, top)) = fused.first() else {
            return Found::default();
        };
        let second = fused.get(1).map_or(0.0, |(_, score)| *score);
        let signals = [
            cosines[first],
            built.texts.coverage(&query_terms, first),
            (top - second) / top,
            (query_terms.len() as f64 + 1.0).ln() / 4.0,
        ];
        Found { fused, query_terms, signals }
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
#[derive(Default)]
struct Found {
    /// Articles and their fused scores, best first.
    fused: Vec<(usize, f64)>,
    query_terms: Vec<String>,
    signals: Signals,
}

/// Of the first article: the likeness of its question, the share of the query that it contains,
/// its lead over the second, the length of the query.
type Signals = [f64; 4];

/// How likely the first article answers; fitted on public questions with half of their articles taken away.
const CONFIDENCE: Curve<4> = Curve { weights: [0.84, 4.43, 3.99, -0.35], constant: -3.94 };

/// What BM25 counts: stems of Latin words, Chinese characters and pairs of them.
fn terms(normal: &Normal) -> Vec<String> {
    let mut terms = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    for c in normal.text.chars().chain([' ']) {
        if !is_cjk(c) && (c.is_alphanumeric() || c == '\'') {
            word.push(c);
            before = None;
            continue;
        }
        if !word.is_empty() {
            terms.push(stem(&word).to_owned());
            word.clear();
        }
        if is_cjk(c) {
            terms.push(c.to_string());
            terms.extend(before.map(|before| [before, c].iter().collect::<String>()));
        } else if is_telling(c.encode_utf8(&mut [0; 4])) {
            terms.push(c.to_string());
        }
        before = Some(c).filter(|c| is_cjk(*c));
    }
    terms
}

/// How much a term says: little when it is said in any sentence.
fn weight_in_general(term: &str) -> f64 {
    static COUNTS: OnceLock<(f64, HashMap<String, f64>)> = OnceLock::new();
    let (n, counts) = COUNTS.get_or_init(|| {
        let mut counts = HashMap::new();
        let mut n = 0.0;
        for sentence in background::sentences() {
            n += 1.0;
            let mut terms = terms(&normalise(sentence));
            terms.sort_unstable();
            terms.dedup();
            for term in terms {
                *counts.entry(term).or_default() += 1.0;
            }
        }
        (n, counts)
    });
    (n / (1.0 + counts.get(term).copied().unwrap_or(0.0))).ln().max(0.1)
}

/// Okapi BM25 with lists of who contains a term.
#[derive(Debug, Default)]
struct Bm25 {
    numbers: HashMap<String, usize>,
    postings: Vec<Vec<(usize, f64)>>,
    idf: Vec<f64>,
    /// For each text, what its length does to a count.
    damping: Vec<f64>,
}

const SATURATION: f64 = 1.2;
const LENGTH_SHARE: f64 = 0.75;

impl Bm25 {
    fn build(texts: &[Vec<String>]) -> Bm25 {
        let mut bm25 = Bm25::default();
        let total: usize = texts.iter().map(Vec::len).sum();
        let average = (total as f64 / texts.len().max(1) as f64).max(1.0);
        for (idx, terms) in texts.iter().enumerate() {
            let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
            for term in terms {
                *counts.entry(term).or_default() += 1.0;
            }
            for (term, count) in counts {
                let next = bm25.postings.len();
                let number = *bm25.numbers.entry(term.to_owned()).or_insert(next);
                if number == next {
                    bm25.postings.push(Vec::new());
                }
                bm25.postings[number].push((idx, count));
            }
            let length = terms.len() as f64 / average;
            bm25.damping.push(SATURATION * (1.0 - LENGTH_SHARE + LENGTH_SHARE * length));
        }
        let n = texts.len() as f64;
        let idf = |list: &Vec<(usize, f64)>| (1.0 + (n - list.len() as f64 + 0.5) / (list.len() as f64 + 0.5)).ln();
        bm25.idf = bm25.postings.iter().map(idf).collect();
        bm25
    }

    fn score(&self, query: &[String]) -> Vec<f64> {
        let mut scores = vec![0.0; self.damping.len()];
        for number in query.iter().filter_map(|term| self.numbers.get(term)) {
            let idf = self.idf[*number];
            for (text, count) in &self.postings[*number] {
                scores[*text] += idf * count * (SATURATION + 1.0) / (count + self.damping[*text]);
            }
        }
        scores
    }

    /// The share of the query that a text contains, by what each term says in general.
    fn coverage(&self, query: &[String], text: usize) -> f64 {
        let (mut said, mut contained) = (0.0, 0.0);
        for term in query {
            let weight = weight_in_general(term);
            said += weight;
            if self.contains(text, term) {
                contained += weight;
            }
        }
        contained / f64::max(said, 1e-9)
    }

    fn contains(&self, text: usize, term: &str) -> bool {
        let postings = self.numbers.get(term).map(|number| &self.postings[*number]);
        postings.is_some_and(|postings| postings.binary_search_by_key(&text, |(owner, _)| *owner).is_ok())
    }

    /// The query's terms that a text contains, the rarest first, none inside another.
    fn shared(&self, query: &[String], text: usize) -> Vec<String> {
        const MAX_WORDS: usize = 4;
        let mut found: Vec<(&String, f64)> = query
            .iter()
            .filter_map(|term| {
                let is_longer = term.chars().count() > 1;
                let weight = weight_in_general(term) * if is_longer { 1.2 } else { 1.0 };
                self.contains(text, term).then_some((term, weight))
            })
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let mut chosen: Vec<&str> = Vec::new();
        for (term, _) in found {
            if chosen.len() < MAX_WORDS && !chosen.iter().any(|other| other.contains(term.as_str())) {
                chosen.push(term);
            }
        }
        chosen.into_iter().map(readable).collect()
    }
}

#[cfg(test)]
mod tests;
