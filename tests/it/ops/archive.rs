//! Conversations that ended leave the database for files that can be read again.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::server::{Customer, Server, answer, heliu, import, text, with_echo, words};

#[tokio::test]
async fn ended_conversations_are_moved_to_a_file_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    with_echo(&data).await;
    let server = Server::start(&data, &[]).await;
    let mut ended = Customer::open(&server, "echo").await;
    let mut waiting = Customer::open(&server, "echo").await;
    let (_, answered) = ended.say(&server, "bye").await.expect("an answer");
    assert_eq!(answered["status"], "ended", "{answered}");
    assert_eq!(waiting.say(&server, "one").await.expect("an answer").0, 200);

    let held = heliu(&["archive", "--older-than", "0d"], &data).await;
    assert!(!held.status.success() && words(&held).contains("--keep-days"), "{}", words(&held));
    server.kill().await;
    let young = heliu(&["archive", "--older-than", "1d", "--json"], &data).await;
    assert_eq!(answer(&young)["conversations"], 0);
    let archived = heliu(&["archive", "--older-than", "0d", "--json"], &data).await;
    assert_eq!(answer(&archived)["conversations"], 1, "{}", words(&archived));
    let file = answer(&archived)["files"][0].as_str().expect("a file").to_owned();

    let shown = answer(&heliu(&["archive", "--json", "--show", &file], &data).await);
    assert_eq!((&shown[0]["conversation"], &shown[0]["flow"]), (&ended.id().into(), &"echo".into()));
    assert_eq!(shown[0]["messages"], 4);
    assert!(file.starts_with(&text(&data.join("archive"))), "{file}");
    let server = Server::start(&data, &["--keep-days", "30"]).await;
    assert_eq!(ended.transcript(&server).await, None);
    assert_eq!(waiting.say(&server, "two").await.expect("an answer").0, 200);
    waiting.check_echo(&server).await;
}

/// The server archives by itself; what it wrote folds to the same conversations without a database.
#[tokio::test]
async fn a_running_server_archives_what_is_old_and_its_files_can_be_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    with_echo(&data).await;
    import(&data, &caller()).await;
    let server = Server::start(&data, &[]).await;
    let mut old = Vec::new();
    for flow in ["echo", "caller"] {
        let mut customer = Customer::open(&server, flow).await;
        customer.say(&server, "one").await.expect("an answer");
        let (_, answered) = customer.say(&server, "bye").await.expect("an answer");
        assert_eq!(answered["status"], "ended", "{answered}");
        old.push(customer);
    }
    server.kill().await;
    forty_days_pass(&data).await;

    let server = Server::start(&data, &["--keep-days", "30"]).await;
    let mut young = Customer::open(&server, "echo").await;
    assert_eq!(young.say(&server, "two").await.expect("an answer").0, 200);
    let file = finished_file(&data).await;
    assert_eq!(young.say(&server, "three").await.expect("an answer").0, 200);
    young.check_echo(&server).await;
    for customer in &old {
        assert_eq!(customer.transcript(&server).await, None);
    }

    // The server holds the data folder, and nobody needs it.
    let archive = text(&data.join("archive"));
    let replayed = heliu(&["replay", "--archive", &archive], &data).await;
    assert!(replayed.status.success() && words(&replayed).contains("2 the same, 0 not"), "{}", words(&replayed));
    let other = folder.path().join("changed.jsonl.gz");
    change(&file, &other, "done one", "done two");
    let replayed = heliu(&["replay", "--json", "--archive", &text(&other)], &data).await;
    let lines = words(&replayed);
    assert!(!replayed.status.success() && lines.matches("\"differs\"").count() == 2, "{lines}");
    let nothing = heliu(&["replay", "--archive", &text(folder.path())], &data).await;
    assert_eq!(words(&nothing).matches("differs").count(), 2, "a folder is all its files: {}", words(&nothing));
    let nothing = heliu(&["replay", "--archive", &text(&folder.path().join("none"))], &data).await;
    assert!(!nothing.status.success() && words(&nothing).contains("cannot be read"), "{}", words(&nothing));
}

/// Calls the echo flow and ends.
fn caller() -> Value {
    json!({
        "format": 1, "id": "flow-caller", "key": "caller", "name": { "zh": "调用", "en": "caller" },
        "languages": ["zh", "en"],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "call", "kind": "call_flow", "v": 1, "config": { "flow": "echo" } },
            { "id": "end", "kind": "end", "v": 1 },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "call" },
            { "from": "call", "port": "done", "to": "end" },
        ],
    })
}

/// Everything that is over was over forty days ago.
async fn forty_days_pass(data: &Path) {
    let url = format!("sqlite://{}", data.join("heliu.db").display());
    let db = sea_orm::Database::connect(url).await.expect("the database");
    let ended = "UPDATE conversations SET changed_at = changed_at - 3456000000 WHERE status = 'ended'";
    let changed = db.execute_unprepared(ended).await.expect("a change");
    assert_eq!(changed.rows_affected(), 2);
    db.close().await.expect("closed");
}

/// The archive file, once it has its final name.
async fn finished_file(data: &Path) -> PathBuf {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let files = std::fs::read_dir(data.join("archive")).into_iter().flatten().flatten();
        if let Some(file) = files.map(|file| file.path()).find(|file| text(file).ends_with(".jsonl.gz")) {
            return file;
        }
        assert!(Instant::now() < patience, "nothing was archived");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The same file with other words.
fn change(file: &Path, to: &Path, words: &str, others: &str) {
    let mut lines = String::new();
    let packed = std::fs::File::open(file).expect("the file");
    flate2::read::GzDecoder::new(packed).read_to_string(&mut lines).expect("text");
    assert!(lines.contains(words));
    let mut packed = flate2::write::GzEncoder::new(std::fs::File::create(to).expect("a file"), Default::default());
    packed.write_all(lines.replace(words, others).as_bytes()).expect("written");
    packed.finish().expect("finished");
}
