//! Sentence models in folders made here, and a stub of the hub.

#[cfg(feature = "candle")]
mod encoder;
mod folder;
mod folders;
mod hub;
