//! The screens around the canvas: set-up, sign-in, lists, the desk, settings.

mod frame;
mod not_found;
mod placeholder;
mod sign_in;

pub(crate) use frame::{Frame, SignedIn};
pub(crate) use not_found::NotFoundPage;
pub(crate) use placeholder::{DeskPage, FlowsPage, LibraryPage, SettingsPage, SetupPage, TopicsPage};
pub(crate) use sign_in::SignInPage;
