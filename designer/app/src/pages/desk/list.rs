//! The left column: am I there, the four lists with their counts, the rows.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Status;

use super::alert::{is_sound_on, set_sound};
use super::clock::WaitClock;
use super::state::Desk;
use crate::api::{self, DeskList, DeskRow, Presence};
use crate::i18n::{tr, words};
use crate::pages::when::{ago, clock};
use crate::ui::{Avatar, IconButton, Menu, MenuItem, MoodChip, Pill, Tabs, Tone, toast_error};

/// The column.
#[component]
pub(super) fn DeskLists(desk: Desk) -> impl IntoView {
    let tabs = move || {
        let counts = desk.counts.get().unwrap_or_default();
        DeskList::ALL
            .map(|list| {
                (list.name().to_owned(), list_name(list).to_owned(), (list != DeskList::Done).then(|| counts.of(list)))
            })
            .to_vec()
    };
    view! {
        <nav class="desk-lists" aria-label=move || tr("会话列表", "Conversations")>
            <header class="desk-lists-head">
                <PresenceMenu />
                <span class="space"></span>
                <IconButton
                    icon=Signal::derive(|| if is_sound_on() { "volume-2".to_owned() } else { "volume-x".to_owned() })
                    label=move || if is_sound_on() { tr("关闭提示音", "Turn the sound off") } else { tr("打开提示音", "Turn the sound on") }
                    on_press=|()| set_sound(!untrack(is_sound_on))
                />
            </header>
            <Tabs
                label=move || tr("列表", "Lists")
                value=Signal::derive(move || desk.list.get().name().to_owned())
                tabs=Signal::derive(tabs)
                on_change=move |name: String| {
                    if let Some(list) = DeskList::ALL.into_iter().find(|list| list.name() == name) {
                        desk.show(list);
                    }
                }
            />
            <div class="desk-rows">
                {desk.rows.show(5, move || view! {
                    {move || {
                        let rows = desk.sorted_rows();
                        if rows.is_empty() {
                            return view! { <EmptyList list=desk.list.get() /> }.into_any();
                        }
                        let rows = rows.into_iter().map(|row| view! { <Row desk row /> }).collect_view();
                        view! { <ul>{rows}</ul> }.into_any()
                    }}
                })}
            </div>
        </nav>
    }
}

#[component]
fn Row(desk: Desk, row: DeskRow) -> impl IntoView {
    let (id, compared) = (row.id.clone(), row.id.clone());
    let is_chosen = Memo::new(move |_| desk.chosen.with(|chosen| chosen.as_ref() == Some(&compared)));
    let topic = row.topic.clone().filter(|topic| !topic.is_empty()).unwrap_or_else(|| words(&row.flow.name));
    let last = row.last.as_ref().map(|last| last.text.clone()).unwrap_or_default();
    let at = row.last.as_ref().map(|last| last.at.clone()).unwrap_or_default();
    let is_waiting = matches!(row.status, Status::Queued | Status::WithAgent);
    let since = row.waiting_since.clone().filter(|_| is_waiting);
    let customer = name_of(&row);
    view! {
        <li>
            <button
                type="button"
                class="desk-row"
                class:on=move || is_chosen.get()
                aria-current=move || is_chosen.get().then_some("true")
                data-conversation=id.clone()
                on:click=move |_| desk.choose(Some(id.clone()))
            >
                <Avatar name=customer.clone() large=true />
                <span class="desk-row-words">
                    <span class="row">
                        <b class="ellipsis">{customer}</b>
                        {(row.priority.as_deref() == Some("high")).then(|| view! { <Pill tone=Tone::Bad text=tr("优先", "High") /> })}
                        <span class="space"></span>
                        {match since {
                            Some(since) => view! { <WaitClock desk since /> }.into_any(),
                            None => view! { <small class="quiet num" title=clock(&at)>{ago(&at)}</small> }.into_any(),
                        }}
                    </span>
                    <span class="desk-row-last ellipsis">{last}</span>
                    <span class="row">
                        {row.mood.as_ref().map(|mood| view! { <MoodChip emotion=mood.emotion small=true /> })}
                        <small class="quiet ellipsis">{topic}{row.agent.filter(|_| row.status == Status::WithAgent).map(|agent| format!(" · {agent}"))}</small>
                    </span>
                </span>
            </button>
        </li>
    }
}

/// A name for the customer; someone who gave none is a visitor with the first signs of the id.
pub(super) fn name_of(row: &DeskRow) -> String {
    if row.customer.is_empty() {
        let sign: String = row.id.chars().filter(char::is_ascii_alphanumeric).take(4).collect();
        format!("{} {sign}", tr("访客", "Visitor"))
    } else {
        row.customer.clone()
    }
}

#[component]
fn EmptyList(list: DeskList) -> impl IntoView {
    let words = move || match list {
        DeskList::Queued => tr("没有人在排队。", "Nobody is waiting."),
        DeskList::Mine => tr("手上没有会话。", "You talk with nobody now."),
        DeskList::Bot => tr("机器人没有在接待。", "The bot talks with nobody now."),
        DeskList::Done => tr("还没有结束的会话。", "Nothing has ended yet."),
    };
    view! { <p class="quiet column-note">{words}</p> }
}

fn list_name(list: DeskList) -> &'static str {
    match list {
        DeskList::Queued => tr("排队", "Line"),
        DeskList::Mine => tr("我的", "Mine"),
        DeskList::Bot => tr("机器人", "With bot"),
        DeskList::Done => tr("已结束", "Done"),
    }
}

/// Online, busy, offline.
#[component]
fn PresenceMenu() -> impl IntoView {
    let presence = RwSignal::new(None::<Presence>);
    spawn_local(async move {
        if let Ok(answer) = api::presence().await {
            let _ = presence.try_set(Some(answer.status));
        }
    });
    let set = move |wanted: Presence| {
        let before = presence.get_untracked();
        presence.set(Some(wanted));
        spawn_local(async move {
            if let Err(error) = api::set_presence(wanted).await {
                let _ = presence.try_set(before);
                toast_error(&error);
            }
        });
    };
    let shown = move || presence.get().unwrap_or_default();
    let face = move || {
        view! {
            <i class=move || format!("presence {}", presence_class(shown()))></i>
            <b>{move || presence_name(shown())}</b>
            <crate::ui::Icon name="chevron-down" />
        }
    };
    view! {
        <Menu label=move || tr("我的状态", "My status") face=face left=true test="presence">
            {[Presence::Online, Presence::Busy, Presence::Offline].map(|choice| view! {
                <MenuItem
                    label=move || presence_words(choice)
                    checked=Signal::derive(move || shown() == choice)
                    on_press=move |()| set(choice)
                />
            })}
        </Menu>
    }
}

fn presence_class(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "online",
        Presence::Busy => "busy",
        Presence::Offline => "offline",
    }
}

fn presence_name(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => tr("在线", "Online"),
        Presence::Busy => tr("忙碌", "Busy"),
        Presence::Offline => tr("离线", "Offline"),
    }
}

fn presence_words(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => tr("在线：接新会话", "Online: gets new conversations"),
        Presence::Busy => tr("忙碌：只处理手上的", "Busy: only those at hand"),
        Presence::Offline => tr("离线：不接待", "Offline: none"),
    }
}
