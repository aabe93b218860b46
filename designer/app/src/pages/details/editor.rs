//! One detail: its name and where its values come from. Every change is saved by itself.

use leptos::prelude::*;
use model::{DetailKind, DetailSource, ServiceList};

use super::DetailsCx;
use super::entries::Entries;
use super::kinds::{kind_name, kind_of, kind_words, source_words};
use crate::api::{self, DetailShown};
use crate::browser;
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::{act, delete_with_undo};
use crate::pages::kept::{Change, Kept, Refusal, SavingState};
use crate::pages::load::Remote;
use crate::pages::name_pair::{NameFields, NamePair};
use crate::pages::when::ago;
use crate::ui::{Button, Field, Icon, Menu, MenuItem, Pill, Select, TextInput, Tone};

/// The editor of the detail with this key.
#[component]
pub(super) fn DetailEditor(cx: DetailsCx, key: String) -> impl IntoView {
    let detail = Remote::new(move || {
        let key = key.clone();
        async move { api::detail(&key).await }
    });
    detail.show(6, move || detail.now().map(|detail| view! { <Editor cx detail /> }))
}

#[component]
fn Editor(cx: DetailsCx, detail: DetailShown) -> impl IntoView {
    let name = NamePair::new(&detail.name);
    let kept = Kept::new(
        detail,
        move |mut line: DetailShown| {
            line.n_entries = line.source.entries().len();
            if let Some(entries) = line.source.entries_mut() {
                entries.clear();
            }
            cx.listing.changed(line);
        },
        move |detail: DetailShown| async move {
            api::save_detail(&detail).await?;
            cx.saved.try_update(|n| *n += 1);
            Ok(())
        },
    );
    let (detail, change) = (kept.value, kept.change());
    let key = detail.with_untracked(|detail| detail.key.clone());
    let is_list = detail.with_untracked(|detail| {
        matches!(detail.source, DetailSource::Dictionary { .. } | DetailSource::Service { .. })
    });
    let file = format!("/api/details/{key}/entries.csv");

    view! {
        <header class="column-head">
            <div>
                <h2>{move || detail.with(|detail| words(&detail.name))}</h2>
                <code class="quiet">{key}</code>
            </div>
            <Pill tone=Tone::Plain text=move || detail.with(|detail| source_words(&detail.source)) />
            <span class="space"></span>
            <SavingState kept />
            <Menu label=move || tr("更多", "More")>
                {is_list.then(|| {
                    let file = file.clone();
                    view! { <MenuItem icon="download" label=move || tr("下载 CSV", "Download CSV") on_press=move |()| browser::download(&file) /> }
                })}
                <MenuItem icon="trash-2" danger=true label=move || tr("删除信息项", "Delete the detail") on_press=move |()| delete(cx, detail.get_untracked()) />
            </Menu>
        </header>
        <div class="column-body stack">
            <NameFields pair=name on_change=kept.rename(name, |detail, name| detail.name = name) />
            <Refusal kept />
            {match detail.get_untracked().source {
                DetailSource::BuiltIn { kind } => view! { <BuiltIn kind change /> }.into_any(),
                DetailSource::Pattern { pattern } => view! { <PatternField pattern change /> }.into_any(),
                DetailSource::Dictionary { .. } => view! { <Entries detail=detail.into() change is_fixed=false /> }.into_any(),
                DetailSource::Service { list, .. } => view! {
                    <Service list detail change />
                    <Entries detail=detail.into() change is_fixed=true />
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn BuiltIn(kind: DetailKind, change: Change<DetailShown>) -> impl IntoView {
    let chosen = RwSignal::new(kind_name(kind));
    let options = Signal::derive(|| {
        let mut options: Vec<_> =
            DetailKind::ALL.iter().map(|kind| (kind_name(*kind), kind_words(*kind).to_owned())).collect();
        options.sort_by(|a, b| a.1.cmp(&b.1));
        options
    });
    view! {
        <Field label=move || tr("类型", "Kind") help=move || tr("机器人已经会认的一类值", "A kind of value that the bot already knows")>
            <Select value=chosen options=options on_change=move |name: String| {
                if let Some(kind) = kind_of(&name) {
                    chosen.set(name);
                    change.run(Box::new(move |detail| detail.source = DetailSource::BuiltIn { kind }));
                }
            } />
        </Field>
    }
}

#[component]
fn PatternField(pattern: String, change: Change<DetailShown>) -> impl IntoView {
    let text = RwSignal::new(pattern);
    view! {
        <Field
            label=move || tr("正则表达式", "Regular expression")
            help=move || tr("有括号时取第一个括号里的内容，例如 VIP([0-9]{6})。全角字母和数字会当作半角。", "With brackets, the first bracket is the value, for example VIP([0-9]{6}). Full-width letters and digits count as half-width.")
        >
            <TextInput value=text test="pattern" on_change=move |pattern: String| {
                change.run(Box::new(move |detail| detail.source = DetailSource::Pattern { pattern }));
            } />
        </Field>
    }
}

#[component]
fn Service(list: ServiceList, detail: RwSignal<DetailShown>, change: Change<DetailShown>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let connectors = Remote::new(api::connectors);
    let connector = RwSignal::new(list.connector.0.clone());
    let fields = (
        RwSignal::new(list.path.clone()),
        RwSignal::new(list.items.clone()),
        RwSignal::new(list.value.clone()),
        RwSignal::new(list.synonyms.clone()),
        RwSignal::new(list.every_minutes.to_string()),
    );
    let (path, items, value, synonyms, minutes) = fields;
    let commit = Callback::new(move |_: String| {
        let list = ServiceList {
            connector: connector.get_untracked().into(),
            path: path.get_untracked().trim().to_owned(),
            items: items.get_untracked().trim().to_owned(),
            value: value.get_untracked().trim().to_owned(),
            synonyms: synonyms.get_untracked().trim().to_owned(),
            every_minutes: minutes.get_untracked().trim().parse().unwrap_or(60),
        };
        change.run(Box::new(move |detail| {
            if let DetailSource::Service { list: kept, .. } = &mut detail.source {
                *kept = list;
            }
        }));
    });
    let options = Signal::derive(move || {
        let all = connectors.get().unwrap_or_default();
        let first = (String::new(), tr("请选择", "Choose…").to_owned());
        std::iter::once(first).chain(all.iter().map(|one| (one.key.0.clone(), words(&one.name)))).collect::<Vec<_>>()
    });
    let refresh = move |()| {
        let key = detail.with_untracked(|detail| detail.key.clone());
        act(busy, async move { api::refresh_detail(&key).await }, move |fresh| detail.set(fresh));
    };
    view! {
        <div class="two">
            <Field label=move || tr("连接", "Connection")>
                <Select value=connector options=options on_change=move |chosen: String| { connector.set(chosen.clone()); commit.run(chosen); } />
            </Field>
            <Field label=move || tr("路径", "Path") help=move || tr("接在连接的地址后面，例如 /stores", "Comes after the connection's address, for example /stores")>
                <TextInput value=path on_change=commit />
            </Field>
            <Field label=move || tr("列表在哪里", "Where the list is") help=move || tr("例如 data.items；整个回复就是列表时留空", "For example data.items; empty when the reply is the list")>
                <TextInput value=items on_change=commit />
            </Field>
            <Field label=move || tr("值在哪里", "Where the value is") help=move || tr("例如 name；每一项就是值时留空", "For example name; empty when each item is the value")>
                <TextInput value=value on_change=commit />
            </Field>
            <Field label=move || tr("同义词在哪里", "Where the synonyms are") help=move || tr("列表，或用逗号分开的文字；没有就留空", "A list, or a text with commas; empty when there are none")>
                <TextInput value=synonyms on_change=commit />
            </Field>
            <Field label=move || tr("多久取一次（分钟）", "Fetched every (minutes)")>
                <TextInput value=minutes on_change=commit />
            </Field>
        </div>
        <div class="row">
            <Button icon="refresh-cw" busy=busy label=move || tr("现在取一次", "Fetch now") on_press=refresh />
            <span class="quiet">{move || detail.with(|detail| match &detail.fetched_at {
                Some(at) => { let at = ago(at); tr_string(|| format!("上次成功：{at}"), || format!("Last fetched {at}")) }
                None => tr("还没有取到过", "Not fetched yet").to_owned(),
            })}</span>
        </div>
        {move || detail.with(|detail| detail.trouble.as_ref().map(|why| {
            let why = words(why);
            view! {
                <p class="notice warn" role="status">
                    <Icon name="triangle-alert" />
                    {tr_string(|| format!("上一次没有取到：{why}。先用以前的值。"), || format!("The last time failed: {why}. The earlier values are still in use."))}
                </p>
            }
        }))}
    }
}

fn delete(cx: DetailsCx, detail: DetailShown) {
    let name = words(&detail.name);
    let (key, gone) = (detail.key.clone(), detail.key.clone());
    delete_with_undo(
        tr_string(|| format!("已删除信息项“{name}”"), || format!("Deleted the detail “{name}”")),
        async move { api::delete_detail(&key).await },
        move || cx.listing.deleted(&gone),
        move || {
            let detail = detail.clone();
            async move { api::restore_detail(&detail).await }
        },
        move || cx.listing.all.reload(),
    );
}
