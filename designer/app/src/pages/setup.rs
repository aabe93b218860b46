//! The owner's first minute: name, address, password, language.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::door::{Door, DoorError};
use crate::api::{self, ApiError, Setup};
use crate::i18n::{language_now, tr, tr_string};
use crate::session;
use crate::ui::{Button, ButtonKind, EmptyState, Field, TextInput};

const SHORTEST_PASSWORD: usize = 8;

/// The form behind the link that the server printed.
#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token")).unwrap_or_default();
    view! {
        <Door
            title=move || tr("欢迎使用合流", "Welcome to Heliu")
            words=move || tr("创建管理员账号，一分钟就能开始搭建流程。", "Create the owner's account; a minute from now you build your first flow.")
        >
            {move || if token().is_empty() {
                view! {
                    <EmptyState
                        icon="key-round"
                        title=move || tr("链接不完整", "The link is not complete")
                        detail=move || tr(
                            "请从服务器的输出里复制完整的设置链接，它带有 token=…。",
                            "Copy the whole set-up link from the server's output: it carries token=…",
                        )
                    >
                        <A href="/sign-in" attr:class="btn ghost">{move || tr("去登录", "Sign in instead")}</A>
                    </EmptyState>
                }
                .into_any()
            } else {
                view! { <SetupForm token=token() /> }.into_any()
            }}
        </Door>
    }
}

#[component]
fn SetupForm(token: String) -> impl IntoView {
    let (name, email, password) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let navigate = use_navigate();
    let password_problem = Signal::derive(move || {
        let n_characters = password.with(|password| password.chars().count());
        if (1..SHORTEST_PASSWORD).contains(&n_characters) {
            tr_string(
                || format!("至少 {SHORTEST_PASSWORD} 个字符"),
                || format!("At least {SHORTEST_PASSWORD} characters"),
            )
        } else {
            String::new()
        }
    });
    let is_ready = Signal::derive(move || {
        name.with(|name| !name.trim().is_empty())
            && email.with(|email| email.contains('@'))
            && password.with(|password| password.chars().count() >= SHORTEST_PASSWORD)
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !is_ready.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let setup = Setup {
            token: token.clone(),
            name: name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            language: language_now().code().to_owned(),
        };
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = api::set_up(&setup).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(info) => {
                    session::signed_in(info);
                    navigate("/flows", Default::default());
                }
                Err(refusal) => drop(error.try_set(Some(refusal))),
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            <Field label=move || tr("您的名字", "Your name") help=move || tr("同事和客户会看到。", "Colleagues and customers see it.")>
                <TextInput value=name autocomplete="name" required=true autofocus=true test="name" />
            </Field>
            <Field label=move || tr("邮箱", "E-mail")>
                <TextInput value=email kind="email" autocomplete="username" required=true test="email" />
            </Field>
            <Field
                label=move || tr("密码", "Password")
                help=move || tr("至少 8 个字符，一句话比一串符号更好记。", "At least 8 characters; a sentence is easier to remember than symbols.")
                problem=password_problem
            >
                <TextInput value=password kind="password" autocomplete="new-password" required=true test="password" />
            </Field>
            <DoorError error />
            <Button
                kind=ButtonKind::Primary
                submit=true
                busy=busy
                disabled=Signal::derive(move || !is_ready.get())
                label=move || tr("开始使用", "Start")
                test="setup"
            />
        </form>
    }
}
