//! Backups of a folder in use, restoring them, and looking folders over.

use std::time::{Duration, Instant};

use super::server::{Customer, Server, answer, has, heliu, is_long, text, with_echo, words};

/// D15: copies made while customers talk are whole, and hold everything acknowledged before they were begun.
#[tokio::test]
async fn backups_of_a_server_at_work_are_all_restorable() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    with_echo(&data).await;
    // The customer writes as fast as the answers come.
    let server = Server::start(&data, &["--messages-per-second", "0"]).await;
    let mut customer = Customer::open(&server, "echo").await;
    let rounds = if is_long() { 50 } else { 3 };

    let (mut slowest, mut n_during) = (Duration::ZERO, 0);
    let mut copies = Vec::new();
    for round in 0..rounds {
        for n in 0..5 {
            assert_eq!(customer.say(&server, &format!("{round}.{n}")).await.expect("an answer").0, 200);
        }
        let (file, before) = (folder.path().join(format!("{round}.heliu-backup")), customer.acknowledged.clone());
        let name = text(&file);
        let arguments = ["backup", "--json", "--to", &name];
        let mut copying = std::pin::pin!(heliu(&arguments, &data));
        // The customer goes on while the copy is made.
        let mut n = 0;
        let made = loop {
            let (begun, said) = (Instant::now(), format!("{round} during {n}"));
            n += 1;
            tokio::select! {
                biased;
                made = &mut copying => break made,
                answered = customer.say(&server, &said) => {
                    assert_eq!(answered.expect("an answer").0, 200);
                    slowest = slowest.max(begun.elapsed());
                    n_during += 1;
                }
            }
        };
        assert!(made.status.success(), "{}", words(&made));
        // Was the message that the end of the copy met accepted? Sending it again tells.
        assert_eq!(customer.say(&server, &format!("{round} during {}", n - 1)).await.expect("an answer").0, 200);
        assert_eq!(answer(&made)["manifest"]["heliu_backup"], 1);
        copies.push((file, before));
    }
    assert!(n_during > 0, "nobody spoke during a backup");
    customer.check_echo(&server).await;
    server.kill().await;

    for (file, before) in &copies {
        let place = tempfile::tempdir().expect("a folder");
        let begun = Instant::now();
        let restored = heliu(&["restore", "--json", &text(file)], place.path()).await;
        assert!(restored.status.success(), "{}", words(&restored));
        let took = begun.elapsed();
        let well = heliu(&["doctor", "--json"], place.path()).await;
        let only_space = |report: &serde_json::Value| {
            report["findings"].as_array().expect("a list").iter().all(|finding| finding["check"] == "space")
        };
        assert!(only_space(&answer(&well)), "{}", words(&well));
        let server = Server::start(place.path(), &[]).await;
        let said = customer.transcript(&server).await.expect("the conversation is in it");
        let heard: Vec<_> = said.iter().filter_map(|line| line.strip_prefix("customer: ")).collect();
        assert_eq!(heard[..before.len()], before[..], "everything before the backup");
        println!("restored in {} ms, {} messages, {} before", took.as_millis(), heard.len(), before.len());
        server.kill().await;
    }
    println!("{} backups, {n_during} turns during them, the slowest {} ms", copies.len(), slowest.as_millis());
}

#[tokio::test]
async fn a_restore_keeps_away_from_a_folder_in_use_and_sets_the_old_one_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("one.heliu-backup"));
    with_echo(&data).await;
    let server = Server::start(&data, &[]).await;
    let mut customer = Customer::open(&server, "echo").await;
    assert_eq!(customer.say(&server, "before").await.expect("an answer").0, 200);
    assert!(heliu(&["backup", "--to", &text(&file)], &data).await.status.success());
    assert_eq!(customer.say(&server, "after").await.expect("an answer").0, 200);

    let again = heliu(&["backup", "--to", &text(&file)], &data).await;
    assert!(!again.status.success() && words(&again).contains("is there already"), "{}", words(&again));
    let held = heliu(&["restore", "--replace", &text(&file)], &data).await;
    let holder = format!("in use by process {}", server.id());
    assert!(!held.status.success() && words(&held).contains(&holder), "{}", words(&held));
    server.kill().await;
    let refused = heliu(&["restore", &text(&file)], &data).await;
    assert!(!refused.status.success() && words(&refused).contains("--replace"), "{}", words(&refused));

    let restored = heliu(&["restore", "--replace", "--json", &text(&file)], &data).await;
    assert!(restored.status.success(), "{}", words(&restored));
    let aside = answer(&restored)["kept_aside"].as_str().expect("a folder").to_owned();
    let server = Server::start(&data, &[]).await;
    customer.acknowledged.truncate(1);
    customer.check_echo(&server).await;
    server.kill().await;
    let server = Server::start(aside.as_ref(), &[]).await;
    customer.acknowledged.push("after".to_owned());
    customer.check_echo(&server).await;
}

#[tokio::test]
async fn the_doctor_finds_nothing_on_a_folder_in_use_and_the_damage_on_a_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    with_echo(&data).await;
    let server = Server::start(&data, &[]).await;
    let mut customer = Customer::open(&server, "echo").await;
    for n in 0..20 {
        assert_eq!(customer.say(&server, &format!("{n}")).await.expect("an answer").0, 200);
    }

    let live = heliu(&["doctor", "--json"], &data).await;
    let report = answer(&live);
    let findings = report["findings"].as_array().expect("a list");
    assert!(findings.iter().all(|finding| finding["check"] == "space"), "{report:#}");
    assert_eq!(live.status.success(), findings.is_empty());
    assert_eq!(report["facts"]["conversations"], "1");
    server.kill().await;

    if has("sqlite3", "the copy is not damaged").await {
        let sql = "UPDATE conversations SET state = '{', last_seq = last_seq + 1";
        let damaged = tokio::process::Command::new("sqlite3").arg(data.join("heliu.db")).arg(sql).status().await;
        assert!(damaged.expect("sqlite3 runs").success());
        let report = heliu(&["doctor"], &data).await;
        assert_eq!(report.status.code(), Some(1));
        for wanted in ["messages: ", "stuck: ", customer.id(), "its state cannot be read"] {
            assert!(words(&report).contains(wanted), "{wanted}: {}", words(&report));
        }
    }
}
