//! Versions: who published what and why, which one is live, going back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Flow;

use super::parts::{ChangeList, changes_since, moment, open_with};
use crate::api::{self, ApiError, Live, Version};
use crate::designer::{DesignerCx, Overlay, flush};
use crate::i18n::{counted, tr, tr_string};
use crate::ui::{
    Button, ButtonKind, Dialog, DialogSize, EmptyState, ErrorState, Pill, SkeletonRows, Tone, toast, toast_error,
};

/// The dialog.
#[component]
pub(crate) fn VersionsDialog(cx: DesignerCx) -> impl IntoView {
    let open = open_with(cx, Overlay::Versions);
    let list = RwSignal::new(None::<Result<Vec<Version>, ApiError>>);
    let load = move || {
        let id = cx.flow_id.get_value();
        spawn_local(async move {
            let answer = api::versions(&id).await;
            list.try_set(Some(answer));
        });
    };
    Effect::new(move |_| {
        if open.get() {
            list.set(None);
            load();
        }
    });
    let reload = Callback::new(move |()| load());
    let body = move || {
        match list.get() {
        None => view! { <SkeletonRows /> }.into_any(),
        Some(Err(error)) => view! { <ErrorState error on_retry=move |()| load() /> }.into_any(),
        Some(Ok(versions)) if versions.is_empty() => view! {
            <EmptyState
                icon="history"
                title=move || tr("还没有发布过", "Not published yet")
                detail=move || tr("发布后，每一版都留在这里，可以随时回去。", "Every version you publish stays here, and you can go back to it.")
            />
        }
        .into_any(),
        Some(Ok(versions)) => {
            let rows = versions.into_iter().map(|version| view! { <Row cx open version reload /> }).collect_view();
            view! { <ol class="dl-versions">{rows}</ol> }.into_any()
        }
    }
    };
    view! {
        <Dialog open title=move || tr("版本", "Versions") size=DialogSize::Large>
            <div class="dialog-body dl">{body}</div>
        </Dialog>
    }
}

/// What is asked before it is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    GoLive,
    Restore,
}

/// One version with what can be done with it.
#[component]
fn Row(cx: DesignerCx, open: RwSignal<bool>, version: Version, reload: Callback<()>) -> impl IntoView {
    let number = version.version;
    let asked = RwSignal::new(None::<Asked>);
    let is_busy = RwSignal::new(false);
    let looked = RwSignal::new(None::<Flow>);
    let look = move || {
        if looked.with_untracked(Option::is_some) {
            return looked.set(None);
        }
        is_busy.set(true);
        spawn_local(async move {
            let answer = api::version(&cx.flow_id.get_value(), number).await;
            is_busy.try_set(false);
            match answer {
                Ok(found) => drop(looked.try_set(Some(found.flow))),
                Err(error) => toast_error(&error),
            }
        });
    };
    let (note, published_at) = (version.note.clone(), version.published_at.clone());
    let live = StoredValue::new(Live { version: number, published_at: published_at.clone(), note: note.clone() });
    let go_live = move || {
        is_busy.set(true);
        spawn_local(async move {
            let answer = api::make_live(&cx.flow_id.get_value(), number).await;
            is_busy.try_set(false);
            asked.try_set(None);
            match answer {
                Ok(_) => {
                    if let Some(live) = live.try_get_value() {
                        cx.live.set(Some(live));
                        cx.draft_differs.set(true);
                    }
                    toast(tr_string(|| format!("第 {number} 版已上线"), || format!("Version {number} is live")));
                    reload.run(());
                }
                Err(error) => toast_error(&error),
            }
        });
    };
    let restore = move || {
        is_busy.set(true);
        spawn_local(async move {
            let answer = match flush(cx).await {
                Ok(revision) => api::restore_version(&cx.flow_id.get_value(), number, revision).await,
                Err(error) => Err(error),
            };
            is_busy.try_set(false);
            asked.try_set(None);
            match answer {
                Ok(draft) => {
                    cx.load(draft);
                    open.set(false);
                    toast(tr_string(
                        || format!("草稿已换成第 {number} 版的内容"),
                        || format!("The draft is version {number} again"),
                    ));
                }
                Err(error) => toast_error(&error),
            }
        });
    };
    let actions = move || {
        match asked.get() {
        None => view! {
            <Button label=move || tr("看看差别", "Look") small=true kind=ButtonKind::Plain busy=is_busy on_press=move |()| look() />
            <Button label=move || tr("放回草稿", "Restore to draft") small=true kind=ButtonKind::Plain on_press=move |()| asked.set(Some(Asked::Restore)) />
            {(!version.is_live).then(|| view! {
                <Button label=move || tr("重新上线", "Make live") small=true on_press=move |()| asked.set(Some(Asked::GoLive)) />
            })}
        }
        .into_any(),
        Some(question) => {
            let words = match question {
                Asked::GoLive => tr("新的对话将使用这一版，进行中的不变。", "New conversations will use it; those going on stay."),
                Asked::Restore => tr("现在的草稿会被换掉。", "It takes the place of the draft as it is now."),
            };
            view! {
                <span class="dl-ask">{words}</span>
                <Button label=move || tr("取消", "Cancel") small=true kind=ButtonKind::Plain on_press=move |()| asked.set(None) />
                <Button
                    label=move || if question == Asked::GoLive { tr("上线", "Make live") } else { tr("放回草稿", "Restore") }
                    small=true
                    kind=ButtonKind::Primary
                    busy=is_busy
                    on_press=move |()| if question == Asked::GoLive { go_live() } else { restore() }
                />
            }
            .into_any()
        }
    }
    };
    let open_conversations = version.conversations;
    let by = version.published_by.clone();
    view! {
        <li class="dl-version" class:live=version.is_live>
            <div class="dl-version-head">
                <b>{tr_string(|| format!("第 {number} 版"), || format!("Version {number}"))}</b>
                {version.is_live.then(|| view! { <Pill text=move || tr("线上", "Live") tone=Tone::Ok /> })}
                <span class="dl-who">{format!("{by} · {}", moment(&published_at))}</span>
                {(open_conversations > 0).then(|| view! {
                    <span class="dl-who">{tr_string(
                        || format!("{open_conversations} 个对话进行中"),
                        || counted(open_conversations, "open conversation"),
                    )}</span>
                })}
            </div>
            <p class="dl-note">{note}</p>
            <div class="dl-actions">{actions}</div>
            {move || looked.get().map(|older| {
                let changes = changes_since(cx, &older);
                view! {
                    <div class="dl-look">
                        <h3>{tr("从这一版到现在的草稿", "From this version to the draft as it is now")}</h3>
                        <ChangeList changes />
                    </div>
                }
            })}
        </li>
    }
}
