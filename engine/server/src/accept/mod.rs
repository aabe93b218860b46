//! The accept loop: who may connect, how long a connection may dawdle, and a drain at the end.
//!
//! - `places` decides who gets one of the connections there are.
//! - `wire` is a connection that is cut when its client says nothing, reads nothing, or sends too much.
//! - `client` tells requests who sent them.

mod client;
mod places;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use runtime::Measure;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};

pub(crate) use client::{Client, Network, Proxies};
pub(crate) use places::Places;
use places::Refused;
pub(crate) use wire::Peer;
use wire::Wire;

use client::PerConnection;

/// A client that has not sent its headers by then is cut off; so is one that is silent between two requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// A header block larger than this is refused.
const MAX_HEADER_BYTES: u32 = 32 * 1024;
/// What the system keeps for a client that does not read, beyond what is on its way.
const UNSENT_BYTES: u32 = 16 * 1024;
/// What HTTP/1 buffers of a connection: its headers must fit, and no more is kept for a client that does not read.
const BUFFER_BYTES: usize = MAX_HEADER_BYTES as usize;
/// What HTTP/2 buffers for one stream.
const STREAM_BYTES: u32 = 64 * 1024;
const PING: Duration = Duration::from_secs(20);

/// What the loop works with.
#[derive(Debug)]
pub(crate) struct Doors {
    pub(crate) places: Arc<Places>,
    pub(crate) proxies: Arc<Proxies>,
    pub(crate) measure: Arc<Measure>,
}

/// Serves until `stop` is done, then lets open requests finish, at most `drain` long. Answers with the moment at which
/// that time is over.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    doors: Doors,
    stop: impl Future<Output = ()>,
    drain: Duration,
) -> Instant {
    let server = builder();
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: waiting is better than spinning.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Over a cap the connection is closed at once: the client hears it before it sends anything.
        let Some((wire, service)) = admit(stream, address, &app, &doors) else { continue };
        let service = TowerToHyperService::new(service);
        let connection = server.serve_connection_with_upgrades(TokioIo::new(wire), service).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop((listener, app));
    let deadline = Instant::now() + drain;
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were still open at the end of the drain");
    }
    deadline
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(BUFFER_BYTES);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_pending_accept_reset_streams(Some(32))
        .max_header_list_size(MAX_HEADER_BYTES)
        .initial_stream_window_size(STREAM_BYTES)
        .initial_connection_window_size(4 * STREAM_BYTES)
        .max_send_buf_size(STREAM_BYTES as usize)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    server
}

fn admit(stream: TcpStream, address: SocketAddr, app: &Router, doors: &Doors) -> Option<(Wire, PerConnection)> {
    let ip = address.ip().to_canonical();
    let is_proxy = doors.proxies.is_trusted(ip);
    let place = match doors.places.take(ip, is_proxy) {
        Ok(place) => place,
        Err(Refused::Full) => {
            doors.measure.connections_refused_full.add_one();
            return None;
        }
        Err(Refused::Address { is_first }) => {
            doors.measure.connections_refused_address.add_one();
            if is_first {
                tracing::warn!(address = %ip, "an address holds all connections it may; is it a proxy? see --trusted-proxies");
            }
            return None;
        }
    };
    doors.measure.connections_accepted.add_one();
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES);
    let peer = Arc::new(Peer::new(ip));
    let wire = Wire::new(stream, Arc::clone(&peer), place, Arc::clone(&doors.measure));
    Some((wire, PerConnection::new(app.clone(), peer, is_proxy.then(|| Arc::clone(&doors.proxies)))))
}
