//! The shell around the interpreter: loads a conversation, performs its effects, commits what a turn did.
//!
//! - [`Engine`] owns everything that runs: programs, understanding, the outside world, timers, fan-out.
//! - `chat` is the customer's side, `desk` the agent's, `rehearsal` the designer's test chat.
//! - One file per effect is in `perform`; `turn` puts a turn together and commits it in one transaction.
//!
//! What holds: events of one conversation are handled one after the other; an answer leaves after the commit; a
//! committed turn that stopped at an effect is finished before anything else happens to its conversation.
//! The kinds come in as a value; this crate knows none of them, and no web framework.

mod chat;
mod circumstances;
mod clock;
mod desk;
mod engine;
mod error;
mod fan_out;
mod happen;
mod hot;
mod ingest;
mod judgements;
mod knowledge;
mod lists;
mod mailbox;
mod meaning;
mod measure;
mod models;
mod mood;
mod perform;
mod programs;
mod recovery;
mod rehearsal;
mod replay;
mod replicas;
pub mod rotation;
mod search;
mod secret;
mod secrets;
mod shelf;
mod summaries;
mod timers;
mod topics;
mod turn;
mod vault;

pub use chat::{Answered, Opened, Opening};
pub use circumstances::versions_in;
pub use clock::{Clock, now};
pub use engine::{Engine, Limits};
pub use error::{Error, Result};
pub use fan_out::{DeskEvent, Frame, Missed, News, Piece, Window};
pub use ingest::{Compared, Reader};
pub use knowledge::{Knowledge, signature};
pub use lists::{MAX_ENTRIES, MAX_SYNONYMS, MAX_WORD_CHARS};
pub use meaning::{Filling, LocalModel, LocalModelState, MeantTexts};
pub use measure::{Exposition, Measure, labelled};
pub use models::{Suggest, Tried};
pub use perform::egress::Egress;
pub use perform::hosts::{Breaker, BreakerState};
pub use programs::{document_hash, flows_called};
pub use rehearsal::{AgentAction, TestState, WaitingFor};
pub use replay::{History, Replayed, replay_archived};
pub use search::{FoundItem, Hits};
pub use secret::{hash, hash_bytes, random_token};
pub use secrets::SecretState;
pub use shelf::{Item, MAX_TEXT_CHARS, Shelf, asked};
pub use summaries::Summary;
pub use topics::{TopicReview, TopicsState};
pub use vault::{KEY_FILE, Vault};
