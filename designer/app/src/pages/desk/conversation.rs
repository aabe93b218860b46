//! The middle: who it is, everything said, and what can be done now.

use leptos::html::Div;
use leptos::prelude::*;
use model::{Message, Sender, Status};

use super::clock::WaitClock;
use super::finish::{EndDialog, HandBackDialog};
use super::list::name_of;
use super::message::{Bubble, Pending};
use super::reply::ReplyBox;
use super::state::Desk;
use crate::api::DeskRow;
use crate::i18n::{tr, tr_string, words};
use crate::ui::{Avatar, Button, ButtonKind, ErrorState, Icon, IconButton, Pill, SkeletonRows, Tone};

/// The open conversation.
#[component]
pub(super) fn Conversation(desk: Desk) -> impl IntoView {
    // Head and foot follow the row; the messages follow themselves.
    let row = Memo::new(move |_| desk.detail.with(|detail| detail.as_ref().map(|detail| detail.row.clone())));
    view! {
        {move || match (row.get(), desk.refusal.get()) {
            (Some(row), _) => view! { <Head desk row /> }.into_any(),
            (None, Some(error)) => view! { <ErrorState error on_retry=move |()| desk.read_detail() /> }.into_any(),
            (None, None) => view! { <SkeletonRows rows=4 /> }.into_any(),
        }}
        <Show when=move || row.with(Option::is_some)>
            <Talk desk />
            <Foot desk />
        </Show>
        <HandBackDialog desk />
        <EndDialog desk />
    }
}

#[component]
fn Head(desk: Desk, row: DeskRow) -> impl IntoView {
    let customer = name_of(&row);
    let status = row.status;
    let flow = words(&row.flow.name);
    let agent = row.agent.clone();
    let key = row.channel.clone();
    let channel = move || {
        let name = desk.channels.with(|channels| channels.get(&key).cloned());
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| key.clone())
    };
    let topic = row.topic.clone().filter(|topic| !topic.is_empty() && *topic != flow);
    let since = row.waiting_since.clone().filter(|_| matches!(status, Status::Queued | Status::WithAgent));
    view! {
        <header class="desk-head">
            <span class="only-narrow">
                <IconButton icon="arrow-left" label=move || tr("回到列表", "Back to the list") on_press=move |()| desk.choose(None) />
            </span>
            <Avatar name=customer.clone() large=true />
            <div class="desk-who">
                <h2 class="ellipsis">{customer}</h2>
                <small class="quiet ellipsis">{channel}" · "{flow}{topic.map(|topic| format!(" · {topic}"))}</small>
            </div>
            {move || (!desk.is_mine()).then(|| view! { <StatusPill status agent=agent.clone() /> })}
            {since.map(|since| view! { <WaitClock desk since /> })}
            <span class="space"></span>
            {move || match status {
                Status::Queued => Some(view! { <TakeButton desk /> }.into_any()),
                Status::WithAgent if desk.is_mine() => Some(view! {
                    <Button icon="undo-2" label=move || tr("交还机器人", "Hand back") test="hand-back" on_press=move |()| desk.is_handing_back.set(true) />
                    <Button kind=ButtonKind::Danger icon="circle-stop" label=move || tr("结束", "End") test="end" on_press=move |()| desk.is_ending.set(true) />
                }.into_any()),
                _ => None,
            }}
            <IconButton
                icon="panel-right"
                label=move || tr("客户资料", "What is known")
                pressed=Signal::derive(move || desk.is_side_open.get())
                on_press=move |()| desk.is_side_open.update(|open| *open = !*open)
            />
        </header>
    }
}

/// Takes the customer out of the line, or steps in while the bot talks.
#[component]
fn TakeButton(desk: Desk, #[prop(optional)] from_bot: bool) -> impl IntoView {
    let kind = if from_bot { ButtonKind::Ghost } else { ButtonKind::Primary };
    let label = move || if from_bot { tr("介入", "Step in") } else { tr("接待", "Take") };
    view! { <Button kind icon="hand" busy=desk.is_busy label test="take" on_press=move |()| desk.take() /> }
}

#[component]
fn StatusPill(status: Status, agent: Option<String>) -> impl IntoView {
    match status {
        Status::Waiting => view! { <Pill icon="bot" text=move || tr("机器人接待中", "With the bot") /> }.into_any(),
        Status::Queued => {
            view! { <Pill tone=Tone::Warn icon="hourglass" text=move || tr("排队中", "In line") /> }.into_any()
        }
        Status::WithAgent => {
            let agent = agent.unwrap_or_default();
            view! { <Pill tone=Tone::Ok icon="headset" text=move || tr_string(|| format!("{agent} 接待中"), || format!("With {agent}")) /> }.into_any()
        }
        Status::Ended => view! { <Pill icon="archive" text=move || tr("已结束", "Ended") /> }.into_any(),
    }
}

/// Everything said. What the bot said and heard before a person came is shaded.
#[component]
fn Talk(desk: Desk) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let messages = Memo::new(move |_| {
        desk.detail.with(|detail| detail.as_ref().map(|detail| detail.messages.clone()).unwrap_or_default())
    });
    let bot_until = Memo::new(move |_| messages.with(|messages| bot_part(messages)));
    let pending = move || {
        let chosen = desk.chosen.get();
        desk.outgoing.get().into_iter().filter(|mine| Some(&mine.conversation) == chosen.as_ref()).collect::<Vec<_>>()
    };
    Effect::new(move |_| {
        messages.track();
        desk.outgoing.track();
        request_animation_frame(move || {
            if let Some(frame) = frame.get_untracked() {
                frame.set_scroll_top(frame.scroll_height());
            }
        });
    });
    view! {
        <div class="talk" node_ref=frame role="log" aria-live="polite" tabindex="0" aria-label=move || tr("对话", "Conversation")>
            <div class="talk-push"></div>
            <For each=move || messages.get() key=|message| message.seq let:message>
                {
                    let seq = message.seq;
                    let is_bot_part = Signal::derive(move || seq <= bot_until.get());
                    let mood = Signal::derive(move || desk.detail.with(|detail| detail.as_ref()?.moods.get(&seq).cloned()));
                    view! { <Bubble message is_bot_part mood /> }
                }
            </For>
            <For each=pending key=|mine| (mine.id.clone(), mine.has_failed) let:mine>
                <Pending desk mine />
            </For>
            {move || (desk.is_typing.get().is_some() && desk.is_typing.get() == desk.chosen.get()).then(|| view! {
                <p class="talk-line">{tr("客户正在输入…", "The customer is typing…")}</p>
            })}
        </div>
    }
}

/// The place of the last message before a person spoke; everything when none has.
fn bot_part(messages: &[Message]) -> i64 {
    let first_agent = messages.iter().find(|message| message.from == Sender::Agent).map(|message| message.seq);
    match first_agent {
        Some(seq) => messages
            .iter()
            .filter(|message| message.seq < seq && message.from == Sender::Bot)
            .map(|message| message.seq)
            .max()
            .unwrap_or(0),
        None => messages.iter().map(|message| message.seq).max().unwrap_or(0),
    }
}

/// Writing, or why one cannot.
#[component]
fn Foot(desk: Desk) -> impl IntoView {
    let status = Memo::new(move |_| desk.detail.with(|detail| detail.as_ref().map(|detail| detail.row.status)));
    let is_mine = Memo::new(move |_| desk.is_mine());
    move || {
        match status.get() {
        Some(Status::WithAgent) if is_mine.get() => view! { <ReplyBox desk /> }.into_any(),
        Some(Status::WithAgent) => view! {
            <footer class="talk-note"><Icon name="users-round" />{move || tr("同事正在接待，您可以看，不能回复。", "A colleague is talking; you can read along.")}</footer>
        }
        .into_any(),
        Some(Status::Queued) => view! {
            <footer class="talk-note"><Icon name="hourglass" />{move || tr("客户在等人工。接待后就能回复。", "The customer waits for a person. Take the conversation to answer.")}<span class="space"></span><TakeButton desk /></footer>
        }
        .into_any(),
        Some(Status::Waiting) => view! {
            <footer class="talk-note">
                <Icon name="bot" />
                {move || tr("机器人正在接待。需要时您可以介入。", "The bot is talking with the customer. Step in where it is needed.")}
                <span class="space"></span>
                <TakeButton desk from_bot=true />
            </footer>
        }
        .into_any(),
        Some(Status::Ended) => view! {
            <footer class="talk-note"><Icon name="archive" />{move || tr("会话已结束。", "The conversation has ended.")}</footer>
        }
        .into_any(),
        None => ().into_any(),
    }
    }
}

#[cfg(test)]
mod tests {
    use model::Content;

    use super::*;

    #[test]
    fn the_bots_part_ends_where_a_person_begins() {
        let talk = [
            message(1, Sender::Bot),
            message(2, Sender::Customer),
            message(3, Sender::Bot),
            message(4, Sender::Customer),
        ];
        assert_eq!(bot_part(&talk), 4);

        let with_agent = [talk.to_vec(), vec![message(5, Sender::Agent), message(6, Sender::Customer)]].concat();
        assert_eq!(bot_part(&with_agent), 3);
    }

    fn message(seq: i64, from: Sender) -> Message {
        Message { seq, at: String::new(), from, name: None, content: Content::text("x"), node: None, client_id: None }
    }
}
