//! The whole product from outside, and the shape of the house it is built from.

mod architecture;
mod hostile;
mod product;
