//! Following a conversation from any message number on: what all ways of delivery have in common.
//!
//! A follower listens first and reads the store second, so nothing falls in between. The store is the truth; what is
//! heard only says that there is news. Whatever the way, the same messages come, in order, each once.

use std::sync::Arc;

use model::Message;
use runtime::{Answered, Engine, Frame, Missed, Window};
use serde_json::{Value, json};

use super::chat::shown;

/// What one frame carries of messages; a longer message has a frame of its own.
const FRAME_BYTES: usize = 16 * 1024;
/// Messages that are read at once. Few, since a slow reader keeps them until it has read them.
const PAGE: usize = 16;

/// Somebody who follows a conversation.
pub(super) struct Following {
    engine: Arc<Engine>,
    window: Window,
    id: String,
    token: String,
    seq: i64,
    /// Read from the store and not yet told.
    unread: Option<Answered>,
    /// Does the store have more than was read?
    has_more: bool,
}

impl Following {
    /// From a message number on; the first news is what came since. Fails where the token opens no conversation.
    pub(super) async fn begin(engine: Arc<Engine>, id: String, token: String, after: i64) -> runtime::Result<Self> {
        let window = engine.window(&id);
        let mut following = Self { engine, window, id, token, seq: after.max(0), unread: None, has_more: false };
        following.read().await?;
        Ok(following)
    }

    /// The frames to send next, oldest first, each with the number it leads to. None when the store fails.
    /// May be dropped at any point before it is ready without losing anything.
    pub(super) async fn next(&mut self) -> Option<Vec<(i64, Value)>> {
        loop {
            if let Some(unread) = self.unread.take() {
                self.seq = self.seq.max(unread.seq);
                return Some(frames(unread));
            }
            if self.has_more {
                // Boxed: what reading needs should not be kept by windows that wait.
                Box::pin(self.read()).await.ok()?;
                continue;
            }
            match self.window.next().await {
                Ok(Frame::Typing { from }) => {
                    return Some(vec![(self.seq, json!({ "type": "typing", "from": from }))]);
                }
                Ok(Frame::Messages { messages, seq, status }) => match self.place_of(&messages, seq) {
                    Place::Next => self.unread = Some(Answered { seq, messages, status }),
                    Place::Known => {}
                    Place::Beyond => self.has_more = true,
                },
                // Another replica committed something; the store has it.
                Ok(Frame::Elsewhere { seq }) if seq <= self.seq => {}
                Ok(Frame::Elsewhere { .. }) | Err(Missed) => self.has_more = true,
            }
        }
    }

    /// Waits until messages or a status are there; typing is not news.
    pub(super) async fn wait(&mut self) -> Option<Answered> {
        loop {
            if let Some(unread) = self.unread.take() {
                self.seq = self.seq.max(unread.seq);
                return Some(unread);
            }
            match self.window.next().await {
                Ok(Frame::Typing { .. }) => continue,
                Ok(Frame::Elsewhere { seq }) if seq <= self.seq => continue,
                Ok(Frame::Messages { messages, seq, .. }) if self.place_of(&messages, seq) == Place::Known => continue,
                _ => Box::pin(self.read()).await.ok()?,
            }
        }
    }

    /// What was read and not told.
    pub(super) fn take_unread(&mut self) -> Option<Answered> {
        self.unread.take()
    }

    async fn read(&mut self) -> runtime::Result<()> {
        let missed = self.engine.catch_up_by(&self.id, &self.token, self.seq, PAGE).await?;
        self.has_more = missed.messages.len() >= PAGE;
        self.unread = Some(missed);
        Ok(())
    }

    fn place_of(&self, messages: &[Message], seq: i64) -> Place {
        match (messages.first(), messages.last()) {
            (Some(first), _) if first.seq == self.seq + 1 => Place::Next,
            (_, Some(last)) if last.seq <= self.seq => Place::Known,
            // Only the status is new.
            (None, _) if seq == self.seq => Place::Next,
            (None, _) if seq < self.seq => Place::Known,
            _ => Place::Beyond,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Next,
    Known,
    Beyond,
}

/// Messages as frames of bounded size; none at all are one frame, for the status.
fn frames(answered: Answered) -> Vec<(i64, Value)> {
    let Answered { seq, messages, status } = answered;
    let mut frames = Vec::new();
    let (mut part, mut bytes) = (Vec::new(), 0);
    for message in messages {
        let size = serde_json::to_vec(&message.content).map_or(0, |json| json.len()) + 200;
        if !part.is_empty() && bytes + size > FRAME_BYTES {
            frames.push(frame(std::mem::take(&mut part), status));
            bytes = 0;
        }
        bytes += size;
        part.push(message);
    }
    if !part.is_empty() {
        frames.push(frame(part, status));
    } else if frames.is_empty() {
        frames.push((seq, typed(&Answered { seq, messages: Vec::new(), status })));
    }
    frames
}

fn frame(messages: Vec<Message>, status: model::Status) -> (i64, Value) {
    let seq = messages.last().map_or(0, |message| message.seq);
    (seq, typed(&Answered { seq, messages, status }))
}

fn typed(answered: &Answered) -> Value {
    let mut frame = shown(answered);
    frame["type"] = "messages".into();
    frame
}

#[cfg(test)]
mod tests {
    use model::{Content, Sender, Status};

    use super::*;

    #[test]
    fn long_answers_are_cut_into_frames_without_losing_a_message() {
        let text = "字".repeat(1_000);
        let messages = (1..=40).map(|seq| message(seq, &text)).collect();

        let frames = frames(Answered { seq: 40, messages, status: Status::Waiting });

        assert!(frames.len() > 5, "{}", frames.len());
        let numbers: Vec<i64> = frames
            .iter()
            .flat_map(|(_, frame)| frame["messages"].as_array().cloned().unwrap_or_default())
            .filter_map(|message| message["seq"].as_i64())
            .collect();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
        assert_eq!(frames.last().map(|(seq, _)| *seq), Some(40));
        assert!(frames.iter().all(|(_, frame)| frame.to_string().len() < 2 * FRAME_BYTES));
    }

    #[test]
    fn a_status_alone_is_a_frame() {
        let frames = frames(Answered { seq: 7, messages: Vec::new(), status: Status::Queued });

        assert_eq!(frames.len(), 1);
        assert_eq!((frames[0].0, &frames[0].1["status"]), (7, &json!("queued")));
    }

    fn message(seq: i64, text: &str) -> Message {
        let content = Content::text(text);
        Message { seq, at: String::new(), from: Sender::Bot, name: None, content, node: None, client_id: None }
    }
}
