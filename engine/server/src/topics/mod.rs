//! What may become of topics before they are stored: their limits, pasted lines, tables of spreadsheets.

pub(crate) mod limits;
pub(crate) mod lines;
pub(crate) mod plan;
pub(crate) mod sheet;
