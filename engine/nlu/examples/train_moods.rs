//! Trains the moods that are built in, and prints how well they do:
//! `cargo run --release -p nlu --example train_moods -- ../shared/data [OUT]`.
//!
//! GoEmotions (CC BY 4.0), CPED (Apache-2.0), CLINC150 (CC BY 3.0) and CrossWOZ (Apache-2.0) are read where they lie and
//! never copied; `training/service_moods.tsv` is our own.
#![expect(clippy::print_stdout, reason = "printing the figures is what this program is for")]
#![expect(clippy::disallowed_methods, reason = "it reads the sets, writes the table and measures time")]

use std::path::Path;
use std::time::Instant;

use nlu::emotion::{Classifier, Example, Training, evaluate, likelihoods, write};
use serde::Deserialize;

/// Angry, anxious, sad, neutral, positive: the order of the built-in classes.
const CLASSES: [&str; 5] = ["angry", "anxious", "sad", "neutral", "positive"];

#[derive(Deserialize)]
struct Line {
    text: String,
    label: String,
    #[serde(default)]
    orig: String,
}

fn main() {
    let mut args = std::env::args().skip(1);
    let data = args.next().unwrap_or_else(|| "../shared/data".into());
    let data = Path::new(&data);
    let out = args.next();
    let mut examples = public(data);
    let service = service();
    println!("{} public and {} service examples", examples.len(), service.len());
    if out.is_none() {
        cross_validate(&examples, &service);
    }
    examples.extend(service);
    let began = Instant::now();
    let classifier = Classifier::train(&examples, CLASSES.len(), TRAINING);
    println!("trained in {:.1} s", began.elapsed().as_secs_f64());
    let learnt = |text: &str| classifier.classify(text);
    report("goemotions test", learnt, &lines(data, "goemotions_en/test"));
    report("cped test", learnt, &lines(data, "cped_zh/test"));
    if let Some(out) = out {
        let table = write(&classifier, 16);
        println!("{} bytes", table.len());
        std::fs::write(out, table).expect("the table can be written");
    }
    let test = lines(data, "goemotions_en/test");
    let began = Instant::now();
    report("goemotions test, as compiled in", |text| likelihoods(text).to_vec(), &test);
    println!("{:.1} us a message", began.elapsed().as_secs_f64() * 1e6 / test.len() as f64);
}

const TRAINING: Training = Training { epochs: 12, rate: 0.05, decay: 1e-2, balance: 0.5, least: 2 };

/// Public lines with our classes, each counted by how much it is like a service desk.
fn public(data: &Path) -> Vec<Example> {
    let mut examples = Vec::new();
    for line in lines(data, "goemotions_en/train") {
        // A disagreement on Reddit is no anger at a service desk.
        let is_disagreement = line.orig == "disapproval";
        let weight = if is_disagreement { 0.2 } else { 0.7 };
        if let Some(class) = class_of(&line) {
            examples.push(Example { text: line.text, class, weight });
        }
    }
    for line in lines(data, "cped_zh/train") {
        if let Some(class) = class_of(&line) {
            examples.push(Example { text: line.text, class, weight: 0.25 });
        }
    }
    for (set, every, weight) in [("clinc150/train", 4, 0.5), ("crosswoz_intent/train", 1, 0.5)] {
        for line in lines(data, set).into_iter().step_by(every) {
            let is_mood = ["thank", "greet", "bye"].iter().any(|word| line.label.to_lowercase().contains(word));
            if !is_mood {
                examples.push(Example { text: line.text, class: 3, weight });
            }
        }
    }
    examples
}

/// The sets' classes as ours: `orig` tells worry from sadness.
fn class_of(line: &Line) -> Option<usize> {
    const WORRIES: [&str; 3] = ["nervousness", "fear", "worried"];
    match line.label.as_str() {
        "angry" => Some(0),
        "anxious_sad" if WORRIES.iter().any(|worry| line.orig.contains(worry)) => Some(1),
        "anxious_sad" => Some(2),
        "neutral" => Some(3),
        "positive" => Some(4),
        _ => None,
    }
}

/// Sentences of our own, in the file beside the crate.
fn service() -> Vec<Example> {
    include_str!("../training/service_moods.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(label, text)| {
            let class = CLASSES.iter().position(|class| *class == label).expect("a known class");
            Example { text: text.to_owned(), class, weight: 3.0 }
        })
        .collect()
}

/// How service sentences are read by what was learnt from the others, in five folds.
fn cross_validate(public: &[Example], service: &[Example]) {
    let mut pairs = Vec::new();
    let mut surely_wrong = Vec::new();
    let mut all_likely = Vec::new();
    for fold in 0..5 {
        let is_held_out = |at: usize| at % 5 == fold;
        let mut examples = public.to_vec();
        examples.extend(service.iter().enumerate().filter(|(at, _)| !is_held_out(*at)).map(|(_, it)| it.clone()));
        let classifier = Classifier::train(&examples, CLASSES.len(), Training { epochs: 6, ..TRAINING });
        for (_, example) in service.iter().enumerate().filter(|(at, _)| is_held_out(*at)) {
            let likely = classifier.classify(&example.text);
            let said = best(&likely);
            if said != example.class && likely[said] >= 0.75 {
                surely_wrong.push(format!("  {} {:.2} {}", CLASSES[said], likely[said], example.text));
            }
            pairs.push((CLASSES[example.class], CLASSES[said]));
            all_likely.push((example.class, likely));
        }
    }
    let evaluation = evaluate(pairs.into_iter());
    println!("service sentences, five folds: accuracy {:.3} macro-F1 {:.3}", evaluation.accuracy, evaluation.macro_f1);
    for class in &evaluation.classes {
        println!("  {:9} n {:3}  precision {:.2}  recall {:.2}", class.label, class.n, class.precision, class.recall);
    }
    calibrate(&all_likely);
    println!("surely and wrongly:\n{}", surely_wrong.join("\n"));
}

/// How much surer the classifier should be: the factor on its margins with the least surprise on held-out sentences.
fn calibrate(likely: &[(usize, Vec<f32>)]) {
    for factor in [1.0_f32, 1.2, 1.4, 1.6, 1.8, 2.0, 2.3] {
        let surprise = likely.iter().map(|(class, likely)| {
            let sum: f32 = likely.iter().map(|one| one.powf(factor)).sum();
            -(likely[*class].powf(factor) / sum).max(1e-6).ln()
        });
        println!("  surer by {factor}: surprise {:.4}", surprise.sum::<f32>() / likely.len() as f32);
    }
}

fn report(name: &str, classify: impl Fn(&str) -> Vec<f32>, test: &[Line]) {
    let merged = |class: usize| match class {
        1 | 2 => "anxious_sad",
        class => CLASSES[class],
    };
    let said: Vec<&str> = test
        .iter()
        .map(|line| {
            let likely = classify(&line.text);
            merged(best(&[likely[0], likely[1] + likely[2], 0.0, likely[3], likely[4]]))
        })
        .collect();
    let evaluation = evaluate(test.iter().map(|line| line.label.as_str()).zip(said));
    println!("{name}: accuracy {:.3} macro-F1 {:.3}", evaluation.accuracy, evaluation.macro_f1);
}

fn best(likely: &[f32]) -> usize {
    (0..likely.len()).max_by(|a, b| likely[*a].total_cmp(&likely[*b])).unwrap_or(0)
}

fn lines(data: &Path, name: &str) -> Vec<Line> {
    let path = data.join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
