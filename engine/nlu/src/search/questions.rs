//! The questions of an index: how alike a query is to each of them.

use super::first_few;
use super::synonyms::Synonyms;
use super::terms::key;
use crate::features::Counted;
use crate::linear::Sparse;
use crate::normalise::{Normal, normalise};
use crate::vectors::{ByHash, Few, Neighbours, Vocabulary, Weighed, cosine, product};
use std::sync::Arc;

/// All questions and variants, equal ones once.
#[derive(Debug, Default)]
pub(super) struct Questions {
    base: Arc<Base>,
    /// What is known of the features of those that are not in the base.
    few: Few,
    /// Those, each with its length.
    vectors: Vec<(Sparse, f32)>,
    /// Whose question it is; those of the base come first.
    owners: Vec<Vec<u32>>,
}

/// Questions that were weighed together, and stay as they are while others come and go.
#[derive(Debug, Default)]
struct Base {
    vocabulary: Vocabulary,
    neighbours: Neighbours,
    /// Where the lists of neighbours are not whole.
    vectors: Vec<Sparse>,
    /// The numbers of questions by their text, as it is written and in normal form.
    numbers: Numbers,
    n: usize,
}

/// By the key of a text; none for a text that says nothing.
type Numbers = ByHash<Option<u32>>;

/// A feature of more questions than this does not choose candidates; it counts once they are chosen.
const TELLING: usize = 4_000;
/// The questions that are looked at with all their features.
const MAX_CANDIDATES: usize = 200;
/// Fewer questions are weighed anew in no time.
const LARGE: usize = 5_000;
/// Up to one new question to so many known ones, what features say stays nearly as it was.
const NEW_SHARE: usize = 50;
/// All of these are looked at by every query.
const MAX_FEW: usize = 500;

impl Questions {
    /// Takes questions as they are written in the order of their owners. Where there are many and nearly all are known
    /// from before, the few that are new are weighed by what features said then.
    pub(super) fn new(questions: &[(u32, String)], synonyms: &Synonyms, before: Option<&Questions>) -> Questions {
        let known = before.filter(|before| before.base.n >= LARGE);
        known.and_then(|known| known.with(questions, synonyms)).unwrap_or_else(|| Questions::anew(questions, synonyms))
    }

    fn anew(questions: &[(u32, String)], synonyms: &Synonyms) -> Questions {
        let mut found = Found::default();
        for (owner, question) in questions {
            found.add(*owner, question, synonyms, None);
        }
        let vocabulary = Vocabulary::new(found.new.iter());
        let vectors: Vec<Sparse> = found.new.iter().map(|question| vocabulary.weigh(question).vector).collect();
        let neighbours = Neighbours::of_telling(&vectors, vocabulary.len(), TELLING);
        // Whole lists say all there is to say.
        let vectors = if neighbours.is_whole() { Vec::new() } else { vectors };
        let base = Base { vocabulary, neighbours, vectors, numbers: found.numbers, n: found.new.len() };
        Questions { base: Arc::new(base), owners: found.owners, ..Questions::default() }
    }

    /// The same base for other questions; none when too many of them are new to it, or of its own are gone.
    fn with(&self, questions: &[(u32, String)], synonyms: &Synonyms) -> Option<Questions> {
        let base = &self.base;
        let mut found = Found { owners: vec![Vec::new(); base.n], ..Found::default() };
        for (owner, question) in questions {
            found.add(*owner, question, synonyms, Some(base));
            if found.new.len() > MAX_FEW.min(base.n / NEW_SHARE) {
                return None;
            }
        }
        let n_gone = found.owners[..base.n].iter().filter(|owners| owners.is_empty()).count();
        if n_gone > base.n / NEW_SHARE {
            return None;
        }
        let few = Few::new(&found.new, &base.vocabulary, base.n);
        let vector = |question: &Counted| {
            let (weighed, vector) = base.vocabulary.weigh_with(question, &few);
            (vector, weighed.length)
        };
        let vectors = found.new.iter().map(vector).collect();
        Some(Questions { base: Arc::clone(base), few, vectors, owners: found.owners })
    }

    /// A query as a vector, with its vector over the features of the few.
    pub(super) fn weigh(&self, query: &Normal) -> (Weighed, Sparse) {
        self.base.vocabulary.weigh_with(&Counted::new(query), &self.few)
    }

    /// The owners of questions and the questions' cosines with a query: all that share a telling feature, or the most
    /// alike of very many.
    pub(super) fn alike(&self, (query, over_few): &(Weighed, Sparse)) -> impl Iterator<Item = (&[u32], f32)> {
        let base = &*self.base;
        let cosines = base.neighbours.cosines(query).into_iter().enumerate();
        let cosines = cosines.filter(|(_, cosine)| *cosine > 0.0);
        let mut alike: Vec<(usize, f32)>;
        if base.neighbours.is_whole() {
            alike = cosines.collect();
        } else {
            let order = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
            alike = first_few(cosines, MAX_CANDIDATES, order);
            for (question, cosine) in &mut alike {
                *cosine = self::cosine(query, &base.vectors[*question]);
            }
        }
        let few = self.vectors.iter().enumerate().map(|(at, (vector, length))| {
            let cosine = product(over_few, vector) / (query.length * length).max(1e-6);
            (base.n + at, cosine)
        });
        alike.extend(few.filter(|(_, cosine)| *cosine > 0.0));
        alike.into_iter().map(|(question, cosine)| (self.owners[question].as_slice(), cosine))
    }
}

/// Questions as they are read.
#[derive(Debug, Default)]
struct Found {
    /// Those that are not in the base.
    new: Vec<Counted>,
    numbers: Numbers,
    owners: Vec<Vec<u32>>,
}

impl Found {
    fn add(&mut self, owner: u32, question: &str, synonyms: &Synonyms, base: Option<&Base>) {
        let number = |numbers: &Numbers, key: u64| {
            numbers.get(&key).copied().or_else(|| base.and_then(|base| base.numbers.get(&key)).copied())
        };
        let written = key(question);
        let known = number(&self.numbers, written).unwrap_or_else(|| {
            let normal = synonyms.read(normalise(question));
            let key = key(&normal.text);
            let known = if normal.text.is_empty() { Some(None) } else { number(&self.numbers, key) };
            let known = known.unwrap_or_else(|| {
                self.new.push(Counted::new(&normal));
                self.owners.push(Vec::new());
                Some(self.owners.len() as u32 - 1)
            });
            self.numbers.insert(key, known);
            self.numbers.insert(written, known);
            known
        });
        if let Some(known) = known {
            let owners = &mut self.owners[known as usize];
            if owners.last() != Some(&owner) {
                owners.push(owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many questions, each with a word of its own.
    fn many(n: u32) -> Vec<(u32, String)> {
        (0..n).map(|n| (n, format!("how do i use the part {} {}", word(n), word(n * 7 + 3)))).collect()
    }

    fn word(n: u32) -> String {
        (0..5).map(|at| char::from(b'a' + ((n >> (4 * at)) % 16) as u8)).collect()
    }

    fn asked(questions: &Questions, query: &str) -> Vec<(u32, f32)> {
        let weighed = questions.weigh(&normalise(query));
        let known_length = weighed.0.known_length;
        let mut found: Vec<(u32, f32)> = questions
            .alike(&weighed)
            .flat_map(|(owners, cosine)| owners.iter().map(move |owner| (*owner, cosine * known_length)))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    #[test]
    fn a_few_new_questions_are_weighed_nearly_as_if_all_were_weighed_anew() {
        let synonyms = Synonyms::default();
        let mut all = many(6_000);
        let before = Questions::new(&all, &synonyms, None);
        all.remove(17);
        all.push((6_000, "what is a xylophone".to_owned()));
        all.push((6_001, "How do I use the part  ABABA?".to_owned()));
        all.push((6_002, all[5].1.to_uppercase()));

        let (some, anew) = (Questions::new(&all, &synonyms, Some(&before)), Questions::new(&all, &synonyms, None));

        assert!(Arc::ptr_eq(&some.base, &before.base) && !Arc::ptr_eq(&anew.base, &before.base));
        assert_eq!(some.vectors.len(), 2, "the third was known");
        for query in ["a xylophone", "use part ababa", &all[5].1, "the part baaca", &many(18)[17].1] {
            let (found, expected) = (asked(&some, query), asked(&anew, query));
            assert_eq!(found[0].0, expected[0].0, "{query}");
            assert!((found[0].1 - expected[0].1).abs() < 0.01, "{query}: {:?} {:?}", found[0], expected[0]);
            assert!(found.iter().all(|(owner, _)| *owner != 17), "{query}");
        }
    }

    #[test]
    fn many_new_questions_are_weighed_anew() {
        let synonyms = Synonyms::default();
        let all = many(6_000);
        let before = Questions::new(&all[..5_500], &synonyms, None);

        for questions in [&all[..], &all[..5_000]] {
            let after = Questions::new(questions, &synonyms, Some(&before));
            assert!(!Arc::ptr_eq(&after.base, &before.base));
        }
        let small = Questions::new(&all[..50], &synonyms, None);
        assert!(!Arc::ptr_eq(&Questions::new(&all[..51], &synonyms, Some(&small)).base, &small.base));
    }
}
