//! D13: a customer who was away gets everything that was missed, once and in order, however they come back.

use std::time::{Duration, Instant};

use tests::sized;
use tokio::task::JoinSet;

use crate::checker::{assert_none, at_rest};
use crate::customer::{Line, Outcome, Sent, Talk, http, outcome};
use crate::data::Data;
use crate::flow::Step;
use crate::mock::Mock;
use crate::random::Random;
use crate::server::{Server, Start, prepared};
use crate::snapshot::Snapshot;
use crate::window::{Window, by_events};

/// Customers who come back at the same time.
const SIDE_BY_SIDE: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_gets_all_that_was_missed_once_and_in_order() {
    let mut random = Random::for_test("D13");
    let customers = sized(45, 1_000);
    let mock = Mock::start(random.split()).await;
    let data = prepared(Data::new(), &mock.host).await;
    let mut server = Server::start(&data, &mock.host, &Start::default()).await;
    let begun = Instant::now();
    let http = http();

    // Each has a timer that is to fire while they are away, and goes.
    let mut talks = Vec::new();
    for number in 0..customers {
        let mut talk = Talk::open(&http, &server.url).await.expect("it opens");
        let n_lines = random.below(3);
        for n in 0..n_lines {
            say(&mut talk, &http, &server.url, Step::Say, format!("say-d13.{number}-{n}")).await;
        }
        say(&mut talk, &http, &server.url, Step::Wait, format!("wait-d13.{number}-9")).await;
        talks.push(talk);
    }
    server.kill().await;
    server.start_again(&data, &Start::default()).await.expect("it starts");

    let mut returning = JoinSet::new();
    let (mut found, mut back) = (Vec::new(), Vec::new());
    for (number, talk) in talks.into_iter().enumerate() {
        if returning.len() == SIDE_BY_SIDE {
            back.extend(returning.join_next().await.map(|one| one.expect("nobody panics")));
        }
        let (http, url) = (http.clone(), server.url.clone());
        returning.spawn(async move { come_back(number, talk, &http, &url).await });
    }
    back.extend(returning.join_all().await);
    server.kill().await;

    let n_missed: usize = back.iter().map(|(_, n_missed, _)| n_missed).sum();
    let talks: Vec<Talk> = back.iter().map(|(talk, ..)| talk.clone()).collect();
    found.extend(back.into_iter().flat_map(|(_, _, violations)| violations));
    found.extend(at_rest(&Snapshot::of(&data).await.0, &talks, &mock));
    println!(
        "D13: {customers} customers away during a kill, {n_missed} messages missed and shown, by WebSocket, \
         server-sent events and polling, in {:.0} s, {} violations",
        begun.elapsed().as_secs_f64(),
        found.len()
    );
    assert_none("D13", &found);
}

async fn say(talk: &mut Talk, http: &reqwest::Client, url: &str, step: Step, id: String) {
    talk.sent.push(Sent { id: id.clone(), step, is_acked: false });
    match outcome(talk.saying(http, url, &id, &id)).await {
        Outcome::Answered(answer) => talk.ack(&id, &answer),
        other => panic!("{id}: {other:?}"),
    }
}

/// Waits, on another screen, until the timer has fired; then comes back with the last number that was seen.
async fn come_back(number: usize, mut talk: Talk, http: &reqwest::Client, url: &str) -> (Talk, usize, Vec<String>) {
    let after = talk.last_seq();
    let awaited = format!("T:wait-d13.{number}-9");
    let mut other = talk.clone();
    let mut other_screen = Window::open(&talk, url, after).await;
    while !other.has_seen(&awaited) {
        match other_screen.next(Duration::from_secs(15)).await {
            Some(lines) => other.seen.extend(lines.into_iter().map(|line| (line.seq, line))),
            None => return (talk, 0, vec![format!("{awaited} did not come (I8)")]),
        }
    }
    let shown: Vec<Line> = match number % 3 {
        0 => Window::open(&talk, url, after).await.next(Duration::from_secs(10)).await.unwrap_or_default(),
        1 => by_events(&talk, http, url, after).await,
        _ => match outcome(talk.after(http, url, after)).await {
            Outcome::Answered(answer) => Line::all(&answer),
            other => return (talk, 0, vec![format!("{other:?}")]),
        },
    };
    let missed: Vec<&Line> = other.seen.range(after + 1..).map(|(_, line)| line).collect();
    let mut found = Vec::new();
    if !shown.iter().eq(missed.iter().copied()) || shown.len() != 2 {
        found.push(format!("{}: missed {missed:?}, shown {shown:?}", talk.id));
    }
    talk.seen.extend(shown.iter().map(|line| (line.seq, line.clone())));
    (talk, shown.len(), found)
}
