//! The questions of an index: how alike a query is to each of them.

use crate::features::{Counted, pieces};
use crate::linear::Sparse;
use crate::normalise::Normal;
use crate::vectors::{Neighbours, Vocabulary, Weighed, cosine};
use std::collections::BTreeMap;

/// All questions and variants, equal ones once.
#[derive(Debug, Default)]
pub(super) struct Questions {
    pub(super) vocabulary: Vocabulary,
    neighbours: Neighbours,
    pub(super) vectors: Vec<Sparse>,
    /// Whose question it is.
    pub(super) owners: Vec<Vec<u32>>,
}

/// A feature of more questions than this does not choose candidates; it counts once they are chosen.
const TELLING: usize = 4_000;
/// The questions that are looked at with all their features.
const MAX_CANDIDATES: usize = 200;

impl Questions {
    /// Takes the questions in the order of their owners.
    pub(super) fn new(questions: impl Iterator<Item = (u32, Normal)>) -> Questions {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let mut counted: Vec<Counted> = Vec::new();
        let mut owners: Vec<Vec<u32>> = Vec::new();
        for (owner, normal) in questions {
            if normal.text.is_empty() {
                continue;
            }
            let at = *known.entry(normal.text.clone()).or_insert(counted.len());
            if at == counted.len() {
                counted.push(Counted::new(&normal));
                owners.push(Vec::new());
            }
            if owners[at].last() != Some(&owner) {
                owners[at].push(owner);
            }
        }
        let vocabulary = Vocabulary::new(counted.iter());
        let vectors: Vec<Sparse> = counted.iter().map(|question| vocabulary.weigh(question).vector).collect();
        let neighbours = Neighbours::of_telling(&vectors, vocabulary.len(), TELLING);
        Questions { vocabulary, neighbours, vectors, owners }
    }

    /// A query as a vector.
    pub(super) fn weigh(&self, query: &Normal) -> Weighed {
        self.vocabulary.weigh(&Counted::of(&pieces(query)))
    }

    /// Questions and their cosines with a query: all that share a telling feature, or the most alike of very many.
    pub(super) fn alike(&self, query: &Weighed) -> Vec<(usize, f32)> {
        let mut alike: Vec<(usize, f32)> =
            self.neighbours.cosines(query).into_iter().enumerate().filter(|(_, cosine)| *cosine > 0.0).collect();
        if self.neighbours.is_whole() {
            return alike;
        }
        let order = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if alike.len() > MAX_CANDIDATES {
            alike.select_nth_unstable_by(MAX_CANDIDATES, order);
            alike.truncate(MAX_CANDIDATES);
        }
        for (question, cosine) in &mut alike {
            *cosine = self::cosine(query, &self.vectors[*question]);
        }
        alike
    }
}
