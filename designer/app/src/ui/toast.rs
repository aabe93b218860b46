//! Short messages at the lower left: what was done, with Undo where there is one; errors stay until they are closed.

use leptos::prelude::*;

use super::Icon;
use crate::api::ApiError;
use crate::browser;
use crate::i18n::tr;

const AT_MOST: usize = 3;

#[derive(Clone)]
struct Toast {
    id: u64,
    title: String,
    detail: String,
    is_error: bool,
    undo: Option<Callback<()>>,
    /// How often it has been looked at for leaving; one under the pointer stays.
    is_held: ArcRwSignal<bool>,
}

#[derive(Default)]
struct List {
    next_id: u64,
    toasts: Vec<Toast>,
}

thread_local! {
    static LIST: ArcRwSignal<List> = ArcRwSignal::new(List::default());
}

/// Says that something was done.
pub(crate) fn toast(title: impl Into<String>) {
    push(title.into(), String::new(), false, None);
}

/// Says that something was done and can be taken back.
pub(crate) fn toast_undo(title: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
    push(title.into(), String::new(), false, Some(Callback::new(move |()| undo())));
}

/// Says what went wrong, and stays.
pub(crate) fn toast_error(error: &ApiError) {
    // The page for signing in says it already.
    if !error.is("not-signed-in") {
        push(error.title.clone(), error.detail.clone(), true, None);
    }
}

fn push(title: String, detail: String, is_error: bool, undo: Option<Callback<()>>) {
    let stay_ms = if undo.is_some() { 8_000 } else { 5_000 };
    let id = LIST.with(|list| {
        list.try_update(|list| {
            list.next_id += 1;
            // The same error twice is one.
            list.toasts.retain(|toast| !(toast.is_error && is_error && toast.title == title && toast.detail == detail));
            let id = list.next_id;
            list.toasts.push(Toast { id, title, detail, is_error, undo, is_held: ArcRwSignal::new(false) });
            let n_extra = list.toasts.len().saturating_sub(AT_MOST);
            list.toasts.drain(..n_extra);
            id
        })
    });
    if let (Some(id), false) = (id, is_error) {
        leave_after(id, stay_ms);
    }
}

fn leave_after(id: u64, ms: u64) {
    set_timeout(
        move || {
            let is_held = LIST.with(|list| {
                list.with_untracked(|list| {
                    list.toasts.iter().any(|toast| toast.id == id && toast.is_held.get_untracked())
                })
            });
            if is_held { leave_after(id, 1_500) } else { close(id) }
        },
        std::time::Duration::from_millis(ms),
    );
}

fn close(id: u64) {
    LIST.with(|list| list.update(|list| list.toasts.retain(|toast| toast.id != id)));
}

/// Where they appear; stands once in the page.
#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let toasts = || LIST.with(|list| list.with(|list| list.toasts.clone()));
    view! {
        <div class="toasts" role="region" aria-label=move || tr("提示", "Messages")>
            <For each=toasts key=|toast| toast.id let:toast>
                <OneToast toast />
            </For>
        </div>
    }
}

#[component]
fn OneToast(toast: Toast) -> impl IntoView {
    let Toast { id, title, detail, is_error, undo, is_held } = toast;
    let (hold, release, focus, blur) = (is_held.clone(), is_held.clone(), is_held.clone(), is_held);
    let copied = format!("{title}\n{detail}");
    view! {
        <div
            class="toast"
            class:bad=is_error
            role=if is_error { "alert" } else { "status" }
            on:pointerenter=move |_| hold.set(true)
            on:pointerleave=move |_| release.set(false)
            on:focusin=move |_| focus.set(true)
            on:focusout=move |_| blur.set(false)
        >
            <Icon name=if is_error { "circle-alert" } else { "circle-check" } />
            <div class="toast-words">
                <b>{title}</b>
                {(!detail.is_empty()).then(|| view! { <span>{detail}</span> })}
            </div>
            {undo.map(|undo| view! {
                <button type="button" class="btn plain small" on:click=move |_| { close(id); undo.run(()); }>
                    {tr("撤销", "Undo")}
                </button>
            })}
            {is_error.then(|| view! {
                <button type="button" class="btn plain small" on:click=move |_| browser::copy(&copied)>
                    {tr("复制详情", "Copy details")}
                </button>
            })}
            <button type="button" class="icon-btn" aria-label=tr("关闭", "Close") on:click=move |_| close(id)>
                <Icon name="x" />
            </button>
        </div>
    }
}
