//! The desk: who waits, what was said, what the bot already knows; take over, answer, hand back, end.

mod acts;
mod alert;
mod clock;
mod conversation;
mod finish;
mod list;
mod live;
mod message;
mod packet;
mod reply;
mod state;
mod summary;

use leptos::prelude::*;

use self::conversation::Conversation;
use self::list::DeskLists;
use self::packet::PacketPanel;
use self::state::Desk;
use crate::i18n::tr;
use crate::ui::{EmptyState, Icon};

/// The page: three columns.
#[component]
pub(crate) fn DeskPage() -> impl IntoView {
    let desk = Desk::new();
    live::follow(desk);
    alert::announce(desk);
    shortcuts(desk);
    let has_open = Memo::new(move |_| desk.chosen.with(Option::is_some));
    view! {
        <main class="desk" class:has-open=move || has_open.get() class:has-side=move || desk.is_side_open.get()>
            <h1 class="visually-hidden">{move || tr("工作台", "Desk")}</h1>
            <Connection desk />
            <DeskLists desk />
            <section class="desk-middle" aria-label=move || tr("会话", "Conversation")>
                {move || if has_open.get() {
                    view! { <Conversation desk /> }.into_any()
                } else {
                    view! { <NothingOpen desk /> }.into_any()
                }}
            </section>
            <Show when=move || has_open.get()>
                <PacketPanel desk />
            </Show>
        </main>
    }
}

/// Says so when the live connection is broken for more than a moment.
#[component]
fn Connection(desk: Desk) -> impl IntoView {
    move || {
        desk.is_broken.get().then(|| {
            view! {
                <div class="desk-banner" role="status">
                    <span class="spin"><Icon name="loader-circle" /></span>
                    {tr("连接断开，正在重连。这期间的消息会在恢复后补上。", "The connection is broken; reconnecting. What is said meanwhile comes as soon as it is back.")}
                </div>
            }
        })
    }
}

#[component]
fn NothingOpen(desk: Desk) -> impl IntoView {
    let n_queued = move || desk.counts.get().unwrap_or_default().queued;
    view! {
        {move || if n_queued() > 0 {
            view! {
                <EmptyState
                    icon="headset"
                    title=move || tr("有客户在等", "Customers are waiting")
                    detail=move || tr("从左边打开等得最久的一位。", "Open the one who has waited longest, at the left.")
                />
            }
            .into_any()
        } else {
            view! {
                <EmptyState
                    icon="smile"
                    title=move || tr("没有人在排队", "Nobody is waiting")
                    detail=move || tr("机器人转来的会话会出现在左边，并有提示音。", "What the bot hands over appears at the left, with a sound.")
                />
            }
            .into_any()
        }}
    }
}

/// Alt with an arrow or J and K goes along the list; Alt+L writes; the code of the key counts, not its letter.
fn shortcuts(desk: Desk) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if !event.alt_key() || event.ctrl_key() || event.meta_key() || event.is_composing() {
            return;
        }
        match event.code().as_str() {
            "ArrowDown" | "KeyJ" => desk.choose_beside(1),
            "ArrowUp" | "KeyK" => desk.choose_beside(-1),
            "KeyL" => desk.focus_reply(),
            "KeyE" => desk.ask_end(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
}
