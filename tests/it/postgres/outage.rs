//! A database that restarts, collides or has no room: nothing acknowledged is lost, and it passes by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::{amount, at, heard_once_each, import_echo, print, product, transcript};
use crate::product::chat::Customer;
use crate::product::{Database, Product};

const TALKS: usize = 8;
/// More than a replica has connections.
const WAITING: usize = 24;

#[tokio::test]
async fn a_restart_of_the_database_loses_no_acknowledged_message() {
    let Some((a, mut owner, server, _)) = product("").await else { return };
    import_echo(&mut owner).await;
    let b = a.replica().await;
    let (is_over, n_acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut talks = JoinSet::new();
    for n in 0..TALKS {
        let customer = Customer::open(&a, json!({ "flow": "echo" })).await;
        let doors = if n % 2 == 0 { [customer.clone(), at(&customer, &b)] } else { [at(&customer, &b), customer] };
        talks.spawn(talk_until(doors, Arc::clone(&is_over), Arc::clone(&n_acknowledged)));
    }
    let more = async |n: usize| {
        let (before, began) = (n_acknowledged.load(Ordering::Relaxed), Instant::now());
        while n_acknowledged.load(Ordering::Relaxed) < before + n {
            assert!(began.elapsed() < Duration::from_secs(20), "it recovers by itself");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        began.elapsed()
    };

    more(50).await;
    let (n_restarts, mut slowest) = (amount(2, 50), Duration::ZERO);
    for _ in 0..n_restarts {
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.restart_at_once()).await.expect("it restarts");
        slowest = slowest.max(more(10).await);
        more(50).await;
    }
    is_over.store(true, Ordering::Relaxed);

    let (mut n_refused, mut n_told) = (0, 0);
    while let Some(talked) = talks.join_next().await {
        let (mut customer, said, refused) = talked.expect("no panic");
        assert_eq!(heard_once_each(&transcript(&mut customer).await), said, "all that was acknowledged, once each");
        n_refused += refused;
        n_told += said.len();
    }
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    print(&format!(
        "R5: {n_restarts} restarts, {n_told} messages acknowledged and there, {n_refused} refused with 503 and sent \
         again, answers again {slowest:.1?} after a restart at the latest"
    ));
}

/// Says one thing after the other until it is over; what is refused is sent again under its id.
async fn talk_until(
    mut doors: [Customer; 2],
    is_over: Arc<AtomicBool>,
    n_acknowledged: Arc<AtomicUsize>,
) -> (Customer, Vec<String>, usize) {
    let (mut said, mut n_refused) = (Vec::new(), 0);
    while !is_over.load(Ordering::Relaxed) {
        let text = format!("m{}", said.len());
        loop {
            let answer = doors[said.len() % 2].send(json!({ "id": text, "text": text })).await;
            match answer.status.as_u16() {
                200 => break,
                503 => n_refused += 1,
                _ => panic!("{}: {}", answer.status, answer.text),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        n_acknowledged.fetch_add(1, Ordering::Relaxed);
        said.push(text);
    }
    let [customer, _] = doors;
    (customer, said, n_refused)
}

/// A trigger plays the part of other transactions: it fails one update in four, as PostgreSQL does when two collide.
#[tokio::test]
async fn collisions_are_tried_again_and_nobody_hears_of_them() {
    let Some((a, mut owner, server, url)) = product("").await else { return };
    import_echo(&mut owner).await;
    let b = a.replica().await;
    let mut customers = Vec::new();
    for _ in 0..TALKS {
        customers.push(Customer::open(&a, json!({ "flow": "echo" })).await);
    }
    server.sql(
        &url,
        "CREATE SEQUENCE collisions;
         CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF random() < 0.25 THEN
             PERFORM nextval('collisions');
             IF random() < 0.5 THEN RAISE EXCEPTION 'made up' USING ERRCODE = '40001'; END IF;
             RAISE EXCEPTION 'made up' USING ERRCODE = '40P01';
           END IF;
           RETURN NEW;
         END $$;
         CREATE TRIGGER collide BEFORE UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION collide();",
    );

    let n_each = amount(25, 4_000);
    let mut talks = JoinSet::new();
    for customer in customers {
        let mut doors = [customer.clone(), at(&customer, &b)];
        talks.spawn(async move {
            for n in 0..n_each {
                let text = format!("m{n}");
                doors[n % 2].say(&text, &text).await;
            }
            let [mut customer, _] = doors;
            heard_once_each(&transcript(&mut customer).await).len()
        });
    }
    let told: usize = talks.join_all().await.into_iter().sum();

    assert_eq!(told, TALKS * n_each);
    let collisions: usize = server.sql(&url, "SELECT last_value FROM collisions").parse().expect("a number");
    assert!(collisions >= amount(30, 10_000), "{collisions}");
    print(&format!("R8: {collisions} collisions in {told} turns, none of them seen by a customer"));
}

#[tokio::test]
async fn without_room_in_the_database_the_answer_is_503_within_two_seconds() {
    let Some((a, mut owner, server, url)) = product("").await else { return };
    import_echo(&mut owner).await;
    let mut customers = Vec::new();
    for _ in 0..WAITING {
        customers.push(Customer::open(&a, json!({ "flow": "echo" })).await);
    }
    let mut customer = customers[0].clone();
    let holder = {
        let (server, url) = (Arc::clone(&server), url.clone());
        let hold = "BEGIN; LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4); COMMIT;";
        tokio::task::spawn_blocking(move || server.sql(&url, hold))
    };
    let is_held =
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND locktype = 'relation'";
    while server.sql(&url, is_held) == "0" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    // More than there are connections: some find none free, the others a statement that hangs.
    let mut asking = JoinSet::new();
    for mut asker in customers {
        asking.spawn(async move {
            let began = Instant::now();
            (asker.send(json!({ "id": "1", "text": "too early" })).await, began.elapsed())
        });
    }
    let mut slowest = Duration::ZERO;
    while let Some(asked) = asking.join_next().await {
        let (answer, elapsed) = asked.expect("no panic");
        answer.is_refused(503, "database-unavailable");
        slowest = slowest.max(elapsed);
    }
    assert_eq!(a.client().get("/healthz").await.status.as_u16(), 200, "it lives");
    holder.await.expect("the lock is over");

    assert_eq!(words_of(&mut customer).await, ["customer: after", "bot: heard after", "bot: wish?"]);
    assert!(slowest < Duration::from_millis(2_500), "{slowest:?}");
    print(&format!(
        "R9: {WAITING} refused while the database had no room, the slowest after {slowest:.1?}; then it answers"
    ));
}

#[tokio::test]
async fn without_a_connection_to_be_had_the_answer_is_503_until_there_is_one() {
    let Some(Database::Postgres(server, url)) = Database::postgres() else { return };
    // The limit of a role is refused with the same code as that of the whole server, and other tests go on.
    let name = url.rsplit('/').next().expect("a database").to_owned();
    let role = format!("role_{name}");
    server.sql(&url, &format!("CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role}"));
    let address = url.replacen("postgres@", &format!("{role}@"), 1);
    assert_ne!(address, url);
    let a = Product::start_on(Database::Postgres(Arc::clone(&server), address), "").await;
    import_echo(&mut a.owner().await).await;
    let mut customers = Vec::new();
    for _ in 0..WAITING {
        customers.push(Customer::open(&a, json!({ "flow": "echo" })).await);
    }

    let end_all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
    server.sql(&url, &format!("ALTER ROLE {role} CONNECTION LIMIT 0"));
    server.sql(&url, &end_all);
    let mut asking = JoinSet::new();
    for mut asker in customers.clone() {
        asking.spawn(async move {
            let began = Instant::now();
            (asker.send(json!({ "id": "1", "text": "too early" })).await, began.elapsed())
        });
    }
    let mut slowest = Duration::ZERO;
    while let Some(asked) = asking.join_next().await {
        let (answer, elapsed) = asked.expect("no panic");
        answer.is_refused(503, "database-unavailable");
        slowest = slowest.max(elapsed);
    }
    assert_eq!(a.client().get("/healthz").await.status.as_u16(), 200, "it lives");

    server.sql(&url, &format!("ALTER ROLE {role} CONNECTION LIMIT -1"));
    let began = Instant::now();
    for customer in &mut customers {
        while customer.send(json!({ "id": "after", "text": "after" })).await.status != 200 {
            assert!(began.elapsed() < Duration::from_secs(20), "it does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(heard_once_each(&transcript(customer).await), ["after"]);
    }
    assert!(slowest < Duration::from_millis(2_500), "{slowest:?}");
    print(&format!(
        "R9: {WAITING} refused while PostgreSQL gave no connection (53300), the slowest after {slowest:.1?}; all \
         answered {:.1?} after it did",
        began.elapsed()
    ));
}

async fn words_of(customer: &mut Customer) -> Vec<String> {
    crate::product::words(&customer.say("after", "after").await)
}
