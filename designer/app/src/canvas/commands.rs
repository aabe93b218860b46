//! Everything that can be done by key, menu or palette, in one table: what a key does and what a menu shows never differ.

use leptos::prelude::*;

use super::Canvas;
use crate::designer::Overlay;
use crate::i18n::tr;

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
        run: Canvas::test_anew,
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
