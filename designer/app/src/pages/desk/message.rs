//! One message as an agent sees it.

use leptos::prelude::*;
use model::{Content, Message, Mood, Sender};

use super::acts::Outgoing;
use super::state::Desk;
use crate::i18n::tr;
use crate::pages::when::{clock, exact};
use crate::testchat::mood_words;
use crate::ui::{Icon, MoodChip};

/// A message that is kept.
#[component]
pub(super) fn Bubble(message: Message, is_bot_part: Signal<bool>, mood: Signal<Option<Mood>>) -> impl IntoView {
    let at = message.at.clone();
    if let (Sender::System, _) | (_, Content::Notice { .. }) = (message.from, &message.content) {
        return view! { <p class="talk-line"><span>{message.content.as_text()}</span></p> }.into_any();
    }
    let class = match message.from {
        Sender::Customer => "bubble customer",
        Sender::Bot => "bubble bot",
        Sender::Agent => "bubble agent",
        Sender::System => "bubble",
    };
    let from = message.from;
    let name = message.name.clone();
    let who = move || match from {
        Sender::Bot => Some(tr("机器人", "Bot").to_owned()),
        Sender::Agent => name.clone(),
        Sender::Customer | Sender::System => None,
    };
    view! {
        <div class=class class:shaded=move || is_bot_part.get() data-seq=message.seq>
            <Body content=message.content />
            <small title=exact(&at)>{move || who().map(|who| format!("{who} · "))}{clock(&at)}{move || mood.get().map(|mood| view! { <MoodChip emotion=mood.emotion title=mood_words(&mood) small=true /> })}</small>
        </div>
    }
    .into_any()
}

#[component]
fn Body(content: Content) -> impl IntoView {
    match content {
        Content::Text { text } | Content::Notice { text } => view! { <p>{text}</p> }.into_any(),
        Content::Picture { url, alt } if is_safe(&url) => {
            let source = url.clone();
            view! { <a href=url target="_blank" rel="noopener noreferrer"><img src=source alt=alt loading="lazy" /></a> }.into_any()
        }
        Content::File { url, name } | Content::Link { url, title: name } if is_safe(&url) => view! {
            <p class="row"><Icon name="paperclip" /><a href=url target="_blank" rel="noopener noreferrer">{name}</a></p>
        }
        .into_any(),
        Content::Choices { text, options } => view! {
            <p>{text}</p>
            <span class="chips">{options.into_iter().map(|option| view! { <span class="chip">{option.label}</span> }).collect_view()}</span>
        }
        .into_any(),
        Content::Rating { text } => view! { <p>{text}</p><span class="row"><Icon name="smile" />{move || tr("请客户评价", "Asks for a rating")}</span> }.into_any(),
        Content::Form { text, fields, .. } => view! {
            <p>{text}</p>
            <span class="chips">{fields.into_iter().map(|field| view! { <span class="chip">{field.label}</span> }).collect_view()}</span>
        }
        .into_any(),
        Content::Answer { text, sources } => view! {
            <p>{text}</p>
            <span class="chips">{sources.into_iter().map(chip).collect_view()}</span>
        }
        .into_any(),
        other => view! { <p>{other.as_text()}</p> }.into_any(),
    }
}

/// Where an answer stands; the whole of it as a tip.
fn chip(source: model::Citation) -> impl IntoView {
    let whole = source.as_text();
    view! { <span class="chip" title=whole>{source.title}</span> }
}

/// Addresses that may be opened: nothing that runs here.
fn is_safe(url: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:", "/"].iter().any(|start| url.starts_with(start))
}

/// A message of ours on its way.
#[component]
pub(super) fn Pending(desk: Desk, mine: Outgoing) -> impl IntoView {
    let (text, has_failed) = (mine.text.clone(), mine.has_failed);
    view! {
        <div class="bubble agent sending" class:failed=has_failed>
            <p>{text}</p>
            {if has_failed {
                view! {
                    <small><button type="button" class="link" on:click=move |_| desk.send_again(mine.clone())>{move || tr("没有送达，再发一次", "Not delivered, send again")}</button></small>
                }
                .into_any()
            } else {
                view! { <small>{move || tr("发送中…", "Sending…")}</small> }.into_any()
            }}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_would_run_is_not_opened() {
        assert!(is_safe("https://example.com/a.png"));
        assert!(!is_safe("javascript:alert(1)"));
        assert!(!is_safe("data:text/html,x"));
    }
}
