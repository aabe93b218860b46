//! One number for everything the browser part is made from, so that unchanged input costs no build.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::Context;

use crate::command;

/// Folders and files that the browser part is made from.
pub(crate) const INPUTS: [&str; 7] =
    ["Cargo.lock", "Cargo.toml", "designer", "engine/expr", "engine/model", "widget", "xtask/bindgen"];

/// A fingerprint of names and contents.
pub(crate) fn fingerprint() -> anyhow::Result<u64> {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        add(&command::root().join(input), &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> anyhow::Result<()> {
    if path.is_file() {
        path.hash(hasher);
        fs::read(path).with_context(|| format!("read {}", path.display()))?.hash(hasher);
    } else if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path)?
            .collect::<Result<Vec<_>, _>>()
            .with_context(|| format!("read {}", path.display()))?
            .into_iter()
            .map(|entry| entry.path())
            .collect();
        entries.sort();
        for entry in entries {
            add(&entry, hasher)?;
        }
    }
    Ok(())
}
