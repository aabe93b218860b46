//! Disks that fill up, fail, or are slow: nothing acknowledged is lost.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::server::{Customer, Server, has, is_long, with_echo};

/// A disk of its own. Dropping it takes it away.
pub(super) struct Mounted(TempDir);

impl Mounted {
    /// A disk in memory; absent, with a word about it, where that is not allowed.
    pub(super) async fn tmpfs(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path());
        let done = mount.stderr(Stdio::null()).status().await;
        if !done.is_ok_and(|status| status.success()) {
            println!("skipped: no disk can be mounted here (it needs the rights of root)");
            return None;
        }
        Some(Self(folder))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: a server that is about to end may still hold a file.
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// D10: what is refused is said so, readiness says why, and with the space everything comes back by itself.
#[tokio::test]
async fn a_full_disk_takes_nothing_in_and_loses_nothing() {
    let Some(disk) = Mounted::tmpfs("size=64m").await else { return };
    let data = disk.path().join("data");
    with_echo(&data).await;
    let server = Server::start(&data, &[]).await;
    let mut customer = Customer::open(&server, "echo").await;
    let cycles = if is_long() { 20 } else { 3 };

    for cycle in 0..cycles {
        let (status, body) = customer.say(&server, &format!("{cycle} before")).await.expect("an answer");
        assert_eq!(status, 200, "{body}");
        let filler = fill(disk.path());
        // The log may have room for a few turns more.
        let mut n = 0;
        let (stuck, refusal) = loop {
            let text = format!("{cycle} full {n}");
            let (status, body) = customer.say(&server, &text).await.expect("an answer");
            if status != 200 {
                break (text, (status, body));
            }
            n += 1;
            assert!(n < 5_000, "the disk is full and everything is accepted");
        };
        assert_eq!((refusal.0, &refusal.1["code"]), (503, &"no-space".into()), "{}", refusal.1);
        assert!(refusal.1["title"].as_str().is_some_and(|title| title.contains("磁盘已满")), "{}", refusal.1);
        assert_eq!(refusal.1["has_retry_after"], true, "it says when to come again");
        let (status, body) = server.get("/readyz").await;
        assert!(status == 503 && body.to_string().contains("full"), "{status} {body}");
        assert_eq!(server.get("/healthz").await.0, 200);
        assert_eq!(customer.say(&server, &stuck).await.expect("an answer").0, 503);

        std::fs::remove_file(filler).expect("it is there");
        let freed = Instant::now();
        while server.get("/readyz").await.0 != 200 {
            assert!(freed.elapsed() < Duration::from_secs(10), "it does not notice the space");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        println!(
            "cycle {cycle}: {n} turns into the full disk, ready {} ms after the space",
            freed.elapsed().as_millis()
        );
        let (status, body) = customer.say(&server, &stuck).await.expect("an answer");
        assert_eq!(status, 200, "{body}");
    }

    customer.check_echo(&server).await;
    server.kill().await;
    let server = Server::start(&data, &[]).await;
    customer.check_echo(&server).await;
    server.kill().await;
}

/// D11: after a sync that failed nothing is tried again; what had been acknowledged is there at the next start.
#[tokio::test]
async fn a_disk_that_fails_to_sync_ends_the_product() {
    if !has("strace", "no disk can be made to fail").await {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    with_echo(folder.path()).await;
    let unhurried = ["--messages-per-second", "0"];
    let mut server = Server::start(folder.path(), &unhurried).await;
    let mut customer = Customer::open(&server, "echo").await;
    let which: Vec<u32> = if is_long() { (1..=50).collect() } else { vec![1, 2, 5] };

    for k in which {
        // All from the k-th on: SQLite overlooks that the folder of a new log could not be synced, and no other.
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={k}+");
        let Some(mut tracer) = attach(&server, &inject).await else { return };
        let mut n = 0;
        let unanswered = loop {
            let text = format!("{k}.{n}");
            match customer.say(&server, &text).await {
                Some((200, _)) => n += 1,
                // The process may still get its refusal out before it is gone.
                None | Some((500..=599, _)) => break text,
                Some((status, body)) => panic!("{status} {body}"),
            }
            assert!(n <= k, "the sync failed and it goes on");
        };
        assert_eq!(server.end().await, Some(74), "k = {k}");
        let _ = tracer.wait().await;
        println!("k = {k}: {n} turns, then it ended");

        server = Server::start(folder.path(), &unhurried).await;
        assert_eq!(customer.say(&server, &unanswered).await.expect("an answer").0, 200);
        customer.check_echo(&server).await;
    }
    server.kill().await;
}

/// D12: a slow disk makes answers late, and nothing else.
#[tokio::test]
async fn a_slow_disk_loses_nothing() {
    if !is_long() {
        println!("skipped: only in the long run (HELIU_LONG=1)");
        return;
    }
    if !has("strace", "no disk can be made slow").await {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    with_echo(folder.path()).await;
    let server = std::sync::Arc::new(Server::start(folder.path(), &[]).await);
    let mut customers = Vec::new();
    for _ in 0..50 {
        customers.push(Customer::open(&server, "echo").await);
    }
    let Some(mut tracer) = attach(&server, "inject=fsync,fdatasync:delay_enter=300000").await else { return };

    let until = Instant::now() + Duration::from_secs(60);
    let talking = customers.into_iter().map(|mut customer| {
        let server = std::sync::Arc::clone(&server);
        tokio::spawn(async move {
            let (mut times, mut n) = (Vec::new(), 0);
            while Instant::now() < until {
                let begun = Instant::now();
                match customer.say(&server, &format!("{n}")).await.expect("an answer") {
                    (200, _) => n += 1,
                    (429 | 503, _) => {}
                    (status, body) => panic!("{status} {body}"),
                }
                times.push(begun.elapsed());
            }
            (customer, times)
        })
    });
    let talking: Vec<_> = talking.collect();
    let (mut times, mut customers) = (Vec::new(), Vec::new());
    for one in talking {
        let (customer, took) = one.await.expect("no panic");
        times.extend(took);
        customers.push(customer);
    }
    tracer.kill().await.expect("strace was running");
    times.sort();
    let memory = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("its status");
    let memory = memory.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned();
    println!(
        "{} turns, p50 {:?}, p99 {:?}, {memory}",
        times.len(),
        times[times.len() / 2],
        times[times.len() * 99 / 100]
    );
    for customer in &customers {
        customer.check_echo(&server).await;
    }
}

/// Fills a disk to its last byte.
fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = std::fs::File::create(&path).expect("a file");
    for size in [1 << 20, 1 << 12, 1 << 6, 1] {
        let block = vec![1; size];
        while file.write_all(&block).is_ok() {}
    }
    path
}

/// Lets strace take part in what the server asks of the system; absent, with a word about it, where it may not.
async fn attach(server: &Server, inject: &str) -> Option<Child> {
    let mut command = Command::new("strace");
    command.args(["-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", inject, "-p"]);
    command.arg(server.id().to_string()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut tracer = command.spawn().expect("strace starts");
    let mut lines = BufReader::new(tracer.stderr.take().expect("it is piped")).lines();
    let first = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
    let first = first.expect("strace says something").expect("it is text").unwrap_or_default();
    if !first.contains("attached") {
        println!("skipped: strace may not look into other processes here: {first}");
        return None;
    }
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Some(tracer)
}
