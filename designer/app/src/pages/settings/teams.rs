//! Teams: to whom flows hand conversations over.

use leptos::prelude::*;
use model::Team;

use super::PartHead;
use super::shared::{FormFoot, delete_with_undo};
use crate::api;
use crate::i18n::{tr, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::pages::name_pair::{NameFields, NamePair};
use crate::ui::{Avatar, Button, ButtonKind, Dialog, EmptyState, IconButton};

/// The part.
#[component]
pub(super) fn TeamsPart() -> impl IntoView {
    let teams = Remote::new(api::teams);
    let open = RwSignal::new(false);
    let editing = RwSignal::new(None::<Team>);
    let begin = move |team: Option<Team>| {
        editing.set(team);
        open.set(true);
    };
    view! {
        <PartHead
            title=move || tr("团队", "Teams")
            words=move || tr("流程里的“转人工”按团队排队。", "Flows hand conversations over to a team's line.")
        >
            <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建团队", "New team") on_press=move |()| begin(None) test="new-team" />
        </PartHead>
        {teams.show(3, move || view! {
            <div class="panel">
                {move || {
                    let all = teams.get().unwrap_or_default();
                    if all.is_empty() {
                        return view! {
                            <EmptyState
                                icon="users"
                                title=move || tr("还没有团队", "No teams yet")
                                detail=move || tr("建一个团队，流程才能转人工给它。", "Make a team, so that flows can hand over to it.")
                            />
                        }
                        .into_any();
                    }
                    let rows = all.into_iter().map(|team| {
                        let (edited, deleted) = (team.clone(), team.clone());
                        view! {
                            <li class="line">
                                <Avatar name=words(&team.name) />
                                <div class="line-words"><b>{words(&team.name)}</b><code class="quiet">{team.key.0.clone()}</code></div>
                                <IconButton icon="pencil" label=move || tr("改名", "Rename") on_press=move |()| begin(Some(edited.clone())) />
                                <IconButton icon="trash-2" danger=true label=move || tr("删除", "Delete") on_press=move |()| {
                                    let (team, key) = (deleted.clone(), deleted.key.0.clone());
                                    delete_with_undo(
                                        untrack(|| words(&team.name)),
                                        async move { api::delete_team(&key).await },
                                        move || { let team = team.clone(); async move { api::create_team(&team).await } },
                                        move || teams.reload(),
                                    );
                                } />
                            </li>
                        }
                    }).collect_view();
                    view! { <ul class="lines">{rows}</ul> }.into_any()
                }}
            </div>
        })}
        <Dialog open title=move || if editing.with(Option::is_some) { tr("团队改名", "Rename the team") } else { tr("新建团队", "New team") }>
            <TeamForm teams open team=editing.get_untracked() />
        </Dialog>
    }
}

#[component]
fn TeamForm(teams: Remote<Vec<Team>>, open: RwSignal<bool>, team: Option<Team>) -> impl IntoView {
    let name = NamePair::new(&team.as_ref().map(|team| team.name.clone()).unwrap_or_default());
    let busy = RwSignal::new(false);
    let key = team.map(|team| team.key);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let texts = untrack(|| name.texts());
        if texts.is_empty() {
            return;
        }
        let is_new = key.is_none();
        let team = Team { key: key.clone().unwrap_or_default(), name: texts };
        act(
            busy,
            async move { if is_new { api::create_team(&team).await } else { api::save_team(&team).await } },
            move |_| {
                let _ = open.try_set(false);
                teams.reload();
            },
        );
    };
    view! {
        <form on:submit=submit>
            <div class="dialog-body">
                <NameFields pair=name autofocus=true zh_placeholder=move || tr("例如：售后组", "for example 售后组") en_placeholder=move || tr("例如：After-sales", "for example After-sales") />
            </div>
            <FormFoot open busy disabled=Signal::derive(move || name.is_empty()) />
        </form>
    }
}
