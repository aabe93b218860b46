//! What comes later for a customer's window: by WebSocket, by server-sent events, or by asking again and again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use channels::resume;
use futures_util::stream;
use runtime::Answered;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at};

use super::chat::shown;
use super::following::Following;
use super::socket::{self, Heard, Socket};
use crate::accept::Peer;
use crate::app::App;
use crate::error::Result;
use crate::listening::{Listening, reconnect_ms};

/// The token must come in the first frame within this time.
const FIRST_FRAME: Duration = Duration::from_secs(10);
/// Nobody waits longer for an answer; proxies give up after a minute.
const LONGEST_WAIT: Duration = Duration::from_secs(50);

/// By WebSocket; without a token in the request, the first frame has it.
pub(super) fn by_socket(
    app: &App,
    peer: Arc<Peer>,
    upgrade: WebSocketUpgrade,
    id: String,
    token: Option<String>,
    after: i64,
) -> Response {
    let (engine, stopping) = (Arc::clone(&app.engine), app.stopping.clone());
    let listening = Listening::by_socket(engine.measure());
    socket::small(upgrade).on_upgrade(async move |socket| {
        let mut socket = Socket::new(socket, peer, listening);
        let begin = match token {
            Some(token) => Some((token, after)),
            None => first_frame(&mut socket, after).await,
        };
        let Some((token, after)) = begin else { return socket.close(4401, "token missing").await };
        // Boxed: reading the store needs room that waiting does not.
        let Ok(following) = Box::pin(Following::begin(engine, id, token, after)).await else {
            return socket.close(4404, "no such conversation").await;
        };
        tell(socket, following, stopping).await;
    })
}

async fn tell(mut socket: Socket, mut following: Following, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            news = following.next() => {
                let Some(told) = news else { return socket.close(1011, "the store failed, reconnect").await };
                if !socket.send(told.text()).await {
                    return;
                }
            }
            heard = socket.hear() => match heard {
                Heard::Something(_) => {}
                Heard::Misuse(code, why) => return socket.close(code, why).await,
                Heard::End => return,
            },
            _ = stopping.changed() => return socket.close_for_restart().await,
        }
    }
}

/// By server-sent events; each has its number as id, so that a browser says where it was when it comes back. The frames
/// pass through untouched, so that all who follow a conversation share their bytes.
pub(super) async fn by_events(app: &App, id: String, token: String, after: i64) -> Result<Response> {
    let following = Following::begin(Arc::clone(&app.engine), id, token, after).await?;
    let listening = Listening::by_events(app.engine.measure());
    let ping = interval_at(Instant::now() + socket::PING, socket::PING);
    let begin = Some((Box::new(following), app.stopping.clone(), ping, listening));
    let events = stream::unfold(begin, async |begin| {
        let (mut following, mut stopping, mut ping, listening) = begin?;
        let event = tokio::select! {
            news = following.next() => news?.event(),
            _ = ping.tick() => Bytes::from_static(b":\n\n"),
            _ = stopping.changed() => {
                let come_back = format!(": restarting\nretry: {}\n\n", reconnect_ms());
                return Some((Ok::<_, Infallible>(Bytes::from(come_back)), None));
            }
        };
        Some((Ok(event), Some((following, stopping, ping, listening))))
    });
    let head = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    Ok((head, Body::from_stream(events)).into_response())
}

/// By one answer that waits for news, `wait` seconds at most.
pub(super) async fn by_waiting(app: &App, id: String, token: String, after: i64, wait: u64) -> Result<Response> {
    let mut following = Box::pin(Following::begin(Arc::clone(&app.engine), id, token, after)).await?;
    let first = match following.take_unread() {
        Some(there) if !there.messages.is_empty() => return Ok(Json(shown(there)).into_response()),
        nothing_said => nothing_said,
    };
    let _listening = Listening::by_waiting(app.engine.measure());
    let mut stopping = app.stopping.clone();
    let patience = Duration::from_secs(wait).min(LONGEST_WAIT);
    let news = tokio::select! {
        news = following.wait() => news,
        () = tokio::time::sleep(patience) => None,
        _ = stopping.changed() => None,
    };
    let nothing = Answered { seq: after, messages: Vec::new(), status: model::Status::Waiting, collecting_ms: None };
    Ok(Json(shown(news.or(first).unwrap_or(nothing))).into_response())
}

async fn first_frame(socket: &mut Socket, after: i64) -> Option<(String, i64)> {
    let text = tokio::time::timeout(FIRST_FRAME, async {
        loop {
            match socket.hear().await {
                // A browser answers our first ping before its page has said anything.
                Heard::Something(text) if text.is_empty() => {}
                Heard::Something(text) => return Some(text),
                Heard::Misuse(..) | Heard::End => return None,
            }
        }
    });
    let text = text.await.ok().flatten()?;
    let opening = resume::opening(&text)?;
    Some((opening.token, opening.after.unwrap_or(after)))
}
