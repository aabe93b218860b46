//! K4: the key that seals secrets is changed, and the process dies in the middle; a wrong key is refused.

use std::path::Path;

use serde_json::{Value, json};
use tests::process::{Launch, binary};
use tokio::process::Command;

use super::server::{answer, is_long, words};
use crate::product::{Client, EMAIL, PASSWORD, http};

const N_SECRETS: usize = 6;
const OTHER_KEY: &str = "another-key-another-key-another-key-1";
const THIRD_KEY: &str = "a-third-key-a-third-key-a-third-key-22";

/// Where a rotation may die.
const PLACES: [&str; 6] = [
    "rotation_begun",
    "in_rotation:1",
    "in_rotation:4",
    "rotation_committed",
    "rotation_before_rename",
    "rotation_finished",
];

#[tokio::test]
async fn a_rotation_that_dies_anywhere_leaves_every_secret_readable() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    with_secrets(&data).await;
    let rounds = if is_long() { 50 } else { PLACES.len() };

    for round in 0..rounds {
        let place = PLACES[round % PLACES.len()];
        let before = key_of(&data);
        let died = rotate(&data, &[("HELIU_CRASH_AT", place)], &[]).await;
        assert!(!died.status.success(), "it dies at {place}: {}", words(&died));
        assert_eq!(states(&data, &[]).await, N_SECRETS, "after {place}");

        // A start finished what had been sealed; the command finishes the rest.
        let is_over = key_of(&data) != before;
        let rotated = rotate(&data, &[], &["--json"]).await;
        assert!(rotated.status.success(), "{place}: {}", words(&rotated));
        assert_eq!(answer(&rotated), json!({ "resealed": N_SECRETS, "forgotten": [] }), "{place}");
        assert_eq!(is_over, round % PLACES.len() >= 3, "{place}");
        assert!(!data.join("secret.key.next").exists());

        let after = key_of(&data);
        assert_ne!(after, before);
        std::fs::write(data.join("secret.key"), &before).expect("written");
        assert_eq!(states_or_refusal(&data, &[]).await, None, "the key before opens nothing: {place}");
        std::fs::write(data.join("secret.key"), &after).expect("written");
    }
    assert_eq!(states(&data, &[]).await, N_SECRETS);
}

#[tokio::test]
async fn a_start_takes_a_new_key_on_and_refuses_a_wrong_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    with_secrets(&data).await;
    let (given, old) = ("HELIU_SECRET_KEY", "HELIU_OLD_SECRET_KEY");

    // From the key file to a key that is given, and from that to another.
    assert_eq!(states(&data, &[(given, OTHER_KEY)]).await, N_SECRETS);
    std::fs::remove_file(data.join("secret.key")).expect("it is there");
    assert_eq!(states_or_refusal(&data, &[(given, THIRD_KEY)]).await, None);
    assert_eq!(states(&data, &[(given, THIRD_KEY), (old, OTHER_KEY)]).await, N_SECRETS);
    assert_eq!(states(&data, &[(given, THIRD_KEY)]).await, N_SECRETS);

    // Neither the key before nor a new key file will do, and nothing is made or changed.
    assert_eq!(states_or_refusal(&data, &[(given, OTHER_KEY)]).await, None);
    assert_eq!(states_or_refusal(&data, &[]).await, None);
    assert!(!data.join("secret.key").exists());
    let refused = Command::new(binary()).args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).output().await;
    let said = words(&refused.expect("it runs"));
    assert!(said.contains("sealed with another key") && said.contains("rotate-key --lost"), "{said}");
    assert_eq!(states(&data, &[(given, THIRD_KEY)]).await, N_SECRETS);

    // The key is lost: what it sealed is forgotten, and all else goes on.
    let refused = rotate(&data, &[], &[]).await;
    assert!(!refused.status.success(), "{}", words(&refused));
    let lost = rotate(&data, &[], &["--lost", "--json"]).await;
    let names = answer(&lost)["forgotten"].as_array().map_or(0, Vec::len);
    assert_eq!((lost.status.success(), names), (true, N_SECRETS), "{}", words(&lost));
    assert_eq!(states(&data, &[]).await, 0);
}

async fn rotate(data: &Path, environment: &[(&str, &str)], more: &[&str]) -> std::process::Output {
    let mut command = Command::new(binary());
    command.arg("rotate-key").args(more).arg("--data").arg(data).env_remove("DATABASE_URL");
    command.envs(environment.iter().copied()).current_dir(std::env::temp_dir());
    command.output().await.expect("heliu runs")
}

fn key_of(data: &Path) -> String {
    std::fs::read_to_string(data.join("secret.key")).expect("a key file")
}

/// A folder with an owner and connectors, each with a secret of its own.
async fn with_secrets(data: &Path) {
    let mut process = Launch::on(data).start().await;
    let mut owner = Client { http: http(), url: process.url.clone(), cookie: String::new(), language: "en" };
    let setup = json!({ "token": process.setup_token, "name": "李", "email": EMAIL, "password": PASSWORD });
    owner.post("/api/setup", setup).await.is(200);
    for n in 0..N_SECRETS {
        let connector = json!({
            "key": format!("shop{n}"), "name": { "zh": "店", "en": "shop" }, "base_url": format!("https://{n}.example/api"),
            "secrets": { "Authorization": { "secret": format!("token{n}") } },
        });
        owner.post("/api/connectors", connector).await.is(201);
        let secret = json!({ "secret": format!("secret-of-shop-{n}") });
        owner.put(&format!("/api/connectors/shop{n}/secrets/token{n}"), secret).await.is(204);
    }
    process.signal("TERM").await;
    process.end().await;
}

/// How many secrets open on a server with these settings.
async fn states(data: &Path, environment: &[(&'static str, &str)]) -> usize {
    states_or_refusal(data, environment).await.expect("the server starts")
}

/// The same; nothing where the server refuses to start.
async fn states_or_refusal(data: &Path, environment: &[(&'static str, &str)]) -> Option<usize> {
    let environment = environment.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut process = Launch { environment, log: "error", ..Launch::on(data) }.try_start().await.ok()?;
    let mut owner = Client { http: http(), url: process.url.clone(), cookie: String::new(), language: "en" };
    owner.post("/api/session", json!({ "email": EMAIL, "password": PASSWORD })).await.is(200);
    let states: Value = owner.get("/api/secrets").await.is(200);
    let n_open = states.as_array().expect("a list").iter().filter(|state| state["opens"] == true).count();
    process.signal("TERM").await;
    process.end().await;
    Some(n_open)
}
