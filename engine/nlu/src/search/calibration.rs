//! What a score means in one library: fitted on its own questions, each asked while it is away.

use super::synonyms::Synonyms;
use super::{Built, CONFIDENCE, Entries, Entry, Signals};
use crate::background;
use crate::logistic::{Curve, Sample};
use crate::round4;

/// A curve over signals, and the thresholds that go with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calibration {
    pub(super) curve: Curve<4>,
    pub(super) nothing_below: f64,
    pub(super) sure_above: f64,
}

/// What holds for libraries too small to learn their own.
const USUAL: Calibration = Calibration { curve: CONFIDENCE, nothing_below: 0.15, sure_above: 0.6 };

/// More entries than this are not needed to learn it.
const MAX_ENTRIES: usize = 1_000;
/// With fewer right answers than this, the usual holds.
const MIN_RIGHT: usize = 20;
/// How strongly a library's own curve is drawn toward the usual one.
const PULL: f64 = 3.0;
/// The share of right answers that may fall below "nothing found".
const MAY_BE_MISSED: f64 = 0.03;
/// The share of sure answers that must be right.
const MUST_BE_RIGHT: f64 = 0.9;

impl Calibration {
    /// Asks, of one half of the entries after the other, a wording that is away; and all that the other half asks,
    /// while its entries are away.
    pub(super) fn of(entries: &Entries<'_>, synonyms: &Synonyms) -> Calibration {
        let every = entries.n.div_ceil(MAX_ENTRIES).max(1);
        let entries: Vec<Entry> = (0..entries.n).step_by(every).map(entries.read).collect();
        let n_wordings = entries.iter().filter(|entry| entry.variants.iter().any(|text| !text.trim().is_empty()));
        if n_wordings.count() < MIN_RIGHT {
            return USUAL;
        }
        let mut samples: Vec<Sample<4>> = Vec::new();
        for fold in 0..2 {
            add_fold(&entries, synonyms, fold, &mut samples);
        }
        let n_right = samples.iter().filter(|sample| sample.is_good).count();
        if n_right < MIN_RIGHT {
            return USUAL;
        }
        // As many right answers as wrong ones, whatever the numbers of wordings.
        let n_wrong = (samples.len() - n_right).max(1);
        for sample in samples.iter_mut().filter(|sample| !sample.is_good) {
            sample.weight = n_right as f64 / n_wrong as f64;
        }
        let curve = CONFIDENCE.fitted(&samples, PULL);
        let (nothing_below, sure_above) = thresholds(&curve, &samples);
        Calibration { curve, nothing_below, sure_above }
    }
}

fn add_fold(entries: &[Entry], synonyms: &Synonyms, fold: usize, samples: &mut Vec<Sample<4>>) {
    let mut kept: Vec<Entry> = Vec::new();
    let mut asked: Vec<(&str, Option<&str>)> = Vec::new();
    for (idx, entry) in entries.iter().enumerate() {
        if idx % 2 == fold {
            asked.extend(entry.variants.last().map(|text| (text.as_str(), None)));
            continue;
        }
        let mut kept_entry = entry.clone();
        kept_entry.variants.pop();
        asked.extend(entry.variants.last().map(|text| (text.as_str(), Some(entry.id.as_str()))));
        kept.push(kept_entry);
    }
    asked.extend(background::sentences().step_by(8).map(|text| (text, None)));
    let built = Built::of(&kept, synonyms.clone());
    for (text, expected) in asked {
        let found = built.find(text, 2);
        if let Some(first) = found.ranked.first() {
            let is_good = expected == Some(built.ids[first.entry].as_str());
            samples.push(sample(found.signals, is_good));
        }
    }
}

fn sample(signals: Signals, is_good: bool) -> Sample<4> {
    Sample { signals, is_good, weight: 1.0 }
}

/// Where few right answers are below, and where most of what is above is right.
fn thresholds(curve: &Curve<4>, samples: &[Sample<4>]) -> (f64, f64) {
    let mut scored: Vec<(f64, f64, bool)> =
        samples.iter().map(|sample| (curve.of(&sample.signals), sample.weight, sample.is_good)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let right: Vec<f64> = scored.iter().filter(|(_, _, is_good)| *is_good).map(|(score, ..)| *score).collect();
    let missed = (right.len() as f64 * MAY_BE_MISSED) as usize;
    let nothing_below = right.iter().rev().nth(missed).copied().unwrap_or(USUAL.nothing_below);
    let (mut weight, mut weight_right) = (0.0, 0.0);
    let mut sure_above = 1.0;
    for (score, one, is_good) in &scored {
        weight += one;
        weight_right += if *is_good { *one } else { 0.0 };
        if weight_right >= MUST_BE_RIGHT * weight {
            sure_above = *score;
        }
    }
    (round4(nothing_below.clamp(0.1, 0.35)), round4(sure_above.clamp(0.5, 0.8)))
}
