//! The frame around the lists: main navigation, who is signed in, language and theme.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::{use_location, use_navigate};

use crate::api;
use crate::browser;
use crate::i18n::{UiLanguage, language, set_language, tr};
use crate::session::{self, Session, session};
use crate::theme::{Theme, set_theme, theme};
use crate::ui::{Avatar, ErrorState, Icon, Menu, MenuItem, MenuLine, SkeletonRows, toast_error};

/// Shows the child to somebody who is signed in, and the way to sign in to everybody else.
#[component]
pub(crate) fn SignedIn(children: ChildrenFn) -> impl IntoView {
    let navigate = use_navigate();
    let location = use_location();
    Effect::new(move |_| {
        if let Session::SignedOut { .. } = session() {
            let next = location.pathname.get_untracked() + &location.search.get_untracked();
            let next = String::from(js_sys::encode_uri_component(&next));
            navigate(
                &format!("/sign-in?next={next}"),
                leptos_router::NavigateOptions { replace: true, ..Default::default() },
            );
        }
    });
    // Only the kind of session matters here: another language of the member must not draw the page anew.
    let stage = Memo::new(|_| match session() {
        Session::SignedIn(_) => Ok(true),
        Session::Unreachable(error) => Err(error),
        Session::Unknown | Session::SignedOut { .. } => Ok(false),
    });
    move || match stage.get() {
        Ok(true) => children().into_any(),
        Ok(false) => view! { <main class="alone"><SkeletonRows /></main> }.into_any(),
        Err(error) => view! {
            <main class="alone"><ErrorState error on_retry=|()| session::begin() /></main>
        }
        .into_any(),
    }
}

/// Navigation at the left, the page at the right.
#[component]
pub(crate) fn Frame() -> impl IntoView {
    let location = use_location();
    Effect::new(move |_| {
        if let Some(title) = page_title(&location.pathname.get()) {
            browser::set_title(&format!("{title} · Heliu"));
        }
    });
    view! {
        <SignedIn>
            <div class="frame">
                <a class="skip" href="#page">{move || tr("跳到内容", "Skip to content")}</a>
                <nav class="main-nav" aria-label=move || tr("主导航", "Main navigation")>
                    <A href="/flows" attr:class="brand">
                        <b>"合流"</b>
                        <span>"Heliu"</span>
                    </A>
                    <NavLink href="/flows" icon="workflow" label=move || tr("流程", "Flows") />
                    <NavLink href="/desk" icon="headset" label=move || tr("工作台", "Desk") />
                    <NavLink href="/topics" icon="tags" label=move || tr("意图", "Topics") />
                    <NavLink href="/details" icon="scan-text" label=move || tr("信息项", "Details") />
                    <NavLink href="/library" icon="book-open" label=move || tr("知识库", "Library") />
                    <NavLink href="/phrases" icon="quote" label=move || tr("话术", "Phrases") />
                    <NavLink href="/settings" icon="settings" label=move || tr("设置", "Settings") />
                    <span class="space"></span>
                    <UserMenu />
                </nav>
                <div class="frame-page" id="page" tabindex="-1"><Outlet /></div>
            </div>
        </SignedIn>
    }
}

/// The name of the page at this address; the desk names itself, with its count.
fn page_title(path: &str) -> Option<&'static str> {
    match path.split('/').nth(1)? {
        "flows" => Some(tr("流程", "Flows")),
        "topics" => Some(tr("意图", "Topics")),
        "details" => Some(tr("信息项", "Details")),
        "library" => Some(tr("知识库", "Answer library")),
        "phrases" => Some(tr("话术", "Phrases")),
        "settings" => Some(tr("设置", "Settings")),
        _ => None,
    }
}

#[component]
fn NavLink(href: &'static str, icon: &'static str, #[prop(into)] label: TextProp) -> impl IntoView {
    view! {
        <A href=href attr:class="nav-link">
            <Icon name=icon />
            <span>{move || label.get()}</span>
        </A>
    }
}

/// Who is signed in, with what belongs to them.
#[component]
pub(crate) fn UserMenu() -> impl IntoView {
    let name = Signal::derive(session::member_name);
    let email = || match session() {
        Session::SignedIn(info) => info.member.email,
        _ => String::new(),
    };
    let face = move || {
        view! {
            <Avatar name=name />
            <span class="user-name">{name}</span>
            <Icon name="chevrons-up-down" />
        }
    };
    view! {
        <Menu label=move || tr("我的菜单", "My menu") face=face up=true left=true test="user-menu">
            <div class="menu-head"><b>{name}</b><small>{email}</small></div>
            <MenuLine />
            <LanguageItems />
            <MenuLine />
            {Theme::ALL.map(|choice| view! {
                <MenuItem
                    icon=theme_icon(choice)
                    label=move || theme_name(choice)
                    checked=Signal::derive(move || theme() == choice)
                    on_press=move |()| set_theme(choice)
                />
            })}
            <MenuLine />
            <MenuItem icon="log-out" label=move || tr("退出登录", "Sign out") test="sign-out" on_press=|()| sign_out() />
        </Menu>
    }
}

#[component]
fn LanguageItems() -> impl IntoView {
    [UiLanguage::Zh, UiLanguage::En].map(|choice| {
        view! {
            <MenuItem
                icon="languages"
                label=choice.name()
                checked=Signal::derive(move || language() == choice)
                on_press=move |()| choose_language(choice)
            />
        }
    })
}

/// Switches the screens here, and tells the server for the member's other browsers.
pub(crate) fn choose_language(choice: UiLanguage) {
    set_language(choice);
    if matches!(untrack(session), Session::SignedIn(_)) {
        spawn_local(async move {
            if let Err(error) = api::set_session_language(choice.code()).await {
                toast_error(&error);
            }
        });
    }
}

fn theme_icon(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "monitor",
        Theme::Light => "sun",
        Theme::Dark => "moon",
    }
}

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => tr("跟随系统", "As the system"),
        Theme::Light => tr("浅色", "Light"),
        Theme::Dark => tr("深色", "Dark"),
    }
}

fn sign_out() {
    spawn_local(async {
        match api::sign_out().await {
            Ok(()) => session::lost(),
            Err(error) => toast_error(&error),
        }
    });
}
