//! Looks at the whole product from outside: see `it`, `browser` and `benches` beside this folder.

pub mod postgres;
