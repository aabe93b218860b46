//! Folding a journal again: the same events over the same circumstances give the same states, byte for byte.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use interpreter::{Catalogue, Event, Program, State};
use model::{Content, Flow, FlowId, Message, Sender};
use store::WorkspaceId;
use store::archive::{Archive, Archived};
use store::conversations::{Conversation, Entry};

use crate::circumstances::Circumstances;
use crate::happen::happen;
use crate::programs::Versions;
use crate::{Engine, Error, Result, programs};

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
        Ok(History::of(conversation, events, messages))
    }

    /// Folds a history again and compares. Changes nothing.
    pub async fn replay(&self, history: &History) -> Result<Replayed> {
        match fold(&self.catalogue, &Source::Database(self), history).await {
            Err(Error::Store(error)) if matches!(error, store::Error::Database(_)) => Err(Error::Store(error)),
            folded => Ok(folded.unwrap_or_else(|error| Replayed::Unreadable { why: error.to_string() })),
        }
    }
}

/// Folds an archived conversation again, by what its file holds and nothing else, and compares.
pub async fn replay_archived(catalogue: &Catalogue, archive: &Archive, archived: &Archived) -> Replayed {
    let history = History::of(archived.conversation.clone(), archived.journal.clone(), archived.messages.clone());
    let folded = fold(catalogue, &Source::Archive(archive), &history).await;
    folded.unwrap_or_else(|error| Replayed::Unreadable { why: error.to_string() })
}

impl History {
    fn of(conversation: Conversation, events: Vec<Entry>, messages: Vec<Message>) -> Self {
        let by_flow = messages.into_iter().filter(|message| message.from == Sender::Bot);
        Self { conversation, events, said: by_flow.map(|message| message.content).collect() }
    }
}

/// Where a fold finds what was in force when something happened.
enum Source<'s> {
    Database(&'s Engine),
    Archive(&'s Archive),
}

impl Source<'_> {
    /// What the workspace offered, by its number on record. What was recorded without one ran on what there is today.
    async fn in_force(&self, workspace: WorkspaceId, number: i64) -> Result<Arc<Circumstances>> {
        match self {
            Self::Database(engine) => match engine.past.get(&engine.store, number).await? {
                Some(past) => Ok(past),
                None => {
                    let knowledge = engine.knowledge(workspace).await?;
                    let (resources, live) = (Arc::clone(&knowledge.resources), knowledge.circumstances.live.clone());
                    Ok(Arc::new(Circumstances { resources, live, topics: None }))
                }
            },
            Self::Archive(archive) => {
                let document = archive.circumstances(number).ok_or_else(|| {
                    Error::Broken(format!("the file does not say what the workspace offered then (number {number})"))
                })?;
                let read = serde_json::from_str(document);
                let read: Circumstances =
                    read.map_err(|source| store::Error::Unreadable { what: "record of circumstances", source })?;
                Ok(Arc::new(read))
            }
        }
    }
}

impl Versions for Source<'_> {
    async fn version(&self, workspace: WorkspaceId, id: &FlowId, number: i64) -> Result<Option<Flow>> {
        match self {
            Self::Database(engine) => engine.store.version(workspace, id, number).await,
            Self::Archive(archive) => Ok(archive.version(id, number)?),
        }
    }
}

async fn fold(catalogue: &Catalogue, source: &Source<'_>, history: &History) -> Result<Replayed> {
    let conversation = &history.conversation;
    let (workspace, id, version) = (conversation.workspace, &conversation.flow_id, conversation.version);
    // Called flows stay on the versions of the conversation's beginning.
    let began_in = source.in_force(workspace, conversation.circumstances).await?;
    let mut programs: HashMap<i64, Arc<Program>> = HashMap::new();
    let mut state: Option<State> = None;
    let mut said = history.said.iter();
    for (number, entry) in (1..).zip(&history.events) {
        let program = match programs.entry(entry.circumstances) {
            Vacant(place) => {
                let resources = &source.in_force(workspace, entry.circumstances).await?.resources;
                let live = &began_in.live;
                place.insert(programs::of_version(source, catalogue, resources, live, workspace, id, version).await?)
            }
            Occupied(program) => program.into_mut(),
        };
        let event: Event = match serde_json::from_str(&entry.event) {
            Ok(event) => event,
            Err(error) => return Ok(Replayed::Unreadable { why: format!("event {number}: {error}") }),
        };
        let before = state.unwrap_or_else(|| State::new(program.flow().main_language()));
        let (after, outcome) = happen(program, &before, &event, entry.at);
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
        return Ok(Replayed::Differs { what: format!("“{}” is on record, and no event says it", more.as_text()) });
    }
    let state = state.map(|state| serde_json::to_string(&state).unwrap_or_default()).unwrap_or_default();
    Ok(if state == conversation.state {
        Replayed::Same
    } else {
        Replayed::Differs { what: format!("the state is {state}; on record is {}", conversation.state) }
    })
}
