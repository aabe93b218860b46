//! A real model, where one is at hand: what it says against vectors from elsewhere, and what it costs.
//!
//! `HELIU_MODEL=FOLDER HELIU_VECTORS=FILE cargo test --release -p embed --features candle --test real -- --ignored
//! --nocapture`; the file is JSON, `[["a text", [0.1, …]], …]`, from another implementation of the same model.
#![cfg(feature = "candle")]

use std::path::PathBuf;
use std::time::Instant;

use embed::Role;

#[test]
#[ignore = "wants a model, and vectors of another implementation"]
fn a_real_model_gives_the_vectors_that_others_give() {
    let folder = PathBuf::from(std::env::var("HELIU_MODEL").expect("HELIU_MODEL names a folder"));
    let file = std::env::var("HELIU_VECTORS").expect("HELIU_VECTORS names a file");
    let known: Vec<(String, Vec<f32>)> =
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("texts with vectors");
    let before = resident_mib();
    let began = Instant::now();
    let model = embed::load(&folder, "real").expect("a model");
    let (read, resident) = (began.elapsed(), resident_mib() - before);
    println!("{}: {} numbers, read in {read:.1?}, {resident} MiB more", model.name(), model.dimension());

    let texts: Vec<String> = known.iter().map(|(text, _)| text.clone()).collect();
    let made = model.encode(Role::Sentence, &texts).expect("vectors");
    let off = made.iter().zip(&known).flat_map(|(made, (_, known))| made.iter().zip(known).map(|(a, b)| (a - b).abs()));
    let most = off.fold(0.0, f32::max);
    println!("the largest difference in {} vectors: {most:e}", known.len());
    assert!(most < 1e-4, "{most}");

    for (name, text) in [
        ("a question of 8 words", "how long does a refund take with you".to_owned()),
        ("a passage of 200 words", "the parcel was returned to the store ".repeat(29)),
    ] {
        let mut times = Vec::new();
        let before = processor_ms();
        for n in 0..60 {
            let began = Instant::now();
            model.encode(Role::Question, &[format!("{text} {n}")]).expect("a vector");
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        let processor = (processor_ms() - before) / 60.0;
        times.sort_by(f64::total_cmp);
        println!(
            "{name}: {processor:.1} ms of a processor, median {:.1} ms, 57 of 60 within {:.1} ms",
            times[30], times[56]
        );
        let many: Vec<String> = (0..64).map(|n| format!("{text} {n}")).collect();
        let (began, before) = (Instant::now(), processor_ms());
        model.encode(Role::Passage, &many).expect("vectors");
        let (took, processor) = (began.elapsed().as_secs_f64(), processor_ms() - before);
        println!("{name}, 64 at once: {:.1} ms of a processor each, {:.1} vectors/s", processor / 64.0, 64.0 / took);
    }
    println!("resident in the end: {} MiB", resident_mib());
}

/// The processor time of all threads, in steps of 10 ms.
fn processor_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields = stat.rsplit(") ").next().expect("fields").split(' ');
    fields.skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number") * 10.0).sum()
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}
