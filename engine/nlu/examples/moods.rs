//! How well the built-in moods do on labelled lines: `cargo run --release -p nlu --example moods -- ../shared/data`.
//!
//! "As learnt" is the classifier alone, "as told" what `mood` says. With `train` behind the folder, the lines that the
//! classifier learnt from are read as well: settings are chosen on those, never on the test.
#![expect(clippy::print_stdout, reason = "printing the figures is what this program is for")]
#![expect(clippy::disallowed_methods, reason = "it reads the sets")]

use std::path::Path;

use nlu::emotion::{Evaluation, Judge, evaluate_four};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    text: String,
    label: String,
}

fn main() {
    let mut args = std::env::args().skip(1);
    let data = args.next().unwrap_or_else(|| "../shared/data".into());
    let parts: &[&str] = if args.next().as_deref() == Some("train") { &["train", "test"] } else { &["test"] };
    for set in ["goemotions_en", "cped_zh"] {
        for part in parts {
            let lines = lines(&Path::new(&data).join(set).join(format!("{part}.jsonl")));
            for (judge, name) in [(Judge::Learnt, "as learnt"), (Judge::Told, "as told")] {
                let lines = lines.iter().map(|line| (line.text.as_str(), line.label.as_str()));
                report(&format!("{set} {part}, {name}"), &evaluate_four(lines, judge));
            }
        }
    }
}

fn report(name: &str, evaluation: &Evaluation) {
    println!("{name}: accuracy {:.3} macro-F1 {:.3}", evaluation.accuracy, evaluation.macro_f1);
    for class in &evaluation.classes {
        println!("  {:12} n {:5}  precision {:.2}  recall {:.2}", class.label, class.n, class.precision, class.recall);
    }
}

fn lines(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
