//! Okapi BM25 over packed lists of who contains a term: small in memory, in one order, without threads.
//!
//! The lists are our own because tantivy, tried with the same terms (0.27, one segment in memory), finds the same
//! within noise (recall@1 on XQuAD 92.9 en and 93.2 zh, ours then 92.9 and 93.0) and would bring 104 packages, a clock and
//! random segment names into a crate that has none of them.
//!
//! A query's terms are read from the rarest to the most common. Once the terms that are left cannot bring a text among
//! the best any more, they are read for those that are still in the running alone; what these score stays the same
//! to the last digit. (The idea is Turtle and Flood's, 1995, term after term.)

use super::postings::{List, Postings};
use super::terms::{Key, key, most_in_general, weight_in_general};
use crate::normalise::is_cjk;
use std::sync::Arc;

/// How soon a repeated word stops to count.
const SATURATION: f32 = 1.2;
/// How much the length of a text counts.
const LENGTH_SHARE: f32 = 0.75;
/// A query is read by its rarest terms, until this many places were looked at: it bounds the time of any query.
const MAX_LOOKS: usize = 2_000_000;
/// What a single Chinese character says beside the pairs it stands in.
const SHARE_OF_A_CHARACTER: f32 = 0.25;
/// Who is out of the running is looked for when what is left has become so much smaller since.
const LESS: f32 = 0.7;
/// Rounding may not put a text out of the running.
const CAUTION: f32 = 1e-4;
/// Reading a place of a list that is skipped through costs as much as reading so many in order.
const COST_OF_SKIPPING: usize = 60;

/// The lists of several parts, and what they are weighed with.
#[derive(Debug, Default)]
pub(super) struct Bm25 {
    parts: Vec<Part>,
    /// For each text of all parts, what its length does to a count.
    damping: Vec<f32>,
}

#[derive(Debug)]
struct Part {
    postings: Arc<Postings>,
    /// The number of its first text.
    first: usize,
}

/// A term of a query.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) term: String,
    key: Key,
    /// How often the query says it.
    count: u32,
    /// What it weighs in the query; see [`shares`].
    share: f32,
    /// What it says in general; see [`weight_in_general`].
    pub(super) says: f64,
    n_texts: u32,
}

impl Wanted {
    /// Whether it is a single Chinese character.
    pub(super) fn is_character(&self) -> bool {
        n_chinese(&self.term) == 1
    }
}

/// What the texts score.
#[derive(Debug)]
pub(super) struct Scores {
    /// Of every text; whole for those in the running.
    pub(super) all: Vec<f32>,
    /// The texts in the running, ascending; none when all are.
    pub(super) left: Option<Vec<u32>>,
}

/// Who is among the best: by a score of their own and their share of the best BM25 score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Race<'a> {
    /// For each text, what it has besides.
    pub(super) besides: &'a [f32],
    /// The weight of the share.
    pub(super) weight: f32,
    /// How many are wanted.
    pub(super) n: usize,
}

impl Bm25 {
    pub(super) fn new(parts: &[Arc<Postings>]) -> Bm25 {
        let lengths = || parts.iter().flat_map(|part| part.lengths());
        let total: u64 = lengths().map(|length| u64::from(*length)).sum();
        let average = (total as f32 / lengths().count().max(1) as f32).max(1.0);
        let damping = |length: &u32| SATURATION * (1.0 - LENGTH_SHARE + LENGTH_SHARE * *length as f32 / average);
        let mut first = 0;
        let part = |postings: &Arc<Postings>| {
            first += postings.len();
            Part { postings: Arc::clone(postings), first: first - postings.len() }
        };
        let with_firsts = parts.iter().map(part).collect();
        Bm25 { parts: with_firsts, damping: lengths().map(damping).collect() }
    }

    /// The different terms of a query, the rarest first, as far as there is time for them; `terms` are all of them in
    /// reading order.
    pub(super) fn wanted(&self, terms: Vec<String>) -> Vec<Wanted> {
        let shares = shares(&terms);
        let mut terms: Vec<(String, f32)> = terms.into_iter().zip(shares).collect();
        terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let wanted = |same: &[(String, f32)]| {
            let term = same[0].0.clone();
            let key = key(&term);
            let n_texts = self.lists(key).map(|(_, list)| list.n_texts).sum();
            let share = same.iter().map(|(_, share)| share).sum();
            let says = weight_in_general(&term);
            Wanted { term, key, count: same.len() as u32, share, says, n_texts }
        };
        let mut wanted: Vec<Wanted> = terms.chunk_by(|a, b| a.0 == b.0).map(wanted).collect();
        wanted.sort_by(|a, b| a.n_texts.cmp(&b.n_texts).then_with(|| a.term.cmp(&b.term)));
        let mut n_looks = 0;
        let n_kept = wanted.iter().take_while(|wanted| {
            n_looks += wanted.n_texts as usize;
            n_looks <= MAX_LOOKS
        });
        let n_kept = n_kept.count();
        wanted.truncate(n_kept);
        wanted
    }

    /// A term's lists, each with the number of its part's first text.
    fn lists(&self, key: Key) -> impl Iterator<Item = (usize, List<'_>)> {
        self.parts.iter().filter_map(move |part| Some((part.first, part.postings.find(key)?)))
    }

    /// What the texts score, at least those that are among the best of a race, and the one with the best score.
    pub(super) fn score(&self, query: &[Wanted], race: Race<'_>) -> Scores {
        let mut all = vec![0.0; self.damping.len()];
        let mut left: Option<Vec<u32>> = None;
        let mut rest: f32 = query.iter().map(|wanted| self.weight(wanted)).sum();
        let mut n_looks: usize = query.iter().map(|wanted| wanted.n_texts as usize).sum();
        // The best score so far; while less than that is left, some are out of the running.
        let mut best = 0.0f32;
        let mut looked_at = f32::MAX;
        for (n, wanted) in query.iter().enumerate() {
            let n_terms = query.len() - n;
            let n_running = left.as_ref().map_or(all.len(), Vec::len);
            if rest < best
                && rest <= looked_at * LESS
                && n_looks.min(n_running * n_terms * COST_OF_SKIPPING) > 2 * n_running
            {
                looked_at = rest;
                let running = self.running(&all, left.as_deref(), rest, race);
                if left.is_some() || running.len() * n_terms * COST_OF_SKIPPING < n_looks {
                    left = Some(running);
                }
            }
            best = best.max(self.add(wanted, &mut all, left.as_deref()));
            rest -= self.weight(wanted);
            n_looks -= wanted.n_texts as usize;
        }
        Scores { all, left }
    }

    /// Adds what a term brings; the best score of those that it brings something to.
    fn add(&self, wanted: &Wanted, scores: &mut [f32], left: Option<&[u32]>) -> f32 {
        let weight = self.weight(wanted);
        let mut best = 0.0f32;
        for (first, list) in self.lists(wanted.key) {
            let mut one = |text: usize, count: u32| {
                let count = count as f32;
                scores[text] += weight * count / (count + self.damping[text]);
                best = best.max(scores[text]);
            };
            match left {
                None => list.places_from(0).for_each(|(text, count)| one(first + text as usize, count)),
                Some(left) => {
                    let from = left.partition_point(|text| (*text as usize) < first);
                    let texts = left[from..].iter().map(|text| (*text as usize, (*text as usize - first) as u32));
                    list.among(texts).for_each(|(text, count)| one(text, count));
                }
            }
        }
        best
    }

    /// Who may still be among the best when the terms that are left bring at most `rest`.
    fn running(&self, scores: &[f32], left: Option<&[u32]>, rest: f32, race: Race<'_>) -> Vec<u32> {
        let everyone = 0..scores.len() as u32;
        match left {
            None => self.running_of(everyone, scores, rest, race),
            Some(left) => self.running_of(left.iter().copied(), scores, rest, race),
        }
    }

    fn running_of(
        &self,
        texts: impl Iterator<Item = u32> + Clone,
        scores: &[f32],
        rest: f32,
        race: Race<'_>,
    ) -> Vec<u32> {
        let best = texts.clone().map(|text| scores[text as usize]).fold(0.0, f32::max).max(1e-9);
        // The best score at the end lies between these two; so does every text's own.
        let (least, most) = (race.weight / (best + rest), race.weight / best);
        let mut sure: Vec<f32> = vec![0.0; race.n.max(1)];
        for text in texts.clone() {
            let at_least = race.besides[text as usize] + least * scores[text as usize];
            if at_least > sure[0] {
                let at = sure.partition_point(|other| *other < at_least);
                sure[..at].rotate_left(1);
                sure[at - 1] = at_least;
            }
        }
        let line = sure[0] * (1.0 - CAUTION);
        let is_running = |text: &u32| {
            let (score, besides) = (scores[*text as usize] + rest, race.besides[*text as usize]);
            score >= best * (1.0 - CAUTION) || besides + (most * score).min(race.weight) >= line
        };
        texts.filter(is_running).collect()
    }

    /// A term's weight, which is also more than it can bring to a text.
    fn weight(&self, wanted: &Wanted) -> f32 {
        wanted.share * self.idf(wanted.n_texts) * (SATURATION + 1.0)
    }

    fn idf(&self, n_texts: u32) -> f32 {
        let (n, with) = (self.damping.len() as f32, n_texts as f32);
        (1.0 + (n - with + 0.5) / (with + 0.5)).ln()
    }

    /// For each of a few texts, which of the query's terms it contains.
    pub(super) fn contained(&self, query: &[Wanted], texts: &[usize]) -> Vec<Vec<bool>> {
        let mut contained = vec![vec![false; query.len()]; texts.len()];
        for (idx, wanted) in query.iter().enumerate() {
            for (first, list) in self.lists(wanted.key) {
                for (at, text) in texts.iter().enumerate() {
                    let Some(text) = text.checked_sub(first).map(|text| text as u32) else { continue };
                    let place = list.places_from(text).find(|(place, _)| *place >= text);
                    contained[at][idx] |= place.is_some_and(|(place, _)| place == text);
                }
            }
        }
        contained
    }
}

/// The share of the query that is contained, by what each term says in general.
pub(super) fn coverage(query: &[Wanted], contained: &[bool]) -> f64 {
    let (mut said, mut found) = (0.0, 0.0);
    for (wanted, is_contained) in query.iter().zip(contained) {
        let weight = wanted.says * f64::from(wanted.count);
        said += weight;
        if *is_contained {
            found += weight;
        }
    }
    found / f64::max(said, 1e-9)
}

/// How telling the most telling word or pair of the query is that is contained: 0 where none is or every sentence says
/// it, 1 where no everyday sentence does.
pub(super) fn most_telling(query: &[Wanted], contained: &[bool]) -> f64 {
    let found = query.iter().zip(contained).filter(|(wanted, is_contained)| **is_contained && !wanted.is_character());
    found.map(|(wanted, _)| wanted.says).fold(0.0, f64::max) / most_in_general()
}

/// What each term of a query weighs, by where it stands: a word 1. Pairs of Chinese characters overlap, so that each
/// character's half is shared by the pairs it stands in: a pair weighs 1 alone, 0.75 at the end of a run of pairs, and
/// 0.5 between two others. Without that, a name of five characters would outweigh all that is asked about it, and
/// a number or a Latin word between Chinese ones would count like a fragment of a word.
fn shares(terms: &[String]) -> Vec<f32> {
    let n_chinese: Vec<usize> = terms.iter().map(|term| n_chinese(term)).collect();
    // Between a pair and the next one of its run stands the character that the next one adds.
    let is_pair = |at: Option<usize>| at.and_then(|at| n_chinese.get(at)) == Some(&2);
    let share = |at: usize| match n_chinese[at] {
        0 => 1.0,
        1 => SHARE_OF_A_CHARACTER,
        _ => {
            let n_neighbours = u8::from(is_pair(at.checked_sub(2))) + u8::from(is_pair(at.checked_add(2)));
            1.0 - 0.25 * f32::from(n_neighbours)
        }
    };
    (0..terms.len()).map(share).collect()
}

/// How many Chinese characters a term is made of: 0 of a word, 2 of a pair.
fn n_chinese(term: &str) -> usize {
    term.chars().filter(|c| is_cjk(*c)).count()
}

#[cfg(test)]
mod tests {
    use super::super::postings::Builder;
    use super::*;

    fn postings(texts: &[&str]) -> Arc<Postings> {
        let mut builder = Builder::default();
        for text in texts {
            builder.add(&text.split(' ').map(key).collect::<Vec<_>>());
        }
        Arc::new(builder.done())
    }

    fn index(texts: &[&str]) -> Bm25 {
        Bm25::new(&[postings(texts)])
    }

    fn wanted(index: &Bm25, text: &str) -> Vec<Wanted> {
        index.wanted(text.split(' ').map(str::to_owned).collect())
    }

    /// All scores, as far as nothing is left out.
    fn scores(index: &Bm25, text: &str) -> Vec<f32> {
        let besides = vec![0.0; index.damping.len()];
        let race = Race { besides: &besides, weight: 1.0, n: besides.len() };
        index.score(&wanted(index, text), race).all
    }

    #[test]
    fn a_rarer_word_and_a_shorter_text_count_more() {
        let index = index(&["a b", "a c", "a c d d d d d d"]);

        let found = scores(&index, "a b");
        assert!(found[0] > found[1] && found[1] > found[2], "{found:?}");
        let found = scores(&index, "c");
        assert!(found[0] == 0.0 && found[1] > found[2], "{found:?}");
    }

    #[test]
    fn a_chinese_character_counts_once_however_many_pairs_it_stands_in() {
        let shares = |query: &str| {
            let terms = super::super::terms::terms(&crate::normalise::normalise(query));
            let shares = shares(&terms);
            terms.into_iter().zip(shares).filter(|(term, _)| n_chinese(term) != 1).collect::<Vec<_>>()
        };

        let pairs = [("退货", 0.75), ("货运", 0.5), ("运费", 0.75)].map(|(term, share)| (term.to_owned(), share));
        assert_eq!(shares("退货运费"), pairs);
        let apart = [("退货", 1.0), ("30", 1.0), ("天内", 0.75), ("内有", 0.5), ("有效", 0.75)];
        assert_eq!(shares("退货 30 天内有效"), apart.map(|(term, share)| (term.to_owned(), share)));
    }

    #[test]
    fn it_knows_who_contains_what() {
        let index = Bm25::new(&[postings(&["a b", "a c"]), postings(&["a c d"])]);

        let query = wanted(&index, "a d x");

        let terms: Vec<&str> = query.iter().map(|wanted| wanted.term.as_str()).collect();
        assert_eq!(terms, ["x", "d", "a"]);
        assert_eq!(index.contained(&query, &[2, 0]), [[false, true, true], [false, false, true]]);
    }

    #[test]
    fn who_is_out_of_the_running_is_not_among_the_best() {
        // Rare words, less rare ones, and characters that every second or third text has.
        let text = |n: usize| {
            let common = "的了是在有不我这个你们到".chars().enumerate();
            let common = common.filter(|(at, _)| (n * 31 + at * 17 + n / 5).is_multiple_of(2 + at % 2));
            let common: Vec<String> = common.map(|(_, c)| c.to_string()).collect();
            format!("r{} w{} w{} {}", n / 40, n % 61, n * 7 % 61, common.join(" "))
        };
        let texts: Vec<String> = (0..6_000).map(|n| text(n * 7 % 5_999)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let index = Bm25::new(&[postings(&texts[..2_500]), postings(&texts[2_500..2_501]), postings(&texts[2_501..])]);
        let whole = self::index(&texts);
        let besides: Vec<f32> = (0..6_000).map(|n| if n % 97 == 0 { 0.2 } else { 0.0 }).collect();
        let mut n_short = 0;
        for asked in [
            "r5 r77 的 了 是 在 有 不 我 这 个 你",
            "w12 r6 的 了 是 在 有 不 我 这 个 你 们 到",
            "w40 w41 w42 w43 的 了 是 在 有 不 我 这",
            "的 了 是 在 有 不 我 这 个 你 们 到",
            "的 了",
            "x r149 w3 w3 们 到 的 了 是 在 有 不",
        ] {
            let all = scores(&whole, asked);
            for n in [1, 8, 100] {
                let race = Race { besides: &besides, weight: 0.35, n };
                let found = index.score(&wanted(&index, asked), race);
                let best = all.iter().copied().fold(0.0, f32::max);
                let order = |at: &u32| (-((besides[*at as usize] + 0.35 * all[*at as usize] / best) * 1e6) as i64, *at);
                let mut expected: Vec<u32> = (0..6_000).collect();
                expected.sort_by_key(order);
                n_short += usize::from(found.left.is_some());
                let left = found.left.unwrap_or_else(|| (0..6_000).collect());
                for at in &expected[..n] {
                    assert!(left.binary_search(at).is_ok(), "{asked}: {at} is among the best {n}");
                }
                for at in &left {
                    assert_eq!(found.all[*at as usize].to_bits(), all[*at as usize].to_bits(), "{asked}: {at}");
                }
                assert!(left.iter().any(|at| all[*at as usize] == best));
            }
        }
        assert!(n_short >= 3, "{n_short}");
    }
}
