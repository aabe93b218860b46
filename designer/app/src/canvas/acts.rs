//! What commands do to what is selected: delete, copy, paste, rename.

use std::collections::BTreeSet;

use editor::clipboard::{Clip, copy};
use editor::geometry::{Point, snap};
use editor::{Edit, Selection};
use leptos::prelude::*;
use model::NodeId;

use super::{Canvas, PickerAt};
use crate::designer::RightPanel;
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{toast, toast_undo};

impl Canvas {
    /// Shows the form of the selected step and gives it the keyboard.
    pub(crate) fn open_form(self) {
        self.cx.right.set(RightPanel::Form);
        request_animation_frame(|| {
            let selector = ".right-panel input:not([type=hidden]), .right-panel textarea, .right-panel [contenteditable=true], .right-panel select";
            let field = document().query_selector(selector).ok().flatten();
            if let Some(field) =
                field.and_then(|field| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(field).ok())
            {
                let _ = field.focus();
            }
        });
    }

    /// Makes the title of the selected card a field.
    pub(crate) fn rename(self) {
        let selected = self.cx.selection.with_untracked(|selection| selection.single().cloned());
        self.renaming.set(selected);
    }

    /// Opens the picker on the selected path.
    pub(crate) fn insert_in_path(self) {
        let path = self.cx.selection.with_untracked(|selection| selection.path.clone());
        let Some((from, port)) = path else { return };
        let shape = self.cx.with_document(|document| editor::geometry::path_of(document, &from, &port));
        if let Some(shape) = shape {
            let screen = self.cx.view.with_untracked(|view| view.to_screen(shape.middle));
            let attach = super::Attach::Path(from, port);
            self.picker.set(Some(PickerAt { screen, world: shape.middle, attach }));
        }
    }

    /// Takes away what is selected: steps, a path or a note.
    pub(crate) fn delete(self, is_joined: bool) {
        let cx = self.cx;
        let selection = cx.selection.get_untracked();
        if let Some((from, port)) = selection.path {
            cx.run(Edit::Disconnect { from, port });
        } else if let Some(note) = selection.note {
            self.remove_note(&note);
        } else if !selection.nodes.is_empty() {
            let starts: BTreeSet<&NodeId> =
                cx.with_document(|document| selection.nodes.iter().filter(|id| !document.is_enterable(id)).collect());
            let nodes: Vec<NodeId> = selection.nodes.iter().filter(|id| !starts.contains(id)).cloned().collect();
            if nodes.is_empty() {
                toast(tr("开始步骤不能删除", "The start cannot be deleted"));
                return;
            }
            let what = match nodes.as_slice() {
                [only] => format!("“{}”", cx.title(only)),
                several => {
                    let n = several.len();
                    tr_string(|| format!("{n} 个步骤"), || counted(n, "step"))
                }
            };
            let outcome = cx.run(Edit::RemoveNodes { nodes, join: is_joined });
            let note = outcome.note.as_ref().map(|note| format!("{}{}", tr("，", ", "), words(note)));
            let note = note.unwrap_or_default();
            let said = tr_string(|| format!("已删除{what}{note}"), || format!("Deleted {what}{note}"));
            cx.announcement.set(said.clone());
            toast_undo(said, move || {
                cx.undo();
            });
        }
    }

    /// All steps.
    pub(crate) fn select_all(self) {
        let all = self.cx.order.get_untracked();
        self.cx.selection.set(Selection::nodes(all));
    }

    /// What the selection is on the clipboard.
    pub(crate) fn clip(self) -> Option<Clip> {
        let nodes = self.cx.selection.with_untracked(|selection| selection.nodes.clone());
        self.cx.with_document(|document| copy(document, &nodes))
    }

    pub(super) fn copy_by_command(self) {
        if let Some(clip) = self.clip() {
            crate::browser::copy(&clip.to_text());
            self.say_copied(&clip);
        }
    }

    /// Says how many steps are on the clipboard.
    pub(crate) fn say_copied(self, clip: &Clip) {
        let n = clip.nodes.len();
        toast(tr_string(|| format!("已复制 {n} 个步骤"), || format!("Copied {}", counted(n, "step"))));
    }

    /// Brings a clip in, where the pointer is.
    pub(crate) fn paste(self, clip: Clip) {
        let (at, n) = (snap(self.to_world(self.place_for_paste())), clip.nodes.len());
        self.cx.run(Edit::Paste { clip: Box::new(clip), at });
        toast(tr_string(|| format!("已粘贴 {n} 个步骤"), || format!("Pasted {}", counted(n, "step"))));
        self.focus();
    }

    /// A copy of the selection beside it.
    pub(crate) fn duplicate(self) {
        let nodes = self.cx.selection.with_untracked(|selection| selection.nodes.iter().cloned().collect());
        self.cx.run(Edit::Duplicate { nodes, by: [32, 32] });
    }

    /// Begins the test chat, from the start where it is open already.
    pub(crate) fn test_anew(self) {
        if self.cx.right.get_untracked() == RightPanel::Test {
            self.cx.test_starts.update(|starts| *starts += 1);
        } else {
            self.cx.right.set(RightPanel::Test);
        }
    }

    /// Words from elsewhere become a note where the pointer is.
    pub(super) fn paste_words(self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.write_note(snap(self.to_world(self.place_for_paste())), text.to_owned());
        toast(tr("文字已粘贴成便签", "The text is on a new note"));
        self.focus();
    }

    /// Where the pointer is, when it is over the canvas, else the middle; from the canvas's corner.
    fn place_for_paste(self) -> Point {
        let (width, height) = self.cx.canvas_size.get_untracked();
        let pointer = self.last_pointer.get_value();
        let is_inside = (1.0..width).contains(&pointer.x) && (1.0..height).contains(&pointer.y);
        if is_inside { pointer } else { Point::new(width / 2.0, height / 2.0) }
    }
}
