//! Folding a journal again: the same events over the same circumstances give the same states, byte for byte.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use interpreter::{Event, Program, State};
use model::{Content, Sender};
use store::conversations::{Conversation, Entry};

use crate::circumstances::Live;
use crate::happen::happen;
use crate::{Engine, Error, Knowledge, Result, programs};

/// Everything that is on record about a conversation.
#[derive(Clone, Debug)]
pub struct History {
    /// Where it stands.
    pub conversation: Conversation,
    /// What happened, in order.
    pub events: Vec<Entry>,
    /// What the flow said, in order.
    pub said: Vec<Content>,
}

/// What came of folding a journal again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// The same state, the same path, the same words.
    Same,
    /// Something else.
    Differs {
        /// What, and at which event.
        what: String,
    },
    /// It could not be folded.
    Unreadable {
        /// Why.
        why: String,
    },
}

impl Engine {
    /// What is on record about a conversation, by its number.
    pub async fn history(&self, id: i64) -> Result<History> {
        let db = self.store.read();
        let conversation = store::conversations::by_id(db, id).await?.ok_or(Error::NotFound)?;
        let events = store::conversations::journal(db, id).await?;
        let messages = store::messages::after(db, id, 0, u64::MAX >> 1).await?;
        let by_flow = messages.into_iter().filter(|message| message.from == Sender::Bot);
        Ok(History { conversation, events, said: by_flow.map(|message| message.content).collect() })
    }

    /// Folds a history again and compares. Changes nothing.
    pub async fn replay(&self, history: &History) -> Result<Replayed> {
        match self.fold(history).await {
            Ok(replayed) => Ok(replayed),
            Err(Error::Store(error)) if matches!(error, store::Error::Database(_)) => Err(Error::Store(error)),
            Err(error) => Ok(Replayed::Unreadable { why: error.to_string() }),
        }
    }

    async fn fold(&self, history: &History) -> Result<Replayed> {
        let conversation = &history.conversation;
        let knowledge = self.knowledge(conversation.workspace).await?;
        let began_in = self.past.get(&self.store, conversation.circumstances).await?;
        let live = began_in.as_ref().map_or(&knowledge.circumstances.live, |past| &past.live);
        let mut programs: HashMap<i64, Arc<Program>> = HashMap::new();
        let mut state: Option<State> = None;
        let mut said = history.said.iter();
        for (number, entry) in (1..).zip(&history.events) {
            let program = match programs.entry(entry.circumstances) {
                Vacant(place) => {
                    place.insert(self.program_in(entry.circumstances, conversation, live, &knowledge).await?)
                }
                Occupied(program) => program.into_mut(),
            };
            let event: Event = match serde_json::from_str(&entry.event) {
                Ok(event) => event,
                Err(error) => return Ok(Replayed::Unreadable { why: format!("event {number}: {error}") }),
            };
            let before = state.unwrap_or_else(|| State::new(program.flow().main_language()));
            let (after, outcome) = happen(program, before, &event, entry.at);
            let trace = serde_json::to_string(&outcome.trace).unwrap_or_default();
            if trace != entry.trace {
                return Ok(Replayed::Differs {
                    what: format!("event {number} led along {trace}; on record is {}", entry.trace),
                });
            }
            for (content, _) in outcome.said {
                if said.next() != Some(&content) {
                    return Ok(Replayed::Differs { what: format!("event {number} says “{}”", content.as_text()) });
                }
            }
            state = Some(after);
        }
        if let Some(more) = said.next() {
            return Ok(Replayed::Differs {
                what: format!("“{}” is on record, and no event says it", more.as_text())
            });
        }
        let state = state.map(|state| serde_json::to_string(&state).unwrap_or_default()).unwrap_or_default();
        Ok(if state == conversation.state {
            Replayed::Same
        } else {
            Replayed::Differs { what: format!("the state is {state}; on record is {}", conversation.state) }
        })
    }

    async fn program_in(
        &self,
        circumstances: i64,
        conversation: &Conversation,
        live: &Live,
        knowledge: &Knowledge,
    ) -> Result<Arc<Program>> {
        let past = self.past.get(&self.store, circumstances).await?;
        let resources = past.as_ref().map_or(&knowledge.resources, |past| &past.resources);
        let (workspace, id, version) = (conversation.workspace, &conversation.flow_id, conversation.version);
        programs::of_version(&self.store, &self.catalogue, resources, live, workspace, id, version).await
    }
}
