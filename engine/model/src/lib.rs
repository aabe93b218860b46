//! The words of the product as plain data: flows, messages, problems, node specs.
//!
//! Everything here is serde data that the designer edits, the interpreter runs, files and the API carry.
//! What this crate never does: I/O, time, randomness, behaviour of any node kind.

mod bundle;
mod conversation;
mod detail;
mod emotion;
mod flow;
mod ids;
mod message;
mod phrase;
mod problem;
mod provider;
mod repair;
mod resources;
mod sentences;
pub mod spec;
mod texts;

pub use bundle::{Article, Bundle, Intent, Library, Team, TextDocument, asked_in};
pub use conversation::{HandOffPacket, Mark, Moment, Status, Visit};
pub use detail::{Detail, DetailEntry, DetailKind, DetailSource, ServiceList};
pub use emotion::{Emotion, Feeling, Mood, Trend};
pub use flow::{Edge, FORMAT, Flow, Handler, MAX_GATHER_MS, Node, Note, Scope, Trigger, VarType, Variable};
pub use ids::*;
pub use message::{Choice, Citation, Content, FieldKind, FormField, Input, Message, Sender};
pub use phrase::{Hearer, Phrase, Wording};
pub use problem::{Place, Problem, Severity};
pub use provider::{Embeddings, ModelProvider, ModelSettings, PRESETS, Preset};
pub use repair::{Act, ActKind, Mend, Nudge, Repair};
pub use resources::{Calendar, Connector, FlowSignature, Named, OpenHours, Resources, SecretHeader, time_zone};
pub use sentences::sentences;
pub use spec::NodeSpec;
pub use texts::{Language, Texts};
