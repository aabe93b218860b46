//! W1, "a service conversation": customers without think time hold conversations of six turns over HTTP.
//!
//! `HELIU_BINARY` is the server to measure. Generator, server and the called service share the machine,
//! so ratios count, and the commit rate of the disk in the same minute is printed beside.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

mod client;
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
    let begun = Instant::now();
    let server = Server::start(binary.as_ref(), &flow, stub)?;
    converse(&mut Client::connect(server.address)?, &mut Vec::new()).context("the first conversation")?;
    println!("cold start to the end of the first conversation: {:.2} s", begun.elapsed().as_secs_f64());
    println!("commits of 4 KB on this disk, one at a time: {:.0}/s\n", server.commits_per_second()?);
    println!("customers   turns/s   p50 ms   p99 ms   CPU s per 1,000 turns   peak RSS MB");
    for customers in CUSTOMERS {
        let cpu_before = server.cpu_seconds()?;
        let (mut turns, took) = measure(&server, customers)?;
        let cpu = server.cpu_seconds()? - cpu_before;
        turns.sort();
        let n_turns = turns.len();
        println!(
            "{customers:>9} {:>9.0} {:>8.2} {:>8.2} {:>23.3} {:>13.0}",
            n_turns as f64 / took.as_secs_f64(),
            ms(turns[n_turns / 2]),
            ms(turns[n_turns * 99 / 100]),
            cpu / n_turns as f64 * 1_000.0,
            server.peak_megabytes()?,
        );
    }
    Ok(())
}

/// Many customers at once; answers with the time of every turn, and how long it all took.
fn measure(server: &Server, customers: usize) -> anyhow::Result<(Vec<Duration>, Duration)> {
    let begun = Instant::now();
    let until = begun + DURATION;
    let all = thread::scope(|scope| {
        let one = || -> anyhow::Result<Vec<Duration>> {
            let mut client = Client::connect(server.address)?;
            let mut turns = Vec::new();
            while Instant::now() < until {
                converse(&mut client, &mut turns)?;
            }
            Ok(turns)
        };
        let running: Vec<_> = (0..customers).map(|_| scope.spawn(one)).collect();
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
    let begun = Instant::now();
    let opened = client.post("/api/chat/web/conversations", None, r#"{"flow":"w1"}"#)?;
    turns.push(begun.elapsed());
    let id = opened["id"].as_str().context("an opened conversation has an id")?;
    let token = opened["token"].as_str().context("an opened conversation has a token")?;
    let path = format!("/api/chat/conversations/{id}/messages");
    let mut status = String::new();
    for (idx, text) in SAID.iter().enumerate() {
        let body = serde_json::json!({ "id": format!("m{idx}"), "text": text }).to_string();
        let begun = Instant::now();
        let answer = client.post(&path, Some(token), &body)?;
        turns.push(begun.elapsed());
        status = answer["status"].as_str().unwrap_or_default().to_owned();
    }
    ensure!(status == "ended", "the conversation is {status} after its last message");
    Ok(())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
