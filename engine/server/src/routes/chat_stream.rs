//! What comes later for a customer's window: by WebSocket or by server-sent events, from any message number on.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use runtime::{Answered, Frame};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::chat::shown;
use crate::app::App;
use crate::error::Result;

/// The token must come in the first frame within this time.
const FIRST_FRAME: Duration = Duration::from_secs(10);
const PING: Duration = Duration::from_secs(25);

/// A WebSocket that costs little while nothing happens, and takes small frames only.
pub(super) fn small(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(2 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(64 * 1024)
        .max_message_size(16 * 1024)
        .max_frame_size(16 * 1024)
}

/// Closes with a reason.
pub(super) async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}

/// By WebSocket; without a token in the request, the first frame has it.
pub(super) fn by_socket(
    app: App,
    upgrade: WebSocketUpgrade,
    id: String,
    token: Option<String>,
    after: i64,
) -> Response {
    small(upgrade).on_upgrade(move |mut socket| async move {
        let begin = match token {
            Some(token) => Some((token, after)),
            None => first_frame(&mut socket, after).await,
        };
        let Some((token, after)) = begin else { return close(&mut socket, 4401, "token missing").await };
        let mut window = app.engine.window(&id);
        let Ok(missed) = app.engine.catch_up(&id, &token, after).await else {
            return close(&mut socket, 4404, "no such conversation").await;
        };
        let mut seq = missed.seq;
        if socket.send(text(&messages(&missed))).await.is_err() {
            return;
        }
        let mut stopping = app.stopping.clone();
        let mut ping = tokio::time::interval(PING);
        loop {
            let frame = tokio::select! {
                news = news(&app, &mut window, &id, &token, &mut seq) => match news {
                    Some(news) => text(&news),
                    None => break,
                },
                received = socket.recv() => match received {
                    Some(Ok(Message::Close(_))) | Some(Err(_)) | None => break,
                    Some(Ok(_)) => continue,
                },
                _ = ping.tick() => Message::Ping(Default::default()),
                _ = stopping.changed() => break close(&mut socket, 1012, "restarting, reconnect").await,
            };
            if socket.send(frame).await.is_err() {
                break;
            }
        }
    })
}

/// By server-sent events.
pub(super) async fn by_events(app: App, id: String, token: String, after: i64) -> Result<Response> {
    let window = app.engine.window(&id);
    let missed = app.engine.catch_up(&id, &token, after).await?;
    let seq = missed.seq;
    let begin = (app, window, id, token, seq, Some(missed));
    let events = stream::unfold(begin, |(app, mut window, id, token, mut seq, missed)| async move {
        if let Some(missed) = missed {
            return Some((event(&shown(&missed)), (app, window, id, token, seq, None)));
        }
        let mut stopping = app.stopping.clone();
        let news = tokio::select! {
            news = news(&app, &mut window, &id, &token, &mut seq) => news,
            _ = stopping.changed() => None,
        };
        news.map(|news| (event(&news), (app, window, id, token, seq, None)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(PING)).into_response())
}

#[derive(Deserialize)]
struct First {
    token: String,
    #[serde(default)]
    after: Option<i64>,
}

async fn first_frame(socket: &mut WebSocket, after: i64) -> Option<(String, i64)> {
    let frame = tokio::time::timeout(FIRST_FRAME, socket.recv()).await.ok()??.ok()?;
    let first: First = serde_json::from_str(frame.to_text().ok()?).ok()?;
    Some((first.token, first.after.unwrap_or(after)))
}

/// The next thing to tell, without gaps and without saying anything twice.
async fn news(
    app: &App,
    window: &mut broadcast::Receiver<Frame>,
    id: &str,
    token: &str,
    seq: &mut i64,
) -> Option<Value> {
    loop {
        match window.recv().await {
            Ok(Frame::Typing { from }) => return Some(json!({ "type": "typing", "from": from })),
            Ok(Frame::Messages { messages: said, seq: last, status }) => {
                let is_next = said.first().is_none_or(|message| message.seq == *seq + 1) && last >= *seq;
                if is_next {
                    *seq = last;
                    return Some(messages(&Answered { seq: last, messages: said, status }));
                }
                if said.last().is_some_and(|message| message.seq <= *seq) {
                    continue;
                }
            }
            Ok(Frame::Elsewhere { seq: last }) if last <= *seq => continue,
            Ok(Frame::Elsewhere { .. }) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
        // Something was missed: the store has it.
        let missed = app.engine.catch_up(id, token, *seq).await.ok()?;
        *seq = missed.seq;
        return Some(messages(&missed));
    }
}

fn messages(answered: &Answered) -> Value {
    let mut frame = shown(answered);
    frame["type"] = "messages".into();
    frame
}

fn text(frame: &Value) -> Message {
    Message::Text(frame.to_string().into())
}

fn event(frame: &Value) -> std::result::Result<Event, Infallible> {
    Ok(Event::default().data(frame.to_string()))
}
