//! Telling windows and desks what was committed, within this process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::{Message, Status};
use serde::Serialize;
use tokio::sync::broadcast;

/// What a conversation's windows hear.
#[derive(Clone, Debug)]
pub enum Frame {
    /// Something was said, or the status changed.
    Messages {
        /// What was said, with steps.
        messages: Vec<Message>,
        /// The number of the last message.
        seq: i64,
        /// Where the conversation stands.
        status: Status,
    },
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

/// A slow listener loses frames beyond this; it is told so, and reads them from the store.
const BACKLOG: usize = 64;
const DESK_BACKLOG: usize = 1_024;

/// All listeners.
#[derive(Debug)]
pub(crate) struct FanOut {
    windows: Mutex<HashMap<String, broadcast::Sender<Frame>>>,
    desks: broadcast::Sender<DeskEvent>,
}

impl Default for FanOut {
    fn default() -> Self {
        Self { windows: Mutex::default(), desks: broadcast::Sender::new(DESK_BACKLOG) }
    }
}

impl FanOut {
    /// Listens to one conversation.
    pub(crate) fn window(&self, conversation: &str) -> broadcast::Receiver<Frame> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, sender| sender.receiver_count() > 0);
        windows.entry(conversation.to_owned()).or_insert_with(|| broadcast::Sender::new(BACKLOG)).subscribe()
    }

    /// Listens to all conversations.
    pub(crate) fn desk(&self) -> broadcast::Receiver<DeskEvent> {
        self.desks.subscribe()
    }

    /// How many windows listen.
    pub(crate) fn windows(&self) -> usize {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.values().map(broadcast::Sender::receiver_count).sum()
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

    /// Tells everybody; nobody listening is fine.
    pub(crate) fn tell(&self, conversation: &str, frame: Frame) {
        if let Frame::Messages { messages, seq, status } = &frame {
            for message in messages {
                let message = message.clone();
                let _ = self.desks.send(DeskEvent::Message { conversation: conversation.to_owned(), message });
            }
            let _ = self.desks.send(DeskEvent::Changed {
                conversation: conversation.to_owned(),
                status: *status,
                seq: *seq,
            });
        }
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = windows.get(conversation) {
            let _ = sender.send(frame);
        }
    }
}
