//! HTTP and WebSocket by hand, so that everything a client must not do can be done.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::product::Product;
use crate::product::chat::Customer;

pub(super) const TEXT: u8 = 0x1;
pub(super) const BINARY: u8 = 0x2;
pub(super) const CLOSE: u8 = 0x8;
pub(super) const PING: u8 = 0x9;
pub(super) const PONG: u8 = 0xA;
/// The last part of a message.
pub(super) const END: u8 = 0x80;

/// A connection with nothing in between.
pub(super) struct Raw {
    stream: TcpStream,
    /// Read and not yet used.
    rest: Vec<u8>,
}

impl Raw {
    pub(super) async fn connect(product: &Product) -> Self {
        Self::connect_from(product, "127.0.0.1").await.expect("a connection")
    }

    /// From another address of this machine.
    pub(super) async fn connect_from(product: &Product, from: &str) -> std::io::Result<Self> {
        Self::connect_with(product, from, None).await
    }

    /// With a small room for what is received.
    pub(super) async fn connect_narrow(product: &Product) -> Self {
        Self::connect_with(product, "127.0.0.1", Some(4_096)).await.expect("a connection")
    }

    async fn connect_with(product: &Product, from: &str, room: Option<u32>) -> std::io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(format!("{from}:0").parse().expect("an address"))?;
        if let Some(room) = room {
            socket.set_recv_buffer_size(room)?;
        }
        let to = product.url.trim_start_matches("http://").parse().expect("an address");
        Ok(Self { stream: socket.connect(to).await?, rest: Vec::new() })
    }

    /// Sends; false when the other end is gone.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// The head of an answer, or what came before the end.
    pub(super) async fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.rest.drain(..end + 4).collect::<Vec<_>>();
                return String::from_utf8_lossy(&head).into_owned();
            }
            if !self.more().await {
                return String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned();
            }
        }
    }

    /// Everything until the other end closes.
    pub(super) async fn read_to_end(&mut self) -> Vec<u8> {
        while self.more().await {}
        std::mem::take(&mut self.rest)
    }

    /// One event of a stream, as its lines; None at the end.
    pub(super) async fn event(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
                let event = self.rest.drain(..end + 2).collect::<Vec<_>>();
                return Some(String::from_utf8_lossy(&event).into_owned());
            }
            if !self.more().await {
                return None;
            }
        }
    }

    async fn more(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer).await {
            Ok(n) if n > 0 => {
                self.rest.extend_from_slice(&buffer[..n]);
                true
            }
            _ => false,
        }
    }

    async fn exactly(&mut self, n: usize) -> Option<Vec<u8>> {
        while self.rest.len() < n {
            if !self.more().await {
                return None;
            }
        }
        Some(self.rest.drain(..n).collect())
    }
}

/// A request for what is said in a conversation.
pub(super) fn listen(customer: &Customer, after: i64, headers: &str) -> String {
    let (id, token) = (&customer.id, &customer.token);
    format!(
        "GET /api/chat/conversations/{id}/messages?after={after} HTTP/1.1\r\nhost: a\r\n\
         authorization: Bearer {token}\r\n{headers}\r\n"
    )
}

/// A customer's WebSocket.
pub(super) struct Socket {
    pub(super) raw: Raw,
}

impl Socket {
    pub(super) async fn open(product: &Product, customer: &Customer, after: i64) -> Self {
        Self::over(Raw::connect(product).await, customer, after).await.expect("a WebSocket")
    }

    /// Over a connection that is there already.
    pub(super) async fn over(mut raw: Raw, customer: &Customer, after: i64) -> Option<Self> {
        let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
        raw.send(listen(customer, after, upgrade).as_bytes()).await;
        raw.head().await.starts_with("HTTP/1.1 101").then_some(Self { raw })
    }

    /// Sends a masked frame.
    pub(super) async fn send(&mut self, first: u8, payload: &[u8]) -> bool {
        self.raw.send(&frame(first, payload)).await
    }

    /// Sends bytes as they are.
    pub(super) async fn send_raw(&mut self, bytes: &[u8]) -> bool {
        self.raw.send(bytes).await
    }

    /// The next frame; pings are answered. None at the end of the connection.
    pub(super) async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            let head = self.raw.exactly(2).await?;
            let length = match head[1] & 0x7F {
                126 => u64::from(u16::from_be_bytes(self.raw.exactly(2).await?.try_into().ok()?)),
                127 => u64::from_be_bytes(self.raw.exactly(8).await?.try_into().ok()?),
                short => u64::from(short),
            };
            let payload = self.raw.exactly(usize::try_from(length).ok()?).await?;
            match head[0] & 0x0F {
                PING => {
                    self.send(END | PONG, &payload).await;
                }
                opcode => return Some((opcode, payload)),
            }
        }
    }

    /// The next text that is not about typing.
    pub(super) async fn text(&mut self) -> Option<serde_json::Value> {
        while let Some((opcode, payload)) = self.next().await {
            if opcode == TEXT {
                let frame: serde_json::Value = serde_json::from_slice(&payload).expect("JSON");
                if frame["type"] == "messages" {
                    return Some(frame);
                }
            } else if opcode == CLOSE {
                return None;
            }
        }
        None
    }

    /// The code and reason it is closed with, within a time. 1006 when there was none.
    pub(super) async fn closed(&mut self, at_most: Duration) -> (u16, String) {
        let closing = async {
            while let Some((opcode, payload)) = self.next().await {
                if opcode == CLOSE && payload.len() >= 2 {
                    let reason = String::from_utf8_lossy(&payload[2..]).into_owned();
                    return (u16::from_be_bytes([payload[0], payload[1]]), reason);
                }
            }
            (1006, String::new())
        };
        tokio::time::timeout(at_most, closing).await.unwrap_or_else(|_| panic!("still open after {at_most:?}"))
    }
}

/// A masked frame; the mask is zero, which leaves the payload as it is.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..126 => frame.push(0x80 | short as u8),
        middle @ 126..65_536 => {
            frame.push(0x80 | 126);
            frame.extend((middle as u16).to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend_from_slice(payload);
    frame
}
