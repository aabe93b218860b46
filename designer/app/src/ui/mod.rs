//! The parts every screen is made of. Each part is one file and wears `style/10-ui.css`.

mod avatar;
mod button;
mod dialog;
mod empty;
mod field;
mod file;
mod icon;
mod input;
mod menu;
mod mood;
mod pill;
mod segments;
mod select;
mod skeleton;
mod switch;
mod tabs;
mod textarea;
mod toast;

pub(crate) use avatar::Avatar;
pub(crate) use button::{Button, ButtonKind, IconButton};
pub(crate) use dialog::{Dialog, DialogSize};
pub(crate) use empty::{EmptyState, ErrorState};
pub(crate) use field::Field;
pub(crate) use file::{DropPlace, FileLook, FileLookView, files_of_field};
pub(crate) use icon::{Icon, IconSprite};
pub(crate) use input::{SearchInput, TextInput};
pub(crate) use menu::{Menu, MenuItem, MenuLine};
pub(crate) use mood::{MoodChip, icon_of};
pub(crate) use pill::{Pill, Tone};
pub(crate) use segments::Segments;
pub(crate) use select::Select;
pub(crate) use skeleton::{Skeleton, SkeletonRows};
pub(crate) use switch::Switch;
pub(crate) use tabs::Tabs;
pub(crate) use textarea::{TextArea, is_composing};
pub(crate) use toast::{Toasts, toast, toast_error, toast_undo};
