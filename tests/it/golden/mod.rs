//! Recorded conversations of this and every earlier release: each must go the same way today, byte for byte.
//!
//! `tests/golden/*.jsonl.gz` hold them, with the flows and resources they ran on. Files are only ever added:
//! `HELIU_GOLDEN=write` records a new one. What is meant to go another way is named in `declared.json`, with the reason.

mod archive;
mod writer;

use interpreter::{BEHAVIOUR, Event, State, step};

use archive::{Archive, History, declared, files};

/// All files together may take this much of the repository.
const MAX_BYTES: u64 = 2 * 1024 * 1024;

#[test]
fn every_recorded_history_goes_the_same_way_today() {
    let declared = declared();
    let catalogue = nodes::catalogue();
    let (mut n_histories, mut n_events, mut wrong) = (0, 0, Vec::new());
    for file in files() {
        let archive = Archive::read(&file);
        assert!(archive.behaviour <= BEHAVIOUR, "{} is of a later release", archive.name);
        let programs = archive.programs(&catalogue);
        for history in &archive.histories {
            n_histories += 1;
            n_events += history.events.len();
            let difference = replay(history, &programs[&history.program]).err();
            let is_declared = declared.iter().any(|change| change.means(&archive.name, &history.title));
            match difference {
                Some(difference) if !is_declared => {
                    wrong.push(format!("{}: {}: {difference}", archive.name, history.title));
                }
                None if is_declared => wrong.push(format!(
                    "{}: {} is declared to have changed, and goes the same way",
                    archive.name, history.title
                )),
                _ => {}
            }
        }
    }
    println!("{n_histories} histories with {n_events} events replayed");
    assert!(n_histories >= 200, "{n_histories} histories");
    let shown = wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(
        wrong.is_empty(),
        "{} histories differ; CONTRIBUTING.md says how an intended change is declared.\n\n{shown}",
        wrong.len()
    );
}

#[test]
fn the_histories_are_small() {
    let size: u64 = files().iter().map(|file| std::fs::metadata(file).expect("it is there").len()).sum();
    assert!(size < MAX_BYTES, "tests/golden takes {size} bytes");
}

/// Lets the recorded events happen again, each on the recorded state before it.
fn replay(history: &History, program: &interpreter::Program) -> Result<(), String> {
    let mut before = serde_json::to_string(&State::new(history.language.clone())).expect("plain data");
    for (idx, recorded) in history.events.iter().enumerate() {
        let state: State = serde_json::from_str(&before).map_err(|error| format!("event {idx}: state: {error}"))?;
        let event: Event = serde_json::from_str(&recorded.event).map_err(|error| format!("event {idx}: {error}"))?;
        let again = step(program, state, &event, recorded.now);
        same(idx, "effects", &recorded.effects, &serde_json::to_string(&again.effects).expect("plain data"))?;
        same(idx, "state", &recorded.state, &serde_json::to_string(&again.state).expect("plain data"))?;
        before.clone_from(&recorded.state);
    }
    Ok(())
}

fn same(idx: usize, what: &str, recorded: &str, today: &str) -> Result<(), String> {
    if recorded == today {
        return Ok(());
    }
    let at = recorded.bytes().zip(today.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        let from = text.char_indices().map(|(at, _)| at).take_while(|start| start + 60 < at).last().unwrap_or(0);
        text[from..].chars().take(160).collect::<String>()
    };
    Err(format!("event {idx}: {what}\n  recorded …{}\n  today    …{}", around(recorded), around(today)))
}
