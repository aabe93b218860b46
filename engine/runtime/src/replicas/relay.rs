//! Carrying news between replicas: PostgreSQL's NOTIFY wakes, a look at the store every second makes sure.
//!
//! A notice says where to look, never what happened: whoever listens reads that from the store, by message number, so
//! that a lost notice is late and a repeated one says nothing. Another carrier replaces [`Engine::send_news`] and
//! [`Engine::hear_news`] and leaves the rest.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{notices, replicas};
use tokio::sync::{Notify, mpsc};

use crate::fan_out::{DeskEvent, Frame};
use crate::{Engine, Result};

/// News that wait to be sent; beyond it the look every second has to do.
const BACKLOG: usize = 4_096;
/// News in one notice.
const BATCH: usize = 50;
/// How often the store is looked at.
const LOOK: Duration = Duration::from_millis(900);
/// After a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// What replicas tell each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum News {
    /// Messages after a number, up to another, are on record.
    #[serde(rename = "c")]
    Committed {
        #[serde(rename = "i")]
        conversation: String,
        #[serde(rename = "a")]
        after: i64,
        #[serde(rename = "s")]
        seq: i64,
    },
    /// Somebody writes.
    #[serde(rename = "t")]
    Typing {
        #[serde(rename = "i")]
        conversation: String,
        #[serde(rename = "f")]
        from: String,
    },
    /// Something that flows refer to has changed.
    #[serde(rename = "k")]
    Changed(i64),
}

/// A notice: news, and who sends them.
#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    #[serde(rename = "r")]
    replica: String,
    #[serde(rename = "n")]
    news: Vec<News>,
}

/// The way out of this replica.
#[derive(Debug)]
pub(super) struct Relay {
    replica: String,
    outgoing: mpsc::Sender<News>,
    /// Taken by the task that sends.
    waiting: Mutex<Option<mpsc::Receiver<News>>>,
    changed: Notify,
    /// The latest generation of what flows refer to that this replica knows of.
    generation: AtomicI64,
}

/// Before the store was looked at.
const UNKNOWN: i64 = -1;

impl Relay {
    pub(super) fn new(replica: &str) -> Self {
        let (outgoing, waiting) = mpsc::channel(BACKLOG);
        let (waiting, generation) = (Mutex::new(Some(waiting)), AtomicI64::new(UNKNOWN));
        Self { replica: replica.to_owned(), outgoing, waiting, changed: Notify::new(), generation }
    }

    /// Tells others, when there is room; a turn never waits for it.
    pub(super) fn tell(&self, news: News) {
        let _ = self.outgoing.try_send(news);
    }

    /// Something that flows refer to has changed. This one is never lost: it goes by the store.
    pub(super) fn tell_changed(&self) {
        self.changed.notify_one();
    }

    /// Is this generation news?
    fn is_newer(&self, generation: i64) -> bool {
        let before = self.generation.fetch_max(generation, Ordering::AcqRel);
        before != UNKNOWN && before < generation
    }
}

impl Engine {
    pub(super) async fn relay(&self) {
        let Some(relay) = &self.replicas.relay else { return };
        tokio::join!(self.send_news(relay), self.hear_news(relay), self.look(relay), self.record_changes(relay));
    }

    async fn send_news(&self, relay: &Relay) {
        let waiting = relay.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut waiting) = waiting else { return };
        let mut news = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut news, BATCH).await > 0 {
            let notice = Notice { replica: relay.replica.clone(), news: std::mem::take(&mut news) };
            let text = serde_json::to_string(&notice).unwrap_or_default();
            debug_assert!(text.len() <= notices::LONGEST, "fifty news fit into a notice");
            if let Err(error) = notices::send(&self.store, &text).await {
                tracing::debug!(%error, "a notice was not sent, others will see by looking");
            }
        }
    }

    async fn hear_news(&self, relay: &Relay) {
        loop {
            if let Err(error) = self.hear_while_connected(relay).await {
                tracing::debug!(%error, "notices of other replicas are not heard, looking has to do");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn hear_while_connected(&self, relay: &Relay) -> Result<()> {
        let mut notices = notices::listen(&self.store).await?;
        loop {
            let Some(text) = notices.next().await? else { continue };
            let Ok(notice) = serde_json::from_str::<Notice>(&text) else { continue };
            if notice.replica == relay.replica {
                continue;
            }
            for news in notice.news {
                if let Err(error) = self.hear(relay, news).await {
                    tracing::debug!(%error, "news of another replica could not be read");
                }
            }
        }
    }

    async fn hear(&self, relay: &Relay, news: News) -> Result<()> {
        match news {
            News::Changed(generation) => {
                if relay.is_newer(generation) {
                    self.forget_all_here();
                }
            }
            News::Typing { conversation, from } => {
                let from = if from == "agent" { "agent" } else { "bot" };
                self.fan_out.tell_windows(&conversation, Frame::Typing { from });
            }
            News::Committed { conversation, after, seq } => {
                self.fan_out.tell_windows(&conversation, Frame::Elsewhere { seq });
                if self.fan_out.has_desks() {
                    self.tell_desks(conversation, after, seq).await?;
                }
            }
        }
        Ok(())
    }

    /// Desks hear the messages themselves.
    async fn tell_desks(&self, id: String, after: i64, seq: i64) -> Result<()> {
        let db = self.store.read();
        let Some(conversation) = store::conversations::by_public_id(db, &id).await? else { return Ok(()) };
        let limit = u64::try_from(seq - after).unwrap_or(0);
        let mut events = Vec::new();
        if limit > 0 {
            for message in store::messages::after(db, conversation.id, after, limit).await? {
                events.push(DeskEvent::Message { conversation: id.clone(), message });
            }
        }
        events.push(DeskEvent::Changed { conversation: id, status: conversation.status, seq });
        for event in events {
            self.fan_out.tell_desks(event);
        }
        Ok(())
    }

    /// What notices would have said, had they come: messages for windows, changes of what flows refer to.
    async fn look(&self, relay: &Relay) {
        let mut told: HashMap<String, i64> = HashMap::new();
        loop {
            match notices::last_seqs(self.store.read(), &self.fan_out.listened()).await {
                Ok(found) => {
                    for (conversation, seq) in &found {
                        if told.get(conversation) != Some(seq) {
                            self.fan_out.tell_windows(conversation, Frame::Elsewhere { seq: *seq });
                        }
                    }
                    told = found.into_iter().collect();
                }
                Err(error) => tracing::debug!(%error, "what other replicas committed could not be looked up"),
            }
            match replicas::generation(&self.store).await {
                Ok(now) => {
                    if relay.is_newer(now) {
                        self.forget_all_here();
                    }
                }
                Err(error) => tracing::debug!(%error, "what other replicas changed could not be looked up"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn record_changes(&self, relay: &Relay) {
        loop {
            relay.changed.notified().await;
            match replicas::raise_generation(&self.store).await {
                Ok(now) => {
                    // Known here already, unless somebody else changed something as well.
                    let _ = relay.generation.compare_exchange(now - 1, now, Ordering::AcqRel, Ordering::Relaxed);
                    relay.tell(News::Changed(now));
                }
                Err(error) => {
                    tracing::warn!(%error, "other replicas could not be told of a change, trying again");
                    relay.changed.notify_one();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_notice_fits() {
        let conversation = "01234567-0123-0123-0123-0123456789ab".to_owned();
        let news = vec![News::Committed { conversation, after: i64::MAX, seq: i64::MAX }; BATCH];
        let notice = Notice { replica: "01234567-0123-0123-0123-0123456789ab".to_owned(), news };

        let text = serde_json::to_string(&notice).expect("plain data");

        assert!(text.len() <= notices::LONGEST, "{}", text.len());
        let read: Notice = serde_json::from_str(&text).expect("our own");
        assert_eq!(read.news, notice.news);
    }
}
