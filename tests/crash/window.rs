//! A customer's open window: what comes by WebSocket or by server-sent events, from a number on.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::customer::{ANSWER_WITHIN, Line, Talk};

/// A WebSocket that shows a conversation.
pub(crate) struct Window {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Window {
    /// Opens one that shows what comes after a number.
    pub(crate) async fn open(talk: &Talk, url: &str, after: i64) -> Self {
        let url = url.replacen("http", "ws", 1);
        let address = format!("{url}/api/chat/conversations/{}/messages", talk.id);
        let (mut socket, _) = connect_async(address).await.expect("a WebSocket");
        let first = json!({ "token": talk.token(), "after": after }).to_string();
        socket.send(Message::Text(first.into())).await.expect("the first frame");
        Self { socket }
    }

    /// The lines of the next frame that has some. None when there is no such frame within this time.
    pub(crate) async fn next(&mut self, within: Duration) -> Option<Vec<Line>> {
        let next = async {
            while let Some(Ok(frame)) = self.socket.next().await {
                let Ok(text) = frame.to_text() else { continue };
                let lines = Line::all(&serde_json::from_str(text).unwrap_or(Value::Null));
                if !lines.is_empty() {
                    return Some(lines);
                }
            }
            None
        };
        tokio::time::timeout(within, next).await.ok().flatten()
    }
}

/// What server-sent events show first after a number.
pub(crate) async fn by_events(talk: &Talk, http: &reqwest::Client, url: &str, after: i64) -> Vec<Line> {
    let request = talk.after(http, url, after).header("accept", "text/event-stream").timeout(ANSWER_WITHIN);
    let mut response = request.send().await.expect("a stream");
    let mut text = String::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        text.push_str(&String::from_utf8_lossy(&chunk));
        if let Some((event, _)) = text.split_once("\n\n") {
            let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
            return Line::all(&serde_json::from_str(&data).expect("an event"));
        }
    }
    panic!("the stream ended: {text}");
}
