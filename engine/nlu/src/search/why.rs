//! What a text shares with a query, for the person who asks why it was found: pieces of the query as it was written.

use super::bm25::Wanted;
use super::terms::{each_placed_term, weight_in_general};
use crate::normalise::{Normal, as_written, is_cjk, readable};
use crate::round4;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

/// The pieces of a query that a text contains, the most telling first.
///
/// Pairs of Chinese characters that overlap are one piece, a Latin word is one; a single character is told only where
/// nothing longer is shared.
pub(super) fn shared(message: &str, normal: &Normal, query: &[Wanted], contained: &[bool]) -> Vec<Shared> {
    let found: BTreeSet<&str> =
        query.iter().zip(contained).filter(|(_, is_in)| **is_in).map(|(wanted, _)| wanted.term.as_str()).collect();
    let mut said = 0.0;
    // Where each shared term stands and what it says, in reading order.
    let mut places = Vec::new();
    each_placed_term(normal, |term, place| {
        let weight = weight_in_general(term);
        said += weight;
        if found.contains(term) {
            places.push((place, weight));
        }
    });
    let is_character = |text: &str| text.chars().count() == 1 && text.chars().all(is_cjk);
    let mut pieces: Vec<(std::ops::Range<usize>, f64)> = Vec::new();
    for (place, weight) in places.iter().filter(|(place, _)| !is_character(&normal.text[place.clone()])) {
        match pieces.last_mut() {
            Some((last, sum)) if place.start < last.end => {
                last.end = place.end;
                *sum += weight;
            }
            _ => pieces.push((place.clone(), *weight)),
        }
    }
    for (place, weight) in places.iter().filter(|(place, _)| is_character(&normal.text[place.clone()])) {
        let around = pieces.iter_mut().find(|(piece, _)| piece.start <= place.start && place.end <= piece.end);
        if let Some((_, sum)) = around {
            *sum += weight;
        }
    }
    if pieces.is_empty() {
        pieces = places;
    }
    told(message, normal, pieces, said)
}

fn told(message: &str, normal: &Normal, pieces: Vec<(std::ops::Range<usize>, f64)>, said: f64) -> Vec<Shared> {
    let mut told: Vec<Shared> = Vec::new();
    for (place, weight) in pieces {
        let piece = &normal.text[place];
        let text = as_written(message, piece).map_or_else(|| readable(piece), str::to_owned);
        match told.iter_mut().find(|same| same.text == text) {
            Some(same) => same.weight += weight,
            None => told.push(Shared { text, weight }),
        }
    }
    // Of equals the one that comes first in the query.
    told.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let least = told.first().map_or(0.0, |first| first.weight * SHARE_OF_FIRST);
    told.retain(|piece| piece.weight >= least);
    told.truncate(MAX_PIECES);
    told.into_iter().map(|piece| Shared { weight: round4(piece.weight / said.max(1e-9)), ..piece }).collect()
}
