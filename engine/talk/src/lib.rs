//! Talks: conversations written down in Markdown, played against the interpreter. A talk is a test, a demo and a bug
//! report at once, and an operations lead can write one.
//!
//! ```text
//! # 超过七天的订单退款要转人工
//!
//! > now: 2026-11-20T10:00+08:00
//!
//! customer: 我要退款
//! bot:      请问您的订单号是多少？
//! customer: A10442
//! http:     GET */orders/A10442 -> 200 {"days": 9, "amount": 120}
//! bot:      这笔订单已超过 7 天，我为您转接人工客服。
//! hand-off: after_sales
//! ```
//!
//! - [`parse`] reads a talk; [`play`] plays it against a [`interpreter::Program`] and a [`World`] (topics, articles).
//! - [`run_bundle`] plays all talks of a bundle; [`run_folder`] all talks in a folder, the only function that reads files.
//!
//! What this crate never does: call a real service or wait for real time. Replies of services come from `http:` lines;
//! `model:` lines are what a language model answers (words, JSON, `call TOOL {…}`, `fails`, `over budget`);
//! topics and articles are recognised and searched for real unless `recognise:` or `search:` lines say otherwise.

mod folder;
mod lines;
mod model_line;
mod parse;
mod pattern;
mod play;
mod report;
mod suite;
mod world;

pub use folder::{load_folder, run_folder};
pub use lines::{AgentLine, Asked, HttpLine, Line, Reply, Spoken, Talk, TalkError};
pub use parse::parse;
pub use play::{Happening, play, record};
pub use report::{FolderReport, LineMark, Mismatch, PlayedLine, Report, TalkReport};
pub use suite::{program_of, run_bundle};
pub use world::World;
