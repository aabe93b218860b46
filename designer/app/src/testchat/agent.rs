//! The agent's side of a test: take, reply, hand back, end, with what the agent would be given.

use leptos::prelude::*;
use model::{HandOffPacket, Status};

use super::chat::Chat;
use super::state::shown;
use crate::i18n::{language_code, tr, words};

/// Shown while the conversation is in line or with an agent.
#[component]
pub(crate) fn AgentBar(chat: Chat) -> impl IntoView {
    let status = Memo::new(move |_| chat.state.with(|state| state.as_ref().map(|state| state.status)));
    move || match status.get() {
        Some(Status::Queued) => Some(view! { <InLine chat /> }.into_any()),
        Some(Status::WithAgent) => Some(view! { <WithAgent chat /> }.into_any()),
        _ => None,
    }
}

/// In line: nobody has taken it yet.
#[component]
fn InLine(chat: Chat) -> impl IntoView {
    let packet = move || chat.state.with(|state| state.as_ref().and_then(|state| state.packet.clone()));
    view! {
        <div class="tc-agent">
            <div class="tc-agent-row">
                <b>{move || tr("扮演客服", "Play the agent")}</b>
                <span class="tc-space"></span>
                <button type="button" class="tc-choice" data-test="agent-take" on:click=move |_| chat.act("take", None)>
                    {move || tr("接起对话", "Take the chat")}
                </button>
            </div>
            {move || packet().map(|packet| view! {
                <details class="tc-given">
                    <summary>{tr("客服会看到", "What the agent sees")}" · "{packet.reason.clone()}</summary>
                    <Packet chat packet />
                </details>
            })}
        </div>
    }
}

/// What the agent would be given.
#[component]
fn Packet(chat: Chat, packet: HandOffPacket) -> impl IntoView {
    let team = chat.cx.resources.with(|resources| {
        let named = resources.teams.iter().find(|team| team.key == packet.team);
        named.map_or_else(|| packet.team.to_string(), |team| words(&team.name))
    });
    let details = packet
        .details
        .iter()
        .map(|(name, value)| {
            let label = packet.labels.get(name).map(|label| label.in_language(language_code()).to_owned());
            let label = label.filter(|label| !label.is_empty()).unwrap_or_else(|| {
                chat.cx.with_document(|document| document.variable_label(name.as_str(), &language_code().into()))
            });
            view! { <div><dt>{label}</dt><dd>{shown(value)}</dd></div> }
        })
        .collect_view();
    let path: Vec<String> = packet.path.iter().map(|title| title.in_language(language_code()).to_owned()).collect();
    view! {
        <dl class="tc-packet">
            <div><dt>{tr("小组", "Team")}</dt><dd>{team}</dd></div>
            {details}
            {(!path.is_empty()).then(|| view! {
                <div><dt>{tr("走过的步骤", "Steps so far")}</dt><dd>{path.join(" → ")}</dd></div>
            })}
        </dl>
    }
}

/// An agent talks: reply, hand back to the flow, or end.
#[component]
fn WithAgent(chat: Chat) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let reply = move || {
        let words = text.get_untracked().trim().to_owned();
        if !words.is_empty() && !chat.is_busy.get_untracked() {
            text.set(String::new());
            chat.act("reply", Some(words));
        }
    };
    view! {
        <div class="tc-agent">
            <b>{move || tr("扮演客服", "Play the agent")}</b>
            <form class="tc-agent-row" on:submit=move |event| { event.prevent_default(); reply(); }>
                <input
                    type="text"
                    class="tc-input nokey"
                    data-test="agent-input"
                    aria-label=move || tr("客服的回复", "The agent's reply")
                    placeholder=move || tr("以客服身份回复…", "Reply as the agent…")
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                    on:keydown=move |event| {
                        // Enter that ends a composition must not submit.
                        if event.key() == "Enter" && (event.is_composing() || event.key_code() == 229) {
                            event.prevent_default();
                        }
                    }
                />
                <button type="submit" class="tc-choice">{move || tr("回复", "Reply")}</button>
            </form>
            <div class="tc-agent-row">
                <button type="button" class="tc-choice" data-test="agent-hand-back" on:click=move |_| chat.act("hand_back", None)>
                    {move || tr("交还流程", "Hand back to the flow")}
                </button>
                <button type="button" class="tc-choice" data-test="agent-end" on:click=move |_| chat.act("end", None)>
                    {move || tr("结束对话", "End the chat")}
                </button>
            </div>
        </div>
    }
}
