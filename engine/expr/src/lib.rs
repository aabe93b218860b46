//! Expressions, templates and scripts of flows: rhai behind a fence.
//!
//! Use [`Compiled`] for expressions (`amount * 0.9`) and scripts, [`CompiledTemplate`] for texts with `{{ expression }}`
//! inside, and [`functions`] for the list of functions people may call.
//! Everything is bounded: operations, depth, sizes. Time comes in as [`Now`].
//! What this crate never does: read files, a clock or the network, print, sleep, evaluate text made at run time.

mod calls;
mod clock;
mod compiled;
mod convert;
mod engine;
mod error;
mod functions;
mod template;
mod voice;

use std::collections::BTreeMap;

pub use clock::{Now, with_bound};
pub use compiled::{Compiled, Ran};
pub use error::ExprError;
pub use functions::{Function, functions};
pub use template::{CompiledTemplate, Sink, as_text};
pub use voice::{MOOD, Voice, nearest};

/// The variables an expression sees, by name.
pub type Values = BTreeMap<model::VarName, serde_json::Value>;
