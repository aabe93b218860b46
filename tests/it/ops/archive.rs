//! Conversations that ended leave the database for files that can be read again.

use super::server::{Customer, Server, answer, heliu, text, with_echo, words};

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
