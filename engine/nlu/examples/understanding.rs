//! Prints how well the recogniser does on the public sets, beside what is asked of it: `cargo xtask bench nlu`.
//!
//! The sets are looked for in `../shared/data`, beside the project; rows of sets that are not there are left out.
#![expect(clippy::print_stdout, reason = "printing the figures is what this program is for")]
#![expect(clippy::disallowed_methods, reason = "it measures time, and reads the sets")]

use nlu::emotion::{Judge, evaluate_four};
use nlu::evaluate::{Labelled, Query, TopicsQuality, auroc, library, topics};
use nlu::intents::{IntentExamples, Recogniser};
use nlu::search::{Entry, Index};
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::time::Instant;

fn main() {
    if !root().is_dir() {
        println!("There are no sets in {}: nothing can be measured.", root().display());
        return;
    }
    println!("| capability | set | baseline | must | aim | ours | |");
    println!("|---|---|---|---|---|---|---|");
    first_prediction();
    full_sets();
    few_examples();
    typos();
    held_out();
    small_bots();
    libraries();
    moods();
    many_passages();
}

/// One row; `better` says whether a higher figure is better.
fn row(what: &str, set: &str, goals: [&str; 3], ours: f64, better: Better) {
    let [baseline, must, aim] = goals;
    let reaches = |goal: &str| match (goal.parse::<f64>(), better) {
        (Ok(goal), Better::Higher) => ours >= goal,
        (Ok(goal), Better::Lower) => ours <= goal,
        (Err(_), _) => false,
    };
    let verdict = match (reaches(aim), reaches(must)) {
        (true, _) => "aim",
        (_, true) => "must",
        _ if must == "–" => "",
        _ => "**missed**",
    };
    println!("| {what} | {set} | {baseline} | {must} | {aim} | {ours:.1} | {verdict} |");
}

#[derive(Clone, Copy)]
enum Better {
    Higher,
    Lower,
}
use Better::{Higher, Lower};

/// Must come first: what is built once, at the first use, is part of it.
fn first_prediction() {
    let train = lines::<Labelled>("clinc150/train10");
    if train.is_empty() {
        return;
    }
    let fifty: Vec<IntentExamples> = grouped(&train).into_iter().take(50).collect();
    let before = resident_mb();
    let start = processor_ms();
    let recogniser = Recogniser::train(&fifty);
    recogniser.recognise("how much money do i have", None);
    let taken = processor_ms() - start;
    row("start to first prediction, processor ms", "50 intents x 10", ["–", "30", "10"], taken, Lower);
    row("memory, MB", "50 intents x 10", ["–", "10", "3"], resident_mb() - before, Lower);
}

fn full_sets() {
    for (set, oos, goals) in [
        ("clinc150", Some("clinc150/test_oos"), ["92.8", "92.8", "93.7"]),
        ("banking77", None, ["91.4", "91.4", "92.3"]),
        ("crosswoz_intent", None, ["90.0", "89.1", "91.8"]),
        ("snips", None, ["–", "–", "–"]),
    ] {
        let Some((recogniser, quality, train_ms)) = trained(&format!("{set}/train"), &format!("{set}/test"), oos)
        else {
            continue;
        };
        row("intents, full, accuracy", set, goals, quality.accuracy * 100.0, Higher);
        if let Some(others) = quality.out_of_scope {
            row("out of scope, AUROC", set, ["95.1", "95.6", "97"], others.auroc * 100.0, Higher);
            row("in scope, accepted", set, ["–", "90", "91"], quality.accepted * 100.0, Higher);
            row("out of scope, refused", set, ["–", "80", "85"], others.recall * 100.0, Higher);
            row("training, processor ms", "clinc150 full", ["9600", "5000", "1500"], train_ms, Lower);
            let test = lines::<Labelled>("clinc150/test");
            row("recognition, p99, us", "clinc150 full", ["–", "100", "20"], p99(&recogniser, &test), Lower);
        }
    }
}

fn few_examples() {
    for (set, oos, goals) in [
        ("clinc150", Some("clinc150/test_oos"), ["81.4", "81.4", "83.0"]),
        ("banking77", None, ["74.9", "74.9", "76.4"]),
    ] {
        let Some((_, quality, train_ms)) = trained(&format!("{set}/train10"), &format!("{set}/test"), oos) else {
            continue;
        };
        row("intents, 10-shot, accuracy", set, goals, quality.accuracy * 100.0, Higher);
        match quality.out_of_scope {
            Some(others) => {
                row("out of scope, 10-shot, AUROC", set, ["90.9", "92.3", "94"], others.auroc * 100.0, Higher);
            }
            None => row("training, processor ms", "banking77, 77 x 10", ["220", "100", "30"], train_ms, Lower),
        }
    }
    let (train, test) = (lines::<Labelled>("crosswoz_intent/train"), lines::<Labelled>("crosswoz_intent/test"));
    if train.is_empty() || test.is_empty() {
        return;
    }
    const DRAWS: u64 = 5;
    let accuracy = |seed: u64| {
        let mut chance = Chance(seed);
        let few: Vec<IntentExamples> = grouped(&train)
            .into_iter()
            .map(|mut intent| {
                chance.shuffle(&mut intent.examples);
                intent.examples.truncate(10);
                intent
            })
            .collect();
        topics(&Recogniser::train(&few), &test, [].into_iter()).accuracy * 100.0
    };
    let mean = (1..=DRAWS).map(accuracy).sum::<f64>() / DRAWS as f64;
    row("intents, 10 random per intent (mean of 5)", "crosswoz_intent", ["77.9", "78.7", "81.0"], mean, Higher);
}

/// One edit in 20 characters: two letters change places, or one is left out, doubled or mistyped.
fn typos() {
    let (train, mut test) = (lines::<Labelled>("clinc150/train10"), lines::<Labelled>("clinc150/test"));
    if train.is_empty() || test.is_empty() {
        return;
    }
    let mut chance = Chance(7);
    for line in &mut test {
        let mut letters: Vec<char> = line.text.chars().collect();
        for _ in 0..(letters.len() + 10) / 20 {
            let at = chance.below(letters.len() - 1);
            match chance.below(4) {
                0 => letters.swap(at, at + 1),
                1 => drop(letters.remove(at)),
                2 => letters.insert(at, letters[at]),
                _ => letters[at] = char::from(b'a' + chance.below(26) as u8),
            }
        }
        line.text = letters.into_iter().collect();
    }
    let quality = topics(&Recogniser::train(&grouped(&train)), &test, [].into_iter());
    row("intents, 10-shot, typos, accuracy", "clinc150", ["75.8", "75.8", "77.4"], quality.accuracy * 100.0, Higher);
}

fn held_out() {
    let Some(text) = read("banking77/id_oos_labels.json") else {
        return;
    };
    let held_out: Vec<String> = serde_json::from_str(&text).unwrap_or_default();
    let is_held_out = |line: &Labelled| held_out.contains(&line.label);
    let (others, test): (Vec<_>, Vec<_>) = lines::<Labelled>("banking77/test").into_iter().partition(is_held_out);
    let train: Vec<Labelled> = lines("banking77/train").into_iter().filter(|line| !is_held_out(line)).collect();
    if train.is_empty() || test.is_empty() {
        return;
    }
    let recogniser = Recogniser::train(&grouped(&train));
    let quality = topics(&recogniser, &test, others.iter().map(|line| line.text.as_str()));
    let auroc = quality.out_of_scope.map_or(0.0, |others| others.auroc * 100.0);
    row("out of scope, 27 intents held out, AUROC", "banking77", ["81.7", "88.2", "90"], auroc, Higher);
}

/// Bots of eight topics with six examples each, asked what customers of the same business ask about other topics.
fn small_bots() {
    const TOPICS: usize = 8;
    const EXAMPLES: usize = 6;
    for set in ["clinc150", "banking77", "crosswoz_intent"] {
        let (all, test) = (lines::<Labelled>(&format!("{set}/train")), lines::<Labelled>(&format!("{set}/test")));
        let mut intents = grouped(&all);
        if intents.is_empty() || test.is_empty() {
            continue;
        }
        intents.sort_by(|a, b| a.key.cmp(&b.key));
        // Neighbours in the alphabet are alike; a stride gives bots of different things.
        let stride = intents.len() / TOPICS;
        let n_bots = stride.min(12);
        let (mut right, mut wrong, mut others_sure) = (0.0, 0.0, 0.0);
        for first in 0..n_bots {
            let mut bot: Vec<IntentExamples> =
                intents.iter().skip(first).step_by(stride).take(TOPICS).cloned().collect();
            bot.iter_mut().for_each(|intent| intent.examples.truncate(EXAMPLES));
            let is_known = |line: &Labelled| bot.iter().any(|intent| intent.key == line.label);
            let (inside, others): (Vec<_>, Vec<_>) = test.iter().cloned().partition(is_known);
            let others = others.iter().map(|line| line.text.as_str());
            let quality = topics(&Recogniser::train(&bot), &inside, others);
            right += quality.sure_and_right / n_bots as f64 * 100.0;
            wrong += quality.sure_but_wrong / n_bots as f64 * 100.0;
            others_sure += quality.out_of_scope.map_or(0.0, |others| others.sure) / n_bots as f64 * 100.0;
        }
        let none = ["–", "–", "–"];
        row("8 topics x 6 examples: sure and right", set, none, right, Higher);
        row("8 topics x 6 examples: sure but wrong", set, none, wrong, Lower);
        row("8 topics x 6 examples: sure of other topics' messages", set, none, others_sure, Lower);
    }
}

fn libraries() {
    for (set, what, goals) in [
        ("stackfaq_en", "FAQ, recall@1", ["66.6", "79", "82.5"]),
        ("xquad_en", "article, recall@1", ["92.2", "92.2", "94.5"]),
        ("xquad_zh", "article, recall@1", ["92.5", "93.9", "95"]),
    ] {
        let (entries, queries) = (lines::<Entry>(&format!("{set}/docs")), lines::<Query>(&format!("{set}/queries")));
        if entries.is_empty() || queries.is_empty() {
            continue;
        }
        let quality = library(&Index::build(&entries), &queries);
        row(what, set, goals, quality.recall_at_1 * 100.0, Higher);
        if set == "stackfaq_en" {
            for (n_variants, goals) in [(3, ["87.9", "91", "93"]), (5, ["89.5", "93.5", "95.5"])] {
                let (entries, rest) = with_variants(&entries, &queries, n_variants);
                let quality = library(&Index::build(&entries), &rest);
                row(
                    &format!("FAQ, {n_variants} similar questions, recall@1"),
                    set,
                    goals,
                    quality.recall_at_1 * 100.0,
                    Higher,
                );
            }
            row("no answer, half removed, AUROC", set, ["71.2", "78", "84"], half_removed(&entries, &queries), Higher);
        }
    }
}

/// The first queries of each article become its similar questions; the others are asked.
fn with_variants(entries: &[Entry], queries: &[Query], n_variants: usize) -> (Vec<Entry>, Vec<Query>) {
    let mut entries = entries.to_vec();
    let mut rest = Vec::new();
    for query in queries {
        match entries.iter_mut().find(|entry| query.relevant.contains(&entry.id)) {
            Some(entry) if entry.variants.len() < n_variants => entry.variants.push(query.query.clone()),
            _ => rest.push(query.clone()),
        }
    }
    (entries, rest)
}

fn half_removed(entries: &[Entry], queries: &[Query]) -> f64 {
    let half: Vec<Entry> = entries.iter().step_by(2).cloned().collect();
    let index = Index::build(&half);
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for query in queries {
        let score = index.search(&query.query, 1).first().map_or(0.0, |hit| hit.score);
        let is_known = half.iter().any(|entry| query.relevant.contains(&entry.id));
        if is_known { inside.push(score) } else { outside.push(score) }
    }
    auroc(&inside, &outside) * 100.0
}

/// A hundred thousand passages of 400 characters, each of pieces of two real ones.
fn moods() {
    for (set, goals) in [("goemotions_en", ["65.0", "65.0", "67"]), ("cped_zh", ["–"; 3])] {
        let test = lines::<Labelled>(&format!("{set}/test"));
        if test.is_empty() {
            continue;
        }
        let f1 = |judge: Judge| {
            let lines = test.iter().map(|line| (line.text.as_str(), line.label.as_str()));
            evaluate_four(lines, judge).macro_f1 * 100.0
        };
        row("emotion, four classes, macro-F1", set, goals, f1(Judge::Learnt), Higher);
        row("the same, as a flow is told: neutral unless sure", set, ["–"; 3], f1(Judge::Told), Higher);
    }
}

fn many_passages() {
    const N_PASSAGES: usize = 100_000;
    for set in ["xquad_en", "xquad_zh"] {
        let (docs, queries) = (lines::<Entry>(&format!("{set}/docs")), lines::<Query>(&format!("{set}/queries")));
        if docs.is_empty() || queries.is_empty() {
            continue;
        }
        let texts: Vec<Vec<char>> = docs.iter().map(|doc| doc.answer.chars().collect()).collect();
        let mut chance = Chance(11);
        let mut piece = || {
            let text = &texts[chance.below(texts.len())];
            let from = chance.below(text.len());
            text.iter().cycle().skip(from).take(200).collect::<String>()
        };
        let entries: Vec<Entry> = (0..N_PASSAGES)
            .map(|idx| Entry {
                id: format!("{}#{}", idx / 20, idx % 20),
                question: format!("document {}", idx / 20),
                variants: Vec::new(),
                answer: format!("{} {}", piece(), piece()),
            })
            .collect();
        let start = Instant::now();
        let index = Index::build(&entries);
        let built = ms(start) / 1e3;
        let mut taken: Vec<f64> =
            queries.iter().map(|query| best_of(3, || drop(index.search(&query.query, 5)))).collect();
        taken.sort_by(f64::total_cmp);
        row("100,000 passages, build, s", set, ["–", "60", "–"], built, Lower);
        row("100,000 passages, search p99, ms", set, ["–", "10", "–"], taken[taken.len() * 99 / 100], Lower);
    }
}

fn trained(train: &str, test: &str, oos: Option<&str>) -> Option<(Recogniser, TopicsQuality, f64)> {
    let (train, test) = (lines::<Labelled>(train), lines::<Labelled>(test));
    if train.is_empty() || test.is_empty() {
        return None;
    }
    let others: Vec<Labelled> = oos.map(lines).unwrap_or_default();
    let intents = grouped(&train);
    let start = processor_ms();
    let recogniser = Recogniser::train(&intents);
    let train_ms = processor_ms() - start;
    let quality = topics(&recogniser, &test, others.iter().map(|line| line.text.as_str()));
    Some((recogniser, quality, train_ms))
}

fn p99(recogniser: &Recogniser, lines: &[Labelled]) -> f64 {
    let once = |line: &Labelled| best_of(5, || drop(recogniser.recognise(&line.text, None))) * 1e3;
    let mut taken: Vec<f64> = lines.iter().map(once).collect();
    taken.sort_by(f64::total_cmp);
    taken[taken.len() * 99 / 100]
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

/// The same draws in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    fn shuffle(&mut self, items: &mut [String]) {
        for idx in (1..items.len()).rev() {
            items.swap(idx, self.below(idx + 1));
        }
    }
}

/// How long something takes when nothing else takes the processor: the shortest of some tries, in milliseconds.
fn best_of(tries: usize, run: impl Fn()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        run();
        ms(start)
    };
    (0..tries).map(once).fold(f64::INFINITY, f64::min)
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// What the threads of this process have used of the processors, in steps of 10 ms: on a machine that does other
/// things too, it says more than the clock on the wall.
fn processor_ms() -> f64 {
    const TICK_MS: f64 = 10.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * TICK_MS
}

/// What the process holds in memory, where the system says so.
fn resident_mb() -> f64 {
    const PAGE_KB: f64 = 4.0;
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<f64>().ok());
    pages.unwrap_or_default() * PAGE_KB / 1024.0
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = read(&format!("{name}.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn read(name: &str) -> Option<String> {
    std::fs::read_to_string(root().join(name)).ok()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data")
}
