//! `heliu evaluate emotion`: how well moods are told apart on labelled lines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use nlu::emotion::{CLASSES, Classifier, Evaluation, Example, Training, evaluate, likelihoods};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Lines {"text", "label"} to test on
    #[arg(long, value_name = "FILE")]
    test: PathBuf,
    /// Lines {"text", "label"} to learn from, any labels, any language; without it the built-in moods are tested
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Line {
    text: String,
    label: String,
}

/// Labels of other sets and the built-in moods they stand for.
const SAME: [(&str, &[&str]); 5] = [
    ("angry", &["angry", "anger", "annoyed", "annoyance", "disgust", "furious", "生气", "愤怒"]),
    ("anxious", &["anxious", "fear", "worried", "nervous", "nervousness", "urgent", "着急", "焦虑"]),
    ("sad", &["sad", "sadness", "disappointed", "disappointment", "depress", "难过", "失望"]),
    ("neutral", &["neutral", "calm", "none", "中性", "平静"]),
    ("positive", &["positive", "happy", "joy", "grateful", "satisfied", "满意", "高兴"]),
];

/// True when there was something to test.
pub(crate) fn run(args: &Args) -> anyhow::Result<bool> {
    let test = lines(&args.test)?;
    if test.is_empty() {
        bail!("{} has no lines to test on", args.test.display());
    }
    let began = Instant::now();
    let model = match &args.train {
        Some(path) => Model::learnt(&lines(path)?, path)?,
        None => Model::built_in(&test)?,
    };
    let train_ms = began.elapsed().as_secs_f64() * 1e3;
    let began = Instant::now();
    let said: Vec<String> = test.iter().map(|line| model.label(&line.text)).collect();
    let predict_us = began.elapsed().as_secs_f64() * 1e6 / test.len() as f64;
    let left_out = test.iter().filter(|line| !model.knows(&line.label)).count();
    let pairs = test.iter().zip(&said).filter(|(line, _)| model.knows(&line.label));
    let evaluation = evaluate(pairs.map(|(line, said)| (line.label.as_str(), said.as_str())));
    if evaluation.n == 0 {
        bail!("no label of {} is known to the model", args.test.display());
    }
    if args.json {
        let mut answer = serde_json::to_value(&evaluation)?;
        answer["train_ms"] = round(if args.train.is_some() { train_ms } else { 0.0 });
        answer["predict_us"] = round(predict_us);
        answer["left_out"] = json!(left_out);
        answer["labels"] = json!(model.mapping());
        println!("{}", serde_json::to_string_pretty(&answer)?);
    } else {
        print(&evaluation, &model);
        if left_out > 0 {
            println!("{left_out} lines have a label that the model does not know; they are left out");
        }
        if args.train.is_some() {
            println!("train_ms   {train_ms:.0}");
        }
        println!("predict_us {predict_us:.1}");
    }
    Ok(true)
}

/// What answers with a label.
enum Model {
    /// Learnt from a file: the labels by the numbers of their classes.
    Learnt(Box<Classifier>, Vec<String>),
    /// The built-in moods: the labels of the test, and for each mood the label that stands for it.
    BuiltIn(Vec<String>, Vec<(Vec<usize>, String)>),
}

impl Model {
    fn learnt(train: &[Line], path: &Path) -> anyhow::Result<Self> {
        let mut labels: Vec<String> = train.iter().map(|line| line.label.clone()).collect();
        labels.sort();
        labels.dedup();
        if labels.len() < 2 {
            bail!("{} needs lines of at least two labels to learn from", path.display());
        }
        let class = |label: &String| labels.binary_search(label).unwrap_or(0);
        let examples: Vec<Example> =
            train.iter().map(|it| Example { text: it.text.clone(), class: class(&it.label), weight: 1.0 }).collect();
        let classifier = Classifier::train(&examples, labels.len(), Training::default());
        Ok(Self::Learnt(Box::new(classifier), labels))
    }

    fn built_in(test: &[Line]) -> anyhow::Result<Self> {
        let mut labels: Vec<String> = test.iter().map(|line| line.label.clone()).collect();
        labels.sort();
        labels.dedup();
        let mut moods: Vec<(Vec<usize>, String)> = Vec::new();
        for label in &labels {
            let classes = moods_of(label);
            if !classes.is_empty() {
                moods.push((classes, label.clone()));
            }
        }
        if moods.is_empty() {
            bail!(
                "no label of the test stands for a built-in mood (angry, anxious, sad, neutral, positive); learn from a file with --train"
            );
        }
        Ok(Self::BuiltIn(labels, moods))
    }

    fn label(&self, text: &str) -> String {
        match self {
            Self::Learnt(classifier, labels) => {
                let likely = classifier.classify(text);
                let best = (0..likely.len()).max_by(|a, b| likely[*a].total_cmp(&likely[*b])).unwrap_or(0);
                labels.get(best).cloned().unwrap_or_default()
            }
            Self::BuiltIn(_, moods) => {
                let likely = likelihoods(text);
                let sum = |classes: &Vec<usize>| classes.iter().map(|class| likely[*class]).sum::<f32>();
                let best = moods.iter().max_by(|a, b| sum(&a.0).total_cmp(&sum(&b.0)));
                best.map(|(_, label)| label.clone()).unwrap_or_default()
            }
        }
    }

    fn knows(&self, label: &str) -> bool {
        match self {
            Self::Learnt(_, labels) => labels.iter().any(|known| known == label),
            Self::BuiltIn(_, moods) => moods.iter().any(|(_, known)| known == label),
        }
    }

    /// Which built-in moods each label of the test stands for.
    fn mapping(&self) -> BTreeMap<String, Value> {
        match self {
            Self::Learnt(_, labels) => labels.iter().map(|label| (label.clone(), json!([label]))).collect(),
            Self::BuiltIn(labels, _) => {
                let names = |label: &String| -> Vec<&str> {
                    moods_of(label).into_iter().map(|class| CLASSES[class].as_str()).collect()
                };
                labels.iter().map(|label| (label.clone(), json!(names(label)))).collect()
            }
        }
    }
}

/// The built-in moods that a label means; `anxious_sad` means two.
fn moods_of(label: &str) -> Vec<usize> {
    let label = label.to_lowercase();
    let parts = || label.split(['_', '/', '+', '|', ' ']).filter(|part| !part.is_empty());
    let mut classes: Vec<usize> = Vec::new();
    for part in parts() {
        let Some((mood, _)) = SAME.iter().find(|(_, words)| words.contains(&part)) else { return Vec::new() };
        classes.extend(CLASSES.iter().position(|class| class.as_str() == *mood));
    }
    classes.dedup();
    classes
}

fn print(evaluation: &Evaluation, model: &Model) {
    if let Model::BuiltIn(..) = model {
        for (label, moods) in model.mapping() {
            let moods: Vec<&str> = moods.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            println!(
                "{label} = {}",
                if moods.is_empty() { "(no built-in mood)".to_owned() } else { moods.join(" or ") }
            );
        }
        println!();
    }
    let width = evaluation.classes.iter().map(|class| class.label.chars().count()).max().unwrap_or(0).max(10);
    println!("{:width$} {:>6} {:>9} {:>7} {:>6}", "label", "lines", "precision", "recall", "F1");
    for class in &evaluation.classes {
        println!(
            "{:width$} {:6} {:9.1} {:7.1} {:6.1}",
            class.label,
            class.n,
            class.precision * 100.0,
            class.recall * 100.0,
            class.f1 * 100.0
        );
    }
    println!("\ntaken for");
    let labels: Vec<&str> = evaluation.classes.iter().map(|class| class.label.as_str()).collect();
    println!("{:width$} {}", "", labels.iter().map(|label| format!("{label:>width$}")).collect::<Vec<_>>().join(" "));
    for label in &labels {
        let answers = &evaluation.confusion[*label];
        let row = labels.iter().map(|said| format!("{:width$}", answers.get(*said).copied().unwrap_or(0)));
        println!("{label:width$} {}", row.collect::<Vec<_>>().join(" "));
    }
    println!("\naccuracy   {:.4}", evaluation.accuracy);
    println!("macro_f1   {:.4}", evaluation.macro_f1);
}

fn round(value: f64) -> Value {
    json!((value * 10.0).round() / 10.0)
}

/// The lines of a file; one that is not a line names its number.
fn lines(path: &Path) -> anyhow::Result<Vec<Line>> {
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(line)
            .with_context(|| format!("{} line {number} is not {{\"text\": …, \"label\": …}}", path.display()))?;
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_other_sets_mean_moods() {
        assert_eq!(moods_of("anxious_sad"), [1, 2]);
        assert_eq!(moods_of("Angry"), [0]);
        assert_eq!(moods_of("生气"), [0]);
        assert!(moods_of("refund").is_empty());
    }

    #[test]
    fn a_bad_line_names_its_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("lines.jsonl");
        std::fs::write(&file, "{\"text\": \"a\", \"label\": \"sad\"}\n\n{\"text\": 3}\n").expect("written");

        let error = format!("{:#}", lines(&file).err().expect("refused"));

        assert!(error.contains("line 3"), "{error}");
    }
}
