//! `heliu evaluate topics`: trains the recogniser on one file and asks it another.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;
use model::Texts;
use nlu::evaluate::{Labelled, TopicsQuality, topics_by};
use nlu::intents::{IntentExamples, Recogniser};
use serde::Deserialize;
use serde_json::{Value, json};

use super::meaning::Second;
use super::report::{Figure, Report, Table, percent};
use super::{Output, add_out_of_scope, confusions, file_name, lines, since, timed};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// What is learnt: lines of {"text", "label"}
    #[arg(long, value_name = "FILE")]
    train: PathBuf,
    /// What is asked: lines of {"text", "label"}, with labels that were learnt
    #[arg(long, value_name = "FILE")]
    test: PathBuf,
    /// What means none of the topics: lines of {"text"}
    #[arg(long, value_name = "FILE")]
    oos: Option<PathBuf>,
    /// A sentence model whose opinion is asked where words leave a message open: its folder
    #[arg(long, value_name = "FOLDER")]
    embeddings: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// A sentence that means none of the topics; what else its line says does not matter.
#[derive(Deserialize)]
struct Other {
    text: String,
}

const SHAPE: &str = r#"{"text": "我要退款", "label": "refund"}"#;

pub(super) fn run(args: &Args) -> anyhow::Result<bool> {
    let train: Vec<Labelled> = lines::read(&args.train, SHAPE)?;
    let test: Vec<Labelled> = lines::read(&args.test, SHAPE)?;
    let others: Vec<Other> = match &args.oos {
        Some(path) => lines::read(path, r#"{"text": "今天天气怎么样"}"#)?,
        None => Vec::new(),
    };
    check_labels(&train, &test)?;
    let intents = grouped(train);
    let start = Instant::now();
    let recogniser = Recogniser::train(&intents);
    let train_ms = since(start);
    let second = args.embeddings.as_deref().map(|folder| Second::train(folder, &intents)).transpose()?;
    let recognise = |text: &str| {
        let said = recogniser.recognise(text, None);
        second.iter().fold(said, |said, second| second.opinion(text, said))
    };
    let quality = topics_by(&test, others.iter().map(|other| other.text.as_str()), recognise);
    let asked = test.iter().map(|line| line.text.as_str());
    let (predict_us, predict_us_p99) = timed(asked, |text| drop(recognise(text)));
    let thresholds = recogniser.recognise("", None);
    let measured = Measured {
        n_topics: intents.len(),
        n_examples: intents.iter().map(|intent| intent.examples.len()).sum(),
        train_ms,
        predict_us,
        predict_us_p99,
        sure_above: thresholds.sure_above,
        close_above: thresholds.close_above,
    };
    let title = format!("{} → {}", file_name(&args.train), file_name(&args.test));
    let (mut json, mut report) = (as_json(&quality, &measured), report(&title, &quality, &measured));
    if let Some((name, took_ms)) = second.as_ref().map(Second::figures) {
        json["embeddings"] = name.into();
        json["second_train_ms"] = took_ms.into();
        report.figures.push(Figure::new(
            ("第二意见", "second opinion"),
            format!("{took_ms} ms"),
            (
                "从例句的向量学习，已计入以上各项",
                "learnt from the vectors of the examples; it is part of these figures",
            ),
        ));
    }
    args.output.show(&json, &report)
}

fn check_labels(train: &[Labelled], test: &[Labelled]) -> anyhow::Result<()> {
    let learnt: BTreeSet<&str> = train.iter().map(|line| line.label.as_str()).collect();
    let unknown: BTreeSet<&str> =
        test.iter().map(|line| line.label.as_str()).filter(|label| !learnt.contains(label)).collect();
    if let Some(first) = unknown.first() {
        let n_lines = test.iter().filter(|line| unknown.contains(line.label.as_str())).count();
        bail!(
            "training never saw the label {first:?} ({} such labels, on {n_lines} lines of the test): \
             add examples for them, or give sentences that mean none of the topics with --oos",
            unknown.len()
        );
    }
    Ok(())
}

/// Topics in the order they are met.
fn grouped(lines: Vec<Labelled>) -> Vec<IntentExamples> {
    let mut numbers = std::collections::BTreeMap::new();
    let mut intents: Vec<IntentExamples> = Vec::new();
    for line in lines {
        let at = *numbers.entry(line.label.clone()).or_insert(intents.len());
        if at == intents.len() {
            intents.push(IntentExamples { key: line.label, examples: Vec::new() });
        }
        intents[at].examples.push(line.text);
    }
    intents
}

struct Measured {
    n_topics: usize,
    n_examples: usize,
    train_ms: f64,
    predict_us: f64,
    predict_us_p99: f64,
    sure_above: f64,
    close_above: f64,
}

fn as_json(quality: &TopicsQuality, measured: &Measured) -> Value {
    let mut json = json!({
        "n": quality.n,
        "n_topics": measured.n_topics,
        "n_examples": measured.n_examples,
        "accuracy": quality.accuracy,
        "macro_f1": quality.macro_f1,
        "sure_and_right": quality.sure_and_right,
        "sure_but_wrong": quality.sure_but_wrong,
        "in_scope_accepted": quality.accepted,
        "sure_above": measured.sure_above,
        "close_above": measured.close_above,
        "train_ms": measured.train_ms,
        "predict_us": measured.predict_us,
        "predict_us_p99": measured.predict_us_p99,
        "labels": quality.labels,
        "confusions": quality.confusions,
    });
    add_out_of_scope(&mut json, quality.out_of_scope);
    json
}

fn report(title: &str, quality: &TopicsQuality, measured: &Measured) -> Report {
    let mut figures = vec![
        Figure::share(
            ("正确率", "accuracy"),
            quality.accuracy,
            ("最可能的意图就是标注的意图，不论置信度", "the best topic is the labelled one, whatever its confidence"),
        ),
        Figure::share(("宏平均 F1", "macro-F1"), quality.macro_f1, ("每个意图权重相同", "every topic counts the same")),
        Figure::share(
            ("直接执行且正确", "acted on, rightly"),
            quality.sure_and_right,
            ("置信度达到“确定”阈值且正确", "at or above the threshold \"sure\", and right"),
        ),
        Figure::share(
            ("直接执行但错误", "acted on, wrongly"),
            quality.sure_but_wrong,
            ("置信度达到“确定”阈值但不对", "at or above the threshold \"sure\", and wrong"),
        ),
        Figure::share(
            ("接受率", "in scope, accepted"),
            quality.accepted,
            ("没有被当作“其他”", "not taken as something else"),
        ),
    ];
    if let Some(others) = quality.out_of_scope {
        figures.push(Figure::share(
            ("拒识率", "out of scope, refused"),
            others.recall,
            (
                "与意图无关的话，按产品自己的阈值被当作“其他”",
                "of what means no topic, taken as something else by the product's own threshold",
            ),
        ));
        figures.push(Figure::share(
            ("无关却执行", "out of scope, acted on"),
            others.sure,
            ("与意图无关的话，却被当作确定", "of what means no topic, taken as sure"),
        ));
        figures.push(Figure::share(
            ("AUROC", "AUROC"),
            others.auroc,
            (
                "范围内的话比范围外的话置信度高的概率",
                "the chance that what means a topic is given more confidence than what means none",
            ),
        ));
    }
    figures.extend([
        Figure::new(
            ("训练", "training"),
            format!("{} ms", measured.train_ms),
            ("含置信度校准", "with the calibration of confidence"),
        ),
        Figure::new(("识别", "recognition"), format!("{} µs", measured.predict_us), ("每句平均", "mean per sentence")),
        Figure::new(
            ("识别 p99", "recognition, p99"),
            format!("{} µs", measured.predict_us_p99),
            ("百分之九十九的句子不超过", "99 of 100 sentences take no longer"),
        ),
        Figure::new(
            ("阈值", "thresholds"),
            format!("{} / {}", measured.sure_above, measured.close_above),
            ("确定 / 请客户确认", "sure / ask the customer"),
        ),
    ]);
    let label = |it: &nlu::evaluate::LabelQuality| {
        vec![percent(it.f1), percent(it.precision), percent(it.recall), it.n.to_string(), it.label.clone()]
    };
    let mut worst = quality.labels.clone();
    worst.sort_by(|a, b| a.f1.total_cmp(&b.f1));
    let labels = Table {
        title: Texts::new("各意图，最差的在前", "Topics, the worst first"),
        head: vec![
            Texts::new("F1", "F1"),
            Texts::new("准确率", "precision"),
            Texts::new("召回率", "recall"),
            Texts::new("句数", "sentences"),
            Texts::new("意图", "topic"),
        ],
        rows: worst.iter().map(label).collect(),
    };
    let (n, n_topics, n_examples) = (quality.n, measured.n_topics, measured.n_examples);
    Report {
        title: Texts::new(
            format!("意图评测：{title}（{n_topics} 个意图，{n_examples} 个例句，{n} 句测试）"),
            format!("Topics: {title} ({n_topics} topics, {n_examples} examples, {n} sentences asked)"),
        ),
        figures,
        tables: vec![confusions(&quality.confusions), labels],
    }
}
