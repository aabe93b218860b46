//! Connections: the outside systems that steps call.

mod secrets;

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::{Connector, ConnectorKey, Texts};

use self::secrets::{SecretFields, SecretRows};
use super::PartHead;
use super::shared::{FormFoot, delete_with_undo};
use crate::api::{self, SecretState};
use crate::i18n::{tr, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{
    Button, ButtonKind, Dialog, DialogSize, EmptyState, Field, Icon, IconButton, Pill, TextArea, TextInput, Tone,
};

/// The address of the order service that comes along.
const DEMO: &str = "heliu:demo";

/// The part.
#[component]
pub(super) fn ConnectorsPart() -> impl IntoView {
    let connectors = Remote::new(api::connectors);
    let secrets = Remote::new(api::secrets);
    let open = RwSignal::new(false);
    let editing = RwSignal::new(None::<Connector>);
    let begin = move |connector: Option<Connector>| {
        editing.set(connector);
        open.set(true);
    };
    view! {
        <PartHead
            title=move || tr("系统连接", "Connections")
            words=move || tr("订单、会员、工单等系统，流程里的“调用接口”用它们。", "Orders, customers, tickets: the systems that steps call.")
        >
            <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建连接", "New connection") on_press=move |()| begin(None) />
        </PartHead>
        {connectors.show(2, move || view! {
            <div class="panel">
                {move || {
                    let all = connectors.get().unwrap_or_default();
                    if all.is_empty() {
                        return view! {
                            <EmptyState
                                icon="plug"
                                title=move || tr("还没有连接", "No connections yet")
                                detail=move || tr("接上一个系统，机器人就能查订单、建工单。", "Connect a system, and the bot can look up orders or open tickets.")
                            />
                        }
                        .into_any();
                    }
                    let rows = all.into_iter().map(|connector| {
                        let (edited, deleted) = (connector.clone(), connector.clone());
                        let key = connector.key.clone();
                        let misses = move || {
                            let states = secrets.get().unwrap_or_default();
                            states.iter().any(|state| state.connector == key && !state.opens)
                        };
                        let misses_one = move || misses().then(|| view! {
                            <Pill tone=Tone::Warn icon="key-round" text=move || tr("缺密钥", "A secret is missing") />
                        });
                        let address = if connector.base_url == DEMO { tr("自带的演示订单系统", "The demo orders that come along").to_owned() } else { connector.base_url.clone() };
                        view! {
                            <li class="line">
                                <span class="flow-mark"><Icon name="plug" /></span>
                                <div class="line-words"><b>{words(&connector.name)}</b><small class="quiet ellipsis">{address}</small></div>
                                {misses_one}
                                <IconButton icon="pencil" label=move || tr("修改", "Edit") on_press=move |()| begin(Some(edited.clone())) />
                                <IconButton icon="trash-2" danger=true label=move || tr("删除", "Delete") on_press=move |()| {
                                    let (connector, key) = (deleted.clone(), deleted.key.0.clone());
                                    delete_with_undo(
                                        untrack(|| words(&connector.name)),
                                        async move { api::delete_connector(&key).await },
                                        move || { let connector = connector.clone(); async move { api::create_connector(&connector).await } },
                                        move || connectors.reload(),
                                    );
                                } />
                            </li>
                        }
                    }).collect_view();
                    view! { <ul class="lines">{rows}</ul> }.into_any()
                }}
            </div>
        })}
        <Dialog open size=DialogSize::Medium title=move || tr("系统连接", "Connection")>
            <ConnectorForm connectors secrets open connector=editing.get_untracked() />
        </Dialog>
    }
}

#[component]
fn ConnectorForm(
    connectors: Remote<Vec<Connector>>,
    secrets: Remote<Vec<SecretState>>,
    open: RwSignal<bool>,
    connector: Option<Connector>,
) -> impl IntoView {
    let is_new = connector.is_none();
    let connector = connector.unwrap_or_else(|| Connector {
        key: ConnectorKey::default(),
        name: Texts::default(),
        base_url: String::new(),
        headers: BTreeMap::new(),
        secrets: BTreeMap::new(),
    });
    let rows = SecretRows::new(&connector, &untrack(|| secrets.get().unwrap_or_default()));
    let name = NamePair::new(&connector.name);
    let base_url = RwSignal::new(connector.base_url.clone());
    let headers = RwSignal::new(
        connector.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n"),
    );
    let key = connector.key;
    let busy = RwSignal::new(false);
    let wrong_url = Signal::derive(move || {
        base_url.with(|url| {
            let url = url.trim();
            let is_fine = url.is_empty() || url == DEMO || url.starts_with("https://") || url.starts_with("http://");
            if is_fine { String::new() } else { tr("以 https:// 开头", "Begin with https://").to_owned() }
        })
    });
    let wrong_headers = Signal::derive(move || {
        if headers.with(|text| parse_headers(text).is_some()) {
            String::new()
        } else {
            tr("每行写成 名称: 值", "Write each line as Name: value").to_owned()
        }
    });
    let is_ready = Signal::derive(move || {
        !name.is_empty()
            && !base_url.with(|url| url.trim().is_empty())
            && wrong_url.with(String::is_empty)
            && wrong_headers.with(String::is_empty)
            && rows.is_whole()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (true, Some(headers)) = (is_ready.get_untracked(), headers.with_untracked(|text| parse_headers(text)))
        else {
            return;
        };
        let texts = untrack(|| name.texts());
        let base_url = base_url.get_untracked().trim().to_owned();
        let connector = Connector { key: key.clone(), name: texts, base_url, headers, secrets: rows.headers() };
        act(
            busy,
            async move {
                let saved = if is_new {
                    api::create_connector(&connector).await?
                } else {
                    api::save_connector(&connector).await?
                };
                rows.send(saved["key"].as_str().unwrap_or_default()).await
            },
            move |()| {
                let _ = open.try_set(false);
                connectors.reload();
                secrets.reload();
            },
        );
    };
    view! {
        <form on:submit=submit>
            <div class="dialog-body">
                <NameFields pair=name autofocus=true zh_placeholder=move || tr("例如：订单系统", "for example 订单系统") en_placeholder=move || tr("例如：Orders", "for example Orders") />
                <Field
                    label=move || tr("地址", "Address")
                    help=move || tr("所有调用都以它开头。heliu:demo 是自带的演示订单系统。", "Every call begins with it. heliu:demo is the demo orders that come along.")
                    problem=wrong_url
                >
                    <TextInput value=base_url placeholder="https://api.example.com/v1" />
                </Field>
                <Field
                    label=move || tr("请求头，每行一个", "Headers, one per line")
                    help=move || tr("不要把密钥写在这里，用下面的“添加密钥”。", "No secrets here: add them below.")
                    problem=wrong_headers
                >
                    <TextArea value=headers rows=2 placeholder="X-Shop: heliu" />
                </Field>
                <SecretFields rows />
            </div>
            <FormFoot open busy disabled=Signal::derive(move || !is_ready.get()) />
        </form>
    }
}

/// Headers as lines of `Name: value`; nothing when a line is not one.
fn parse_headers(text: &str) -> Option<BTreeMap<String, String>> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (name, value) = line.split_once(':')?;
            let name = name.trim();
            let is_token = !name.is_empty()
                && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
            is_token.then(|| (name.to_owned(), value.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_lines_of_name_and_value() {
        let headers = parse_headers("X-Shop: heliu\n\n X-Time : 12:30 ").expect("two headers");

        assert_eq!(headers.get("X-Shop").map(String::as_str), Some("heliu"));
        assert_eq!(headers.get("X-Time").map(String::as_str), Some("12:30"));
        assert_eq!(parse_headers("no colon"), None);
    }
}
