//! The right side: the selected step's form, and the test chat beside it.

use editor::Selection;
use leptos::prelude::*;

use super::RightPanel;
use crate::canvas::Canvas;
use crate::forms::NodeForm;
use crate::i18n::tr;
use crate::testchat::TestChat;
use crate::ui::{Icon, IconButton};

/// Form and chat.
#[component]
pub(super) fn RightSide(canvas: Canvas) -> impl IntoView {
    let cx = canvas.cx;
    let selected = Memo::new(move |_| cx.selection.with(|selection| selection.single().cloned()));
    let is_testing = Memo::new(move |_| cx.right.get() == RightPanel::Test);
    let form = move || {
        selected.get().map(|node| {
            view! {
                <div class="right-form" class:half=move || is_testing.get()>
                    <span class="right-close">
                        <IconButton icon="x" label=move || tr("收起设置", "Close the settings") on_press=move |()| cx.selection.set(Selection::default()) />
                    </span>
                    <NodeForm cx node />
                </div>
            }
        })
    };
    let hint = move || (selected.with(Option::is_none) && !is_testing.get()).then(|| view! { <Hint canvas /> });
    let chat = move || is_testing.get().then(|| view! { <div class="right-chat"><TestChat cx /></div> });
    view! {
        <aside class="right-panel" class:testing=move || is_testing.get() aria-label=move || tr("设置与试聊", "Settings and test chat")>
            {form}
            {hint}
            {chat}
        </aside>
    }
}

/// What to do when nothing is selected.
#[component]
fn Hint(canvas: Canvas) -> impl IntoView {
    let count = move || canvas.cx.selection.with(|selection| selection.nodes.len());
    view! {
        <div class="right-hint">
            <span class="empty-picture"><Icon name="mouse-pointer-2" /></span>
            {move || if count() > 1 {
                view! {
                    <h2>{format!("{} {}", count(), tr("个步骤已选中", "steps selected"))}</h2>
                    <p>{tr("拖动可一起移动；Ctrl+C 复制，Delete 删除并接好走向。", "Drag to move them together; Ctrl+C copies, Delete deletes and joins the path.")}</p>
                }.into_any()
            } else {
                view! {
                    <h2>{tr("选择一个步骤来设置", "Select a step to set it up")}</h2>
                    <ul>
                        <li>{tr("从左边拖步骤到画布", "Drag steps in from the left")}</li>
                        <li>{tr("从出口圆点拖到下一步，连成走向", "Drag from an exit’s dot to the next step")}</li>
                        <li>{tr("拖到空白处，可直接选下一步", "Drop on empty ground to choose the next step")}</li>
                        <li>{tr("点“试聊”，像客户一样走一遍", "Press Test and talk as a customer")}</li>
                    </ul>
                }.into_any()
            }}
        </div>
    }
}
