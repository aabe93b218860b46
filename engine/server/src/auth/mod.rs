//! Letting staff in: passwords, sessions, and the check that a change comes from our own pages.

pub(crate) mod attempts;
pub(crate) mod origin;
pub(crate) mod password;
pub(crate) mod session;
