//! The whole product from outside, and the shape of the house it is built from.

mod architecture;
mod golden;
mod hostile;
mod ops;
mod postgres;
mod product;
mod properties;
