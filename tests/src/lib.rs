//! What tests of the whole product share: random flows over all kinds, and customers who talk to them at random.
//!
//! Beside this folder: `it` looks at the product from outside, `browser` through a browser, `benches` measures it.

pub mod dice;
pub mod flows;
pub mod impossible;
pub mod postgres;
pub mod settings;
pub mod walk;
