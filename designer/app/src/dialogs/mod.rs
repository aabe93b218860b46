//! The dialogs of the canvas screen: publish, versions, conflict, import, keys; and the settings of a flow as a whole.

mod changes;
mod conflict;
mod import;
mod parts;
mod publish;
mod repair;
mod settings;
mod shortcuts;
mod versions;

pub(crate) use conflict::ConflictDialog;
pub(crate) use import::ImportDialog;
pub(crate) use parts::jump;
pub(crate) use publish::PublishDialog;
pub(crate) use settings::FlowSettings;
pub(crate) use shortcuts::ShortcutsDialog;
pub(crate) use versions::VersionsDialog;
