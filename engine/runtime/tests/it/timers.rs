//! Timers: never early, once each, whatever the clock does; a burst passes while customers are answered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Moment;
use runtime::{Egress, Limits};
use serde_json::{Value, json};

use super::world::{MORNING, World, is_long, percentile};

const MINUTE_MS: Moment = 60_000;
const HOUR_MS: Moment = 60 * MINUTE_MS;
const BETWEEN_WORDS: Duration = Duration::from_millis(20);

/// D9. The clock jumps by up to a day, forward and back; every timer fires once, and not before its time has come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jumps_of_the_clock_fire_nothing_early_and_nothing_twice() {
    let (jumps, n) = if is_long() { (200, 5_000) } else { (30, 300) };
    let world = World::with_a_clock().await;
    let mut chance = Chance::seeded();
    world.publish("blink", &[(wait(0.001), "elapsed")]).await;
    world.publish("week", &[(wait(7.0 * 24.0 * 60.0), "elapsed")]).await;
    let like = world.open("week").await.expect("a conversation");
    let deadlines: Vec<Moment> = (0..n).map(|_| MORNING + HOUR_MS + chance.below(48 * HOUR_MS)).collect();
    let numbers = world.sleepers(&like, &deadlines).await;

    let (mut now, mut latest) = (MORNING, MORNING);
    for _ in 0..jumps {
        let far = [1_000, HOUR_MS, 24 * HOUR_MS][chance.below(3) as usize];
        let jump = chance.below(far) * if chance.below(3) == 0 { -1 } else { 1 };
        now = (now + jump).max(MORNING);
        latest = latest.max(now);
        world.set_clock(now);
        // A new conversation wakes the engine, and its timer fires last of all that is due.
        let marker = world.open("blink").await.expect("a conversation");
        let marker = world.number(&marker).await;
        now += 100;
        latest = latest.max(now);
        world.set_clock(now);
        world.until("the marker has fired", async || world.fired_at(marker).await.len() == 1).await;
        world.until("what is due has fired", async || world.timers().await.iter().all(|timer| timer.due > now)).await;
        let waiting: BTreeSet<i64> = world.timers().await.iter().map(|timer| timer.conversation).collect();
        for (number, due) in numbers.iter().zip(&deadlines) {
            assert!(waiting.contains(number) || *due <= latest, "{number} fired early");
        }
    }
    world.set_clock(MORNING + 60 * HOUR_MS);
    let is_over = async || !world.timers().await.iter().any(|timer| timer.due <= MORNING + 60 * HOUR_MS);
    world.until("all have fired", is_over).await;

    for (number, due) in numbers.iter().zip(&deadlines) {
        let fired = world.fired_at(*number).await;
        assert_eq!(fired.len(), 1, "{number} fires once");
        assert!(fired[0] >= *due, "{number} fired {} ms early", due - fired[0]);
    }
    println!("D9: {n} timers, {jumps} jumps: 0 early, 0 twice, 0 lost");
}

/// P8. Very many are due in the same second, while customers talk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_fires_once_each_within_a_minute_while_customers_are_answered() {
    let n = if is_long() { 100_000 } else { 2_000 };
    let world = Arc::new(World::with_a_clock().await);
    world.publish("week", &[(wait(7.0 * 24.0 * 60.0), "elapsed")]).await;
    world.publish("echo", &[]).await;
    let like = world.open("week").await.expect("a conversation");
    let deadlines: Vec<Moment> = (0..n).map(|n| MORNING + HOUR_MS + n % 1_000).collect();
    let numbers = world.sleepers(&like, &deadlines).await;
    world.wake(50.0).await;
    let customer = world.open("echo").await.expect("a conversation");
    let mut quiet = Vec::new();
    for said in 0..100 {
        tokio::time::sleep(BETWEEN_WORDS / 4).await;
        quiet.push(world.say(&customer, said).await.expect("an answer"));
    }

    let began = Instant::now();
    world.set_clock(MORNING + HOUR_MS + 1_000);
    let mut busy = Vec::new();
    for said in 100.. {
        busy.push(world.say(&customer, said).await.expect("an answer"));
        tokio::time::sleep(BETWEEN_WORDS).await;
        let due = store::timers::due(world.engine.store().read(), MORNING + 2 * HOUR_MS, 1).await.expect("a read");
        if due.is_empty() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(600), "the burst does not end");
    }
    let took = began.elapsed();

    let before = world.number(&like).await;
    let before = world.turns_and_events(&[before]).await[0];
    let after = world.turns_and_events(&numbers).await;
    assert_eq!(after, vec![(before.0 + 1, before.1 + 1); numbers.len()], "each fires once");
    println!(
        "P8: {n} timers in {:.1} s ({:.0} a second); answers: p50 {:?} p99 {:?}, meanwhile p50 {:?} p99 {:?} ({} of them)",
        took.as_secs_f64(),
        n as f64 / took.as_secs_f64(),
        percentile(&quiet, 0.5),
        percentile(&quiet, 0.99),
        percentile(&busy, 0.5),
        percentile(&busy, 0.99),
        busy.len(),
    );
    // A build without optimisation computes ten times as long.
    assert!(took < Duration::from_secs(if cfg!(debug_assertions) { 600 } else { 60 }), "{took:?}");
    assert!(percentile(&busy, 0.99) < Duration::from_secs(1), "customers wait for timers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_timer_wakes_the_engine() {
    let world = World::in_real_time(Egress::default(), Limits::default()).await;
    world.publish("week", &[(wait(7.0 * 24.0 * 60.0), "elapsed")]).await;
    world.publish("blink", &[(wait(0.005), "elapsed")]).await;
    world.open("week").await.expect("a conversation");

    for _ in 0..3 {
        let (began, opened) = (Instant::now(), world.open("blink").await.expect("a conversation"));
        let number = world.number(&opened).await;
        world.until("it has fired", async || world.fired_at(number).await.len() == 1).await;
        assert!(began.elapsed() >= Duration::from_millis(300), "early by {:?}", began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

/// More of them than fit a page, all due before the one that can be fired.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timers_that_fail_rest_and_hold_up_nobody() {
    let world = World::with_a_clock().await;
    world.publish("week", &[(wait(7.0 * 24.0 * 60.0), "elapsed")]).await;
    let like = world.open("week").await.expect("a conversation");
    let broken = world.sleepers_with_a_broken_state(&like, &[MORNING + HOUR_MS; 300]).await;
    let fine = world.sleepers(&like, &[MORNING + HOUR_MS + 1; 20]).await;
    world.wake(50.0).await;

    let (mut now, mut rests) = (MORNING + HOUR_MS + 1, Vec::new());
    for round in 0..3 {
        world.set_clock(now);
        world
            .until("all that can fire have", async || {
                let timers = world.timers().await;
                timers.iter().all(|timer| timer.due > now)
            })
            .await;
        let timers = world.timers().await;
        let rest: BTreeSet<Moment> =
            timers.iter().filter(|timer| broken.contains(&timer.conversation)).map(|timer| timer.due - now).collect();
        let n_waiting = timers.iter().filter(|timer| broken.contains(&timer.conversation)).count();
        assert_eq!(n_waiting, broken.len(), "round {round}: a timer that failed is not lost");
        rests.push(rest.into_iter().collect::<Vec<_>>());
        now += 10_000;
    }

    assert_eq!(rests, [[1_000], [2_000], [4_000]], "they rest longer each time");
    for number in fine {
        assert_eq!(world.fired_at(number).await.len(), 1);
    }
}

pub(crate) fn wait(minutes: f64) -> Value {
    json!({ "kind": "wait", "config": { "minutes": minutes, "until_message": false } })
}

/// Chance that can be had again.
struct Chance(u64);

#[expect(clippy::print_stdout, reason = "whoever repeats a failed run needs its seed")]
fn report(seed: u64) {
    println!("HELIU_SEED={seed}");
}

impl Chance {
    /// From `HELIU_SEED`, or from the clock; printed.
    fn seeded() -> Self {
        let seed = std::env::var("HELIU_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::try_from(runtime::now()).unwrap_or(1));
        report(seed);
        Self(seed)
    }

    /// A number from 0 to one below this (splitmix64 by Sebastiano Vigna).
    fn below(&mut self, limit: Moment) -> Moment {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((z ^ (z >> 31)) % limit.unsigned_abs()).unwrap_or(0)
    }
}
