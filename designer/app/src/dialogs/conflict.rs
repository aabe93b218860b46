//! Two people saved the same draft: whose is kept, said plainly, and nothing lost.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use model::{Language, Texts};

use super::parts::moment;
use crate::api;
use crate::designer::{DesignerCx, SaveState, keep_mine, take_theirs};
use crate::i18n::{tr, tr_string};
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, toast, toast_error};

/// The dialog: it is there while saving says that somebody else was faster.
#[component]
pub(crate) fn ConflictDialog(cx: DesignerCx) -> impl IntoView {
    let open = RwSignal::new(false);
    let theirs = Memo::new(move |_| match cx.save.get() {
        SaveState::Conflict { by, at, revision } => Some((by, at, revision)),
        _ => None,
    });
    Effect::new(move |_| open.set(theirs.with(Option::is_some)));
    // Closed without a choice: the next change brings it back, because nothing is saved until then.
    Effect::new(move |_| {
        cx.changes.track();
        if theirs.with_untracked(Option::is_some) {
            open.set(true);
        }
    });
    let is_busy = RwSignal::new(false);
    let navigate = StoredValue::new_local(use_navigate());
    let keep = move || {
        if let Some((_, _, revision)) = theirs.get_untracked() {
            keep_mine(cx, revision);
        }
    };
    let copy_mine = move || {
        is_busy.set(true);
        let mut mine = cx.with_flow(Clone::clone);
        let mut name = Texts::default();
        for (language, text) in mine.name.iter() {
            let ending = if *language == Language::zh() { "（副本）" } else { " (copy)" };
            name.set(language.clone(), format!("{text}{ending}"));
        }
        spawn_local(async move {
            let answer = match api::create_flow(&name, None).await {
                Ok(made) => {
                    mine.id = made.flow.id.clone();
                    mine.key = made.flow.key.clone();
                    mine.name = made.flow.name.clone();
                    let id = made.flow.id.to_string();
                    api::save_flow(&id, made.revision, &mine).await.map(|_| id)
                }
                Err(error) => Err(error),
            };
            is_busy.try_set(false);
            match answer {
                Ok(id) => {
                    open.try_set(false);
                    // What was not saved here is in the copy: leaving must not try to save it again.
                    cx.pending.update_value(|pending| *pending = Default::default());
                    toast(tr("已另存为副本", "Saved as a copy"));
                    navigate.with_value(|navigate| {
                        navigate(&format!("/flows/{id}"), leptos_router::NavigateOptions::default())
                    });
                }
                Err(error) => toast_error(&error),
            }
        });
    };
    let who = move || {
        let (by, at, _) = theirs.get().unwrap_or_default();
        let by = if by.is_empty() { tr("另一位同事", "Someone else").to_owned() } else { by };
        let at = moment(&at);
        tr_string(
            || format!("{by} {at} 保存了这个流程，您这里还有没保存的改动。"),
            || {
                format!(
                    "{by} saved this flow{}, and you have changes that are not saved.",
                    if at.is_empty() { String::new() } else { format!(" ({at})") }
                )
            },
        )
    };
    view! {
        <Dialog open title=move || tr("有人先保存了", "Someone else saved first") size=DialogSize::Medium>
            <div class="dialog-body dl">
                <p>{who}</p>
                <div class="dl-choices">
                    <div>
                        <Button label=move || tr("用对方的", "Load theirs") icon="download" busy=is_busy on_press=move |()| take_theirs(cx) />
                        <span>{move || tr("打开对方保存的，放弃您没保存的改动。", "Opens what they saved; your unsaved changes are dropped.")}</span>
                    </div>
                    <div>
                        <Button label=move || tr("用我的", "Keep mine") icon="save" busy=is_busy on_press=move |()| keep() />
                        <span>{move || tr("把您的存成新的一次保存，对方的改动会被盖掉。", "Saves yours as a new revision; their changes are overwritten.")}</span>
                    </div>
                    <div>
                        <Button label=move || tr("我的另存为副本", "Save mine as a copy") icon="copy" kind=ButtonKind::Primary busy=is_busy on_press=move |()| copy_mine() />
                        <span>{move || tr("两边都留下，您的成为一个新流程。", "Keeps both; yours becomes a new flow.")}</span>
                    </div>
                </div>
            </div>
        </Dialog>
    }
}
