//! `heliu evaluate emotion`: how well moods are told apart on labelled lines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::bail;
use model::Texts;
use nlu::emotion::{CLASSES, Classifier, Evaluation, Example, Training, evaluate, likelihoods};
use nlu::evaluate::{Confused, Labelled};
use serde_json::{Value, json};

use super::report::{Figure, Report, Table, percent};
use super::{Output, confusions, file_name, lines, since, timed};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Lines {"text", "label"} to test on
    #[arg(long, value_name = "FILE")]
    test: PathBuf,
    /// Lines {"text", "label"} to learn from, any labels, any language; without it the built-in moods are tested
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Labels of other sets and the built-in moods they stand for.
const SAME: [(&str, &[&str]); 5] = [
    ("angry", &["angry", "anger", "annoyed", "annoyance", "disgust", "furious", "生气", "愤怒"]),
    ("anxious", &["anxious", "fear", "worried", "nervous", "nervousness", "urgent", "着急", "焦虑"]),
    ("sad", &["sad", "sadness", "disappointed", "disappointment", "depress", "难过", "失望"]),
    ("neutral", &["neutral", "calm", "none", "中性", "平静"]),
    ("positive", &["positive", "happy", "joy", "grateful", "satisfied", "满意", "高兴"]),
];

const SHAPE: &str = r#"{"text": "怎么还不发货！", "label": "angry"}"#;

pub(super) fn run(args: &Args) -> anyhow::Result<bool> {
    let test: Vec<Labelled> = lines::read(&args.test, SHAPE)?;
    let start = Instant::now();
    let (model, train_ms) = match &args.train {
        Some(path) => (Model::learnt(&lines::read(path, SHAPE)?, path)?, since(start)),
        None => (Model::built_in(&test)?, 0.0),
    };
    let said: Vec<String> = test.iter().map(|line| model.label(&line.text)).collect();
    let left_out = test.iter().filter(|line| !model.knows(&line.label)).count();
    let pairs = test.iter().zip(&said).filter(|(line, _)| model.knows(&line.label));
    let evaluation = evaluate(pairs.map(|(line, said)| (line.label.as_str(), said.as_str())));
    if evaluation.n == 0 {
        bail!("no label of {} is known to the model", args.test.display());
    }
    let (predict_us, predict_us_p99) = timed(test.iter().map(|line| line.text.as_str()), |text| {
        model.label(text);
    });
    let measured = Measured { train_ms, predict_us, predict_us_p99, left_out, labels: model.mapping() };
    let learnt_from = args.train.as_deref().map_or_else(|| "built-in".to_owned(), file_name);
    let title = format!("{learnt_from} → {}", file_name(&args.test));
    args.output.show(&as_json(&evaluation, &measured)?, &report(&title, &evaluation, &measured))
}

struct Measured {
    train_ms: f64,
    predict_us: f64,
    predict_us_p99: f64,
    /// Lines whose label the model does not know.
    left_out: usize,
    /// What each label of the test stands for.
    labels: BTreeMap<String, Vec<String>>,
}

fn as_json(evaluation: &Evaluation, measured: &Measured) -> anyhow::Result<Value> {
    let mut json = serde_json::to_value(evaluation)?;
    json["train_ms"] = json!(measured.train_ms);
    json["predict_us"] = json!(measured.predict_us);
    json["predict_us_p99"] = json!(measured.predict_us_p99);
    json["left_out"] = json!(measured.left_out);
    json["labels"] = json!(measured.labels);
    Ok(json)
}

fn report(title: &str, evaluation: &Evaluation, measured: &Measured) -> Report {
    let mut figures = vec![
        Figure::share(
            ("正确率", "accuracy"),
            evaluation.accuracy,
            ("最可能的情绪就是标注的情绪", "the likeliest mood is the labelled one"),
        ),
        Figure::share(
            ("宏平均 F1", "macro-F1"),
            evaluation.macro_f1,
            ("每种情绪权重相同", "every mood counts the same"),
        ),
    ];
    if measured.left_out > 0 {
        figures.push(Figure::new(
            ("未计入", "left out"),
            measured.left_out.to_string(),
            ("标签对应不到任何情绪的行", "lines with a label that the model does not know"),
        ));
    }
    if measured.train_ms > 0.0 {
        figures.push(Figure::new(
            ("学习", "training"),
            format!("{} ms", measured.train_ms),
            ("从文件学习", "learning from the file"),
        ));
    }
    figures.extend([
        Figure::new(("识别", "recognition"), format!("{} µs", measured.predict_us), ("每句平均", "mean per line")),
        Figure::new(
            ("识别 p99", "recognition, p99"),
            format!("{} µs", measured.predict_us_p99),
            ("百分之九十九的句子不超过", "99 of 100 lines take no longer"),
        ),
    ]);
    let n = evaluation.n;
    Report {
        title: Texts::new(format!("情绪评测：{title}（{n} 句）"), format!("Moods: {title} ({n} lines)")),
        figures,
        tables: vec![classes(evaluation, measured), confusions(&confused(evaluation))],
    }
}

/// How well each label is told apart, and which built-in moods it stands for.
fn classes(evaluation: &Evaluation, measured: &Measured) -> Table {
    let row = |class: &nlu::emotion::Class| {
        let moods = measured.labels.get(&class.label).map(|moods| moods.join(" / ")).unwrap_or_default();
        vec![
            class.label.clone(),
            moods,
            class.n.to_string(),
            percent(class.precision),
            percent(class.recall),
            percent(class.f1),
        ]
    };
    Table {
        title: Texts::new("每种情绪", "Each mood"),
        head: vec![
            Texts::new("标签", "label"),
            Texts::new("对应情绪", "stands for"),
            Texts::new("句数", "lines"),
            Texts::new("精确率", "precision"),
            Texts::new("召回率", "recall"),
            Texts::new("F1", "F1"),
        ],
        rows: evaluation.classes.iter().map(row).collect(),
    }
}

/// What was taken for what, the most often first.
fn confused(evaluation: &Evaluation) -> Vec<Confused> {
    let wrong = evaluation.confusion.iter().flat_map(|(label, answers)| {
        let others = answers.iter().filter(move |(said, n)| *said != label && **n > 0);
        others.map(|(said, n)| Confused { label: label.clone(), taken_for: said.clone(), n: *n })
    });
    let mut wrong: Vec<Confused> = wrong.collect();
    wrong.sort_by_key(|it| std::cmp::Reverse(it.n));
    wrong
}

/// What answers with a label.
enum Model {
    /// Learnt from a file: the labels by the numbers of their classes.
    Learnt(Box<Classifier>, Vec<String>),
    /// The built-in moods: the labels of the test, and for each mood the label that stands for it.
    BuiltIn(Vec<String>, Vec<(Vec<usize>, String)>),
}

impl Model {
    fn learnt(train: &[Labelled], path: &Path) -> anyhow::Result<Self> {
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

    fn built_in(test: &[Labelled]) -> anyhow::Result<Self> {
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

    /// Which built-in moods each label of the test stands for; labels that were learnt stand for themselves.
    fn mapping(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Learnt(_, labels) => labels.iter().map(|label| (label.clone(), vec![label.clone()])).collect(),
            Self::BuiltIn(labels, _) => {
                let names = |label: &String| {
                    moods_of(label).into_iter().map(|class| CLASSES[class].as_str().to_owned()).collect()
                };
                labels.iter().map(|label| (label.clone(), names(label))).collect()
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
    fn what_was_confused_most_comes_first() {
        let pairs = [("angry", "sad"), ("angry", "sad"), ("sad", "sad"), ("sad", "angry"), ("angry", "angry")];
        let evaluation = evaluate(pairs.into_iter());
        let measured = Measured {
            train_ms: 0.0,
            predict_us: 1.0,
            predict_us_p99: 2.0,
            left_out: 1,
            labels: BTreeMap::from([("angry".to_owned(), vec!["angry".to_owned()])]),
        };

        let said = report("built-in → test.jsonl", &evaluation, &measured).text();

        let confused = confused(&evaluation);
        assert_eq!((confused[0].label.as_str(), confused[0].taken_for.as_str(), confused[0].n), ("angry", "sad", 2));
        assert!(said.contains("left out") && said.contains("40.0 %"), "{said}");
        let json = as_json(&evaluation, &measured).expect("figures");
        assert_eq!((&json["n"], &json["left_out"]), (&json!(5), &json!(1)));
    }
}
