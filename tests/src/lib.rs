//! What tests of the whole product share: the product as a process, random flows over all kinds, and customers who talk
//! to them at random.
//!
//! Beside this folder: `it` looks at the product from outside, `browser` through a browser, `benches` measures it.

pub mod dice;
pub mod flows;
pub mod impossible;
pub mod postgres;
pub mod process;
pub mod settings;
pub mod walk;

/// Is the long form of the tests wanted?
pub fn is_long() -> bool {
    std::env::var_os("HELIU_LONG").is_some_and(|long| long == "1")
}

/// The short number, or the long one when `HELIU_LONG=1`.
pub fn sized(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}
