//! Starting with a great many stored conversations.

use std::path::Path;
use std::time::Instant;

use tokio::process::Command;

use super::server::{Customer, Server, has, is_long, with_echo};

/// P6: what is stored does not slow the start.
#[tokio::test]
async fn many_stored_conversations_do_not_slow_the_start() {
    if !has("sqlite3", "the conversations are made with it").await {
        return;
    }
    let n = if is_long() { 1_000_000 } else { 100_000 };
    let folder = tempfile::tempdir().expect("a folder");
    with_echo(folder.path()).await;
    let server = Server::start(folder.path(), &[]).await;
    let mut customer = Customer::open(&server, "echo").await;
    assert_eq!(customer.say(&server, "one").await.expect("an answer").0, 200);
    let empty = server.ready;
    server.kill().await;
    let begun = Instant::now();
    multiply(folder.path(), n).await;
    let filled = begun.elapsed();

    let begun = Instant::now();
    let server = Server::start(folder.path(), &[]).await;
    assert_eq!(customer.say(&server, "two").await.expect("an answer").0, 200);
    let answered = begun.elapsed();

    println!(
        "{n} conversations (made in {} ms): ready in {} ms, first turn after {} ms; with one conversation {} ms",
        filled.as_millis(),
        server.ready.as_millis(),
        answered.as_millis(),
        empty.as_millis()
    );
    customer.check_echo(&server).await;
    // A start that reads all of them would take many times as long.
    assert!(server.ready < empty * 3 + std::time::Duration::from_secs(1), "{:?} after {empty:?}", server.ready);
    server.kill().await;
}

/// Copies the one conversation of a folder, with everything it has, so many times.
async fn multiply(data: &Path, n: u32) {
    let mut sql = String::from("PRAGMA synchronous = OFF; BEGIN;\n");
    for (table, number) in [("conversations", "id"), ("journal", "conversation_id"), ("messages", "conversation_id")] {
        let columns = query(data, &format!("SELECT group_concat(name) FROM pragma_table_info('{table}')")).await;
        let values: Vec<String> = columns
            .trim()
            .split(',')
            .map(|column| match column {
                _ if column == number => format!("{column} + i"),
                "public_id" => "public_id || '-' || i".to_owned(),
                _ => column.to_owned(),
            })
            .collect();
        sql += &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n}) \
             INSERT INTO {table} ({columns}) SELECT {} FROM n CROSS JOIN {table} \
             WHERE {number} = (SELECT MIN(id) FROM conversations);\n",
            values.join(", ")
        );
    }
    sql += "COMMIT;";
    query(data, &sql).await;
}

async fn query(data: &Path, sql: &str) -> String {
    let output = Command::new("sqlite3").arg(data.join("heliu.db")).arg(sql).output().await.expect("sqlite3 runs");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
