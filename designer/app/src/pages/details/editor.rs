//! One detail: its name and where its values come from. Every change is saved by itself.

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{DetailKind, DetailSource, ServiceList};

use super::DetailsCx;
use super::entries::Entries;
use super::kinds::{kind_name, kind_of, kind_words, source_words};
use crate::api::{self, DetailShown};
use crate::browser;
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::pages::name_pair::{NameFields, NamePair};
use crate::pages::when::ago;
use crate::ui::{Button, Field, Icon, Menu, MenuItem, Pill, Select, TextInput, Tone, toast_error, toast_undo};

const SAVE_AFTER_MS: u64 = 600;

/// A change of the detail that is edited.
pub(super) type Change = Callback<Box<dyn FnOnce(&mut DetailShown)>>;

/// How far saving has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Saving {
    Saved,
    Changed,
    Sending,
    /// Why it was refused.
    Failed(String),
}

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
    let saving = RwSignal::new(Saving::Saved);
    let detail = RwSignal::new(detail);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let send = move || {
        let Some(current) = detail.try_get_untracked() else { return };
        saving.set(Saving::Sending);
        spawn_local(async move {
            let next = match api::save_detail(&current).await {
                Ok(_) => {
                    cx.saved.try_update(|n| *n += 1);
                    Saving::Saved
                }
                Err(error) => Saving::Failed(error.title),
            };
            // What was written while it was sent waits for its own timer.
            if saving.try_get_untracked() == Some(Saving::Sending) {
                saving.set(next);
            }
        });
    };
    let change: Change = Callback::new(move |edit: Box<dyn FnOnce(&mut DetailShown)>| {
        detail.update(edit);
        let mut line = detail.get_untracked();
        line.n_entries = line.source.entries().len();
        if let Some(entries) = line.source.entries_mut() {
            entries.clear();
        }
        cx.details.update(|details| {
            if let Some(place) = details.iter_mut().find(|other| other.key == line.key) {
                *place = line;
            }
        });
        saving.set(Saving::Changed);
        timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            *timer = set_timeout_with_handle(send, std::time::Duration::from_millis(SAVE_AFTER_MS)).ok();
        });
    });
    // Leaving with something unsent sends it at once.
    on_cleanup(move || {
        if saving.try_get_untracked() == Some(Saving::Changed)
            && let Some(current) = detail.try_get_untracked()
        {
            timer.try_update_value(|timer| timer.take().map(|timer| timer.clear()));
            spawn_local(async move {
                if let Err(error) = api::save_detail(&current).await {
                    toast_error(&error);
                }
            });
        }
    });
    let rename = Callback::new(move |_: String| {
        let texts = untrack(|| name.texts());
        if !texts.is_empty() {
            change.run(Box::new(move |detail| detail.name = texts));
        }
    });
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
            <span class="quiet" role="status" data-test="detail-saving">{move || saving_words(&saving.get())}</span>
            <Menu label=move || tr("更多", "More")>
                {is_list.then(|| {
                    let file = file.clone();
                    view! { <MenuItem icon="download" label=move || tr("下载 CSV", "Download CSV") on_press=move |()| browser::download(&file) /> }
                })}
                <MenuItem icon="trash-2" danger=true label=move || tr("删除信息项", "Delete the detail") on_press=move |()| delete(cx, detail.get_untracked()) />
            </Menu>
        </header>
        <div class="column-body stack">
            <NameFields pair=name on_change=rename />
            {move || match saving.get() {
                Saving::Failed(why) => Some(view! { <p class="notice bad" role="alert"><Icon name="circle-alert" />{why}</p> }),
                _ => None,
            }}
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

fn saving_words(saving: &Saving) -> &'static str {
    match saving {
        Saving::Saved => tr("已保存", "Saved"),
        Saving::Changed | Saving::Sending => tr("保存中…", "Saving…"),
        Saving::Failed(_) => tr("没有保存", "Not saved"),
    }
}

#[component]
fn BuiltIn(kind: DetailKind, change: Change) -> impl IntoView {
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
fn PatternField(pattern: String, change: Change) -> impl IntoView {
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
fn Service(list: ServiceList, detail: RwSignal<DetailShown>, change: Change) -> impl IntoView {
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
    spawn_local(async move {
        if let Err(error) = api::delete_detail(&detail.key).await {
            return toast_error(&error);
        }
        let name = words(&detail.name);
        cx.details.update(|details| details.retain(|other| other.key != detail.key));
        cx.choose.try_run(None);
        toast_undo(
            tr_string(|| format!("已删除信息项“{name}”"), || format!("Deleted the detail “{name}”")),
            move || {
                let detail = detail.clone();
                spawn_local(async move {
                    match api::restore_detail(&detail).await {
                        Ok(_) => cx.details.reload(),
                        Err(error) => toast_error(&error),
                    }
                });
            },
        );
    });
}
