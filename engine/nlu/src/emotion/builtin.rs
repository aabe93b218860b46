//! The classifier that is built in: a hashed table with one byte per weight, written by `examples/train_moods.rs`.
//!
//! The file is the magic word, the number of classes, the logarithm of the number of slots, two zeros; per class the
//! largest weight and its bias (f32); a fingerprint per slot (u16, 0 is empty); the weights (i8, class by class), as
//! roots, because most weights are small and all of them add up.

use super::classifier::{Classifier, softmax};
use super::features::Features;

/// Angry, anxious, sad, neutral, positive.
pub(super) const N_CLASSES: usize = 5;
const MAGIC: &[u8; 4] = b"HMD1";
const HEADER: usize = 8 + N_CLASSES * 8;
/// A search for a feature ends after so many slots.
const MAX_PROBES: usize = 32;

static TABLE: &[u8] = include_bytes!("moods.bin");

/// The probability of each class, with the margins this much surer than they were learnt.
pub(super) fn probabilities(features: &Features, surer: f32) -> [f32; N_CLASSES] {
    let mut margins = [0.0; N_CLASSES];
    for (class, margin) in margins.iter_mut().enumerate() {
        *margin = float(8 + class * 8 + 4);
    }
    let largest: [f32; N_CLASSES] = std::array::from_fn(|class| float(8 + class * 8));
    for (hash, value) in features {
        if let Some(weights) = weights_of(*hash) {
            for (class, margin) in margins.iter_mut().enumerate() {
                *margin += value * largest[class] * share(weights[class]);
            }
        }
    }
    for margin in &mut margins {
        *margin *= surer;
    }
    softmax(&mut margins);
    margins
}

/// How much a feature speaks for a class.
pub(super) fn weight(hash: u64, class: usize) -> f32 {
    weights_of(hash).map_or(0.0, |weights| share(weights[class]) * float(8 + class * 8))
}

/// What part of the largest weight a byte stands for.
fn share(byte: i8) -> f32 {
    let root = f32::from(byte) / 127.0;
    root * root.abs()
}

fn weights_of(hash: u64) -> Option<[i8; N_CLASSES]> {
    let n_slots = 1_usize << (TABLE[5] & 31);
    let fingerprint = fingerprint(hash);
    for probe in 0..MAX_PROBES {
        let slot = (hash as usize).wrapping_add(probe) & (n_slots - 1);
        let at = HEADER + slot * 2;
        match u16::from_le_bytes([*TABLE.get(at)?, *TABLE.get(at + 1)?]) {
            0 => return None,
            found if found == fingerprint => {
                let at = HEADER + n_slots * 2 + slot * N_CLASSES;
                let weights = TABLE.get(at..at + N_CLASSES)?;
                return Some(std::array::from_fn(|class| weights[class] as i8));
            }
            _ => {}
        }
    }
    None
}

fn float(at: usize) -> f32 {
    TABLE.get(at..at + 4).map_or(0.0, |bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn fingerprint(hash: u64) -> u16 {
    ((hash >> 40) as u16).max(1)
}

/// Writes a trained classifier of five classes as such a table with 2^`log_slots` slots; the strongest features stay.
pub fn write(classifier: &Classifier, log_slots: u8) -> Vec<u8> {
    let n_slots = 1_usize << log_slots;
    let (rows, bias) = classifier.strongest(n_slots * 3 / 4);
    let largest: Vec<f32> = (0..N_CLASSES)
        .map(|class| rows.iter().map(|(_, weights)| weights[class].abs()).fold(1e-6_f32, f32::max))
        .collect();
    let mut fingerprints = vec![0_u16; n_slots];
    let mut weights = vec![0_i8; n_slots * N_CLASSES];
    for (hash, row) in &rows {
        let mut slots = (0..MAX_PROBES).map(|probe| (*hash as usize).wrapping_add(probe) & (n_slots - 1));
        let Some(slot) = slots.find(|slot| fingerprints[*slot] == 0) else { continue };
        fingerprints[slot] = fingerprint(*hash);
        let bytes = &mut weights[slot * N_CLASSES..(slot + 1) * N_CLASSES];
        for ((byte, weight), largest) in bytes.iter_mut().zip(row).zip(&largest) {
            let share = weight / largest;
            *byte = (share.signum() * share.abs().sqrt() * 127.0).round() as i8;
        }
    }
    let mut file = MAGIC.to_vec();
    file.extend([N_CLASSES as u8, log_slots, 0, 0]);
    for (largest, bias) in largest.iter().zip(&bias) {
        file.extend(largest.to_le_bytes());
        file.extend(bias.to_le_bytes());
    }
    file.extend(fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
    file.extend(weights.iter().map(|weight| *weight as u8));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_small() {
        let n_slots = 1_usize << TABLE[5];
        assert_eq!(&TABLE[..4], MAGIC);
        assert_eq!(TABLE.len(), HEADER + n_slots * (2 + N_CLASSES));
        assert!(TABLE.len() <= 1024 * 1024);
    }
}
