//! What a text shares with a query, for the person who asks why it was found: pieces of the query as it was written.

use super::bm25::Wanted;
use super::terms::each_placed_term;
use crate::normalise::{Normal, as_written, readable};
use crate::round4;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Pieces that are told.
const MAX_PIECES: usize = 4;
/// A piece that says less than this share of what the most telling one says is not told.
const SHARE_OF_FIRST: f64 = 0.1;

/// A piece of the query that a text contains.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// As the query has it; where a synonym was found instead, as the text has it.
    pub text: String,
    /// The share of what the query says that lies in it, 0 to 1; all pieces together are at most
    /// [`super::Parts::contained`].
    pub weight: f64,
}

/// A query as it was written and read, with what each of its terms says: laid out once for all texts that were found.
pub(super) struct Spoken<'a> {
    message: &'a str,
    text: &'a str,
    /// In reading order.
    places: Vec<Place>,
    query: &'a [Wanted],
    /// What all terms say.
    said: f64,
}

struct Place {
    range: Range<usize>,
    /// The number of its term among those that are looked for.
    wanted: usize,
}

/// A part of the text and what its terms say.
type Piece = (Range<usize>, f64);

impl<'a> Spoken<'a> {
    pub(super) fn new(message: &'a str, normal: &'a Normal, query: &'a [Wanted]) -> Spoken<'a> {
        let numbers: HashMap<&str, usize> =
            query.iter().enumerate().map(|(number, wanted)| (wanted.term.as_str(), number)).collect();
        let (mut places, mut said) = (Vec::new(), 0.0);
        each_placed_term(normal, |term, range| {
            if let Some(wanted) = numbers.get(term).copied() {
                said += query[wanted].says;
                places.push(Place { range, wanted });
            }
        });
        Spoken { message, text: &normal.text, places, query, said }
    }

    /// The pieces of the query that a text contains, the most telling first.
    ///
    /// Pairs of Chinese characters that overlap are one piece, a Latin word is one; a single character is told only
    /// where nothing longer is shared.
    pub(super) fn shared(&self, contained: &[bool]) -> Vec<Shared> {
        let found = self.places.iter().filter(|place| contained[place.wanted]);
        let (characters, longer): (Vec<&Place>, Vec<&Place>) =
            found.partition(|place| self.query[place.wanted].is_character());
        let mut pieces: Vec<Piece> = Vec::new();
        for place in longer {
            match pieces.last_mut() {
                Some((last, weight)) if place.range.start < last.end => {
                    last.end = place.range.end;
                    *weight += self.says(place);
                }
                _ => pieces.push((place.range.clone(), self.says(place))),
            }
        }
        if pieces.is_empty() {
            pieces = characters.iter().map(|place| (place.range.clone(), self.says(place))).collect();
        } else {
            // Both are in reading order.
            let mut at = 0;
            for place in characters {
                while pieces.get(at).is_some_and(|(piece, _)| piece.end <= place.range.start) {
                    at += 1;
                }
                if let Some((_, weight)) = pieces.get_mut(at).filter(|(piece, _)| piece.start <= place.range.start) {
                    *weight += self.says(place);
                }
            }
        }
        self.told(&pieces)
    }

    fn says(&self, place: &Place) -> f64 {
        self.query[place.wanted].says
    }

    fn told(&self, pieces: &[Piece]) -> Vec<Shared> {
        // The same words in two places are told once.
        let mut weights: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
        for (range, weight) in pieces {
            weights.entry(&self.text[range.clone()]).or_insert((range.start, 0.0)).1 += weight;
        }
        let mut told: Vec<(&str, (usize, f64))> = weights.into_iter().collect();
        // Of equals the one that comes first in the query.
        told.sort_by(|(_, (a, more)), (_, (b, less))| less.total_cmp(more).then(a.cmp(b)));
        let least = told.first().map_or(0.0, |(_, (_, weight))| weight * SHARE_OF_FIRST);
        let told = told.into_iter().filter(|(_, (_, weight))| *weight >= least).take(MAX_PIECES);
        told.map(|(piece, (_, weight))| Shared {
            text: as_written(self.message, piece).map_or_else(|| readable(piece), str::to_owned),
            weight: round4(weight / self.said.max(1e-9)),
        })
        .collect()
    }
}
