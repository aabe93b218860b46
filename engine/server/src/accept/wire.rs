//! A connection with limits on how it may dawdle: silent at the beginning, not reading, sending too much.

use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use runtime::Measure;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::places::Place;

/// A client that has said nothing by then is cut off: hyper's own timeout begins with the first bytes.
const GREETING: Duration = Duration::from_secs(10);
/// How many bytes tell HTTP/1 from HTTP/2.
const GREETING_BYTES: u64 = 24;
/// A client that takes nothing for this long is cut off.
const STALL: Duration = Duration::from_secs(10);
/// After a misuse, what is still coming is thrown away for this long, so that the client reads why it was closed.
const LINGER: Duration = Duration::from_secs(1);

/// What a connection and the requests on it know of each other.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Who is at the other end.
    pub(crate) address: IpAddr,
    received: AtomicU64,
    /// Reading stops with an error when this much was received.
    allowed: AtomicU64,
    lingers: AtomicBool,
    resets: AtomicBool,
}

impl Peer {
    pub(crate) fn new(address: IpAddr) -> Self {
        let (received, allowed) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
        Self { address, received, allowed, lingers: AtomicBool::new(false), resets: AtomicBool::new(false) }
    }

    /// From here on the client may send so many bytes; more are an error of kind `QuotaExceeded`.
    pub(crate) fn allow(&self, bytes: u64) {
        self.allowed.store(self.received.load(Ordering::Relaxed) + bytes, Ordering::Relaxed);
    }

    /// The connection is closed although the client may still be sending.
    pub(crate) fn linger(&self) {
        self.lingers.store(true, Ordering::Relaxed);
    }

    /// The client does not read: what is unsent is thrown away when the connection is closed.
    pub(crate) fn reset(&self) {
        self.resets.store(true, Ordering::Relaxed);
    }

    fn is_over_quota(&self) -> bool {
        self.received.load(Ordering::Relaxed) > self.allowed.load(Ordering::Relaxed)
    }
}

/// A client's connection.
#[derive(Debug)]
pub(super) struct Wire {
    /// None only while it is dropped.
    stream: Option<TcpStream>,
    peer: Arc<Peer>,
    place: Option<Place>,
    measure: Arc<Measure>,
    greeting: Option<Pin<Box<Sleep>>>,
    stall: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, peer: Arc<Peer>, place: Place, measure: Arc<Measure>) -> Self {
        measure.connections_open.add(1);
        let greeting = Some(Box::pin(sleep(GREETING)));
        Self { stream: Some(stream), peer, place: Some(place), measure, greeting, stall: None }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Passes a write on, unless nothing could be written for too long.
    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            (self.stall, self.greeting) = (None, None);
            return written;
        }
        ready!(self.stall.get_or_insert_with(|| Box::pin(sleep(STALL))).as_mut().poll(cx));
        self.measure.listeners_too_slow.add_one();
        self.peer.reset();
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = self.stream()?.poll_read(cx, into);
        match read {
            Poll::Ready(Ok(())) => {
                let n = (into.filled().len() - before) as u64;
                let received = self.peer.received.fetch_add(n, Ordering::Relaxed) + n;
                if received >= GREETING_BYTES {
                    self.greeting = None;
                }
                if self.peer.is_over_quota() {
                    into.set_filled(before);
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::QuotaExceeded, "the client sends too much")));
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                if let Some(greeting) = &mut self.greeting {
                    ready!(greeting.as_mut().poll(cx));
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client says nothing")));
                }
            }
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write_vectored(cx, slices);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.measure.connections_open.add(-1);
        let Some(stream) = self.stream.take() else { return };
        if self.peer.resets.load(Ordering::Relaxed) {
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        } else if self.peer.lingers.load(Ordering::Relaxed) {
            tokio::spawn(linger(stream, self.place.take()));
        }
    }
}

/// Closing with bytes unread would reset the connection, and the client would never see the last frame.
async fn linger(mut stream: TcpStream, _place: Option<Place>) {
    let _ = stream.shutdown().await;
    let mut scratch = [0; 1_024];
    let _ = tokio::time::timeout(LINGER, async { while stream.read(&mut scratch).await.is_ok_and(|n| n > 0) {} }).await;
}
