//! Starts that cannot succeed: each says in plain words what is wrong and what to do, and soon.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::process::Command;

use super::disk::Mounted;
use super::server::{heliu, words};
use crate::product::binary;

#[tokio::test]
async fn folders_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").expect("a file");
    refused(&file, "is a file").await;
    refused(&file.join("below"), "a part of the path is a file").await;

    let text = folder.path().join("text");
    std::fs::create_dir(&text).expect("a folder");
    std::fs::write(text.join("heliu.db"), "this is a list of something else").expect("a file");
    refused(&text, "is not an SQLite database").await;

    let damaged = folder.path().join("damaged");
    std::fs::create_dir(&damaged).expect("a folder");
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.resize(8_192, 0xa5);
    std::fs::write(damaged.join("heliu.db"), bytes).expect("a file");
    refused(&damaged, "heliu restore").await;

    if let Some(read_only) = Mounted::tmpfs("size=1m,ro").await {
        refused(read_only.path(), "can only be read").await;
    }
}

#[tokio::test]
async fn addresses_of_databases_that_cannot_be_used_are_named_without_their_password() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let free = listener.local_addr().expect("an address").port();
    drop(listener);
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = [
        ("sqlite://me:hush@x".to_owned(), "must begin with postgres://"),
        (format!("postgres://me:hush@127.0.0.1:{free}/heliu"), "nothing listens at 127.0.0.1"),
    ];
    for (url, wanted) in wrong {
        let begun = Instant::now();
        let output = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .env("DATABASE_URL", &url)
            .current_dir(folder.path())
            .kill_on_drop(true)
            .output()
            .await
            .expect("heliu runs");
        let words = words(&output);
        assert!(!output.status.success() && words.contains(wanted), "{url}: {words}");
        assert!(!words.contains("hush"), "{words}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{url} took {:?}", begun.elapsed());
    }
}

async fn refused(data: &Path, wanted: &str) {
    let output = heliu(&["serve", "--listen", "127.0.0.1:0"], data).await;
    let words = words(&output);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains(wanted) && words.contains(&*data.to_string_lossy()), "{wanted}: {words}");
}
