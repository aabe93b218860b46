//! Channels: which flow customers on the web get, and the line that puts the chat on a page.

use leptos::prelude::*;

use super::PartHead;
use crate::api::{self, Channel, FlowSummary};
use crate::browser;
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::ui::{Button, EmptyState, Field, Icon, Pill, Select, Tone, toast};

/// The part.
#[component]
pub(super) fn ChannelsPart() -> impl IntoView {
    let channels = Remote::new(api::channels);
    let flows = Remote::new(api::flows);
    view! {
        <PartHead
            title=move || tr("渠道", "Channels")
            words=move || tr("客户从哪里来，进来后由哪个流程接待。", "Where customers come in, and which flow meets them.")
        />
        {channels.show(2, move || view! {
            {move || {
                let channels = channels.get().unwrap_or_default();
                if channels.is_empty() {
                    view! {
                        <div class="panel"><EmptyState icon="message-circle" title=move || tr("还没有渠道", "No channels yet") /></div>
                    }
                    .into_any()
                } else {
                    channels.into_iter().map(|channel| view! { <ChannelCard channel flows /> }).collect_view().into_any()
                }
            }}
        })}
    }
}

#[component]
fn ChannelCard(channel: Channel, flows: Remote<Vec<FlowSummary>>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let flow = RwSignal::new(channel.flow.clone());
    let channel = StoredValue::new(channel);
    let options = move || {
        let mut options = vec![(String::new(), tr("未选择", "None chosen").to_owned())];
        for flow in flows.get().unwrap_or_default() {
            let note = if flow.live.is_none() { tr("（未发布）", " (not published)") } else { "" };
            options.push((flow.key.clone(), format!("{}{note}", words(&flow.name))));
        }
        options
    };
    let choose = Callback::new(move |key: String| {
        let chosen = (!key.is_empty()).then_some(key);
        let changed = Channel { flow: chosen.clone(), ..channel.get_value() };
        act(busy, async move { api::save_channel(&changed).await }, move |_| {
            flow.set(chosen);
            toast(tr("渠道已更新", "The channel has been changed"));
        });
    });
    let is_live = move || {
        flow.get().is_some_and(|key| {
            flows
                .with(|flows| flows.is_none_or(|flows| flows.iter().any(|flow| flow.key == key && flow.live.is_some())))
        })
    };
    let key = channel.with_value(|channel| channel.key.clone());
    let chat = format!("{}/chat/{key}", browser::origin());
    let snippet = format!("<script async src=\"{}/widget.js\" data-channel=\"{key}\"></script>", browser::origin());
    let (copied_chat, copied_snippet) = (chat.clone(), snippet.clone());

    view! {
        <section class="panel part-card stack">
            <header class="row">
                <span class="flow-mark"><Icon name="message-circle" /></span>
                <div>
                    <h3>{move || match channel.with_value(|channel| channel.name.clone()) {
                        name if name.is_empty() => tr("网页", "Web page").to_owned(),
                        name => name,
                    }}</h3>
                    <code class="quiet">{key.clone()}</code>
                </div>
                <span class="space"></span>
                {move || if is_live() {
                    view! { <Pill tone=Tone::Ok icon="circle-dot" text=move || tr("接待中", "Open") /> }.into_any()
                } else {
                    view! { <Pill tone=Tone::Warn icon="circle-pause" text=move || tr("没有接待", "Nobody is met") /> }.into_any()
                }}
            </header>
            <Field
                label=move || tr("接待流程", "Flow")
                help=move || tr("新来的客户进入它的线上版本；进行中的会话不受影响。", "New customers get its live version; conversations under way stay as they are.")
            >
                <Select
                    value=Signal::derive(move || flow.get().unwrap_or_default())
                    options=Signal::derive(options)
                    disabled=busy
                    on_change=choose
                    test="channel-flow"
                />
            </Field>
            <div class="field">
                <span class="field-label">{move || tr("客户聊天页", "Chat page")}</span>
                <div class="copy-line">
                    <code>{chat.clone()}</code>
                    <a class="btn ghost small" href=chat target="_blank" rel="noopener"><Icon name="external-link" />{move || tr("打开", "Open")}</a>
                    <Button small=true icon="copy" label=move || tr("复制", "Copy") on_press=move |()| copy(&copied_chat) />
                </div>
            </div>
            <div class="field">
                <span class="field-label">{move || tr("嵌入您的网站", "On your own pages")}</span>
                <div class="copy-line">
                    <code>{snippet}</code>
                    <Button small=true icon="copy" label=move || tr("复制", "Copy") on_press=move |()| copy(&copied_snippet) />
                </div>
                <small>{move || tr_string(
                    || "把这一行放在网页 </body> 之前，右下角就会出现聊天按钮。".to_owned(),
                    || "Put this line before </body>: a chat button appears at the lower right.".to_owned(),
                )}</small>
            </div>
        </section>
    }
}

fn copy(text: &str) {
    browser::copy(text);
    toast(tr("已复制", "Copied"));
}
