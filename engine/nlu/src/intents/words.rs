//! The words of a message that decided its intent, for the person who asks why.

use super::model::Model;
use crate::features::{Piece, is_telling};
use crate::normalise::{Normal, readable};

const MAX_WORDS: usize = 4;
/// A run of characters is named as far as each has at least this share of the strongest one's weight.
const SHARE_OF_STRONGEST: f32 = 0.35;

/// The parts of the message that spoke most for the best class, the strongest first.
///
/// Each feature spreads its weight over the characters that it stands for; what gathers much of it is named.
pub(super) fn decisive(
    normal: &Normal,
    pieces: &[Piece],
    model: &Model,
    best: usize,
    against: Option<usize>,
) -> Vec<String> {
    let text = &normal.text;
    let mut heat = vec![0.0f32; text.len()];
    for piece in pieces {
        let weight = model.weight(piece.block, piece.hash, best, against) / piece.range.len() as f32;
        for part in &mut heat[piece.range.clone()] {
            *part += weight;
        }
    }
    let strongest = heat.iter().copied().fold(0.0, f32::max);
    if strongest <= 0.0 {
        return Vec::new();
    }
    let mut runs: Vec<(&str, f32)> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_hot = heat.get(at).is_some_and(|heat| *heat >= strongest * SHARE_OF_STRONGEST);
        let belongs = is_hot && (c == '\'' || is_telling(c.encode_utf8(&mut [0; 4])));
        match (belongs, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                runs.push((&text[from..at], heat[from..at].iter().sum()));
                start = None;
            }
            _ => {}
        }
    }
    runs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let mut words: Vec<String> = Vec::new();
    for (run, _) in runs {
        let word = readable(run);
        if words.len() < MAX_WORDS && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
