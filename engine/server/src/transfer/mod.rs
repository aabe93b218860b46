//! Flows and bundles coming in and going out.

pub(crate) mod blank;
mod export;
mod take_in;

pub(crate) use export::{bundle, bundle_file};
pub(crate) use take_in::{Report, take_in};
