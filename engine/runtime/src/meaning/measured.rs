//! The search by meaning without a product around it, for whoever measures it.

use std::collections::HashMap;

use super::{Alike, CANDIDATES, Hash, Lines, Small, Vectors, Worded, fuse, hash};

/// Texts with their vectors, as they are kept.
#[derive(Default)]
pub struct MeantTexts {
    vectors: Vectors,
    places: HashMap<Hash, Vec<usize>>,
    are_articles: bool,
}

impl MeantTexts {
    /// As many entries as the search by words has to find, so that both are put together.
    pub const CANDIDATES: usize = CANDIDATES;

    /// Texts with a vector for each; they are articles or passages of documents, which count differently.
    pub fn new(texts: &[String], vectors: &[Vec<f32>], are_articles: bool) -> Self {
        let mut meant = Self { are_articles, ..Self::default() };
        for (place, (text, vector)) in texts.iter().zip(vectors).enumerate() {
            let name = hash(text);
            meant.vectors.add(name, &Small::of(vector));
            meant.places.entry(name).or_default().push(place);
        }
        meant
    }

    /// What words and meaning find together, as the product puts it: places with their scores, best first. `words` is
    /// what words found, by place; below `nothing_below` and from `sure_above` on are the lines of the library.
    pub fn fused(
        &self,
        words: &[(usize, f64)],
        question: &[f32],
        (nothing_below, sure_above): (f64, f64),
    ) -> Vec<(usize, f64)> {
        let question = Small::of(question);
        let cosines = self.vectors.cosines(&question).into_iter().flatten();
        let placed = cosines.flat_map(|(name, cosine)| {
            self.places.get(name).into_iter().flatten().map(move |place| (*place, f64::from(cosine)))
        });
        let alike = Alike::of(placed.collect());
        let words: Vec<Worded> = words.iter().map(|(place, score)| Worded { place: *place, score: *score }).collect();
        let ranked = fuse(&words, &alike, |_| self.are_articles, Lines { nothing_below, sure_above });
        ranked.into_iter().map(|ranked| (ranked.place, ranked.score)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_searches_are_put_together() {
        let texts: Vec<String> = (0..10).map(|n| format!("text {}", n % 9)).collect();
        let vector = |n: usize| (0..9).map(|at| if at == n % 9 { 1.0 } else { 0.1 }).collect::<Vec<f32>>();
        let vectors: Vec<Vec<f32>> = (0..10).map(vector).collect();
        let meant = MeantTexts::new(&texts, &vectors, true);

        let found = meant.fused(&[(3, 0.5)], &vector(4), (0.2, 0.6));

        assert_eq!(found.first().map(|(place, _)| *place), Some(4), "{found:?}");
        assert!(found.iter().any(|(place, _)| *place == 0) && found.iter().any(|(place, _)| *place == 9), "{found:?}");
    }
}
