//! A new detail: its name and where its values come from.

use leptos::prelude::*;
use model::{DetailKind, DetailSource, ServiceList, Texts};

use super::kinds::SOURCES;
use crate::api::{self, DetailShown};
use crate::i18n::{tr, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::pages::name_pair::NamePair;
use crate::pages::picking::{Listing, NameDialog};
use crate::ui::{Field, Select, TextInput};

/// What a source of values is for, with an example.
fn meaning(source: &str) -> &'static str {
    match source {
        "pattern" => tr("样子固定的值，例如会员号、保单号。", "Values of one shape, such as member or policy numbers."),
        "built_in" => tr(
            "日期、金额、电话等机器人本来就认得的，换个名字用。",
            "Dates, amounts, phone numbers and the like, which the bot knows, under a name of yours.",
        ),
        "service" => tr(
            "从您的系统里定时读取，例如在售商品。",
            "Read from a system of yours again and again, such as the products on sale.",
        ),
        _ => tr(
            "一张表：每个值和它的同义词，例如商品、门店。",
            "A table of values with their synonyms, such as products or shops.",
        ),
    }
}

/// The dialog.
#[component]
pub(super) fn NewDetailDialog(listing: Listing<DetailShown>) -> impl IntoView {
    let name = NamePair::new(&Default::default());
    let source = RwSignal::new("dictionary".to_owned());
    let pattern = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let options = Signal::derive(|| {
        SOURCES.iter().map(|(source, zh, en)| ((*source).to_owned(), tr(zh, en).to_owned())).collect::<Vec<_>>()
    });
    let connectors = Remote::new(api::connectors);
    let connector = RwSignal::new(String::new());
    let create = move |texts: Texts| {
        let wanted = match source.get_untracked().as_str() {
            "pattern" => DetailSource::Pattern { pattern: pattern.get_untracked() },
            "built_in" => DetailSource::BuiltIn { kind: DetailKind::Date },
            "service" => DetailSource::Service {
                list: ServiceList {
                    connector: connector.get_untracked().into(),
                    every_minutes: 60,
                    ..ServiceList::default()
                },
                entries: Vec::new(),
            },
            _ => DetailSource::Dictionary { entries: Vec::new() },
        };
        act(busy, async move { api::create_detail(&texts, &wanted).await }, move |detail| {
            name.clear();
            pattern.set(String::new());
            listing.made(detail);
        });
    };
    view! {
        <NameDialog
            open=listing.is_new_open
            title=move || tr("新建信息项", "New detail")
            name
            zh_placeholder=move || tr("例如：商品", "for example 商品")
            en_placeholder=move || tr("例如：Product", "for example Product")
            busy
            test="create-detail"
            on_submit=create
        >
            <Field label=move || tr("值从哪里来", "Where its values come from") help=move || meaning(&source.get())>
                <Select value=source options=options test="detail-source" on_change=move |chosen| source.set(chosen) />
            </Field>
            {move || (source.get() == "pattern").then(|| view! {
                <Field label=move || tr("正则表达式", "Regular expression") help=move || tr("例如 VIP[0-9]{6}", "for example VIP[0-9]{6}")>
                    <TextInput value=pattern test="new-pattern" />
                </Field>
            })}
            {move || (source.get() == "service").then(|| view! {
                <Field label=move || tr("连接", "Connection") help=move || tr("在“设置”里添加连接", "Connections are added under Settings")>
                    <Select
                        value=connector
                        options=Signal::derive(move || {
                            let all = connectors.get().unwrap_or_default();
                            let first = (String::new(), tr("请选择", "Choose…").to_owned());
                            std::iter::once(first).chain(all.iter().map(|one| (one.key.0.clone(), words(&one.name)))).collect::<Vec<_>>()
                        })
                        on_change=move |chosen| connector.set(chosen)
                    />
                </Field>
            })}
        </NameDialog>
    }
}
