//! The engine in this process, over a store in a folder of its own: what would take a product and hours of waiting.

mod hanging;
mod libraries;
mod timers;
mod topics;
mod world;
