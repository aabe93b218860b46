//! The workspace: where customers reach it, who works in it, and when.

mod calendars;
mod channels;
mod connectors;
mod members;
mod models;
mod shared;
mod teams;

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use self::calendars::CalendarsPart;
use self::channels::ChannelsPart;
use self::connectors::ConnectorsPart;
use self::members::MembersPart;
use self::models::ModelsPart;
use self::teams::TeamsPart;
use super::NotFoundPage;
use crate::i18n::tr;
use crate::session::{Session, session};
use crate::ui::Icon;

/// The page: parts at the left, the chosen one at the right.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let params = use_params_map();
    let part = Memo::new(move |_| params.with(|params| params.get("part")).unwrap_or_else(|| "channels".to_owned()));
    let workspace = || match session() {
        Session::SignedIn(info) => info.workspace.name,
        _ => String::new(),
    };
    let version = || match session() {
        Session::SignedIn(info) if !info.version.is_empty() => format!("Heliu {}", info.version),
        _ => String::new(),
    };
    view! {
        <main class="page">
            <header class="page-head">
                <h1>{move || tr("设置", "Settings")}</h1>
                <p class="quiet">{workspace}</p>
            </header>
            <div class="settings">
                <nav class="settings-nav" aria-label=move || tr("设置分类", "Parts of the settings")>
                    <PartLink part name="channels" icon="message-circle" label=move || tr("渠道", "Channels") />
                    <PartLink part name="teams" icon="users" label=move || tr("团队", "Teams") />
                    <PartLink part name="calendars" icon="calendar-clock" label=move || tr("服务时间", "Opening hours") />
                    <PartLink part name="connectors" icon="plug" label=move || tr("系统连接", "Connections") />
                    <PartLink part name="models" icon="brain" label=move || tr("模型", "Models") />
                    <PartLink part name="members" icon="user-round" label=move || tr("成员", "Members") />
                    <small class="quiet settings-version">{version}</small>
                </nav>
                <div class="settings-part">
                    {move || match part.get().as_str() {
                        "channels" => view! { <ChannelsPart /> }.into_any(),
                        "teams" => view! { <TeamsPart /> }.into_any(),
                        "calendars" => view! { <CalendarsPart /> }.into_any(),
                        "connectors" => view! { <ConnectorsPart /> }.into_any(),
                        "models" => view! { <ModelsPart /> }.into_any(),
                        "members" => view! { <MembersPart /> }.into_any(),
                        _ => view! { <NotFoundPage /> }.into_any(),
                    }}
                </div>
            </div>
        </main>
    }
}

#[component]
fn PartLink(
    part: Memo<String>,
    name: &'static str,
    icon: &'static str,
    #[prop(into)] label: TextProp,
) -> impl IntoView {
    view! {
        <A href=format!("/settings/{name}") attr:class=move || if part.get() == name { "settings-link on" } else { "settings-link" }>
            <Icon name=icon />
            <span>{move || label.get()}</span>
        </A>
    }
}

/// The head of a part: what it is, what it is for, what can be done.
#[component]
fn PartHead(
    #[prop(into)] title: TextProp,
    #[prop(into)] words: TextProp,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="part-head">
            <div><h2>{move || title.get()}</h2><p class="quiet">{move || words.get()}</p></div>
            <span class="space"></span>
            {children.map(|children| children())}
        </header>
    }
}
