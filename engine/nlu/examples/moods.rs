//! How well the built-in moods do on labelled lines: `cargo run --release -p nlu --example moods -- ../shared/data`.
//!
//! "As learnt" is the classifier alone, "as told" what `mood` says. With `train` behind the folder, the lines that the
//! classifier learnt from are read as well: settings are chosen on those, never on the test.
#![expect(clippy::print_stdout, reason = "printing the figures is what this program is for")]
#![expect(clippy::disallowed_methods, reason = "it reads the sets")]

use std::path::Path;

use nlu::emotion::{CLASSES, evaluate, likelihoods, mood};
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
            report(&format!("{set} {part}, as learnt"), &lines, |text| {
                let likely = likelihoods(text);
                let merged = [likely[0], likely[1] + likely[2], likely[3], likely[4]];
                let best = (0..merged.len()).max_by(|a, b| merged[*a].total_cmp(&merged[*b])).unwrap_or(0);
                ["angry", "anxious_sad", "neutral", "positive"][best]
            });
            report(&format!("{set} {part}, as told"), &lines, |text| {
                let told = mood(text).emotion;
                match CLASSES.iter().position(|class| *class == told) {
                    Some(0) => "angry",
                    Some(1 | 2) => "anxious_sad",
                    Some(4) => "positive",
                    _ => "neutral",
                }
            });
        }
    }
}

fn report(name: &str, lines: &[Line], say: impl Fn(&str) -> &'static str) {
    let said: Vec<&str> = lines.iter().map(|line| say(&line.text)).collect();
    let evaluation = evaluate(lines.iter().map(|line| line.label.as_str()).zip(said));
    println!("{name}: accuracy {:.3} macro-F1 {:.3}", evaluation.accuracy, evaluation.macro_f1);
    for class in &evaluation.classes {
        println!("  {:12} n {:5}  precision {:.2}  recall {:.2}", class.label, class.n, class.precision, class.recall);
    }
}

fn lines(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
