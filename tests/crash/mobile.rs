//! N12: a mobile network, whose connections break and stall, makes no message disappear or happen twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tests::sized;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::checker::{assert_none, at_rest};
use crate::data::Data;
use crate::flow::Step;
use crate::ledger::Load;
use crate::mock::Mock;
use crate::random::Random;
use crate::server::{Server, Start, prepared};
use crate::snapshot::Snapshot;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_network_that_breaks_nothing_is_lost_or_repeated() {
    let mut random = Random::for_test("N12");
    let (customers, lasts) = (sized(30, 1_000), Duration::from_secs(sized(5, 600) as u64));
    let mock = Mock::start(random.split()).await;
    let data = prepared(Data::new(), &mock.host).await;
    let mut server = Server::start(&data, &mock.host, &Start::default()).await;
    let network = Network::start(&server.url, random.split()).await;
    let load = Load::over_a_bad_network("n12", &network.url, &Step::ALL);
    let begun = Instant::now();
    let talking = load.begin(customers, &mut random);

    while begun.elapsed() < lasts {
        tokio::time::sleep(Duration::from_millis(400 + random.below(800))).await;
        network.change_address();
    }
    load.end(talking).await;
    server.kill().await;

    let (snapshot, _) = Snapshot::of(&data).await;
    let mut found = load.violations();
    found.extend(at_rest(&snapshot, &load.talks(), &mock));
    println!(
        "N12: {customers} customers for {:.0} s, {} acked messages, {} connections, {} broken, {} stalls, {} violations",
        begun.elapsed().as_secs_f64(),
        load.n_acked(),
        network.n_connections.load(Ordering::Relaxed),
        network.n_broken.load(Ordering::Relaxed),
        network.n_stalls.load(Ordering::Relaxed),
        found.len()
    );
    assert_none("N12", &found);
    assert!(load.n_acked() > customers, "hardly anything came through");
    assert!(network.n_broken.load(Ordering::Relaxed) > 5, "the network was too good");
}

/// A proxy that behaves like a phone in a tunnel.
struct Network {
    url: String,
    address: watch::Sender<usize>,
    n_connections: Arc<AtomicUsize>,
    n_broken: Arc<AtomicUsize>,
    n_stalls: Arc<AtomicUsize>,
}

impl Network {
    async fn start(to: &str, mut random: Random) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let to = to.trim_start_matches("http://").to_owned();
        let (address, changed) = watch::channel(0);
        let (n_connections, n_broken, n_stalls) = Default::default();
        let network = Self { url, address, n_connections, n_broken, n_stalls };
        let counts = (Arc::clone(&network.n_connections), Arc::clone(&network.n_broken), Arc::clone(&network.n_stalls));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                counts.0.fetch_add(1, Ordering::Relaxed);
                let (to, mut changed, random) = (to.clone(), changed.clone(), random.split());
                let (n_broken, n_stalls) = (Arc::clone(&counts.1), Arc::clone(&counts.2));
                changed.mark_unchanged();
                tokio::spawn(async move {
                    // Dropping both ends breaks the connection, whatever was on its way.
                    tokio::select! {
                        is_broken = carry(near, &to, random, &n_stalls) => {
                            n_broken.fetch_add(usize::from(is_broken), Ordering::Relaxed);
                        }
                        _ = changed.changed() => {
                            n_broken.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        network
    }

    /// Every connection of the old address is gone.
    fn change_address(&self) {
        self.address.send_modify(|number| *number += 1);
    }
}

/// Carries bytes both ways until an end closes, or until chance breaks the connection: true then.
async fn carry(mut near: TcpStream, to: &str, mut random: Random, n_stalls: &AtomicUsize) -> bool {
    let Ok(mut far) = TcpStream::connect(to).await else { return true };
    let (mut from_near, mut from_far) = ([0; 2_048], [0; 2_048]);
    loop {
        let is_alive = tokio::select! {
            read = near.read(&mut from_near) => pass(read.ok(), &from_near, &mut far).await,
            read = far.read(&mut from_far) => pass(read.ok(), &from_far, &mut near).await,
        };
        if !is_alive {
            return false;
        }
        match random.below(100) {
            0..5 => return true,
            5..7 => {
                n_stalls.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(sized(300, 2_000) as u64)).await;
            }
            _ => {}
        }
    }
}

async fn pass(read: Option<usize>, buffer: &[u8], to: &mut TcpStream) -> bool {
    match read {
        Some(n) if n > 0 => to.write_all(&buffer[..n]).await.is_ok(),
        _ => false,
    }
}
