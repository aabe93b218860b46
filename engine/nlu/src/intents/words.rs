//! The words of a message that decided its intent, for the person who asks why.

use super::model::Model;
use crate::features::{Piece, is_telling};
use crate::normalise::{Normal, readable};
use std::collections::BTreeMap;

const MAX_WORDS: usize = 4;

/// The pieces of the message that spoke most for the best class, the strongest first, none inside another.
pub(super) fn decisive(
    normal: &Normal,
    pieces: &[Piece],
    model: &Model,
    best: usize,
    against: Option<usize>,
) -> Vec<String> {
    let mut weights: BTreeMap<&str, f32> = BTreeMap::new();
    for piece in pieces {
        let text = normal.text[piece.range.clone()].trim();
        *weights.entry(text).or_default() += model.weight(piece.block, piece.hash, best, against);
    }
    let mut ranked: Vec<(&str, f32)> =
        weights.into_iter().filter(|(text, weight)| *weight > 0.0 && is_telling(text)).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let mut chosen: Vec<&str> = Vec::new();
    for (text, _) in ranked {
        if chosen.len() == MAX_WORDS {
            break;
        }
        if !chosen.iter().any(|other| other.contains(text) || text.contains(other)) {
            chosen.push(text);
        }
    }
    chosen.into_iter().map(readable).collect()
}
