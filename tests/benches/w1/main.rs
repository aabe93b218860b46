//! W1, "a service conversation": customers without think time hold conversations of six turns over HTTP.
//!
//! `HELIU_BINARY` is the server to measure, on its embedded database; with `HELIU_BENCH_DATABASE_URL` it is measured a
//! second time on that PostgreSQL, whose database should be empty, and a third time with two processes on it, each with
//! half of the customers. Generator, server and the called service share the
//! machine, so ratios count, and the commit rate of the disk in the same minute is printed beside.
//!
//! The table is a closed loop: every customer writes as soon as the last answer is there. The line below it is an open
//! loop at half of the best rate: turns are due by a schedule, and waiting for a late one counts as latency.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

mod client;
mod open_loop;
mod server;
mod stub;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::client::Client;
use crate::server::Server;

const CUSTOMERS: [usize; 4] = [1, 16, 64, 256];
const DURATION: Duration = Duration::from_secs(8);
const SAID: [&str; 5] = ["订单有问题", "A10442", "好", "没有了", "再见"];

fn main() -> anyhow::Result<()> {
    let Some(binary) = std::env::var_os("HELIU_BINARY") else {
        println!("w1: skipped, HELIU_BINARY names no server; `cargo xtask bench` sets it");
        return Ok(());
    };
    let stub = stub::start()?;
    let flow = include_str!("flow.json").replace("STUB", &stub.to_string());
    println!("cold start, empty folder to the first answer: {:.2} s", cold_start(binary.as_ref())?.as_secs_f64());
    println!("\nSQLite, every answer after its fsync");
    table(&[Server::start(binary.as_ref(), &flow, stub, None)?])?;
    let Ok(url) = std::env::var("HELIU_BENCH_DATABASE_URL") else { return Ok(()) };
    println!("\nPostgreSQL on the same machine");
    let mut servers = vec![Server::start(binary.as_ref(), &flow, stub, Some(&url))?];
    table(&servers)?;
    println!("\nThe same with two replicas; processor time is that of both, memory that of the larger one");
    servers.push(Server::replica(binary.as_ref(), stub, &url)?);
    table(&servers)
}

/// From the start of the process on an empty folder, samples and all, to the first answer; the median of five.
fn cold_start(binary: &std::path::Path) -> anyhow::Result<Duration> {
    let mut starts = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let server = Server::start_empty(binary)?;
        let mut client = Client::connect(server.address)?;
        client.post("/api/chat/web/conversations", None, r#"{"flow":"order-status"}"#)?;
        starts.push(begun.elapsed());
    }
    starts.sort();
    Ok(starts[2])
}

fn table(servers: &[Server]) -> anyhow::Result<()> {
    for server in servers {
        converse(&mut Client::connect(server.address)?, &mut Vec::new()).context("the first conversation")?;
    }
    println!("commits of 4 KB on this disk, one at a time: {:.0}/s\n", servers[0].commits_per_second()?);
    println!("customers   turns/s   p50 ms   p99 ms   CPU s per 1,000 turns   peak RSS MB");
    let mut best: f64 = 0.0;
    for customers in CUSTOMERS {
        let cpu_before = cpu_seconds(servers)?;
        let (mut turns, took) = measure(servers, customers)?;
        let cpu = cpu_seconds(servers)? - cpu_before;
        let peaks = servers.iter().map(Server::peak_megabytes).collect::<anyhow::Result<Vec<f64>>>()?;
        turns.sort();
        let n_turns = turns.len();
        println!(
            "{customers:>9} {:>9.0} {:>8.2} {:>8.2} {:>23.3} {:>13.0}",
            n_turns as f64 / took.as_secs_f64(),
            ms(turns[n_turns / 2]),
            ms(turns[n_turns * 99 / 100]),
            cpu / n_turns as f64 * 1_000.0,
            peaks.into_iter().fold(0.0, f64::max),
        );
        best = best.max(n_turns as f64 / took.as_secs_f64());
    }
    let rate = best / 2.0;
    let mut late = open_loop::measure(servers, rate, DURATION)?;
    late.sort();
    let at = |share: f64| ms(late[((late.len() - 1) as f64 * share) as usize]);
    println!(
        "open loop at {rate:.0} turns/s: p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms",
        at(0.5),
        at(0.99),
        at(0.999)
    );
    Ok(())
}

fn cpu_seconds(servers: &[Server]) -> anyhow::Result<f64> {
    servers.iter().map(Server::cpu_seconds).sum()
}

/// Many customers at once; answers with the time of every turn, and how long it all took.
fn measure(servers: &[Server], customers: usize) -> anyhow::Result<(Vec<Duration>, Duration)> {
    let begun = Instant::now();
    let until = begun + DURATION;
    let all = thread::scope(|scope| {
        let one = move |server: &Server| -> anyhow::Result<Vec<Duration>> {
            let mut client = Client::connect(server.address)?;
            let mut turns = Vec::new();
            while Instant::now() < until {
                converse(&mut client, &mut turns)?;
            }
            Ok(turns)
        };
        let servers = servers.iter().cycle().take(customers);
        let running: Vec<_> = servers.map(|server| scope.spawn(move || one(server))).collect();
        running
            .into_iter()
            .map(|customer| customer.join().map_err(|_| anyhow::anyhow!("a customer broke down"))?)
            .collect::<anyhow::Result<Vec<_>>>()
    })?;
    let turns: Vec<Duration> = all.into_iter().flatten().collect();
    ensure!(!turns.is_empty(), "no turn was finished");
    Ok((turns, begun.elapsed()))
}

/// One conversation of six turns, from the opening to the end.
fn converse(client: &mut Client, turns: &mut Vec<Duration>) -> anyhow::Result<()> {
    let mut conversation = Conversation::default();
    loop {
        let begun = Instant::now();
        let is_over = conversation.turn(client)?;
        turns.push(begun.elapsed());
        if is_over {
            return Ok(());
        }
    }
}

/// Where a customer is in the conversation.
#[derive(Default)]
struct Conversation {
    token: String,
    path: String,
    n_said: usize,
}

impl Conversation {
    /// The next turn; true when it was the last.
    fn turn(&mut self, client: &mut Client) -> anyhow::Result<bool> {
        if self.path.is_empty() {
            let opened = client.post("/api/chat/web/conversations", None, r#"{"flow":"w1"}"#)?;
            let id = opened["id"].as_str().context("an opened conversation has an id")?;
            self.token = opened["token"].as_str().context("an opened conversation has a token")?.to_owned();
            self.path = format!("/api/chat/conversations/{id}/messages");
            return Ok(false);
        }
        let body = serde_json::json!({ "id": format!("m{}", self.n_said), "text": SAID[self.n_said] }).to_string();
        let answer = client.post(&self.path, Some(&self.token), &body)?;
        self.n_said += 1;
        let is_over = self.n_said == SAID.len();
        let status = answer["status"].as_str().unwrap_or_default();
        ensure!(!is_over || status == "ended", "the conversation is {status} after its last message");
        Ok(is_over)
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
