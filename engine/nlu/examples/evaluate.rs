//! Prints how well the recogniser does on the public sets: `cargo run --release -p nlu --example evaluate`.
#![expect(clippy::print_stdout, reason = "printing the figures is what this program is for")]
#![expect(clippy::disallowed_methods, reason = "it measures how long training takes, and reads the sets")]

use nlu::evaluate::{Labelled, Query, auroc, recall_at};
use nlu::intents::{IntentExamples, Recogniser};
use nlu::search::{Entry, Index};
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::time::Instant;

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for (train, test, oos) in [
        ("clinc150/train", "clinc150/test", Some("clinc150/test_oos")),
        ("clinc150/train10", "clinc150/test", Some("clinc150/test_oos")),
        ("banking77/train", "banking77/test", None),
        ("banking77/train10", "banking77/test", None),
        ("crosswoz_intent/train", "crosswoz_intent/test", None),
        ("snips/train", "snips/test", None),
    ] {
        if train.contains(&wanted) {
            topics(train, &lines(train), &lines(test), &oos.map(lines).unwrap_or_default());
        }
    }
    if "banking77-held-out".contains(&wanted) {
        banking_held_out();
    }
    if "crosswoz-10".contains(&wanted) {
        let ten = few(&lines("crosswoz_intent/train"), 10, usize::MAX);
        topics("crosswoz, 10 per intent", &ten, &lines("crosswoz_intent/test"), &[]);
    }
    if "small".contains(&wanted) {
        small_bots();
    }
    for set in ["stackfaq_en", "xquad_en", "xquad_zh"] {
        if set.contains(&wanted) {
            library(set);
        }
    }
}

fn topics(name: &str, train: &[Labelled], test: &[Labelled], oos: &[Labelled]) {
    if train.is_empty() || test.is_empty() {
        println!("{name}: no data, skipped");
        return;
    }
    let start = Instant::now();
    let recogniser = Recogniser::train(&grouped(train));
    let train_ms = start.elapsed().as_secs_f64() * 1e3;
    let start = Instant::now();
    let quality = nlu::evaluate::topics(&recogniser, test, [].into_iter());
    let us = start.elapsed().as_secs_f64() * 1e6 / test.len() as f64;
    let recognition = recogniser.recognise("", None);
    println!(
        "{name}: accuracy {:.1}  sure+right {:.1}  sure+wrong {:.1}  train {train_ms:.0} ms  predict {us:.0} us  thresholds {} {}",
        quality.accuracy * 100.0,
        quality.sure_and_right * 100.0,
        quality.sure_but_wrong * 100.0,
        recognition.sure_above,
        recognition.close_above,
    );
    calibration(&recogniser, test);
    if !oos.is_empty() {
        let scores = |lines: &[Labelled]| -> Vec<f64> {
            lines
                .iter()
                .map(|line| recogniser.recognise(&line.text, None).intents.first().map_or(0.0, |s| s.confidence))
                .collect()
        };
        let (inside, outside) = (scores(test), scores(oos));
        let below = |scores: &[f64], threshold: f64| {
            100.0 * scores.iter().filter(|score| **score < threshold).count() as f64 / scores.len() as f64
        };
        println!(
            "    out of scope: auroc {:.1}  refused at close {:.1} % (in scope {:.1} %)  at sure {:.1} % (in scope {:.1} %)",
            auroc(&inside, &outside) * 100.0,
            below(&outside, recognition.close_above),
            below(&inside, recognition.close_above),
            below(&outside, recognition.sure_above),
            below(&inside, recognition.sure_above),
        );
    }
}

/// Prints, for bands of confidence, how often the best intent was right.
fn calibration(recogniser: &Recogniser, test: &[Labelled]) {
    let mut bands = [(0usize, 0usize); 5];
    for line in test {
        if let Some(best) = recogniser.recognise(&line.text, None).intents.first() {
            let band = &mut bands[((best.confidence * 5.0) as usize).min(4)];
            band.0 += 1;
            band.1 += usize::from(best.intent == line.label);
        }
    }
    let text: Vec<String> =
        bands.iter().map(|(n, right)| format!("{:.0}%/{n}", 100.0 * *right as f64 / (*n).max(1) as f64)).collect();
    println!("    right by confidence 0-.2-.4-.6-.8-1: {}", text.join("  "));
}

fn banking_held_out() {
    let Some(text) = read("banking77/id_oos_labels.json") else {
        return;
    };
    let held_out: Vec<String> = serde_json::from_str(&text).expect("a list of labels");
    let (oos, test): (Vec<_>, Vec<_>) =
        lines("banking77/test").into_iter().partition(|line: &Labelled| held_out.contains(&line.label));
    let train: Vec<_> =
        lines("banking77/train").into_iter().filter(|line: &Labelled| !held_out.contains(&line.label)).collect();
    topics("banking77, 27 intents held out", &train, &test, &oos);
}

/// Many bots of a few intents with a few examples, against their own intents and all others.
fn small_bots() {
    for (train, test) in [
        ("clinc150/train10", "clinc150/test"),
        ("crosswoz_intent/train", "crosswoz_intent/test"),
        ("banking77/train10", "banking77/test"),
    ] {
        for (n_classes, n_examples) in [(2, 2), (3, 4), (4, 8), (8, 6)] {
            let (train, test): (Vec<Labelled>, Vec<Labelled>) = (lines(train), lines(test));
            let labels: Vec<String> = grouped(&train).into_iter().map(|intent| intent.key).collect();
            let (mut inside, mut outside, mut right, mut n, mut sure_right, mut sure_wrong) =
                (vec![], vec![], 0, 0, 0, 0);
            let mut close_out = 0;
            for chosen in labels.chunks_exact(n_classes).take(12) {
                let own: Vec<_> = train.iter().filter(|line| chosen.contains(&line.label)).cloned().collect();
                let recogniser = Recogniser::train(&grouped(&few(&own, n_examples, n_classes)));
                for (idx, line) in test.iter().enumerate() {
                    let is_own = chosen.contains(&line.label);
                    if !is_own && idx % 17 != 0 {
                        continue;
                    }
                    let recognition = recogniser.recognise(&line.text, None);
                    let best = recognition.intents.first();
                    let score = best.map_or(0.0, |best| best.confidence);
                    if is_own {
                        n += 1;
                        let is_right = best.is_some_and(|best| best.intent == line.label);
                        right += usize::from(is_right);
                        sure_right += usize::from(is_right && score >= recognition.sure_above);
                        inside.push(score);
                    } else {
                        sure_wrong += usize::from(score >= recognition.sure_above);
                        close_out += usize::from(score >= recognition.close_above);
                        outside.push(score);
                    }
                }
            }
            println!(
                "small {train_name} {n_classes}x{n_examples}: accuracy {:.1}  sure+right {:.1}  others taken as sure {:.1}, close or sure {:.1}  auroc {:.1}",
                100.0 * right as f64 / n as f64,
                100.0 * sure_right as f64 / n as f64,
                100.0 * sure_wrong as f64 / outside.len() as f64,
                100.0 * close_out as f64 / outside.len() as f64,
                100.0 * auroc(&inside, &outside),
                train_name = train.len(),
            );
        }
    }
}

fn library(set: &str) {
    let mut entries: Vec<Entry> = lines(&format!("{set}/docs"));
    let queries: Vec<Query> = lines(&format!("{set}/queries"));
    if entries.is_empty() || queries.is_empty() {
        println!("{set}: no data, skipped");
        return;
    }
    let start = Instant::now();
    let index = Index::build(&entries);
    let build_ms = start.elapsed().as_secs_f64() * 1e3;
    let start = Instant::now();
    let first = recall_at(&index, &queries, 1);
    let us = start.elapsed().as_secs_f64() * 1e6 / queries.len() as f64;
    println!(
        "{set}: R@1 {:.1}  R@3 {:.1}  R@5 {:.1}  build {build_ms:.0} ms  search {us:.0} us",
        first * 100.0,
        recall_at(&index, &queries, 3) * 100.0,
        recall_at(&index, &queries, 5) * 100.0,
    );
    let half: Vec<Entry> = entries.iter().step_by(2).cloned().collect();
    let known: Vec<String> = half.iter().map(|entry| entry.id.clone()).collect();
    let index = Index::build(&half);
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for query in &queries {
        let score = index.search(&query.query, 1).first().map_or(0.0, |hit| hit.score);
        let is_known = query.relevant.iter().any(|id| known.contains(id));
        if is_known { inside.push(score) } else { outside.push(score) }
    }
    let above = |scores: &[f64], t: f64| {
        100.0 * scores.iter().filter(|score| **score >= t).count() as f64 / scores.len() as f64
    };
    println!(
        "    half removed: no-answer auroc {:.1}; found {:.0}% / sure {:.0}% of known, {:.0}% / {:.0}% of unknown",
        auroc(&inside, &outside) * 100.0,
        above(&inside, index.nothing_below()),
        above(&inside, index.sure_above()),
        above(&outside, index.nothing_below()),
        above(&outside, index.sure_above()),
    );
    for n_variants in [3, 5] {
        let mut rest = Vec::new();
        let mut taken = vec![0; entries.len()];
        for entry in &mut entries {
            entry.variants.clear();
        }
        for query in &queries {
            match entries.iter().position(|entry| query.relevant.contains(&entry.id)) {
                Some(at) if taken[at] < n_variants => {
                    taken[at] += 1;
                    entries[at].variants.push(query.query.clone());
                }
                _ => rest.push(query.clone()),
            }
        }
        println!(
            "    with {n_variants} variants: R@1 {:.1} of {}",
            recall_at(&Index::build(&entries), &rest, 1) * 100.0,
            rest.len()
        );
    }
}

fn grouped(lines: &[Labelled]) -> Vec<IntentExamples> {
    let mut intents: Vec<IntentExamples> = Vec::new();
    for line in lines {
        match intents.iter_mut().find(|intent| intent.key == line.label) {
            Some(intent) => intent.examples.push(line.text.clone()),
            None => intents.push(IntentExamples { key: line.label.clone(), examples: vec![line.text.clone()] }),
        }
    }
    intents
}

/// The first examples of the first classes.
fn few(lines: &[Labelled], n_examples: usize, n_classes: usize) -> Vec<Labelled> {
    let take = |intent: IntentExamples| {
        let label = intent.key;
        intent.examples.into_iter().take(n_examples).map(move |text| Labelled { text, label: label.clone() })
    };
    grouped(lines).into_iter().take(n_classes).flat_map(take).collect()
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = read(&format!("{name}.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn read(name: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    std::fs::read_to_string(root.join(name)).ok()
}
