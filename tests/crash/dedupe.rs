//! D5: a message that is sent again, over whichever connection and in whichever order, has one effect and one answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::sized;
use tokio::task::JoinSet;

use crate::checker::{assert_none, at_rest};
use crate::customer::{ANSWER_WITHIN, Line, Outcome, Sent, Talk, http, outcome};
use crate::data::Data;
use crate::flow::Step;
use crate::mock::Mock;
use crate::random::Random;
use crate::server::{Server, Start, prepared};
use crate::snapshot::Snapshot;
use crate::window::Window;

const TALKS: usize = 20;
/// Each message is sent so often.
const COPIES: usize = 3;
/// Copies under way at once in one conversation; more than its mailbox takes would be refused.
const AT_ONCE: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_sent_three_times_has_one_effect_and_one_answer() {
    let mut random = Random::for_test("D5");
    let n_messages = sized(34, 1_667);
    let mock = Mock::start(random.split()).await;
    let data = prepared(Data::new(), &mock.host).await;
    let mut server = Server::start(&data, &mock.host, &Start::default()).await;
    let begun = Instant::now();

    let mut running = JoinSet::new();
    for number in 0..TALKS {
        let (url, random) = (server.url.clone(), random.split());
        running.spawn(async move { send_all(number, n_messages, &url, random).await });
    }
    let (mut found, mut talks) = (Vec::new(), Vec::new());
    for (talk, violations) in running.join_all().await {
        talks.push(talk);
        found.extend(violations);
    }
    server.kill().await;

    let (snapshot, _) = Snapshot::of(&data).await;
    found.extend(at_rest(&snapshot, &talks, &mock));
    println!(
        "D5: {} sends of {} messages in {:.0} s, {} effects, {} other bodies refused, {} violations",
        TALKS * n_messages * COPIES,
        TALKS * n_messages,
        begun.elapsed().as_secs_f64(),
        mock.attempts().iter().map(|attempt| &attempt.key).collect::<BTreeSet<_>>().len(),
        TALKS * n_messages.div_ceil(5),
        found.len()
    );
    assert_none("D5", &found);
}

/// One conversation: all copies in random order, several at once, some on connections of their own, while a window
/// that comes and goes looks on.
async fn send_all(number: usize, n_messages: usize, url: &str, mut random: Random) -> (Talk, Vec<String>) {
    let shared = http();
    // A customer who has lost the connection: each request comes on a new one.
    let reconnecting = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(ANSWER_WITHIN);
    let reconnecting = reconnecting.build().expect("a client");
    let mut talk = Talk::open(&shared, url).await.expect("it opens");
    for n in 0..n_messages {
        let step = if random.chance(3) { Step::Post } else { Step::Say };
        let id = format!("{}-d5.{number}-{n}", step.word());
        talk.sent.push(Sent { id, step, is_acked: true });
    }
    let mut copies: Vec<String> =
        talk.sent.iter().flat_map(|sent| std::iter::repeat_n(sent.id.clone(), COPIES)).collect();
    random.shuffle(&mut copies);
    let all_sent = Arc::new(AtomicBool::new(false));
    let watching = tokio::spawn(watch(talk.clone(), url.to_owned(), random.split(), Arc::clone(&all_sent)));

    let copies = Arc::new(Mutex::new(copies));
    let mut senders = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (copies, talk, url) = (Arc::clone(&copies), talk.clone(), url.to_owned());
        let clients = [shared.clone(), reconnecting.clone()];
        let mut random = random.split();
        senders.spawn(async move {
            let mut answers = Vec::new();
            while let Some(id) = take(&copies) {
                let client = &clients[usize::from(random.chance(33))];
                answers.push((id.clone(), sent(&talk, client, &url, &id, &id).await));
            }
            answers
        });
    }
    let mut answers: BTreeMap<String, Vec<Result<Value, String>>> = BTreeMap::new();
    for (id, answer) in senders.join_all().await.into_iter().flatten() {
        answers.entry(id).or_default().push(answer);
    }

    all_sent.store(true, Ordering::SeqCst);
    let mut found = Vec::new();
    for (id, answers) in &answers {
        let is_same = answers.iter().all(|answer| answer.is_ok() && *answer == answers[0]);
        if !is_same || answers.len() != COPIES {
            found.push(format!("{id} was answered with {answers:?}"));
        }
    }
    for sent_before in talk.sent.iter().step_by(5) {
        let answer = sent(&talk, &shared, url, &sent_before.id, "other words").await;
        if !matches!(&answer, Err(refused) if refused.starts_with("409")) {
            found.push(format!("{} with other words was answered with {answer:?}", sent_before.id));
        }
    }
    talk.catch_up(&shared, url).await;
    let shown = watching.await.expect("the window does not break");
    if !shown.iter().eq(talk.seen.values()) {
        found.push(format!("{}: the window showed {} lines of {}", talk.id, shown.len(), talk.seen.len()));
    }
    found.append(&mut talk.contradictions);
    (talk, found)
}

fn take(copies: &Mutex<Vec<String>>) -> Option<String> {
    copies.lock().expect("nobody panics here").pop()
}

/// Sends until it is answered or refused for good.
async fn sent(talk: &Talk, http: &reqwest::Client, url: &str, id: &str, text: &str) -> Result<Value, String> {
    for _ in 0..200 {
        match outcome(talk.saying(http, url, id, text)).await {
            Outcome::Answered(answer) => return Ok(answer),
            Outcome::Refused(status, body) => return Err(format!("{status} {body}")),
            Outcome::Busy => tokio::time::sleep(Duration::from_millis(20)).await,
            other => return Err(format!("{other:?}")),
        }
    }
    Err("busy".into())
}

/// Looks on by WebSocket, comes back with the last number after every few frames, and returns all that was shown. Towards
/// the end it may be long before a message comes that was not sent before.
async fn watch(talk: Talk, url: String, mut random: Random, all_sent: Arc<AtomicBool>) -> Vec<Line> {
    let n_messages = talk.sent.len();
    let mut shown: Vec<Line> = talk.seen.values().cloned().collect();
    let mut n_answered = 0;
    while n_answered < n_messages {
        let after = shown.last().map_or(0, |line| line.seq);
        let mut window = Window::open(&talk, &url, after).await;
        for _ in 0..=random.below(8) {
            let is_late = all_sent.load(Ordering::SeqCst);
            let Some(lines) = window.next(Duration::from_secs(20)).await else {
                if is_late {
                    return shown;
                }
                break;
            };
            n_answered += lines.iter().filter(|line| line.text == "Q").count();
            shown.extend(lines);
            if n_answered >= n_messages {
                break;
            }
        }
    }
    shown
}
