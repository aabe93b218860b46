//! A new detail: its name and where its values come from.

use leptos::prelude::*;
use model::{DetailKind, DetailSource, ServiceList, Texts};

use super::DetailsCx;
use super::kinds::SOURCES;
use crate::api;
use crate::i18n::tr;
use crate::pages::act::act;
use crate::pages::name_pair::NamePair;
use crate::pages::picking::NewDialog;
use crate::ui::{Field, Select};

/// The dialog.
#[component]
pub(super) fn NewDetailDialog(cx: DetailsCx) -> impl IntoView {
    let name = NamePair::new(&Default::default());
    let source = RwSignal::new("dictionary".to_owned());
    let pattern = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let options = Signal::derive(|| {
        SOURCES.iter().map(|(source, zh, en)| ((*source).to_owned(), tr(zh, en).to_owned())).collect::<Vec<_>>()
    });
    let connectors = crate::pages::load::Remote::new(api::connectors);
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
            cx.is_new_open.set(false);
            let key = detail.key.clone();
            cx.details.update(|details| details.push(detail));
            cx.choose.try_run(Some(key));
        });
    };
    view! {
        <NewDialog
            open=cx.is_new_open
            title=move || tr("新建信息项", "New detail")
            name
            zh_placeholder=move || tr("例如：商品", "for example 商品")
            en_placeholder=move || tr("例如：Product", "for example Product")
            busy
            test="create-detail"
            on_create=create
        >
                    <Field label=move || tr("值从哪里来", "Where its values come from")>
                        <Select value=source options=options test="detail-source" on_change=move |chosen| source.set(chosen) />
                    </Field>
                    {move || (source.get() == "pattern").then(|| view! {
                        <Field label=move || tr("正则表达式", "Regular expression") help=move || tr("例如 VIP[0-9]{6}", "for example VIP[0-9]{6}")>
                            <crate::ui::TextInput value=pattern test="new-pattern" />
                        </Field>
                    })}
                    {move || (source.get() == "service").then(|| view! {
                        <Field label=move || tr("连接", "Connection") help=move || tr("在“设置”里添加连接", "Connections are added under Settings")>
                            <Select
                                value=connector
                                options=Signal::derive(move || {
                                    let all = connectors.get().unwrap_or_default();
                                    let first = (String::new(), tr("请选择", "Choose…").to_owned());
                                    std::iter::once(first).chain(all.iter().map(|one| (one.key.0.clone(), crate::i18n::words(&one.name)))).collect::<Vec<_>>()
                                })
                                on_change=move |chosen| connector.set(chosen)
                            />
                        </Field>
                    })}
        </NewDialog>
    }
}
