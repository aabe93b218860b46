//! The test chat: talk to the flow as it is drawn, see the path it takes and what it remembers.

mod agent;
mod bubble;
mod calls;
mod chat;
mod state;
mod variables;

use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use model::{Content, Input, NodeId, Sender, Status};

use agent::AgentBar;
pub(crate) use bubble::mood_words;
use bubble::{Bubble, BubbleActions};
use chat::Chat;
use state::WaitingFor;
use variables::VariableTable;

use crate::designer::DesignerCx;
use crate::forms::language_name;
use crate::i18n::{language_code, tr};

/// The panel. It starts at once, and puts the lit path out when it goes.
#[component]
pub(crate) fn TestChat(cx: DesignerCx) -> impl IntoView {
    let chat = Chat::new(cx);
    on_cleanup(move || chat.leave());
    chat.start();
    Effect::new(move |before: Option<u32>| {
        let starts = cx.test_starts.get();
        if before.is_some_and(|before| before != starts) {
            chat.start();
        }
        starts
    });
    let is_memory_open = RwSignal::new(false);

    view! {
        <section class="tc" aria-label=move || tr("试聊", "Test chat")>
            <Head chat is_memory_open />
            {move || is_memory_open.get().then(|| view! { <VariableTable chat /> })}
            <Talk chat is_memory_open />
            <AgentBar chat />
            <Write chat />
        </section>
    }
}

/// Title, language, memory, restart.
#[component]
fn Head(chat: Chat, is_memory_open: RwSignal<bool>) -> impl IntoView {
    let languages = move || {
        let all = chat.cx.track_document(|document| document.flow.languages.clone());
        (all.len() > 1).then(|| {
            let buttons = all
                .into_iter()
                .map(|language| {
                    let (wanted, compared, pressed) = (language.clone(), language.clone(), language.clone());
                    view! {
                        <button
                            type="button"
                            class="seg-item"
                            class:on=move || chat.language.get() == compared
                            aria-pressed=move || (chat.language.get() == pressed).to_string()
                            on:click=move |_| {
                                if chat.language.get_untracked() != wanted {
                                    chat.language.set(wanted.clone());
                                    chat.start();
                                }
                            }
                        >
                            {language_name(&language)}
                        </button>
                    }
                })
                .collect_view();
            view! {
                <div class="seg" role="group" aria-label=move || tr("客户的语言", "Customer's language")>{buttons}</div>
            }
        })
    };
    view! {
        <header class="tc-head">
            <b>{move || tr("试聊", "Test chat")}</b>
            <StatusPill chat />
            <span class="tc-space"></span>
            {languages}
            <button
                type="button"
                class="tc-tool"
                class:on=move || is_memory_open.get()
                aria-expanded=move || is_memory_open.get().to_string()
                title=move || tr("记住的变量", "What it remembers")
                on:click=move |_| is_memory_open.update(|open| *open = !*open)
            >
                "{x}"
            </button>
            <button
                type="button"
                class="tc-restart"
                class:wanted=move || chat.is_outdated()
                title=move || if chat.is_outdated() {
                    tr("流程已改动，从头再来", "The flow has changed: start over")
                } else {
                    tr("从头再来", "Start over")
                }
                on:click=move |_| chat.start()
            >
                {move || tr("重来", "Restart")}
            </button>
        </header>
    }
}

/// Where the conversation stands, when that is not the usual.
#[component]
fn StatusPill(chat: Chat) -> impl IntoView {
    move || {
        let (class, words) = match chat.state.with(|state| state.as_ref().map(|state| state.status))? {
            Status::Waiting => return None,
            Status::Queued => ("pill warn", tr("排队中", "In line")),
            Status::WithAgent => ("pill ok", tr("人工服务中", "With an agent")),
            Status::Ended => ("pill", tr("已结束", "Ended")),
        };
        Some(view! { <span class=class>{words}</span> })
    }
}

/// The messages, kept at the newest.
#[component]
fn Talk(chat: Chat, is_memory_open: RwSignal<bool>) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let answer = Callback::new(move |input: Input| {
        let words = chat.state.with_untracked(|state| words_of(&input, state.as_ref()));
        chat.say(input, words);
    });
    let actions = BubbleActions {
        answer,
        select: Callback::new(move |node: NodeId| chat.cx.reveal(&node)),
        title: Callback::new(move |node: NodeId| {
            chat.cx.changes.track();
            chat.cx.title(&node)
        }),
        why: Callback::new(move |node: NodeId| {
            chat.state.with(|state| state.as_ref().and_then(|state| state.why(&node, language_code())))
        }),
    };
    Effect::new(move |_| {
        chat.state.track();
        chat.sending.track();
        chat.error.track();
        is_memory_open.track();
        request_animation_frame(move || {
            if let Some(frame) = frame.get_untracked() {
                frame.set_scroll_top(frame.scroll_height());
            }
        });
    });
    let open = Memo::new(move |_| {
        chat.state.with(|state| state.as_ref().and_then(|state| Some(state.messages[state.open_question()?].seq)))
    });
    let messages =
        move || chat.state.with(|state| state.as_ref().map(|state| state.messages.clone()).unwrap_or_default());

    view! {
        <div class="tc-talk" node_ref=frame role="log" aria-live="polite" tabindex="0" aria-label=move || tr("对话", "Conversation")>
            <div class="tc-push"></div>
            <For each=messages key=move |message| (message.seq, open.get() == Some(message.seq)) let:message>
                {
                    let is_open = open.get_untracked() == Some(message.seq);
                    let mood = chat.state.with_untracked(|state| state.as_ref()?.moods.get(&message.seq).cloned());
                    view! { <Bubble message is_open mood actions /> }
                }
            </For>
            {move || chat.sending.get().map(|words| view! {
                <div class="tc-bubble me sending"><p class="tc-text">{words}</p></div>
            })}
            {move || ((chat.is_busy.get() || chat.is_collecting()) && chat.error.with(Option::is_none)).then(|| view! {
                <div class="tc-bubble tc-typing" aria-label=tr("正在输入", "Typing")><i></i><i></i><i></i></div>
            })}
            <Standing chat />
            <Failure chat />
        </div>
    }
}

/// What keeps the conversation from going on by itself: a timer, its end, nothing to do.
#[component]
fn Standing(chat: Chat) -> impl IntoView {
    move || {
        if chat.is_busy.get() || chat.is_collecting() {
            return None;
        }
        let (status, waiting_for, has_timer, due, failed) = chat.state.with(|state| {
            let state = state.as_ref()?;
            let failed = state.failures().last().map(|visit| (visit.node.clone(), visit.why.clone()));
            Some((state.status, state.waiting_for, state.has_timer(), state.timer_due.clone(), failed))
        })?;
        let timer = has_timer.then(|| {
            let due = due.map(|due| clock(&due)).filter(|clock| !clock.is_empty());
            view! {
                <div class="tc-standing">
                    <span>
                        {match waiting_for {
                            WaitingFor::Customer => tr("客户不回答时会超时", "Times out if the customer stays silent"),
                            WaitingFor::Agent => tr("排队太久会往下走", "Goes on if the line takes too long"),
                            _ => tr("正在等时间到", "Waiting for time to pass"),
                        }}
                        {due.map(|due| format!(" · {due}"))}
                    </span>
                    <button type="button" class="tc-mini" on:click=move |_| chat.skip_waiting()>
                        {tr("跳过等待", "Skip the wait")}
                    </button>
                </div>
            }
        });
        let failure = failed.map(|(node, why)| {
            let (target, title) = (node.clone(), chat.cx.title(&node));
            view! {
                <div class="tc-failed" role="alert">
                    <button type="button" class="tc-mini" on:click=move |_| chat.cx.reveal(&target)>{title}</button>
                    <span>{why.in_language(language_code()).to_owned()}</span>
                </div>
            }
        });
        let over = (status == Status::Ended).then(|| view! {
            <div class="tc-standing">
                <span>{tr("对话已结束", "The conversation is over")}</span>
                <button type="button" class="tc-mini" on:click=move |_| chat.start()>{tr("再聊一次", "Talk again")}</button>
            </div>
        });
        Some(view! { {failure}{timer}{over} })
    }
}

/// Why the last call did not work, and how to go on.
#[component]
fn Failure(chat: Chat) -> impl IntoView {
    move || {
        chat.error.get().map(|error| {
            view! {
                <div class="tc-error" role="alert">
                    <b>{error.title}</b>
                    <span>{error.detail}</span>
                    <button type="button" class="tc-mini" on:click=move |_| chat.start()>{tr("从头再来", "Start over")}</button>
                </div>
            }
        })
    }
}

/// Where the customer writes. Enter sends, Shift+Enter makes a line, Enter that ends pinyin does neither.
#[component]
fn Write(chat: Chat) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let text = RwSignal::new(String::new());
    let is_over = move || chat.state.with(|state| state.as_ref().is_some_and(|state| state.status == Status::Ended));
    let can_send = move || chat.state.with(Option::is_some) && !is_over() && !chat.is_busy.get();
    // Enter while the last answer is still on its way: what was written follows as soon as it is there.
    let is_held = RwSignal::new(false);
    let send = move || {
        let words = text.get_untracked().trim().to_owned();
        if words.is_empty() {
            return;
        }
        if !untrack(can_send) {
            is_held.set(!untrack(is_over));
            return;
        }
        is_held.set(false);
        text.set(String::new());
        chat.say(Input::Text(words.clone()), words);
        if let Some(field) = field.get_untracked() {
            // Losing the focus is no reason to stop.
            let _ = field.focus();
        }
    };
    Effect::new(move |_| {
        if is_held.get() && can_send() {
            send();
        }
    });
    view! {
        <form class="tc-write" on:submit=move |event| { event.prevent_default(); send(); }>
            <div class="tc-grow" data-text=move || text.get()>
                <textarea
                    node_ref=field
                    rows="1"
                    class="nokey"
                    data-test="chat-input"
                    disabled=is_over
                    aria-label=move || tr("像客户一样输入", "Write as the customer")
                    placeholder=move || tr("像客户一样输入…", "Write as the customer…")
                    prop:value=move || text.get()
                    on:input=move |event| { is_held.set(false); text.set(event_target_value(&event)); }
                    on:keydown=move |event| {
                        let is_composing = event.is_composing() || event.key_code() == 229;
                        if event.key() == "Enter" && !event.shift_key() && !is_composing {
                            event.prevent_default();
                            send();
                        }
                    }
                ></textarea>
            </div>
            <button type="submit" class="tc-send" disabled=move || !can_send() || text.with(|text| text.trim().is_empty())>
                {move || tr("发送", "Send")}
            </button>
        </form>
    }
}

/// An input in the words the bubble shows while it is sent.
fn words_of(input: &Input, state: Option<&state::TestState>) -> String {
    let Input::Choice(id) = input else { return input.as_text() };
    let messages = state.map(|state| state.messages.as_slice()).unwrap_or_default();
    let label = messages.iter().rev().filter(|message| message.from == Sender::Bot).find_map(|message| {
        let Content::Choices { options, .. } = &message.content else { return None };
        options.iter().find(|option| &option.id == id).map(|option| option.label.clone())
    });
    label.unwrap_or_else(|| id.clone())
}

/// The time of day of an instant, in the reader's zone.
fn clock(instant: &str) -> String {
    let date = js_sys::Date::new(&instant.into());
    if date.get_time().is_nan() {
        return String::new();
    }
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}
