//! D2: dying at any named place is safe. Every place is reached, so often as is asked for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tests::{is_long, sized};
use tokio::task::JoinSet;

use crate::checker::{assert_none, at_rest, at_the_crash};
use crate::customer::{Talk, http};
use crate::data::Data;
use crate::flow::Step;
use crate::ledger::Load;
use crate::mock::Mock;
use crate::random::Random;
use crate::server::{Server, Start, prepared};
use crate::snapshot::Snapshot;

/// The places, and the steps that lead to them.
const POINTS: [(&str, &[Step]); 10] = [
    ("before_commit", &Step::ALL),
    ("in_batch", &[Step::Say, Step::Post, Step::Wait]),
    ("after_commit_before_ack", &Step::ALL),
    ("before_telling", &Step::ALL),
    ("after_intent", &[Step::Post, Step::Once]),
    ("after_http_before_result", &[Step::Post, Step::Get, Step::Once]),
    ("at_hand_over", &[Step::Hand]),
    ("timer_fired_before_commit", &[Step::Wait]),
    ("timer_fired_after_commit", &[Step::Wait]),
    (IN_RECOVERY, &[Step::Post, Step::Once]),
];
/// Reached only by a process that finds turns which another one left in their middle.
const IN_RECOVERY: &str = "in_recovery";
const CUSTOMERS: usize = 6;
const SIDE_BY_SIDE: usize = 3;
/// A place that is not reached within this time is not reached at all.
const REACHED_WITHIN: Duration = Duration::from_secs(30);

/// Dying once: where, the how manieth time, and what customers ask for meanwhile.
#[derive(Clone, Copy, Debug)]
struct Case {
    point: &'static str,
    k: usize,
    step: Step,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_any_named_place_loses_nothing_and_repeats_nothing() {
    let mut random = Random::for_test("D2");
    let mock = Mock::start(random.split()).await;
    let template = prepared(Data::new(), &mock.host).await;
    let talks = opened(&template).await;
    let begun = Instant::now();

    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    let mut running = JoinSet::new();
    for (number, case) in cases().into_iter().enumerate() {
        if running.len() == SIDE_BY_SIDE {
            collect(running.join_next().await, &mut hits, &mut found);
        }
        let (data, mock, random, talks) = (template.copied(), mock.clone(), random.split(), talks.clone());
        running.spawn(async move {
            let name = format!("d2{number}");
            (case, die_and_recover(case, &name, &data, &talks, &mock, random).await)
        });
    }
    while let Some(done) = running.join_next().await {
        collect(Some(done), &mut hits, &mut found);
    }

    println!(
        "D2: {} crashes at {} named places in {:.0} s, {} violations; hits {hits:?}",
        hits.values().sum::<usize>(),
        hits.len(),
        begun.elapsed().as_secs_f64(),
        found.len()
    );
    assert_none("D2", &found);
    for (point, _) in POINTS {
        assert!(hits.get(point).is_some_and(|hits| *hits >= 3), "{point} was not reached: {hits:?}");
    }
}

/// Conversations that wait for their first message, so that every commit after is one of the step that is meant.
async fn opened(data: &Data) -> Vec<Talk> {
    let mut server = Server::start(data, "", &Start::default()).await;
    let (http, mut talks) = (http(), Vec::new());
    for _ in 0..CUSTOMERS {
        talks.push(Talk::open(&http, &server.url).await.expect("it opens"));
    }
    server.kill().await;
    talks
}

/// Every place at its first, second and third passing, the steps taking turns; in the long form all of both.
fn cases() -> Vec<Case> {
    let times = sized(3, 5);
    let mut cases = Vec::new();
    for (point, steps) in POINTS {
        for k in 1..=times {
            let steps = if is_long() { steps } else { &steps[(k - 1) % steps.len()..][..1] };
            cases.extend(steps.iter().map(|step| Case { point, k, step: *step }));
        }
    }
    cases
}

type Done = Result<(Case, Result<Vec<String>, String>), tokio::task::JoinError>;

fn collect(done: Option<Done>, hits: &mut BTreeMap<&'static str, usize>, found: &mut Vec<String>) {
    let Some(Ok((case, outcome))) = done else { return found.push("a case did not finish".into()) };
    match outcome {
        Ok(violations) => {
            *hits.entry(case.point).or_default() += 1;
            found.extend(violations.into_iter().map(|what| format!("{case:?}: {what}")));
        }
        Err(why) => found.push(format!("{case:?}: {why}")),
    }
}

/// Lets customers talk until the process dies, looks at what it left, starts again, and looks when all is at rest.
async fn die_and_recover(
    case: Case,
    name: &str,
    data: &Data,
    talks: &[Talk],
    mock: &Mock,
    mut random: Random,
) -> Result<Vec<String>, String> {
    let is_recovery = case.point == IN_RECOVERY;
    let first = if is_recovery {
        // Several calls are under way when the first is answered.
        Start::crashing_at("after_http_before_result", 1)
    } else {
        Start::crashing_at(case.point, case.k)
    };
    let mut server = Server::start(data, &mock.host, &first).await;
    let load = Load::new(name, &server.url, &[case.step]);
    let talking = load.begin_in(talks, &mut random);
    let begun = Instant::now();
    while !server.has_crashed() {
        if begun.elapsed() > REACHED_WITHIN {
            return Err("the place was not reached".into());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let shut = load.gate.write().await;
    let mut found = at_the_crash(&Snapshot::of(data).await.0, &load.talks());
    if is_recovery {
        // As many turns as the first crash left in their middle can be found; the last of them counts too.
        let n_left = Snapshot::of(data).await.0.conversations.values().filter(|one| one.is_interrupted).count();
        let again = Start::crashing_at(IN_RECOVERY, case.k.min(n_left));
        if server.start_again(data, &again).await.is_some() {
            let begun = Instant::now();
            while !server.has_crashed() {
                if begun.elapsed() > REACHED_WITHIN {
                    return Err(format!("recovery was not reached, {n_left} turns were left"));
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        found.extend(at_the_crash(&Snapshot::of(data).await.0, &load.talks()));
    }
    server.start_again(data, &Start::default()).await.ok_or("it does not start again")?;
    drop(shut);
    load.end(talking).await;
    server.kill().await;
    let snapshot = Snapshot::of(data).await.0;
    found.extend(load.violations());
    found.extend(at_rest(&snapshot, &load.talks(), mock));
    Ok(found)
}
