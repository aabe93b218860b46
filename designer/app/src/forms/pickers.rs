//! Pickers for what the workspace has: libraries, teams, calendars, connectors, flows, steps; and several topics at once.

use editor::widgets::Source;
use leptos::html::Input;
use leptos::prelude::*;
use model::{Named, Resources, Texts};
use serde_json::Value;

use super::caret::fit;
use super::context::{Setting, strings_of};
use super::popup::{Popup, PopupList, Row};
use crate::api;
use crate::i18n::{language_code, tr, tr_string};
use crate::ui::{toast, toast_error};

/// The page where what a picker offers is made.
fn page(source: Source) -> Option<&'static str> {
    match source {
        Source::Library => Some("/library"),
        Source::Detail => Some("/details"),
        Source::Intent => Some("/topics"),
        Source::Team | Source::Calendar | Source::Connector => Some("/settings"),
        Source::Flow => Some("/flows"),
        Source::Node => None,
    }
}

fn manage(source: Source) -> &'static str {
    match source {
        Source::Library => tr("管理知识库", "Manage libraries"),
        Source::Detail => tr("管理信息项", "Manage details"),
        Source::Intent => tr("管理意图", "Manage topics"),
        Source::Team => tr("管理小组", "Manage teams"),
        Source::Calendar => tr("管理服务时间", "Manage opening hours"),
        Source::Connector => tr("管理连接", "Manage connections"),
        Source::Flow => tr("全部流程", "All flows"),
        Source::Node => "",
    }
}

fn none_yet(source: Source) -> &'static str {
    match source {
        Source::Library => tr("还没有知识库", "No answer library yet"),
        Source::Detail => tr("还没有信息项", "No details yet"),
        Source::Intent => tr("还没有意图", "No topics yet"),
        Source::Team => tr("还没有小组", "No team yet"),
        Source::Calendar => tr("还没有服务时间", "No opening hours yet"),
        Source::Connector => tr("还没有连接", "No connection yet"),
        Source::Flow => tr("还没有别的流程", "No other flow yet"),
        Source::Node => tr("还没有别的步骤", "No other step yet"),
    }
}

/// Key and name of each, in the workspace's order.
fn all_of(source: Source, setting: Setting) -> Vec<(String, String)> {
    if source == Source::Node {
        return setting.cx.steps.get();
    }
    setting.cx.resources.with(|resources| named(source, resources))
}

fn named(source: Source, resources: &Resources) -> Vec<(String, String)> {
    let pair = |key: &str, name: &Texts| {
        let words = name.in_language(language_code());
        (key.to_owned(), if words.is_empty() { key.to_owned() } else { words.to_owned() })
    };
    match source {
        Source::Library => resources.libraries.iter().map(|one| pair(one.key.as_str(), &one.name)).collect(),
        Source::Detail => resources.details.iter().map(|one| pair(one.key.as_str(), &one.name)).collect(),
        Source::Team => resources.teams.iter().map(|one| pair(one.key.as_str(), &one.name)).collect(),
        Source::Calendar => resources.calendars.iter().map(|one| pair(one.key.as_str(), &one.name)).collect(),
        Source::Connector => resources.connectors.iter().map(|one| pair(one.key.as_str(), &one.name)).collect(),
        Source::Flow => resources.flows.iter().map(|one| pair(one.key.as_str(), &one.name)).collect(),
        Source::Intent => resources.intents.iter().map(|one| pair(one.key.as_str(), &one.name)).collect(),
        Source::Node => Vec::new(),
    }
}

/// One of them, in a native select; a missing one is shown as missing, never dropped.
#[component]
pub(crate) fn ResourceField(
    setting: Setting,
    source: Source,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] described_by: String,
    #[prop(optional)] is_bare: bool,
) -> impl IntoView {
    let options = move || {
        let chosen = setting.text();
        let all = all_of(source, setting);
        let is_known = chosen.is_empty() || all.iter().any(|(key, _)| *key == chosen);
        let missing = (!is_known).then(|| {
            view! { <option value=chosen.clone() selected=true>{format!("{chosen} · {}", tr("找不到", "not found"))}</option> }
        });
        let list = all
            .into_iter()
            .map(|(key, name)| {
                let is_chosen = key == chosen;
                view! { <option value=key selected=is_chosen>{name}</option> }
            })
            .collect_view();
        view! {
            <option value="" selected=chosen.is_empty()>{if source == Source::Node { tr("选择步骤", "Choose a step…") } else { tr("请选择", "Choose…") }}</option>
            {missing}
            {list}
        }
    };
    let is_empty = move || all_of(source, setting).is_empty();
    view! {
        <div class="f-resource">
            <select
                id=setting.id()
                class="f-select"
                aria-label=move || label.get()
                aria-describedby=described_by
                prop:value=move || setting.text()
                on:change=move |event| setting.set(Value::String(event_target_value(&event)))
            >
                {options}
            </select>
            {(!is_bare).then(|| view! {
                <div class="f-links">
                    {move || is_empty().then(|| view! { <span>{none_yet(source)}</span> })}
                    {page(source).map(|page| view! { <a href=page target="_blank">{move || manage(source)}</a> })}
                </div>
            })}
        </div>
    }
}

/// What the key of a row that creates begins with; no key of an intent does.
const CREATE: &str = "+";

/// Makes a topic with this name and chooses it; its examples are taught on the page of topics.
fn create_intent(setting: Setting, name: String) {
    let mut names = Texts::default();
    names.set(language_code().into(), name.clone());
    leptos::task::spawn_local(async move {
        match api::create_intent(&names, &[]).await {
            Ok(intent) => {
                let key = intent.key.clone();
                setting.cx.resources.try_update(|resources| {
                    resources.intents.push(Named { key: intent.key, name: intent.name });
                });
                setting.push(Value::String(key.0));
                toast(tr_string(
                    || format!("已新建意图“{name}”，请到“意图”页给它几句例子"),
                    || format!("Created “{name}”; give it some example sentences on the Topics page"),
                ));
            }
            Err(error) => toast_error(&error),
        }
    });
}

/// Several of them as tags with a search field.
#[component]
pub(crate) fn ManyField(
    setting: Setting,
    source: Source,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] described_by: String,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    let query = RwSignal::new(String::new());
    let popup = Popup::new(format!("{}-list", setting.id()));
    let suggest = move || {
        let Some(element) = field.get_untracked() else { return };
        let (words, chosen) = (query.get_untracked(), setting.value.with_untracked(strings_of));
        let rows = untrack(move || all_of(source, setting))
            .into_iter()
            .filter(|(key, name)| !chosen.contains(key) && fit(words.trim(), &[key, name]).is_some())
            .map(|(key, name)| Row {
                detail: if key == name { String::new() } else { key.clone() },
                key,
                label: name,
                group: String::new(),
                is_chosen: false,
            })
            .collect::<Vec<_>>();
        let words = words.trim();
        let is_named = untrack(move || all_of(source, setting)).iter().any(|(key, name)| key == words || name == words);
        let mut rows = rows;
        if source == Source::Intent && !words.is_empty() && !is_named {
            rows.push(Row {
                key: format!("{CREATE}{words}"),
                label: tr_string(|| format!("新建意图“{words}”"), || format!("Create the topic “{words}”")),
                detail: String::new(),
                group: String::new(),
                is_chosen: false,
            });
        }
        let frame = element.parent_element();
        popup.show(rows, frame.as_ref().unwrap_or(&element));
    };
    let take = Callback::new(move |key: String| {
        popup.close();
        query.set(String::new());
        match key.strip_prefix(CREATE) {
            Some(name) => create_intent(setting, name.to_owned()),
            None => {
                setting.push(Value::String(key));
                request_animation_frame(suggest);
            }
        }
    });
    let tags = move || {
        let all = all_of(source, setting);
        setting
            .strings()
            .into_iter()
            .enumerate()
            .map(|(at, key)| {
                let name = all.iter().find(|(known, _)| *known == key).map(|(_, name)| name.clone());
                let is_missing = name.is_none();
                let name = name.unwrap_or(key);
                let spoken = format!("{} {name}", tr("移除", "Remove"));
                view! {
                    <span class="f-tag" class:bad=is_missing title=is_missing.then(|| tr("找不到", "Not found"))>
                        {name}
                        <button type="button" aria-label=spoken on:click=move |_| setting.remove(at)>"×"</button>
                    </span>
                }
            })
            .collect_view()
    };
    let is_none = move || all_of(source, setting).is_empty();
    view! {
        <div class="f-many">
            <div class="f-tags">
                {tags}
                <input
                    node_ref=field
                    id=setting.id()
                    type="text"
                    class="nokey"
                    {..popup.combobox()}
                    aria-label=move || label.get()
                    aria-describedby=described_by
                    placeholder=move || tr("查找并添加", "Find and add")
                    prop:value=move || query.get()
                    on:focus=move |_| suggest()
                    on:click=move |_| suggest()
                    on:input=move |event| { query.set(event_target_value(&event)); suggest(); }
                    on:keydown=move |event| {
                        let count = untrack(move || setting.len());
                        let is_back = event.key() == "Backspace" && query.with_untracked(String::is_empty) && !event.is_composing();
                        if !popup.uses(&event, take) && is_back && count > 0 {
                            setting.remove(count - 1);
                        }
                    }
                    on:blur=move |_| { popup.close(); query.set(String::new()); }
                />
                <PopupList popup take />
            </div>
            <div class="f-links">
                {move || is_none().then(|| view! { <span>{none_yet(source)}</span> })}
                {page(source).map(|page| view! { <a href=page target="_blank">{move || manage(source)}</a> })}
            </div>
        </div>
    }
}
