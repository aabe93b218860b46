//! Members: who works here, and letting a colleague in.

use leptos::prelude::*;

use super::PartHead;
use super::shared::FormFoot;
use crate::api::{self, Member, NewMember};
use crate::i18n::tr;
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::ui::{Avatar, Button, ButtonKind, Dialog, Field, Pill, Select, TextInput, toast};

/// Roles with their names: what may be done grows from the first to the last.
const ROLES: [(&str, &str, &str); 3] =
    [("agent", "客服", "Agent"), ("editor", "编辑", "Editor"), ("owner", "所有者", "Owner")];

/// The part.
#[component]
pub(super) fn MembersPart() -> impl IntoView {
    let members = Remote::new(api::members);
    let open = RwSignal::new(false);
    view! {
        <PartHead
            title=move || tr("成员", "Members")
            words=move || tr("和您一起搭流程、接待客户的同事。", "Colleagues who build flows and talk with customers.")
        >
            <Button kind=ButtonKind::Primary icon="user-plus" label=move || tr("添加成员", "Add a member") on_press=move |()| open.set(true) test="new-member" />
        </PartHead>
        {members.show(3, move || view! {
            <ul class="lines panel">
                {move || members.get().unwrap_or_default().into_iter().map(|member| {
                    let role = member.role.clone();
                    view! {
                        <li class="line">
                            <Avatar name=member.name.clone() />
                            <div class="line-words"><b>{member.name}</b><small class="quiet">{member.email}</small></div>
                            <Pill text=move || role_name(&role) />
                        </li>
                    }
                }).collect_view()}
            </ul>
        })}
        <Dialog open title=move || tr("添加成员", "Add a member")>
            <MemberForm members open />
        </Dialog>
    }
}

#[component]
fn MemberForm(members: Remote<Vec<Member>>, open: RwSignal<bool>) -> impl IntoView {
    let (name, email, password) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let role = RwSignal::new("agent".to_owned());
    let busy = RwSignal::new(false);
    let is_ready = Signal::derive(move || {
        name.with(|name| !name.trim().is_empty())
            && email.with(|email| email.contains('@'))
            && password.with(|password| password.chars().count() >= 8)
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !is_ready.get_untracked() {
            return;
        }
        let member = NewMember {
            name: name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            role: role.get_untracked(),
        };
        act(busy, async move { api::create_member(&member).await }, move |_| {
            let _ = open.try_set(false);
            toast(tr("成员已添加", "The member has been added"));
            members.reload();
        });
    };
    let roles =
        || ROLES.iter().take(2).map(|(role, zh, en)| ((*role).to_owned(), tr(zh, en).to_owned())).collect::<Vec<_>>();
    view! {
        <form on:submit=submit>
            <div class="dialog-body">
                <Field label=move || tr("名字", "Name")><TextInput value=name autofocus=true /></Field>
                <Field label=move || tr("邮箱", "E-mail")><TextInput value=email kind="email" autocomplete="off" /></Field>
                <Field label=move || tr("初始密码", "First password") help=move || tr("至少 8 个字符，请当面或用别的方式告诉对方。", "At least 8 characters; tell it by another way.")>
                    <TextInput value=password kind="password" autocomplete="new-password" />
                </Field>
                <Field label=move || tr("角色", "Role")>
                    <Select value=role options=Signal::derive(roles) on_change=move |chosen| role.set(chosen) />
                </Field>
            </div>
            <FormFoot open busy disabled=Signal::derive(move || !is_ready.get()) label=move || tr("添加", "Add") />
        </form>
    }
}

fn role_name(role: &str) -> String {
    ROLES.iter().find(|(known, ..)| *known == role).map_or_else(|| role.to_owned(), |(_, zh, en)| tr(zh, en).to_owned())
}
