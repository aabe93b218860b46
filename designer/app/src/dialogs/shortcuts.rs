//! The sheet of keys.

use leptos::prelude::*;

use super::parts::open_with;
use crate::designer::{DesignerCx, Overlay};
use crate::i18n::tr;
use crate::ui::{Dialog, DialogSize};

/// Keys with what they do, zh and en.
type Line = (&'static [&'static str], &'static str, &'static str);

const ADD: &[Line] = &[
    (&["N", "/"], "在所选步骤后添加", "Add a step after the selection"),
    (&["C"], "连接：选去处；再按换出口", "Connect: choose where to; again: the next exit"),
    (&["Enter"], "打开设置", "Open the settings"),
    (&["F2"], "改名", "Rename"),
    (&["Shift", "S"], "新便签", "New note"),
    (&["Delete"], "删除并接上前后", "Delete and join the path"),
    (&["Shift", "Delete"], "删除，不接上", "Delete without joining"),
];

const MOVE: &[Line] = &[
    (&["↑", "↓", "←", "→"], "选相邻的步骤或走向", "Select the next step or path that way"),
    (&["Shift", "→"], "多选一个", "Select one more"),
    (&["Ctrl", "→"], "沿走向到下一步", "Follow the path"),
    (&["Home", "End"], "开始、最后一步", "First step, last step"),
    (&["Space", "→"], "抓起所选步骤来移动", "Grab the selected steps and move them"),
    (&["Ctrl", "A"], "全选", "Select all"),
    (&["0"], "100%", "100 %"),
    (&["1"], "看到全部", "Show everything"),
    (&["2"], "放大所选", "Zoom to the selection"),
    (&["+", "−"], "放大、缩小", "Zoom in, out"),
    (&["Shift", "L"], "整理", "Tidy up"),
    (&["M"], "小地图", "Mini map"),
];

const DO: &[Line] = &[
    (&["Ctrl", "K"], "查找或执行", "Find or do"),
    (&["Ctrl", "Z"], "撤销", "Undo"),
    (&["Ctrl", "Shift", "Z"], "重做", "Redo"),
    (&["Ctrl", "C", "X", "V"], "复制、剪切、粘贴", "Copy, cut, paste"),
    (&["Ctrl", "D"], "再来一份", "Duplicate"),
    (&["Ctrl", "S"], "立即保存", "Save now"),
    (&["Ctrl", "Enter"], "试聊，从头开始", "Test from the start"),
    (&["F8"], "下一个问题", "Next problem"),
    (&["F6"], "到屏幕的下一部分", "Next part of the screen"),
    (&["?"], "这张表", "This sheet"),
];

const HAND: &[Line] = &[
    (&["Alt", "拖"], "拖步骤：复制一份", "Drag steps: a copy of them"),
    (&["Alt", "拖"], "拖空白处：剪断走向", "Drag over empty ground: cut paths"),
    (&["Shift", "拖"], "拖空白处：框选；拖步骤：只沿一个方向", "Drag: select with a box; steps: along one axis"),
    (&["Ctrl", "拖"], "拖步骤：不对齐网格", "Drag steps: off the grid"),
    (&["Space", "拖"], "移动画布", "Move the canvas"),
];

const FORM: &[Line] = &[
    (&["{{"], "在文字里插入变量", "Insert a variable in a text"),
    (&["Ctrl", "Space"], "变量和函数", "Variables and functions"),
    (&["↑", "↓"], "在排序手柄上移动一项", "Move an item, on its handle"),
    (&["Esc"], "回到画布", "Back to the canvas"),
];

/// The dialog.
#[component]
pub(crate) fn ShortcutsDialog(cx: DesignerCx) -> impl IntoView {
    let open = open_with(cx, Overlay::Keys);
    view! {
        <Dialog open title=move || tr("快捷键", "Keys") size=DialogSize::Large>
            <div class="dialog-body dl dl-keys">
                {group("步骤", "Steps", ADD)}
                {group("去哪里", "Getting around", MOVE)}
                {group("鼠标", "By mouse", HAND)}
                {group("随时可用", "Any time", DO)}
                {group("设置里", "In the settings", FORM)}
            </div>
        </Dialog>
    }
}

fn group(zh: &'static str, en: &'static str, lines: &'static [Line]) -> impl IntoView {
    let rows = lines
        .iter()
        .map(|(keys, zh, en)| {
            let keys = keys
                .iter()
                .map(|key| view! { <kbd>{move || if *key == "拖" { tr("拖", "drag") } else { key }}</kbd> })
                .collect_view();
            view! { <li><span class="dl-kbd">{keys}</span><span>{move || tr(zh, en)}</span></li> }
        })
        .collect_view();
    view! { <section><h3>{move || tr(zh, en)}</h3><ul>{rows}</ul></section> }
}
