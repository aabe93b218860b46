//! What a disk may hold after the power went: everything synced, and any part of what was written since.

use std::path::Path;

use crate::random::Random;
use crate::recording::{Deed, FILES, Mark, Recording};

/// The disk while a recording goes by.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    /// What is on it for sure, by file.
    synced: Vec<Vec<u8>>,
    /// What was written since the last finished sync, by file: the deed's number, and whether it has ended.
    waiting: Vec<Vec<(usize, bool)>>,
    /// Syncs under way: the deed's number, and the writes it covers.
    syncing: Vec<(usize, Vec<usize>)>,
    /// Finished syncs, by file.
    pub(crate) n_synced: Vec<usize>,
}

impl Disk {
    /// The files of a folder, taken for synced.
    pub(crate) fn of(folder: &Path) -> Self {
        let synced = FILES.map(|file| std::fs::read(folder.join(file)).unwrap_or_default()).to_vec();
        let n = synced.len();
        Self { synced, waiting: vec![Vec::new(); n], syncing: Vec::new(), n_synced: vec![0; n] }
    }

    /// Something begins or ends.
    pub(crate) fn goes_on(&mut self, recording: &Recording, mark: Mark) {
        match mark {
            Mark::Begins(number) => match &recording.deeds[number] {
                Deed::Write { file, .. } | Deed::Truncate { file, .. } => self.waiting[*file].push((number, false)),
                Deed::Sync { file } => {
                    let covered = self.waiting[*file].iter().filter(|(_, has_ended)| *has_ended);
                    self.syncing.push((number, covered.map(|(number, _)| *number).collect()));
                }
                Deed::Send(_) => {}
            },
            Mark::Ends(number) => match &recording.deeds[number] {
                Deed::Write { file, .. } | Deed::Truncate { file, .. } => {
                    let waiting = self.waiting[*file].iter_mut().find(|(waiting, _)| *waiting == number);
                    waiting.into_iter().for_each(|waiting| waiting.1 = true);
                }
                Deed::Sync { file } => {
                    let Some(at) = self.syncing.iter().position(|(sync, _)| *sync == number) else { return };
                    let (_, covered) = self.syncing.swap_remove(at);
                    for deed in &covered {
                        apply(&mut self.synced[*file], &recording.deeds[*deed]);
                    }
                    self.waiting[*file].retain(|(waiting, _)| !covered.contains(waiting));
                    self.n_synced[*file] += 1;
                }
                Deed::Send(_) => {}
            },
        }
    }

    /// Writes to a folder what the disk holds when the power goes now: of what is not synced, as chance has it, nothing,
    /// some or nearly all, torn at the borders of sectors or of pages.
    pub(crate) fn after_power_loss(&self, recording: &Recording, random: &mut Random, folder: &Path) {
        let arrives = [0, 10, 50, 95][random.below(4) as usize];
        let sector = if random.chance(50) { 512 } else { 4_096 };
        for (file, name) in FILES.iter().enumerate() {
            let mut bytes = self.synced[file].clone();
            for (number, _) in &self.waiting[file] {
                match &recording.deeds[*number] {
                    Deed::Write { offset, bytes: written, .. } => {
                        let mut from = 0;
                        while from < written.len() {
                            let to = ((offset + from) / sector + 1) * sector - offset;
                            let to = to.min(written.len());
                            if random.chance(arrives) {
                                write_at(&mut bytes, offset + from, &written[from..to]);
                            }
                            from = to;
                        }
                    }
                    other => {
                        if random.chance(arrives) {
                            apply(&mut bytes, other);
                        }
                    }
                }
            }
            std::fs::write(folder.join(name), bytes).expect("the image is written");
        }
    }
}

fn apply(bytes: &mut Vec<u8>, deed: &Deed) {
    match deed {
        Deed::Write { offset, bytes: written, .. } => write_at(bytes, *offset, written),
        Deed::Truncate { length, .. } => bytes.resize(*length, 0),
        Deed::Sync { .. } | Deed::Send(_) => {}
    }
}

fn write_at(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    let end = offset + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_after_the_sync_began_may_be_lost() {
        let write = |offset, byte| Deed::Write { file: 0, offset, bytes: vec![byte; 512] };
        let recording =
            Recording { deeds: vec![write(0, 1), Deed::Sync { file: 0 }, write(512, 2)], marks: Vec::new() };
        let folder = tempfile::tempdir().expect("a folder");
        let mut disk = Disk::of(folder.path());
        use Mark::{Begins, Ends};
        for mark in [Begins(0), Ends(0), Begins(1), Begins(2), Ends(2), Ends(1)] {
            disk.goes_on(&recording, mark);
        }

        let mut lengths = std::collections::BTreeSet::new();
        for seed in 0..50 {
            disk.after_power_loss(&recording, &mut Random::new(seed), folder.path());
            let bytes = std::fs::read(folder.path().join(FILES[0])).expect("an image");
            assert_eq!(bytes[..512], [1; 512]);
            lengths.insert(bytes.len());
        }

        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [512, 1_024]);
    }
}
