//! `heliu evaluate`: measures understanding on labelled lines, before a release trusts it.

mod emotion;
mod library;
mod lines;
mod meaning;
mod report;
mod topics;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use report::{Report, Table};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Evaluate {
    /// How well topics are recognised: trains on one file of {"text", "label"} lines, asks another
    Topics(topics::Args),
    /// How well a library answers: {"id", "question", "answer", "variants"?} lines, asked {"query", "relevant"} lines
    Library(library::Args),
    /// How well moods are told apart: the built-in ones, or those of a file to learn from
    Emotion(emotion::Args),
}

/// How the result is shown.
#[derive(Debug, clap::Args)]
struct Output {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Also write the result as a web page
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
}

/// True when everything was measured; how good it is, is for the reader to judge.
pub(super) fn run(evaluate: &Evaluate) -> anyhow::Result<bool> {
    match evaluate {
        Evaluate::Topics(args) => topics::run(args),
        Evaluate::Library(args) => library::run(args),
        Evaluate::Emotion(args) => emotion::run(args),
    }
}

impl Output {
    fn show(&self, json: &serde_json::Value, report: &Report) -> anyhow::Result<bool> {
        report.write_page(self.page.as_deref())?;
        let mut text = if self.json { serde_json::to_string_pretty(json)? + "\n" } else { report.text() };
        if let Some(path) = self.page.as_ref().filter(|_| !self.json) {
            text += &format!("\n{}\n", path.display());
        }
        std::io::stdout().write_all(text.as_bytes()).context("write the result")?;
        Ok(true)
    }
}

/// How long one question takes: the mean and the 99th percentile, in microseconds, after a warm start.
fn timed<'a>(questions: impl Iterator<Item = &'a str> + Clone, mut ask: impl FnMut(&str)) -> (f64, f64) {
    const WARM_UP: usize = 200;
    const MAX_ASKED: usize = 5_000;
    questions.clone().take(WARM_UP).for_each(&mut ask);
    let once = |text: &str| {
        let start = Instant::now();
        ask(text);
        start.elapsed().as_secs_f64() * 1e6
    };
    let mut taken: Vec<f64> = questions.take(MAX_ASKED).map(once).collect();
    taken.sort_by(f64::total_cmp);
    let mean = taken.iter().sum::<f64>() / taken.len().max(1) as f64;
    let p99 = taken.get(taken.len() * 99 / 100).copied().unwrap_or_default();
    (tenth(mean), tenth(p99))
}

fn since(start: Instant) -> f64 {
    tenth(start.elapsed().as_secs_f64() * 1e3)
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// What became of lines that have no right answer, where there were some.
fn add_out_of_scope(json: &mut serde_json::Value, out_of_scope: Option<nlu::evaluate::OutOfScope>) {
    if let Some(others) = out_of_scope {
        json["n_oos"] = others.n.into();
        json["oos_recall"] = others.recall.into();
        json["oos_sure"] = others.sure.into();
        json["auroc"] = others.auroc.into();
    }
}

fn confusions(confusions: &[nlu::evaluate::Confused]) -> Table {
    let row = |it: &nlu::evaluate::Confused| {
        let taken_for = if it.taken_for.is_empty() { "–" } else { &it.taken_for };
        vec![it.n.to_string(), it.label.clone(), format!("→ {taken_for}")]
    };
    Table {
        title: model::Texts::new("最常混淆", "Most often confused"),
        head: vec![
            model::Texts::new("次数", "times"),
            model::Texts::new("应为", "meant"),
            model::Texts::new("识别为", "taken for"),
        ],
        rows: confusions.iter().take(200).map(row).collect(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
