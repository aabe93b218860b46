//! Telling windows and desks what was committed, within this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use model::{Message, Status};
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// What a conversation's windows hear.
#[derive(Clone, Debug)]
pub enum Frame {
    /// Something was said, or the status changed.
    Messages(Arc<News>),
    /// Something was committed by another process: the store has it, up to this number.
    Elsewhere {
        /// The number of the last message.
        seq: i64,
    },
    /// Somebody writes.
    Typing {
        /// `agent` or `bot`.
        from: &'static str,
    },
}

/// What a commit brought, once for all windows of its conversation.
#[derive(Debug)]
pub struct News {
    /// What was said, with steps.
    pub messages: Vec<Message>,
    /// The number of the last message.
    pub seq: i64,
    /// Where the conversation stands.
    pub status: Status,
    told: OnceLock<Vec<Piece>>,
}

/// A part of news, small enough to be told at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Everything up to this number is told with it.
    pub seq: i64,
    /// How many messages it has.
    pub n_messages: usize,
    /// What it says.
    pub bytes: Bytes,
}

impl News {
    /// How it is told: written by the first window that tells it, and the same bytes for all others.
    pub fn told(&self, write: impl FnOnce(&Self) -> Vec<Piece>) -> &[Piece] {
        self.told.get_or_init(|| write(self))
    }
}

/// What desks hear.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DeskEvent {
    /// A conversation stands elsewhere.
    Changed {
        /// Its uuid.
        conversation: String,
        /// Where it stands.
        status: Status,
        /// The number of its last message.
        seq: i64,
    },
    /// Something was said.
    Message {
        /// The conversation's uuid.
        conversation: String,
        /// What.
        message: Message,
    },
}

/// A slow window misses frames beyond this; it is told so, and reads them from the store. Twenty thousand windows
/// that hear nothing for hours pay for it, so it is small.
const BACKLOG: usize = 4;
const DESK_BACKLOG: usize = 1_024;

type Windows = Mutex<HashMap<Arc<str>, broadcast::Sender<Frame>>>;

/// All listeners.
#[derive(Debug)]
pub(crate) struct FanOut {
    windows: Arc<Windows>,
    desks: broadcast::Sender<DeskEvent>,
}

/// A listener of one conversation.
#[derive(Debug)]
pub struct Window {
    conversation: Arc<str>,
    /// None only while it is dropped.
    frames: Option<broadcast::Receiver<Frame>>,
    windows: Arc<Windows>,
}

/// Some frames were missed: the store has what they said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed;

impl Window {
    /// The next frame.
    pub async fn next(&mut self) -> Result<Frame, Missed> {
        let Some(frames) = &mut self.frames else { return std::future::pending().await };
        match frames.recv().await {
            Ok(frame) => Ok(frame),
            Err(RecvError::Lagged(_)) => Err(Missed),
            // The sender lives in the map as long as this window does.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        self.frames = None;
        if windows.get(&self.conversation).is_some_and(|sender| sender.receiver_count() == 0) {
            windows.remove(&self.conversation);
        }
    }
}

impl Default for FanOut {
    fn default() -> Self {
        Self { windows: Arc::default(), desks: broadcast::Sender::new(DESK_BACKLOG) }
    }
}

impl FanOut {
    /// Listens to one conversation.
    pub(crate) fn window(&self, conversation: &str) -> Window {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (conversation, frames) = match windows.get_key_value(conversation) {
            Some((conversation, sender)) => (Arc::clone(conversation), sender.subscribe()),
            None => {
                let (conversation, (sender, frames)) = (Arc::from(conversation), broadcast::channel(BACKLOG));
                windows.insert(Arc::clone(&conversation), sender);
                (conversation, frames)
            }
        };
        Window { conversation, frames: Some(frames), windows: Arc::clone(&self.windows) }
    }

    /// Listens to all conversations.
    pub(crate) fn desk(&self) -> broadcast::Receiver<DeskEvent> {
        self.desks.subscribe()
    }

    /// How many conversations have windows that listen.
    pub(crate) fn windows(&self) -> usize {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Is any desk listening?
    pub(crate) fn has_desks(&self) -> bool {
        self.desks.receiver_count() > 0
    }

    /// The conversations that have windows.
    pub(crate) fn listened(&self) -> Vec<String> {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.keys().map(|conversation| conversation.to_string()).collect()
    }

    /// Tells a conversation's windows only.
    pub(crate) fn tell_windows(&self, conversation: &str, frame: Frame) {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = windows.get(conversation) {
            let _ = sender.send(frame);
        }
    }

    /// Tells desks only.
    pub(crate) fn tell_desks(&self, event: DeskEvent) {
        let _ = self.desks.send(event);
    }

    /// Tells everybody what a commit brought. Without listeners nothing is copied.
    pub(crate) fn tell_news(&self, conversation: &str, messages: &[Message], seq: i64, status: Status) {
        if self.has_desks() {
            for message in messages {
                let message = message.clone();
                self.tell_desks(DeskEvent::Message { conversation: conversation.to_owned(), message });
            }
            self.tell_desks(DeskEvent::Changed { conversation: conversation.to_owned(), status, seq });
        }
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = windows.get(conversation) {
            let news = News { messages: messages.to_vec(), seq, status, told: OnceLock::new() };
            let _ = sender.send(Frame::Messages(Arc::new(news)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn windows_hear_their_conversation_until_the_last_one_closes() {
        let fan_out = FanOut::default();
        let mut one = fan_out.window("a");
        let two = fan_out.window("a");

        fan_out.tell_windows("b", Frame::Typing { from: "bot" });
        fan_out.tell_windows("a", Frame::Typing { from: "agent" });
        assert!(matches!(one.next().await, Ok(Frame::Typing { from: "agent" })));

        drop(one);
        assert_eq!(fan_out.windows(), 1);
        drop(two);
        assert_eq!(fan_out.windows(), 0);
    }

    #[tokio::test]
    async fn a_window_that_falls_behind_is_told_once() {
        let fan_out = FanOut::default();
        let mut window = fan_out.window("a");

        for _ in 0..3 * BACKLOG {
            fan_out.tell_windows("a", Frame::Typing { from: "bot" });
        }

        assert!(matches!(window.next().await, Err(Missed)));
        assert!(matches!(window.next().await, Ok(Frame::Typing { .. })));
    }
}
