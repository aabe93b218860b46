//! One message of a test conversation: bubble, buttons, form or faces, with the step that said it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::{Content, FieldKind, FormField, Input, Message, Mood, NodeId, Sender};
use serde_json::Value;

use crate::i18n::{tr, tr_string};
use crate::ui::{Icon, MoodChip};

/// What a message can do to the panel around it.
#[derive(Clone, Copy)]
pub(crate) struct BubbleActions {
    /// Answers as the customer.
    pub(crate) answer: Callback<Input>,
    /// Shows the step that said it.
    pub(crate) select: Callback<NodeId>,
    /// The name of a step.
    pub(crate) title: Callback<NodeId, String>,
    /// Why the step did what it did.
    pub(crate) why: Callback<NodeId, Option<String>>,
}

/// One message. `is_open` says that its buttons still answer something.
#[component]
pub(crate) fn Bubble(message: Message, is_open: bool, mood: Option<Mood>, actions: BubbleActions) -> impl IntoView {
    if let Content::Notice { text } = &message.content {
        return view! { <div class="tc-notice">{text.clone()}</div> }.into_any();
    }
    let class = match message.from {
        Sender::Customer => "tc-bubble me",
        Sender::Agent => "tc-bubble agent",
        Sender::Bot | Sender::System => "tc-bubble",
    };
    let byline = match (message.from, message.node.clone()) {
        (Sender::Agent, _) => {
            let name = message.name.clone();
            view! { <span class="tc-by">{move || name.clone().unwrap_or_else(|| tr("客服", "Agent").to_owned())}</span> }
                .into_any()
        }
        (Sender::Bot, Some(node)) => view! { <Byline node actions /> }.into_any(),
        _ => ().into_any(),
    };
    let node = message.node.clone();
    view! {
        <div
            class=class
            data-seq=message.seq
            data-node=message.node.as_ref().map(ToString::to_string)
            on:click=move |_| if let Some(node) = node.clone() { actions.select.run(node) }
        >
            {content(&message.content, is_open, actions.answer)}
            {byline}
        </div>
        {mood.map(|mood| view! { <div class="tc-mood"><MoodChip emotion=mood.emotion title=mood_words(&mood) always=true small=true /></div> })}
    }
    .into_any()
}

/// How surely, and by which words.
pub(crate) fn mood_words(mood: &Mood) -> String {
    let percent = (mood.score * 100.0).round();
    let words = mood.words.join("、");
    if words.is_empty() {
        return tr_string(|| format!("把握 {percent}%"), || format!("{percent} % sure"));
    }
    tr_string(|| format!("把握 {percent}%：{words}"), || format!("{percent} % sure: {words}"))
}

/// The step's name under what it said, and why on hover.
#[component]
fn Byline(node: NodeId, actions: BubbleActions) -> impl IntoView {
    let (target, named, asked) = (node.clone(), node.clone(), node);
    view! {
        <button
            type="button"
            class="tc-by"
            title=move || {
                actions.why.run(asked.clone()).unwrap_or_else(|| tr("在画布上看这一步", "Show this step").to_owned())
            }
            on:click=move |event| {
                event.stop_propagation();
                actions.select.run(target.clone());
            }
        >
            {move || actions.title.run(named.clone())}
        </button>
    }
}

fn content(content: &Content, is_open: bool, answer: Callback<Input>) -> AnyView {
    match content.clone() {
        Content::Text { text } | Content::Filled { text, .. } | Content::Notice { text } => {
            view! { <p class="tc-text">{text}</p> }.into_any()
        }
        Content::Picture { url, alt } => {
            let words = if alt.is_empty() { url.clone() } else { alt };
            view! {
                <a class="tc-link" href=safe_url(&url) target="_blank" rel="noopener noreferrer">
                    {move || format!("{} {words}", tr("图片", "Picture"))}
                </a>
            }
            .into_any()
        }
        Content::File { url, name } | Content::Link { url, title: name } => view! {
            <a class="tc-link" href=safe_url(&url) target="_blank" rel="noopener noreferrer">{name}</a>
        }
        .into_any(),
        Content::Choices { text, options } => {
            let buttons = options
                .into_iter()
                .map(|option| {
                    let id = option.id.clone();
                    view! {
                        <button
                            type="button"
                            class="tc-choice"
                            disabled=!is_open
                            on:click=move |event| {
                                event.stop_propagation();
                                answer.run(Input::Choice(id.clone()));
                            }
                        >
                            {option.label}
                        </button>
                    }
                })
                .collect_view();
            view! { <p class="tc-text">{text}</p><div class="tc-choices">{buttons}</div> }.into_any()
        }
        Content::Answer { text, sources } => {
            let sources = sources.into_iter().map(source).collect_view();
            view! { <p class="tc-text">{text}</p><ul class="tc-sources" data-test="sources">{sources}</ul> }.into_any()
        }
        Content::Rating { text } => view! { <p class="tc-text">{text}</p><Faces is_open answer /> }.into_any(),
        Content::Form { text, fields, submit } => {
            view! { <p class="tc-text">{text}</p><FormBubble fields submit is_open answer /> }.into_any()
        }
    }
}

/// Where an answer stands: the document with the headings, as a link where it has an address.
fn source(source: model::Citation) -> impl IntoView {
    let page =
        source.page.map(|page| view! { <span class="tc-page">{move || format!("{} {page}", tr("页", "p."))}</span> });
    // A document that is named like its own title says it once.
    let heading = match source.heading.split_once(" › ") {
        Some((first, rest)) if first == source.title => rest.to_owned(),
        None if source.heading == source.title => String::new(),
        _ => source.heading.clone(),
    };
    let address = source.url.as_deref().and_then(safe_url);
    let name = match address {
        Some(address) => {
            view! { <a class="tc-link" href=address target="_blank" rel="noopener noreferrer">{source.title}</a> }
                .into_any()
        }
        None => view! { <b>{source.title}</b> }.into_any(),
    };
    let heading = (!heading.is_empty()).then(|| view! { <span>{format!(" › {heading}")}</span> });
    view! { <li><Icon name="file-text" /><span>{name}{heading}" "{page}</span></li> }
}

/// Only addresses that a browser may follow from a chat.
fn safe_url(url: &str) -> Option<String> {
    let lower = url.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:", "/"]
        .iter()
        .any(|start| lower.starts_with(start))
        .then(|| url.trim().to_owned())
}

/// Five faces, the best last.
#[component]
fn Faces(is_open: bool, answer: Callback<Input>) -> impl IntoView {
    const FACES: [(&str, &str, &str); 5] = [
        ("angry", "非常不满意", "Very unhappy"),
        ("frown", "不满意", "Unhappy"),
        ("meh", "一般", "So-so"),
        ("smile", "满意", "Happy"),
        ("laugh", "非常满意", "Very happy"),
    ];
    let faces = FACES
        .into_iter()
        .enumerate()
        .map(|(at, (face, zh, en))| {
            view! {
                <button
                    type="button"
                    class="tc-face"
                    disabled=!is_open
                    title=move || tr(zh, en)
                    aria-label=move || tr(zh, en)
                    on:click=move |event| {
                        event.stop_propagation();
                        answer.run(Input::Choice((at + 1).to_string()));
                    }
                >
                    <Icon name=face />
                </button>
            }
        })
        .collect_view();
    view! { <div class="tc-faces">{faces}</div> }
}

/// A form to fill in, as the customer's window shows it.
#[component]
fn FormBubble(fields: Vec<FormField>, submit: String, is_open: bool, answer: Callback<Input>) -> impl IntoView {
    let values = RwSignal::new(BTreeMap::<String, String>::new());
    let kinds: Vec<(String, FieldKind, bool)> =
        fields.iter().map(|field| (field.id.clone(), field.kind, field.required)).collect();
    let missing = RwSignal::new(false);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let typed = values.get_untracked();
        let is_empty = |id: &String| typed.get(id).is_none_or(|value| value.trim().is_empty());
        if kinds.iter().any(|(id, _, required)| *required && is_empty(id)) {
            return missing.set(true);
        }
        let filled = kinds
            .iter()
            .filter(|(id, ..)| !is_empty(id))
            .map(|(id, kind, _)| (id.clone(), form_value(*kind, &typed[id])))
            .collect();
        answer.run(Input::Form(filled));
    };
    let inputs = fields
        .into_iter()
        .map(|field| {
            let id = field.id.clone();
            let kind = match field.kind {
                FieldKind::Text => "text",
                FieldKind::Number => "number",
                FieldKind::Date => "date",
                FieldKind::Phone => "tel",
                FieldKind::Email => "email",
            };
            view! {
                <label class="tc-field">
                    <span>{field.label}{field.required.then_some(" *")}</span>
                    <input
                        type=kind
                        step="any"
                        disabled=!is_open
                        on:input=move |event| {
                            missing.set(false);
                            values.update(|values| {
                                values.insert(id.clone(), event_target_value(&event));
                            });
                        }
                    />
                </label>
            }
        })
        .collect_view();
    view! {
        <form class="tc-form" novalidate on:submit=send on:click=|event| event.stop_propagation()>
            {inputs}
            {move || missing.get().then(|| view! {
                <small class="tc-missing" role="alert">{tr("请填写带 * 的项。", "Please fill in the fields with *.")}</small>
            })}
            <button type="submit" class="tc-choice" disabled=!is_open>{submit}</button>
        </form>
    }
}

fn form_value(kind: FieldKind, typed: &str) -> Value {
    let typed = typed.trim();
    match kind {
        FieldKind::Number => serde_json::from_str::<serde_json::Number>(typed)
            .map_or_else(|_| Value::String(typed.to_owned()), Value::Number),
        _ => Value::String(typed.to_owned()),
    }
}
