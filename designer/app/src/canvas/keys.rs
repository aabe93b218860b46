//! The keyboard: letters act while the canvas has the focus, combinations everywhere; typing is never hijacked.

use editor::selection::Direction;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Canvas;
use crate::designer::{LeftPanel, Overlay, flush, go_to_region};
use crate::i18n::tr;
use crate::ui::{is_composing, toast};

impl Canvas {
    /// A key on the canvas itself.
    pub(super) fn key(self, event: &web_sys::KeyboardEvent) {
        if is_composing(event) || event.alt_key() {
            return;
        }
        let is_command = event.ctrl_key() || event.meta_key();
        let is_shift = event.shift_key();
        let direction = match event.key().as_str() {
            "ArrowLeft" => Some(Direction::Left),
            "ArrowRight" => Some(Direction::Right),
            "ArrowUp" => Some(Direction::Up),
            "ArrowDown" => Some(Direction::Down),
            _ => None,
        };
        match (direction, event.key().as_str()) {
            (Some(direction), _) if self.is_space.get_untracked() || self.grabbed.with_untracked(Option::is_some) => {
                self.is_space_used.set_value(true);
                self.nudge(direction, if is_shift { 40 } else { 8 });
            }
            (Some(direction), _) if is_command => self.follow(matches!(direction, Direction::Right | Direction::Down)),
            (Some(direction), _) => self.go(direction, is_shift),
            (None, "Escape") => self.escape(),
            (None, " ") => {
                if !event.repeat() {
                    self.is_space_used.set_value(self.let_go(true));
                }
                self.is_space.set(true);
            }
            (None, key) if is_command => match key.to_ascii_lowercase().as_str() {
                "a" => self.select_all(),
                "d" => self.duplicate(),
                _ => return,
            },
            (None, "Delete" | "Backspace") => self.delete(!is_shift),
            (None, "Enter") => self.enter(),
            (None, "F2") => self.rename(),
            (None, "Home") => self.go_to_end(true),
            (None, "End") => self.go_to_end(false),
            (None, "0") => self.zoom_to_one(),
            (None, "1") => self.fit(),
            (None, "2") => self.fit_selection(),
            (None, "+" | "=") => self.zoom(1.2),
            (None, "-" | "_") => self.zoom(1.0 / 1.2),
            (None, "?") => self.cx.overlay.set(Some(Overlay::Keys)),
            (None, "[") => self.cx.left.update(|left| *left = if left.is_some() { None } else { Some(LeftPanel::Add) }),
            (None, "/") => self.add_by_key(),
            (None, "F10") if is_shift => {
                let (width, height) = self.cx.canvas_size.get_untracked();
                self.menu.set(Some(editor::geometry::Point::new(width / 2.0, height / 3.0)));
            }
            (None, key) => match (key.to_ascii_lowercase().as_str(), is_shift) {
                ("n", false) => self.add_by_key(),
                ("c", false) => self.connect_selected(),
                ("m", false) => self.is_map.update(|is_map| *is_map = !*is_map),
                ("l", true) => self.tidy(),
                ("s", true) => self.add_note(),
                _ => return,
            },
        }
        event.prevent_default();
    }

    fn add_by_key(self) {
        if self.cx.selection.with_untracked(|selection| selection.path.is_some()) {
            self.insert_in_path();
        } else {
            self.open_picker();
        }
    }

    fn enter(self) {
        if self.let_go(true) {
            return;
        }
        if self.connecting.with_untracked(Option::is_some) {
            let middle = self.last_pointer.get_value();
            self.end_path(middle);
        } else if self.cx.selection.with_untracked(|selection| selection.path.is_some()) {
            self.insert_in_path();
        } else {
            self.open_form();
        }
    }

    fn escape(self) {
        if !self.let_go(false) && !self.cancel() {
            self.cx.selection.set(editor::Selection::default());
        }
    }

    /// A key that went up.
    pub(super) fn key_up(self, event: &web_sys::KeyboardEvent) {
        if event.key() == " " && self.is_space.get_untracked() {
            self.is_space.set(false);
            // A tap grabs the cards; holding it moves the view, or the cards by arrow keys.
            if !self.is_space_used.get_value() {
                self.grab();
            }
        }
    }

    /// A key anywhere on the screen.
    pub(crate) fn global_key(self, event: &web_sys::KeyboardEvent) {
        if is_composing(event) {
            return;
        }
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_within =
            |selector: &str| element.as_ref().is_some_and(|element| element.closest(selector).ok().flatten().is_some());
        let is_command = event.ctrl_key() || event.meta_key();
        let is_own = is_within("dialog, .nokey");
        match event.key().to_ascii_lowercase().as_str() {
            "z" if is_command && !is_own => {
                if event.shift_key() {
                    self.cx.redo()
                } else {
                    self.cx.undo()
                };
            }
            "y" if is_command && !is_own => {
                self.cx.redo();
            }
            "s" if is_command => {
                let cx = self.cx;
                leptos::task::spawn_local(async move {
                    if flush(cx).await.is_ok() {
                        toast(tr("全部已保存", "Everything is saved"));
                    }
                });
            }
            "k" if is_command => self.cx.overlay.set(Some(Overlay::Palette)),
            "f" if is_command && !is_own => self.cx.overlay.set(Some(Overlay::Palette)),
            "enter" if is_command && !is_own => self.test_anew(),
            "f6" if !is_own => go_to_region(!event.shift_key()),
            "f8" => self.go_to_problem(!event.shift_key()),
            "escape" if is_within(".right-panel") && !is_own => self.focus(),
            _ => return,
        }
        event.prevent_default();
    }
}
