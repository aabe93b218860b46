//! The whole product from outside, and the shape of the house it is built from.

#![expect(clippy::print_stdout, reason = "a run prints its seed, its figures, and what it skips")]

mod architecture;
mod golden;
mod hostile;
mod ops;
mod postgres;
mod product;
mod properties;
