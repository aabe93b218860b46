//! What happens at the desk, live, by WebSocket.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use runtime::DeskEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::socket::{Heard, Socket, small};
use crate::accept::Peer;
use crate::app::App;
use crate::auth::session::SignedIn;
use crate::listening::Listening;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(listen))
}

/// WebSocket of `{"type":"changed",…}` and `{"type":"message",…}`.
#[utoipa::path(get, path = "/api/desk/events", tag = "desk", responses((status = 101)))]
async fn listen(
    State(app): State<App>,
    _: SignedIn,
    Extension(peer): Extension<Arc<Peer>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let (events, stopping) = (app.engine.desk_events(), app.stopping.clone());
    let listening = Listening::by_socket(app.engine.measure());
    small(upgrade).on_upgrade(move |socket| tell(Socket::new(socket, peer, listening), events, stopping))
}

async fn tell(mut socket: Socket, mut events: Receiver<DeskEvent>, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => {
                    if !socket.send(serde_json::to_string(&event).unwrap_or_default().into()).await {
                        return;
                    }
                }
                // Too slow: the desk reads its lists again when it comes back.
                Err(RecvError::Lagged(_)) => return socket.close(1013, "too slow, reconnect").await,
                Err(RecvError::Closed) => return,
            },
            heard = socket.hear() => match heard {
                Heard::Something(_) => {}
                Heard::Misuse(code, why) => return socket.close(code, why).await,
                Heard::End => return,
            },
            _ = stopping.changed() => return socket.close_for_restart().await,
        }
    }
}
