//! Turns by a schedule, whether the last answer is there or not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Conversation;
use crate::client::Client;
use crate::server::Server;

/// Customers that share the schedule: enough that one of them is always free while the server keeps up.
const CUSTOMERS: usize = 256;

/// Takes turns at a rate per second, for a while; answers with how long after its due time each was answered.
pub(crate) fn measure(servers: &[Server], rate: f64, during: Duration) -> anyhow::Result<Vec<Duration>> {
    let n_turns = (rate * during.as_secs_f64()) as u64;
    let next = AtomicU64::new(0);
    let begun = Instant::now();
    let one = |server: &Server| -> anyhow::Result<Vec<Duration>> {
        let mut client = Client::connect(server.address)?;
        let mut conversation = Conversation::default();
        let mut late = Vec::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            if turn >= n_turns {
                return Ok(late);
            }
            let due = begun + Duration::from_secs_f64(turn as f64 / rate);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if conversation.turn(&mut client)? {
                conversation = Conversation::default();
            }
            late.push(due.elapsed());
        }
    };
    let all = thread::scope(|scope| {
        let one = &one;
        let servers = servers.iter().cycle().take(CUSTOMERS);
        let running: Vec<_> = servers.map(|server| scope.spawn(move || one(server))).collect();
        running
            .into_iter()
            .map(|customer| customer.join().map_err(|_| anyhow::anyhow!("a customer broke down"))?)
            .collect::<anyhow::Result<Vec<_>>>()
    })?;
    Ok(all.into_iter().flatten().collect())
}
