//! The product's doors: the HTTP API, the pages, the command line. The only crate that knows axum.
//!
//! - `cli` has one file per command; `serve` puts everything together.
//! - `routes` has one file per area of the API; each route says in its attribute what OpenAPI shows of it.
//! - `auth` lets staff in; customers come with the token of their conversation.
//! - `error` chooses status codes and words.
//! - `accept` lets connections in and cuts those that dawdle; `rates` bounds what one client may do.

mod accept;
mod app;
mod assets;
mod auth;
mod body;
mod changes;
mod cli;
mod config;
mod embeddings;
mod error;
mod language;
mod listening;
mod otlp;
mod process;
mod rates;
mod routes;
mod samples;
mod table_file;
mod topics;
mod transfer;
mod unambiguous;

pub use cli::run;
