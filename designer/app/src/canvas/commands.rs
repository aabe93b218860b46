//! Everything that can be done by key, menu or palette, in one table: what a key does and what a menu shows never differ.

use std::collections::BTreeSet;

use editor::clipboard::{Clip, copy};
use editor::geometry::{Point, bounds, snap};
use editor::selection::{Direction, along_path, nearest};
use editor::{Edit, Selection};
use leptos::prelude::*;
use model::NodeId;

use super::{Canvas, PickerAt};
use crate::designer::{Overlay, RightPanel};
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{toast, toast_undo};

/// Something to do.
pub(crate) struct Command {
    /// Its name in tests and settings.
    pub(crate) id: &'static str,
    /// A Lucide icon.
    pub(crate) icon: &'static str,
    zh: &'static str,
    en: &'static str,
    /// The keys as the sheet shows them.
    pub(crate) keys: &'static str,
    /// Where it is offered.
    place: Place,
    /// Does it.
    pub(crate) run: fn(Canvas),
}

/// When a command makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Always.
    Always,
    /// With steps selected.
    Steps,
    /// With exactly one step selected.
    OneStep,
    /// With a path selected.
    Path,
    /// With anything selected.
    Anything,
}

impl Command {
    /// The words.
    pub(crate) fn label(&self) -> &'static str {
        tr(self.zh, self.en)
    }

    /// In both languages, for a search.
    pub(crate) fn both(&self) -> [&'static str; 2] {
        [self.zh, self.en]
    }

    /// Does it make sense now?
    pub(crate) fn is_possible(&self, canvas: Canvas) -> bool {
        canvas.cx.selection.with(|selection| match self.place {
            Place::Always => true,
            Place::Steps => !selection.nodes.is_empty(),
            Place::OneStep => selection.single().is_some(),
            Place::Path => selection.path.is_some(),
            Place::Anything => !selection.is_empty(),
        })
    }

    /// Does it belong in the menu of what is selected, rather than of the empty canvas?
    pub(super) fn is_about_selection(&self) -> bool {
        self.place != Place::Always
    }
}

/// All commands, in the order of menus.
pub(crate) static COMMANDS: &[Command] = &[
    Command {
        id: "open",
        icon: "pencil",
        zh: "打开设置",
        en: "Open settings",
        keys: "Enter",
        place: Place::OneStep,
        run: Canvas::open_form,
    },
    Command {
        id: "rename",
        icon: "text-cursor-input",
        zh: "改名",
        en: "Rename",
        keys: "F2",
        place: Place::OneStep,
        run: Canvas::rename,
    },
    Command {
        id: "add-after",
        icon: "plus",
        zh: "添加步骤",
        en: "Add a step",
        keys: "N",
        place: Place::Always,
        run: Canvas::open_picker,
    },
    Command {
        id: "connect",
        icon: "route",
        zh: "连接到…",
        en: "Connect to…",
        keys: "C",
        place: Place::OneStep,
        run: Canvas::connect_selected,
    },
    Command {
        id: "insert",
        icon: "plus",
        zh: "在走向中插入步骤",
        en: "Insert a step in the path",
        keys: "N",
        place: Place::Path,
        run: Canvas::insert_in_path,
    },
    Command {
        id: "copy",
        icon: "copy",
        zh: "复制",
        en: "Copy",
        keys: "Ctrl C",
        place: Place::Steps,
        run: Canvas::copy_by_command,
    },
    Command {
        id: "cut",
        icon: "scissors",
        zh: "剪切",
        en: "Cut",
        keys: "Ctrl X",
        place: Place::Steps,
        run: |canvas| {
            canvas.copy_by_command();
            canvas.delete(true);
        },
    },
    Command {
        id: "duplicate",
        icon: "layers",
        zh: "再来一份",
        en: "Duplicate",
        keys: "Ctrl D",
        place: Place::Steps,
        run: Canvas::duplicate,
    },
    Command {
        id: "delete",
        icon: "trash-2",
        zh: "删除",
        en: "Delete",
        keys: "Delete",
        place: Place::Anything,
        run: |canvas| canvas.delete(true),
    },
    Command {
        id: "cut-out",
        icon: "scissors",
        zh: "删除，不接走向",
        en: "Delete without joining",
        keys: "Shift Delete",
        place: Place::Steps,
        run: |canvas| canvas.delete(false),
    },
    Command {
        id: "select-all",
        icon: "check-check",
        zh: "全选",
        en: "Select all",
        keys: "Ctrl A",
        place: Place::Always,
        run: Canvas::select_all,
    },
    Command {
        id: "tidy",
        icon: "network",
        zh: "整理布局",
        en: "Tidy up",
        keys: "Shift L",
        place: Place::Always,
        run: Canvas::tidy,
    },
    Command {
        id: "note",
        icon: "sticky-note",
        zh: "便签",
        en: "Note",
        keys: "Shift S",
        place: Place::Always,
        run: Canvas::add_note,
    },
    Command {
        id: "fit",
        icon: "maximize",
        zh: "显示全部",
        en: "Show all",
        keys: "1",
        place: Place::Always,
        run: Canvas::fit,
    },
    Command {
        id: "fit-selection",
        icon: "crosshair",
        zh: "显示所选",
        en: "Show the selection",
        keys: "2",
        place: Place::Anything,
        run: Canvas::fit_selection,
    },
    Command {
        id: "undo",
        icon: "undo-2",
        zh: "撤销",
        en: "Undo",
        keys: "Ctrl Z",
        place: Place::Always,
        run: |canvas| {
            canvas.cx.undo();
        },
    },
    Command {
        id: "redo",
        icon: "redo-2",
        zh: "重做",
        en: "Redo",
        keys: "Ctrl Shift Z",
        place: Place::Always,
        run: |canvas| {
            canvas.cx.redo();
        },
    },
    Command {
        id: "test",
        icon: "circle-play",
        zh: "试聊",
        en: "Test chat",
        keys: "Ctrl Enter",
        place: Place::Always,
        run: |canvas| canvas.cx.right.set(RightPanel::Test),
    },
    Command {
        id: "publish",
        icon: "rocket",
        zh: "发布…",
        en: "Publish…",
        keys: "",
        place: Place::Always,
        run: |canvas| canvas.cx.overlay.set(Some(Overlay::Publish)),
    },
    Command {
        id: "versions",
        icon: "history",
        zh: "版本…",
        en: "Versions…",
        keys: "",
        place: Place::Always,
        run: |canvas| canvas.cx.overlay.set(Some(Overlay::Versions)),
    },
    Command {
        id: "problem",
        icon: "triangle-alert",
        zh: "下一个问题",
        en: "Next problem",
        keys: "F8",
        place: Place::Always,
        run: |canvas| canvas.go_to_problem(true),
    },
    Command {
        id: "keys",
        icon: "keyboard",
        zh: "快捷键",
        en: "Keyboard shortcuts",
        keys: "?",
        place: Place::Always,
        run: |canvas| canvas.cx.overlay.set(Some(Overlay::Keys)),
    },
];

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

    /// Begins a path at the free exit of the selected step; arrows choose where to, Enter makes it.
    pub(crate) fn connect_selected(self) {
        let exit = self.cx.selection.with_untracked(|selection| {
            let id = selection.single()?;
            let port = self.cx.with_document(|document| {
                editor::insert::main_exit(document, id).or_else(|| {
                    let ports = document.flow.node(id).map(|node| document.ports_of(node))?;
                    ports.first().map(|port| port.id.clone())
                })
            })?;
            Some((id.clone(), port))
        });
        if let Some((from, port)) = exit {
            self.begin_path(from, port, true);
        }
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

    fn copy_by_command(self) {
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

    /// Brings a clip in: at the pointer when it is over the canvas, else a little beside where it was.
    pub(crate) fn paste(self, clip: Clip, is_at_pointer: bool) {
        let (width, height) = self.cx.canvas_size.get_untracked();
        let pointer = self.last_pointer.get_value();
        let is_inside = (1.0..width).contains(&pointer.x) && (1.0..height).contains(&pointer.y);
        let screen = if is_at_pointer && is_inside { pointer } else { Point::new(width / 2.0, height / 2.0) };
        let (at, n) = (snap(self.to_world(screen)), clip.nodes.len());
        self.cx.run(Edit::Paste { clip: Box::new(clip), at });
        toast(tr_string(|| format!("已粘贴 {n} 个步骤"), || format!("Pasted {}", counted(n, "step"))));
        self.focus();
    }

    /// A copy of the selection beside it.
    pub(crate) fn duplicate(self) {
        let Some(clip) = self.clip() else { return };
        let selected = self.cx.selection.with_untracked(|selection| selection.nodes.clone());
        let corner = self.cx.with_document(|document| bounds(document, &selected));
        let Some(corner) = corner else { return };
        self.cx.run(Edit::Paste { clip: Box::new(clip), at: snap(Point::new(corner.x + 32.0, corner.y + 32.0)) });
    }

    /// Moves the selection to the nearest step, or the target of a path in the making.
    pub(crate) fn go(self, direction: Direction, is_extended: bool) {
        let cx = self.cx;
        if self.connecting.with_untracked(Option::is_some) {
            self.aim(direction);
            return;
        }
        let selection = cx.selection.get_untracked();
        let from = selection.nodes.last().cloned().or_else(|| selection.path.map(|(from, _)| from));
        let next = match from {
            Some(from) => cx.with_document(|document| nearest(document, &from, direction)),
            None => cx.order.with_untracked(|order| order.first().cloned()),
        };
        if let Some(next) = next {
            if is_extended {
                cx.selection.update(|selection| {
                    selection.nodes.insert(next);
                });
            } else {
                cx.reveal(&next);
            }
        }
    }

    /// The arrow keys choose where a path in the making leads.
    fn aim(self, direction: Direction) {
        let Some(connecting) = self.connecting.get_untracked() else { return };
        let from = connecting.over.unwrap_or(connecting.from);
        let next = self.cx.with_document(|document| {
            let next = nearest(document, &from, direction)?;
            Some(editor::geometry::entry_point(&editor::geometry::card_rect(document, &next)))
        });
        if let Some(entry) = next {
            self.move_path(Point::new(entry.x + 4.0, entry.y));
        }
    }

    /// Goes along a path, on or back.
    pub(crate) fn follow(self, forward: bool) {
        let from = self.cx.selection.with_untracked(|selection| selection.single().cloned());
        let next = from.and_then(|from| self.cx.with_document(|document| along_path(document, &from, forward)));
        if let Some(next) = next {
            self.cx.reveal(&next);
        }
    }

    /// The first step, or the last.
    pub(crate) fn go_to_end(self, is_first: bool) {
        let id =
            self.cx.order.with_untracked(|order| if is_first { order.first().cloned() } else { order.last().cloned() });
        if let Some(id) = id {
            self.cx.reveal(&id);
        }
    }

    /// Moves the selected cards by steps of the grid.
    pub(crate) fn nudge(self, direction: Direction, by: i32) {
        let (dx, dy) = match direction {
            Direction::Left => (-by, 0),
            Direction::Right => (by, 0),
            Direction::Up => (0, -by),
            Direction::Down => (0, by),
        };
        let nodes = self.cx.selection.with_untracked(|selection| selection.nodes.clone());
        let to = self.cx.with_flow(|flow| {
            let place = |id: &NodeId| flow.layout.get(id).copied().unwrap_or_default();
            nodes.iter().map(|id| (id.clone(), [place(id)[0] + dx, place(id)[1] + dy])).collect()
        });
        self.cx.run(Edit::Move { to });
    }

    /// The next finding after the selected step, or the one before it.
    pub(crate) fn go_to_problem(self, forward: bool) {
        let cx = self.cx;
        let nodes: Vec<NodeId> = cx.problems.with_untracked(|problems| {
            let mut nodes: Vec<NodeId> = problems.iter().filter_map(|problem| problem.place.node.clone()).collect();
            nodes.dedup();
            nodes
        });
        if nodes.is_empty() {
            toast(tr("没有问题", "No problems"));
            return;
        }
        let here = cx.selection.with_untracked(|selection| selection.single().cloned());
        let at = here.and_then(|here| nodes.iter().position(|node| *node == here));
        let next = match (at, forward) {
            (None, true) => 0,
            (None, false) => nodes.len() - 1,
            (Some(at), true) => (at + 1) % nodes.len(),
            (Some(at), false) => (at + nodes.len() - 1) % nodes.len(),
        };
        cx.is_dock_open.set(true);
        cx.reveal(&nodes[next]);
    }
}
