//! The typed client of the server: one function per call, problem+json as [`ApiError`].

mod call;
mod desk;
mod details;
mod documents;
mod error;
mod flows;
mod knowledge;
mod models;
mod phrases;
mod session;
mod topics;
mod workspace;

pub(crate) use call::{
    delete, get, get_bytes, patch, post, post_bytes, post_empty, post_events, post_file, put, put_if_match,
    upload_file, wait,
};
pub(crate) use desk::*;
pub(crate) use details::*;
pub(crate) use documents::*;
pub(crate) use error::ApiError;
pub(crate) use flows::*;
pub(crate) use knowledge::*;
pub(crate) use models::*;
pub(crate) use phrases::*;
pub(crate) use session::*;
pub(crate) use topics::*;
pub(crate) use workspace::*;

/// An answer of the server, or why there is none.
pub(crate) type Answer<T> = Result<T, ApiError>;
