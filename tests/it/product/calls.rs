//! D7. Services that break off, come too late, fail at first, ask for patience, or never answer: every call ends in a
//! result or at the failed exit within the step's time, and one that must happen at most once is sent once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::chat::Customer;
use super::mock::{Manner, Mock};
use super::restart::{import_flow, order_flow};
use super::{Product, is_long, words};

const TIMEOUT_S: u32 = 4;
const RETRIES: usize = 2;
/// What the turn around a call may take on a machine that does much else.
const AROUND: Duration = Duration::from_secs(5);
const FINE: &str = r#"{ "number": "N1" }"#;

#[tokio::test]
async fn every_call_ends_in_time_and_none_that_must_not_is_sent_twice() {
    let each = if is_long() { 300 } else { 10 };
    let late = Duration::from_secs(u64::from(TIMEOUT_S) + 2);
    let manners = [
        ("closes", Manner::Closes, false),
        ("late", Manner::Answers(late, FINE), false),
        ("fails", Manner::Recovers("500 Internal Server Error", FINE), true),
        ("busy", Manner::Recovers("429 Too Many Requests\r\nretry-after: 1", FINE), true),
        ("hangs", Manner::Hangs, false),
    ];
    let product = Product::start_allowing("127.0.0.1").await;
    let mut owner = product.owner().await;
    let (mut customers, mut mocks) = (JoinSet::new(), Vec::new());
    for (name, manner, recovers) in manners {
        let mock = Mock::behaving(manner).await;
        for once in [false, true] {
            let key = format!("{name}-{}", if once { "once" } else { "often" });
            let mut flow = order_flow(&key, "", TIMEOUT_S);
            let config = &mut flow["nodes"][2]["config"];
            config["path"] = json!(format!("http://{}/{key}", mock.host));
            config["retries"] = json!(RETRIES);
            config["once"] = json!(once);
            import_flow(&mut owner, flow).await;
            let expected = if recovers && !once { "bot: done N1" } else { "bot: failed" };
            for _ in 0..each {
                let mut customer = Customer::open(&product, json!({ "flow": key, "language": "en" })).await;
                customers.spawn(async move {
                    let began = Instant::now();
                    let answered = customer.say("1", "tea").await;
                    let said = words(&answered);
                    assert_eq!(said, ["customer: tea", "bot: one moment", expected, "bot: wish?"]);
                    let limit = Duration::from_secs(TIMEOUT_S.into()) + AROUND;
                    assert!(began.elapsed() < limit, "{:?}", began.elapsed());
                    began.elapsed()
                });
            }
        }
        mocks.push((name, mock, recovers));
    }
    let slowest = customers.join_all().await.into_iter().max().unwrap_or_default();

    for (name, mock, recovers) in mocks {
        let mut sent: BTreeMap<(String, String), usize> = BTreeMap::new();
        for call in mock.calls() {
            *sent.entry((call.line, call.key.expect("an Idempotency-Key"))).or_default() += 1;
        }
        let is_once = |line: &str| line.contains("-once ");
        for ((line, key), times) in &sent {
            let most = if is_once(line) { 1 } else { 1 + RETRIES };
            assert!(*times <= most, "{line} was sent {times} times with the key {key}");
        }
        // A host that answers is never left alone, so all calls reach it.
        if recovers {
            assert_eq!(sent.len(), 2 * each, "{name}");
            assert!(sent.iter().all(|((line, _), times)| is_once(line) || *times == 2), "{name}: {sent:?}");
        }
        let (first, again) = (sent.len(), sent.values().map(|times| times - 1).sum::<usize>());
        println!("D7 {name}: {} calls, {first} sent, {again} sent again with the same key", 2 * each);
    }
    println!("D7: at most once: 0 second attempts; the slowest took {slowest:?} of {TIMEOUT_S} s and its turn");
}
