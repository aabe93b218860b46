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
//! What of an index takes the longest, the [`Terms`] of the entries, can be kept for entries that did not change.

mod bm25;
mod calibration;
mod postings;
mod questions;
mod synonyms;
mod terms;
mod why;

use crate::logistic::Curve;
use crate::normalise::{Normal, normalise, normalise_up_to};
use crate::round4;
use bm25::{Bm25, Race, Wanted};
use calibration::Calibration;
use postings::Postings;
use questions::Questions;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::io::{self, Read, Write};
use std::sync::Arc;
use synonyms::Synonyms;
use why::Spoken;

pub use why::Shared;

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
    /// What it shares with the question, the most telling first.
    pub why: Vec<Shared>,
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

/// What some entries say, counted once: the part of an index that is shared by all indexes these entries are in.
#[derive(Debug, Clone)]
pub struct Terms {
    postings: Arc<Postings>,
}

impl Terms {
    /// Counts what entries say, read with groups of words that mean the same.
    pub fn of(entries: impl Iterator<Item = Entry>, synonyms: &[Vec<String>]) -> Terms {
        Terms::counted(entries, &Synonyms::new(synonyms))
    }

    fn counted(entries: impl Iterator<Item = Entry>, synonyms: &Synonyms) -> Terms {
        let mut postings = postings::Builder::default();
        let mut keys = Vec::new();
        for entry in entries {
            keys.clear();
            for question in wordings(&entry) {
                terms::each_term(&synonyms.read(normalise(question)), |term| keys.push(terms::key(term)));
            }
            let answer = synonyms.read(normalise_up_to(&entry.answer, MAX_ANSWER_CHARS));
            terms::each_term(&answer, |term| keys.push(terms::key(term)));
            postings.add(&keys);
        }
        Terms { postings: Arc::new(postings.done()) }
    }

    /// Puts several together, one after the other: of each all entries, or those that are marked.
    pub fn together(parts: &[(&Terms, Option<&[bool]>)]) -> Terms {
        let parts: Vec<_> = parts.iter().map(|(terms, kept)| (&*terms.postings, *kept)).collect();
        Terms { postings: Arc::new(Postings::together(&parts)) }
    }

    /// Writes them, for whoever keeps them.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        self.postings.write(to)
    }

    /// Reads what was written, where texts were read as [`Terms::way`] says.
    ///
    /// # Errors
    /// Those of reading; [`std::io::ErrorKind::InvalidData`] where it does not hang together.
    pub fn read(from: &mut impl Read) -> io::Result<Terms> {
        Ok(Terms { postings: Arc::new(Postings::read(from)?) })
    }

    /// Names the way in which terms are read and written: what was written in another way is of no use any more.
    pub fn way() -> u64 {
        terms::way()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.postings.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Entries by their numbers, which count from 0.
struct Entries<'a> {
    n: usize,
    read: &'a dyn Fn(usize) -> Entry,
}

#[derive(Debug)]
struct Built {
    ids: Vec<String>,
    synonyms: Synonyms,
    questions: Questions,
    texts: Bm25,
    /// For each text the number of its entry.
    numbers: Vec<u32>,
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
        let terms = Terms::of(entries.iter().cloned(), synonyms);
        Index::of(&[(terms, (0..entries.len() as u32).collect())], &|number| entries[number].clone(), synonyms, None)
    }

    /// The same, of entries whose terms are known: for each text of a part the number of its entry. Every number from
    /// 0 on is said once; `read` gives the entry of a number. How the entries lie in the parts changes no result.
    /// A large index that differs in a few questions from the one `before`, of the same synonyms, takes over what
    /// their features say.
    pub fn of(
        parts: &[(Terms, Vec<u32>)],
        read: &dyn Fn(usize) -> Entry,
        synonyms: &[Vec<String>],
        before: Option<&Index>,
    ) -> Index {
        let synonyms = Synonyms::new(synonyms);
        let entries = Entries { n: parts.iter().map(|(_, numbers)| numbers.len()).sum(), read };
        let calibration = Calibration::of(&entries, &synonyms);
        let before = before.map(|before| &before.built.questions);
        Index { built: Arc::new(Built::new(parts, &entries, synonyms, before)), calibration }
    }

    /// The best articles for a question, best first, at most `limit`; those that share nothing with it are left out.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        self.search_numbered(query, limit).into_iter().map(|(_, hit)| hit).collect()
    }

    /// The same, each with the number of its entry.
    pub fn search_numbered(&self, query: &str, limit: usize) -> Vec<(usize, Hit)> {
        let built = &*self.built;
        let found = built.find(query, limit);
        let top = found.ranked.first().map_or(1.0, |first| first.score);
        let confidence = self.calibration.curve.of(&found.signals);
        let spoken = Spoken::new(query, &found.normal, &found.query);
        let hit = |(ranked, contained): (&Ranked, &Vec<bool>)| {
            let parts = Parts {
                question: round4(ranked.question.min(1.0)),
                words: round4(ranked.words),
                contained: round4(bm25::coverage(&found.query, contained)),
            };
            let hit = Hit {
                id: built.ids[ranked.entry].clone(),
                score: round4(confidence * (ranked.score / top).powi(2)),
                why: spoken.shared(contained),
                parts,
            };
            (ranked.entry, hit)
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
    /// The query as it was read.
    normal: Normal,
    query: Vec<Wanted>,
    /// For each of the ranked, which terms of the query it contains.
    contained: Vec<Vec<bool>>,
    signals: Signals,
}

#[derive(Debug, Clone, Copy)]
struct Ranked {
    /// The number of the entry.
    entry: usize,
    score: f64,
    question: f64,
    words: f64,
}

/// Of the first article: the likeness of its question; its lead over the second, as far as it contains the query, since
/// whatever a small library finds leads; the length of the query; how telling the most telling word is that both share.
/// Likeness and lead count as far as that word tells: "how can I" begins a question about anything.
type Signals = [f64; 4];

/// How likely the first article answers; fitted on libraries of 3 to 60 articles of public sets, asked what theirs and
/// other articles answer.
const CONFIDENCE: Curve<4> = Curve { weights: [4.16, 9.14, 0.78, 1.80], constant: -4.88 };

impl Built {
    fn new(
        parts: &[(Terms, Vec<u32>)],
        entries: &Entries<'_>,
        synonyms: Synonyms,
        before: Option<&Questions>,
    ) -> Built {
        let postings: Vec<Arc<Postings>> = parts.iter().map(|(terms, _)| Arc::clone(&terms.postings)).collect();
        let numbers: Vec<u32> = parts.iter().flat_map(|(_, numbers)| numbers).copied().collect();
        let mut texts = vec![0u32; numbers.len()];
        (0u32..).zip(&numbers).for_each(|(text, number)| texts[*number as usize] = text);
        let (mut ids, mut questions) = (Vec::with_capacity(entries.n), Vec::with_capacity(entries.n));
        for (number, text) in texts.iter().enumerate() {
            let entry = (entries.read)(number);
            ids.push(entry.id);
            questions.push((*text, entry.question));
            questions.extend(entry.variants.into_iter().map(|variant| (*text, variant)));
        }
        let questions = Questions::new(&questions, &synonyms, before);
        Built { ids, questions, texts: Bm25::new(&postings), synonyms, numbers }
    }

    fn of(entries: &[Entry], synonyms: Synonyms) -> Built {
        let terms = Terms::counted(entries.iter().cloned(), &synonyms);
        let all = Entries { n: entries.len(), read: &|number| entries[number].clone() };
        Built::new(&[(terms, (0..entries.len() as u32).collect())], &all, synonyms, None)
    }

    fn find(&self, query: &str, limit: usize) -> Found {
        let normal = self.synonyms.read(normalise(query));
        let terms = terms::terms(&normal);
        let n_terms = terms.len();
        let query = self.texts.wanted(terms);
        let likeness = self.likeness(&normal);
        let n = limit.max(2);
        let scores = self.texts.score(&query, Race { besides: &likeness, weight: BM25_SHARE, n });
        let left = scores.left.as_deref();
        let scores = &scores.all;
        let best = match left {
            None => scores.iter().copied().fold(0.0, f32::max),
            Some(left) => left.iter().map(|text| scores[*text as usize]).fold(0.0, f32::max),
        };
        let best = best.max(1e-9);
        let score = |text: u32| (text, likeness[text as usize] + BM25_SHARE * scores[text as usize] / best);
        let ranked = match left {
            None => self.best_few((0..scores.len() as u32).map(score), n),
            Some(left) => self.best_few(left.iter().copied().map(score), n),
        };
        let texts: Vec<usize> = ranked.iter().map(|(text, _)| *text as usize).collect();
        let ranked = ranked.into_iter().map(|(text, score)| Ranked {
            entry: self.numbers[text as usize] as usize,
            score: f64::from(score),
            question: f64::from(likeness[text as usize]),
            words: f64::from(scores[text as usize] / best),
        });
        let ranked: Vec<Ranked> = ranked.collect();
        let Some(first) = ranked.first().copied() else {
            return Found::default();
        };
        let second = ranked.get(1).map_or(0.0, |second| second.score);
        let contained = self.texts.contained(&query, &texts);
        let lead = (first.score - second) / first.score;
        let telling = bm25::most_telling(&query, &contained[0]);
        let signals = [
            first.question * telling,
            lead * bm25::coverage(&query, &contained[0]) * telling,
            (n_terms as f64 + 1.0).ln() / 4.0,
            telling,
        ];
        Found { ranked, normal, query, contained, signals }
    }

    /// The texts with the highest scores above zero, best first; of equals the earlier entry.
    fn best_few(&self, scores: impl Iterator<Item = (u32, f32)>, limit: usize) -> Vec<(u32, f32)> {
        let number = |text: u32| self.numbers[text as usize];
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then_with(|| number(a.0).cmp(&number(b.0)));
        let mut found = first_few(scores.filter(|(_, score)| *score > 0.0), limit, order);
        found.sort_by(order);
        found
    }

    /// How alike a query is to the questions of each text's entry: the most alike one, and a little of the second.
    fn likeness(&self, query: &Normal) -> Vec<f32> {
        let mut found: Vec<(u32, f32)> = Vec::new();
        let weighed = self.questions.weigh(query);
        for (owners, cosine) in self.questions.alike(&weighed) {
            // What no question knows counts as different, so that a few known words do not look like a likeness.
            // A question that many share, such as the title of a document, tells them not apart.
            let likeness = cosine * weighed.0.known_length / owners.len() as f32;
            found.extend(owners.iter().map(|owner| (*owner, likeness)));
        }
        found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let mut all = vec![0.0f32; self.numbers.len()];
        for of_text in found.chunk_by(|a, b| a.0 == b.0) {
            let second = of_text.get(1).map_or(0.0, |(_, likeness)| *likeness);
            all[of_text[0].0 as usize] = of_text[0].1 + SECOND_SHARE * second;
        }
        all
    }
}

/// The first few in an order, themselves in none; like sorting all, and much quicker where there are many.
fn first_few<T: Copy>(all: impl Iterator<Item = T>, n: usize, order: impl Fn(&T, &T) -> Ordering + Copy) -> Vec<T> {
    let most = 4 * n.max(16);
    let mut few: Vec<T> = Vec::with_capacity(most);
    // Once there are enough, the last of them.
    let mut last: Option<T> = None;
    for one in all {
        if last.is_some_and(|last| order(&one, &last).is_ge()) {
            continue;
        }
        few.push(one);
        if few.len() == most && n > 0 {
            few.select_nth_unstable_by(n - 1, order);
            few.truncate(n);
            last = few.last().copied();
        }
    }
    if few.len() > n {
        few.select_nth_unstable_by(n, order);
        few.truncate(n);
    }
    few
}

fn wordings(entry: &Entry) -> impl Iterator<Item = &String> {
    std::iter::once(&entry.question).chain(&entry.variants)
}

#[cfg(test)]
mod tests;
