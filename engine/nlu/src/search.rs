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

use crate::features::{Counted, Neighbours, Vocabulary, is_telling, pieces};
use crate::linear::Sparse;
use crate::normalise::{Normal, is_cjk, normalise, readable};
use crate::round4;
use crate::stem::stem;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Below this score, say that nothing was found.
pub const NOTHING_BELOW: f64 = 0.3;
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
        let normal = normalise(query);
        let query_terms = terms(&normal);
        let weighed = built.vocabulary.weigh(&Counted::of(&pieces(&normal)));
        let mut cosines = vec![0.0f64; built.ids.len()];
        for (cosine, owner) in built.questions.cosines(&weighed.vector).into_iter().zip(&built.owners) {
            cosines[*owner] = cosines[*owner].max(f64::from(cosine));
        }
        let matched = built.texts.score(&query_terms);
        let best = matched.scores.iter().copied().fold(0.0, f64::max).max(1e-9);
        let mut fused: Vec<(usize, f64)> = cosines
            .iter()
            .zip(&matched.scores)
            .enumerate()
            .map(|(entry, (cosine, bm25))| (entry, cosine + BM25_SHARE * bm25 / best))
            .filter(|(_, score)| *score > 0.0)
            .collect();
        fused.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let Some(&(first, top)) = fused.first() else {
            return Vec::new();
        };
        let second = fused.get(1).map_or(0.0, |(_, score)| *score);
        let confidence = confidence(cosines[first], matched.scores[first] / matched.possible, top - second);
        fused
            .into_iter()
            .take(limit)
            .map(|(entry, score)| Hit {
                id: built.ids[entry].clone(),
                score: round4(confidence * (score / top).powi(2)),
                why: built.texts.shared(&query_terms, entry),
            })
            .collect()
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

/// How likely the first article answers: from the likeness of its question, the share of the question's
/// weight that it contains, and its lead over the second.
fn confidence(cosine: f64, share: f64, lead: f64) -> f64 {
    let sum = 5.0 * cosine + 1.5 * share + 2.0 * lead - 2.4;
    1.0 / (1.0 + (-sum).exp())
}

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

/// Okapi BM25 with lists of who contains a term.
#[derive(Debug, Default)]
struct Bm25 {
    numbers: HashMap<String, usize>,
    postings: Vec<Vec<(usize, f64)>>,
    idf: Vec<f64>,
    /// For each text, what its length does to a count.
    damping: Vec<f64>,
}

struct Matched {
    scores: Vec<f64>,
    /// The score of a text that contained every term of the query many times.
    possible: f64,
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

    fn score(&self, query: &[String]) -> Matched {
        let mut scores = vec![0.0; self.damping.len()];
        let mut possible = 1e-9;
        let unseen = (1.0 + 2.0 * self.damping.len() as f64 + 1.0).ln();
        for term in query {
            let Some(number) = self.numbers.get(term) else {
                possible += unseen * (SATURATION + 1.0);
                continue;
            };
            let idf = self.idf[*number];
            possible += idf * (SATURATION + 1.0);
            for (text, count) in &self.postings[*number] {
                scores[*text] += idf * count * (SATURATION + 1.0) / (count + self.damping[*text]);
            }
        }
        Matched { scores, possible }
    }

    /// The query's terms that a text contains, the rarest first, none inside another.
    fn shared(&self, query: &[String], text: usize) -> Vec<String> {
        const MAX_WORDS: usize = 4;
        let mut found: Vec<(&String, f64)> = query
            .iter()
            .filter_map(|term| {
                let number = *self.numbers.get(term)?;
                self.postings[number].binary_search_by_key(&text, |(owner, _)| *owner).ok()?;
                Some((term, self.idf[number] * if term.chars().count() > 1 { 1.2 } else { 1.0 }))
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
mod tests {
    use super::*;

    fn entry(id: &str, question: &str, variants: &[&str], answer: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            question: question.to_owned(),
            variants: variants.iter().map(|text| (*text).to_owned()).collect(),
            answer: answer.to_owned(),
        }
    }

    fn library() -> Index {
        Index::build(&[
            entry("hours", "营业时间是几点到几点？", &["你们几点开门", "What are your opening hours?"], "每天 9:00 到 21:00。"),
            entry("invoice", "怎么开发票？", &["How do I get an invoice?"], "在订单详情页点击申请发票，电子发票三天内发到邮箱。"),
            entry("refund", "退款多久到账？", &["How long does a refund take?"], "原路退回，一般 3 到 5 个工作日。"),
            entry("shipping", "运费怎么算？", &["How much is shipping?"], "满 99 元包邮，偏远地区除外。"),
        ])
    }

    #[track_caller]
    fn check(query: &str, expected: &str) {
        let hits = library().search(query, 3);
        let found = hits.first().filter(|hit| hit.score >= NOTHING_BELOW).map_or("(nothing)", |hit| hit.id.as_str());
        assert_eq!(found, expected, "{query}: {hits:?}");
    }

    #[test]
    fn questions_find_their_article() {
        check("请问你们几点营业", "hours");
        check("電子發票怎麼開", "invoice");
        check("退款什么时候能到账", "refund");
        check("how long until my refund arrives?", "refund");
        check("do you charge for shipping", "shipping");
        check("包邮吗", "shipping");
    }

    #[test]
    fn other_questions_find_nothing() {
        check("今天天气怎么样", "(nothing)");
        check("who won the game last night", "(nothing)");
        check("", "(nothing)");
        check("👍", "(nothing)");
    }

    #[test]
    fn a_hit_says_why() {
        let hits = library().search("发票怎么开", 1);
        assert!(hits[0].why.iter().any(|word| word.contains("发票")), "{hits:?}");
        assert!(hits[0].score > SURE_ABOVE, "{hits:?}");
    }

    #[test]
    fn an_empty_library_and_odd_texts_do_no_harm() {
        assert!(Index::build(&[]).search("anything", 5).is_empty());
        let index = Index::build(&[entry("a", "", &[""], ""), entry("b", "🎉", &[], "x")]);
        for query in ["", "🎉", "\u{0}", &"运费 ".repeat(20_000)] {
            assert!(index.search(query, 5).iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
        }
        assert!(library().search("发票", 0).is_empty());
    }
}
