//! A WebSocket that costs little while nothing happens, and is closed when it is misused.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use bytes::Bytes;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};
use tungstenite::error::{CapacityError, Error, ProtocolError};

use crate::accept::Peer;
use crate::listening::{Listening, reconnect_ms};

/// Proxies cut silent connections; a ping keeps them.
pub(super) const PING: Duration = Duration::from_secs(25);
/// What a window may send between two pings: a token, pongs and pings of its own, a thousand times over.
const QUOTA_BYTES: u64 = 64 * 1024;
/// Somebody who has not answered the last pings, or anything else, is gone.
const SILENCE: Duration = Duration::from_secs(75);
/// A frame that is not taken by then never will be.
const SEND: Duration = Duration::from_secs(10);
const MAX_FRAME_BYTES: usize = 16 * 1024;
/// Frames are sent one after the other, so that no more than one is kept; this is for a single large message.
const MAX_KEPT_BYTES: usize = 2 * 1024 * 1024;

/// Sets small buffers and limits.
pub(super) fn small(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(2 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_KEPT_BYTES)
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
}

/// What came from the other end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A text; or nothing of interest.
    Something(String),
    /// The other end does what it may not: close with this code and reason.
    Misuse(u16, &'static str),
    /// The connection is over.
    End,
}

/// A WebSocket with its pings and limits.
pub(super) struct Socket {
    socket: WebSocket,
    peer: Arc<Peer>,
    ping: Interval,
    heard_at: Instant,
    listening: Listening,
}

impl Socket {
    pub(super) fn new(socket: WebSocket, peer: Arc<Peer>, listening: Listening) -> Self {
        peer.allow(QUOTA_BYTES);
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { socket, peer, ping, heard_at: Instant::now(), listening }
    }

    /// Sends a text, which is UTF-8; false when the other end is gone or does not read.
    pub(super) async fn send(&mut self, text: Bytes) -> bool {
        match Utf8Bytes::try_from(text) {
            Ok(text) => self.send_frame(Message::Text(text)).await,
            Err(_) => false,
        }
    }

    /// The next thing from the other end, with pings sent meanwhile. May be dropped before it is ready.
    pub(super) async fn hear(&mut self) -> Heard {
        loop {
            tokio::select! {
                received = self.socket.recv() => {
                    self.heard_at = Instant::now();
                    return match received {
                        Some(Ok(Message::Text(text))) => Heard::Something(text.as_str().to_owned()),
                        Some(Ok(Message::Close(_))) | None => Heard::End,
                        Some(Ok(_)) => Heard::Something(String::new()),
                        Some(Err(error)) => self.judge(error),
                    };
                }
                _ = self.ping.tick() => {
                    if self.heard_at.elapsed() > SILENCE {
                        return Heard::End;
                    }
                    self.peer.allow(QUOTA_BYTES);
                    if !self.send_frame(Message::Ping(Default::default())).await {
                        return Heard::End;
                    }
                }
            }
        }
    }

    /// Closes with a reason.
    pub(super) async fn close(mut self, code: u16, reason: impl Into<String>) {
        let reason = reason.into();
        self.peer.linger();
        let _ = self.send_frame(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }

    /// Closes because the product stops; says when to come back, so that not all come at once.
    pub(super) async fn close_for_restart(self) {
        self.close(1012, format!("restarting; reconnect-ms={}", reconnect_ms())).await;
    }

    async fn send_frame(&mut self, frame: Message) -> bool {
        match timeout(SEND, self.socket.send(frame)).await {
            Ok(sent) => sent.is_ok(),
            Err(_) => {
                self.listening.was_too_slow();
                self.peer.reset();
                false
            }
        }
    }

    fn judge(&self, error: axum::Error) -> Heard {
        let error = error.into_inner();
        let Some(error) = error.downcast_ref::<Error>() else { return Heard::End };
        let heard = misuse(error);
        if matches!(heard, Heard::Misuse(..)) {
            self.listening.was_misused();
        }
        heard
    }
}

/// The close code for what went wrong (RFC 6455, section 7.4.1).
fn misuse(error: &Error) -> Heard {
    match error {
        Error::Utf8(_) => Heard::Misuse(1007, "text must be UTF-8"),
        Error::Capacity(CapacityError::MessageTooLong { .. }) => Heard::Misuse(1009, "too large"),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Heard::End,
        Error::Protocol(_) => Heard::Misuse(1002, "not the WebSocket protocol"),
        Error::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => Heard::Misuse(1008, "too much at once"),
        _ => Heard::End,
    }
}
