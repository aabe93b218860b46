//! Following a conversation from any message number on: what all ways of delivery have in common.
//!
//! A follower listens first and reads the store second, so nothing falls in between. The store is the truth; what is
//! heard only says that there is news. Whatever the way, the same messages come, in order, each once.

use std::sync::Arc;

use bytes::Bytes;
use model::Message;
use runtime::{Answered, Engine, Frame, Missed, News, Piece, Window};
use serde::Serialize;
use serde_json::json;

use super::chat::{Shown, shown};

/// What one frame carries of messages; a longer message has a frame of its own. It is all that is kept for a reader
/// that does not read: the rest stays in the store.
const FRAME_BYTES: usize = 16 * 1024;
/// Messages that are read at once; fewer when they are long, so that little is read in vain.
const PAGE: usize = 16;

/// Somebody who follows a conversation.
pub(super) struct Following {
    engine: Arc<Engine>,
    window: Window,
    id: String,
    token: String,
    seq: i64,
    /// Heard and partly told: how many pieces of it.
    heard: Option<(Arc<News>, usize)>,
    /// Read from the store and not yet told.
    unread: Option<Answered>,
    /// Does the store have more than was read?
    has_more: bool,
    /// How many messages to read at once.
    page: usize,
}

impl Following {
    /// From a message number on; the first news is what came since. Fails where the token opens no conversation.
    pub(super) async fn begin(engine: Arc<Engine>, id: String, token: String, after: i64) -> runtime::Result<Self> {
        let window = engine.window(&id);
        let seq = after.max(0);
        let mut following =
            Self { engine, window, id, token, seq, heard: None, unread: None, has_more: false, page: PAGE };
        following.read().await?;
        Ok(following)
    }

    /// The frame to send next. None when the store fails. What everybody hears at once is written once.
    /// May be dropped at any point before it is ready without losing anything.
    pub(super) async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some((news, n_told)) = self.heard.take() {
                let Some(piece) = news.told(pieces).get(n_told).cloned() else { continue };
                self.heard = Some((news, n_told + 1));
                return Some(self.told(piece));
            }
            if let Some(mut unread) = self.unread.take() {
                let n_all = unread.messages.len();
                let n_sent = in_one_frame(&unread.messages);
                if n_sent < n_all {
                    unread.messages.truncate(n_sent);
                    unread.seq = unread.messages.last().map_or(self.seq, |message| message.seq);
                    self.has_more = true;
                }
                return Some(self.told(piece_of(unread)));
            }
            if self.has_more {
                // Boxed: what reading needs should not be kept by windows that wait.
                Box::pin(self.read()).await.ok()?;
                continue;
            }
            match self.window.next().await {
                Ok(Frame::Typing { from }) => {
                    let event = event_of(self.seq, &json!({ "type": "typing", "from": from }));
                    return Some(Told { event });
                }
                Ok(Frame::Messages(news)) => match self.place_of(&news.messages, news.seq) {
                    Place::Next => self.heard = Some((news, 0)),
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
                Ok(Frame::Messages(news)) if self.place_of(&news.messages, news.seq) == Place::Known => continue,
                _ => Box::pin(self.read()).await.ok()?,
            }
        }
    }

    /// What was read and not told.
    pub(super) fn take_unread(&mut self) -> Option<Answered> {
        self.unread.take()
    }

    async fn read(&mut self) -> runtime::Result<()> {
        let missed = self.engine.catch_up_by(&self.id, &self.token, self.seq, self.page).await?;
        self.has_more = missed.messages.len() >= self.page;
        self.unread = Some(missed);
        Ok(())
    }

    /// A piece is told. Where messages are long, few are read at once.
    fn told(&mut self, piece: Piece) -> Told {
        let Piece { seq, n_messages, bytes } = piece;
        self.seq = self.seq.max(seq);
        self.page = (FRAME_BYTES * n_messages / bytes.len()).clamp(1, PAGE);
        Told { event: bytes }
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

/// Something to tell, as a server-sent event with its number as id; what it says is JSON on one line of that.
/// Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    event: Bytes,
}

impl Told {
    /// The whole event.
    pub(super) fn event(self) -> Bytes {
        self.event
    }

    /// What it says, without its number: the same bytes.
    pub(super) fn text(self) -> Bytes {
        let begin =
            self.event.windows(DATA.len()).position(|part| part == DATA.as_bytes()).map_or(0, |at| at + DATA.len());
        let end = self.event.len().saturating_sub(END.len()).max(begin);
        self.event.slice(begin..end)
    }
}

const DATA: &str = "\ndata: ";
const END: &str = "\n\n";

/// No larger than it must be: it may lie there until somebody reads.
fn event_of(seq: i64, said: &impl Serialize) -> Bytes {
    let said = serde_json::to_string(said).expect("frames are plain data with string keys");
    Bytes::copy_from_slice(format!("id: {seq}{DATA}{said}{END}").as_bytes())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Next,
    Known,
    Beyond,
}

/// How many messages fit into one frame; one does, however long it is.
fn in_one_frame(messages: &[Message]) -> usize {
    let mut bytes = 0;
    let fitting = messages.iter().take_while(|message| {
        bytes += serde_json::to_vec(&message.content).map_or(0, |json| json.len()) + 200;
        bytes <= FRAME_BYTES
    });
    fitting.count().max(1)
}

/// News in as many frames as it needs.
fn pieces(news: &News) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(1);
    let mut rest = &news.messages[..];
    loop {
        let (some, others) = rest.split_at(in_one_frame(rest).min(rest.len()));
        let seq = if others.is_empty() { news.seq } else { some.last().map_or(news.seq, |message| message.seq) };
        pieces.push(piece_of(Answered { seq, messages: some.to_vec(), status: news.status, collecting_ms: None }));
        if others.is_empty() {
            return pieces;
        }
        rest = others;
    }
}

/// Messages that fit into one frame.
fn piece_of(answered: Answered) -> Piece {
    let (seq, n_messages) = (answered.seq, answered.messages.len());
    Piece { seq, n_messages, bytes: event_of(seq, &Messages::of(answered)) }
}

/// The frame that has messages.
#[derive(Serialize)]
struct Messages {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    answered: Shown,
}

impl Messages {
    fn of(answered: Answered) -> Self {
        Self { kind: "messages", answered: shown(answered) }
    }
}

#[cfg(test)]
mod tests {
    use model::{Content, Sender};

    use super::*;

    #[test]
    fn a_frame_has_as_many_messages_as_fit_and_one_at_least() {
        let long: Vec<Message> = (1..=40).map(|seq| message(seq, &"字".repeat(1_000))).collect();
        let short: Vec<Message> = (1..=40).map(|seq| message(seq, "字")).collect();
        let huge = [message(1, &"字".repeat(20_000)), message(2, "字")];

        assert_eq!((in_one_frame(&long), in_one_frame(&short), in_one_frame(&huge)), (5, 40, 1));
        assert_eq!(in_one_frame(&[]), 1);
    }

    #[test]
    fn the_text_of_an_event_is_what_it_says() {
        let said = json!({ "type": "messages", "text": "一\ndata: 二\n\n" });

        let told = Told { event: event_of(12, &said) };

        assert_eq!(told.clone().text(), said.to_string());
        assert_eq!(told.event(), format!("id: 12\ndata: {said}\n\n"));
    }

    fn message(seq: i64, text: &str) -> Message {
        let content = Content::text(text);
        Message { seq, at: String::new(), from: Sender::Bot, name: None, content, node: None, client_id: None }
    }
}
