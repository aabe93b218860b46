//! `heliu doctor`: looks the data over, on a live folder or a copy, and changes nothing.

use anyhow::Context;
use interpreter::{Pending, State, WaitsFor};
use store::Store;
use store::doctor::{Finding, Unfinished};

use crate::config::Storage;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

/// Conversations that are looked at together.
const PAGE: u64 = 500;
/// Conversations that are named; the rest are counted.
const LISTED: usize = 20;
const REPORT: &str = "take it over at the desk and end it; keep a backup and report it";

pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    let storage = &args.storage;
    let store = Store::look(&storage.data, storage.database_url.as_deref())
        .await
        .with_context(|| format!("look at {}", storage.data.display()))?;
    let facts = store::doctor::facts(&store).await?;
    let mut findings = store::doctor::examine(&store, runtime::now()).await?;
    // States lie in tables that another release may have made differently.
    if !findings.iter().any(|finding| finding.check == "tables") {
        findings.extend(stuck(&store).await?);
    }
    if args.json {
        let facts: serde_json::Map<_, _> =
            facts.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let report = serde_json::json!({ "well": findings.is_empty(), "facts": facts, "findings": findings });
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for (name, value) in facts {
            println!("{name}: {value}");
        }
        for finding in &findings {
            println!("\n{}: {}\n  {}\n  {}", finding.check, finding.place, finding.means, finding.advice);
        }
        match findings.len() {
            0 => println!("\nall is well"),
            n => println!("\n{n} findings"),
        }
    }
    store.close().await;
    Ok(findings.is_empty())
}

/// Conversations that wait for something that cannot come.
async fn stuck(store: &Store) -> anyhow::Result<Vec<Finding>> {
    let (mut findings, mut more, mut after) = (Vec::new(), 0, 0);
    loop {
        let page = store::doctor::unfinished(store, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for (one, means) in page.iter().filter_map(|one| Some((one, in_vain(one)?))) {
            if findings.len() < LISTED {
                findings.push(Finding::new("stuck", &one.public_id, means, REPORT));
            } else {
                more += 1;
            }
        }
    }
    if more > 0 {
        findings.push(Finding::new("stuck", format!("and {more} more"), "the same or the like", REPORT));
    }
    Ok(findings)
}

/// Why a conversation that is not over will never go on; absent when it can.
fn in_vain(one: &Unfinished) -> Option<String> {
    let state: State = match serde_json::from_str(&one.state) {
        Ok(state) => state,
        Err(error) => return Some(format!("its state cannot be read: {error}")),
    };
    if serde_json::to_value(state.status).ok()?.as_str() != Some(&one.status) {
        return Some(format!("it is listed as {}, its state says something else", one.status));
    }
    if let Some(timer) = state.timers().find(|timer| !one.timers.contains(&timer.id.0)) {
        return Some(format!("it waits for the timer {}, which is not set", timer.id.0));
    }
    match state.waits_for() {
        WaitsFor::Nothing => Some("it is not over and waits for nothing".to_owned()),
        WaitsFor::Time if state.timer.is_none() => Some("it waits for a time without a timer".to_owned()),
        WaitsFor::Effect if one.unanswered_effect.is_none() => match &state.pending {
            Pending::Effect { id, .. } => Some(format!("it waits for the answer to {}, which nobody asks", id.0)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use interpreter::{Timer, TimerId};
    use model::{Language, Status};

    use super::*;

    #[test]
    fn what_can_go_on_is_told_from_what_cannot() {
        let mut state = State::new(Language::zh());
        state.pending = Pending::Customer;
        assert_eq!(in_vain(&unfinished(&state, &[])), None);

        state.timer = Some(Timer { id: TimerId("t1".into()), due: 5 });
        assert_eq!(in_vain(&unfinished(&state, &["t1"])), None);
        assert!(in_vain(&unfinished(&state, &[])).is_some_and(|why| why.contains("the timer t1")));

        state.timer = None;
        state.pending = Pending::Time;
        assert!(in_vain(&unfinished(&state, &[])).is_some_and(|why| why.contains("without a timer")));
        state.pending = Pending::Nothing;
        assert!(in_vain(&unfinished(&state, &[])).is_some_and(|why| why.contains("waits for nothing")));
        state.status = Status::Queued;
        assert!(in_vain(&unfinished(&state, &[])).is_some_and(|why| why.contains("says something else")));
        let broken = Unfinished { state: "{".into(), ..unfinished(&state, &[]) };
        assert!(in_vain(&broken).is_some_and(|why| why.contains("cannot be read")));
    }

    fn unfinished(state: &State, timers: &[&str]) -> Unfinished {
        Unfinished {
            id: 1,
            public_id: "p".into(),
            status: "waiting".into(),
            state: serde_json::to_string(state).expect("plain data"),
            unanswered_effect: None,
            timers: timers.iter().map(|id| (*id).to_owned()).collect(),
        }
    }
}
