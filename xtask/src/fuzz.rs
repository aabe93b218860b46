//! The stage `fuzz`: each target of `fuzz/` for a minute, beginning with its corpus.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::command::{self, find, run as run_command};
use crate::stages::Outcome;

/// How long each target runs.
const SECONDS: u32 = 60;

/// Runs every target, in a long run and where cargo-fuzz is installed.
pub(crate) fn run(is_long: bool) -> anyhow::Result<Outcome> {
    if !is_long {
        return Ok(Outcome::Skipped("only in a long run".to_owned()));
    }
    if find("cargo-fuzz").is_none() {
        return Ok(Outcome::Skipped("cargo-fuzz is not installed; `cargo install cargo-fuzz` brings it".to_owned()));
    }
    let folder = command::root().join("fuzz");
    let targets = targets(&folder.join("fuzz_targets"))?;
    for target in &targets {
        // New inputs go to the build's own folder: the committed corpus stays small.
        let found = command::target_folder().join("fuzz-corpus").join(target);
        std::fs::create_dir_all(&found).with_context(|| format!("make {}", found.display()))?;
        let mut fuzz = Command::new("cargo");
        fuzz.args(["fuzz", "run", target]).arg(&found).arg(folder.join("corpus").join(target));
        fuzz.args(["--", &format!("-max_total_time={SECONDS}"), "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0"]);
        // Sanitizers are options that only a nightly compiler takes without this.
        fuzz.env("RUSTC_BOOTSTRAP", "1").current_dir(&folder);
        run_command(&mut fuzz).with_context(|| format!("fuzz target {target}; the input is in fuzz/artifacts"))?;
    }
    Ok(Outcome::Summary(vec![format!("{} targets, {SECONDS} s each, nothing found", targets.len())]))
}

/// The targets by name.
fn targets(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut targets = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(name) = path.file_stem().filter(|_| path.extension().is_some_and(|ending| ending == "rs")) {
            targets.push(name.to_string_lossy().into_owned());
        }
    }
    targets.sort();
    Ok(targets)
}
