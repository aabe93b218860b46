//! What happens at the desk, live, by WebSocket.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use runtime::DeskEvent;
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::chat_stream::{close, small};
use crate::app::App;
use crate::auth::session::SignedIn;

/// Proxies cut silent connections; a ping keeps them.
const PING: Duration = Duration::from_secs(25);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(listen))
}

/// WebSocket of `{"type":"changed",…}` and `{"type":"message",…}`.
#[utoipa::path(get, path = "/api/desk/events", tag = "desk", responses((status = 101)))]
async fn listen(State(app): State<App>, _: SignedIn, upgrade: WebSocketUpgrade) -> Response {
    small(upgrade).on_upgrade(move |socket| tell(app, socket))
}

async fn tell(app: App, mut socket: WebSocket) {
    let mut events = app.engine.desk_events();
    let mut stopping = app.stopping.clone();
    let mut ping = tokio::time::interval(PING);
    loop {
        let frame = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => text(&event),
                // Too slow: the desk reads its lists again when it comes back.
                Err(RecvError::Lagged(_)) => break close(&mut socket, 1013, "too slow, reconnect").await,
                Err(RecvError::Closed) => break,
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
}

fn text(event: &DeskEvent) -> Message {
    Message::Text(serde_json::to_string(event).unwrap_or_default().into())
}
