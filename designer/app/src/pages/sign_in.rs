//! Signing in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::door::{Door, DoorError};
use crate::api::{self, ApiError};
use crate::i18n::tr;
use crate::session::{self, Session};
use crate::ui::{Button, ButtonKind, Field, Icon, TextInput};

/// E-mail and password; afterwards the page that was asked for.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let query = use_query_map();
    let navigate = use_navigate();

    // Whoever is signed in has no business here.
    Effect::new(move |_| {
        if let Session::SignedIn(_) = session::session() {
            let next = query
                .with_untracked(|query| query.get("next"))
                .filter(|next| next.starts_with('/') && !next.starts_with("//"));
            navigate(next.as_deref().unwrap_or("/flows"), NavigateOptions { replace: true, ..Default::default() });
        }
    });
    let is_setup_needed = || matches!(session::session(), Session::SignedOut { setup_needed: true });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let answer = api::sign_in(email.get_untracked().trim(), &password.get_untracked()).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(info) => session::signed_in(info),
                Err(refusal) => drop(error.try_set(Some(refusal))),
            }
        });
    };

    view! {
        <Door
            title=move || tr("登录", "Sign in")
            words=move || tr("用您的工作邮箱登录。", "Use the e-mail address of your account.")
        >
            {move || is_setup_needed().then(|| view! {
                <div class="notice warn">
                    <Icon name="key-round" />
                    <div>
                        <b>{tr("还没有管理员", "There is no owner yet")}</b>
                        <span>{tr(
                            "请打开服务器首次启动时打印的设置链接（以 /setup?token= 开头）。",
                            "Open the set-up link that the server printed at its first start (it begins with /setup?token=).",
                        )}</span>
                    </div>
                </div>
            })}
            <form class="stack" on:submit=submit>
                <Field label=move || tr("邮箱", "E-mail")>
                    <TextInput value=email kind="email" autocomplete="username" required=true autofocus=true test="email" />
                </Field>
                <Field label=move || tr("密码", "Password")>
                    <TextInput value=password kind="password" autocomplete="current-password" required=true test="password" />
                </Field>
                <DoorError error />
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    busy=busy
                    disabled=Signal::derive(move || email.with(String::is_empty) || password.with(String::is_empty))
                    label=move || tr("登录", "Sign in")
                    test="sign-in"
                />
            </form>
        </Door>
    }
}
