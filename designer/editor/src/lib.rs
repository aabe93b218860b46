//! Everything the canvas decides, without a browser: the document, edits and undo, geometry, forms, search.
//!
//! A screen keeps one [`Editor`], shows what [`card::card`] and [`geometry`] say, and sends [`Edit`]s; the answer says
//! what was touched. Time is an argument, new ids are derived from what is there, and nothing here does I/O, so the
//! whole behaviour of the canvas is tested natively in milliseconds.

pub mod card;
mod change;
pub mod clipboard;
mod document;
mod edit;
pub mod geometry;
pub mod guides;
pub mod insert;
mod join;
pub mod layout;
mod op;
pub mod outline;
pub mod picker;
pub mod pointer;
pub mod problems;
pub mod search;
pub mod selection;
mod undo;
pub mod variables;
pub mod widgets;

pub use document::{Document, Names, Specs, names_of};
pub use edit::{Edit, Outcome, Touched};
pub use op::{Head, Op};
pub use selection::Selection;
pub use undo::{DEPTH, Editor, MERGE_MS};

#[cfg(test)]
mod samples;
