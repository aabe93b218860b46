//! The screens around the canvas: set-up, sign-in, lists, the desk, settings.

mod act;
mod desk;
mod details;
mod door;
mod flows;
mod frame;
mod kept;
mod library;
mod load;
mod name_pair;
mod not_found;
mod phrases;
mod picking;
mod settings;
mod setup;
mod sign_in;
pub(crate) mod suggest;
mod table_import;
mod topics;
mod trial;
mod when;

pub(crate) use desk::DeskPage;
pub(crate) use details::DetailsPage;
pub(crate) use flows::FlowsPage;
pub(crate) use frame::{Frame, SignedIn, UserMenu};
pub(crate) use library::LibraryPage;
pub(crate) use not_found::NotFoundPage;
pub(crate) use phrases::PhrasesPage;
pub(crate) use settings::SettingsPage;
pub(crate) use setup::SetupPage;
pub(crate) use sign_in::SignInPage;
pub(crate) use topics::TopicsPage;
