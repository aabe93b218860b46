//! Named stages one after another, each with its time; the table at the end tells which failed.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::say;

/// How a stage came out.
pub(crate) enum Outcome {
    Passed,
    /// Passed; these are the runner's own closing lines.
    Summary(Vec<String>),
    /// Not run, with the reason; only for what a machine may lack.
    Skipped(String),
}

/// A run of stages: a failed one does not stop those after it.
pub(crate) struct Stages {
    only: Vec<String>,
    done: Vec<Done>,
}

struct Done {
    name: &'static str,
    took: Duration,
    result: anyhow::Result<Outcome>,
}

impl Stages {
    /// All stages, or only those named.
    pub(crate) fn new(only: Vec<String>) -> Self {
        Self { only, done: Vec::new() }
    }

    /// Runs one stage, unless others were asked for.
    pub(crate) fn stage(&mut self, name: &'static str, work: impl FnOnce() -> anyhow::Result<Outcome>) {
        if !self.only.is_empty() && !self.only.iter().any(|wanted| wanted == name) {
            return;
        }
        say(&format!("\n── {name}"));
        let begun = Instant::now();
        let result = work();
        if let Err(error) = &result {
            say(&format!("error: {error:#}"));
        }
        let took = begun.elapsed();
        say(&format!("── {name}: {:.1} s", took.as_secs_f64()));
        self.done.push(Done { name, took, result });
    }

    /// The table; an error when a stage failed, or none was run.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        if self.done.is_empty() {
            bail!("no stage is called {}", self.only.join(" or "));
        }
        say("");
        let mut failed = Vec::new();
        let mut total = Duration::ZERO;
        for stage in &self.done {
            total += stage.took;
            let word = match &stage.result {
                Ok(Outcome::Passed) => "ok".to_owned(),
                Ok(Outcome::Summary(lines)) => {
                    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
                    format!("ok: {}", lines.join(" · "))
                }
                Ok(Outcome::Skipped(reason)) => format!("skipped: {reason}"),
                Err(error) => {
                    failed.push(stage.name);
                    format!("FAILED: {error}")
                }
            };
            say(&format!("{:>7.1} s  {:<14} {word}", stage.took.as_secs_f64(), stage.name));
        }
        say(&format!("{:>7.1} s", total.as_secs_f64()));
        if !failed.is_empty() {
            bail!("{} of {} stages failed: {}", failed.len(), self.done.len(), failed.join(", "));
        }
        say(&format!("{} stages passed", self.done.len()));
        Ok(())
    }
}
