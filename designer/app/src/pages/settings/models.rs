//! Language models: who is asked, what it may cost, and whether it works.

mod budgets;
mod form;
mod trial;
mod vectors;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::budgets::Budgets;
use self::form::ProviderForm;
use self::trial::{Outcome, Trial};
use self::vectors::VectorsBy;
use super::PartHead;
use crate::api::{self, ModelsSetUp, ProviderSetUp};
use crate::i18n::tr;
use crate::pages::load::Remote;
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, EmptyState, Icon, IconButton, Pill, Tone, toast_error};

/// How trying goes or went, by the provider's key.
type Outcomes = BTreeMap<String, Outcome>;

/// The part.
#[component]
pub(super) fn ModelsPart() -> impl IntoView {
    let models = Remote::new(api::models);
    let open = RwSignal::new(false);
    let editing = RwSignal::new(None::<ProviderSetUp>);
    // Beside the rows, which are drawn anew when today's use is read again.
    let outcomes = RwSignal::new(Outcomes::new());
    let begin = move |provider: Option<ProviderSetUp>| {
        editing.set(provider);
        open.set(true);
    };
    view! {
        <PartHead
            title=move || tr("模型", "Models")
            words=move || tr(
                "大模型是可选的：没有模型，识别、收集信息和知识库问答照常工作。",
                "Language models are optional: topics, details and answers from libraries work without any.",
            )
        >
            <Button kind=ButtonKind::Primary icon="plus" label=move || tr("添加模型服务", "Add a provider") test="add-provider" on_press=move |()| begin(None) />
        </PartHead>
        {models.show(2, move || view! {
            <div class="panel">
                {move || {
                    let set_up = models.get().unwrap_or_default();
                    if set_up.providers.is_empty() {
                        return view! {
                            <EmptyState
                                icon="sparkles"
                                title=move || tr("没有模型也能用", "Heliu works without any model")
                                detail=move || tr(
                                    "接上 DeepSeek、通义千问、智谱、Kimi、OpenAI 或本机的 Ollama 之后，可以用“模型对话”步骤、疑难识别、摘要和建议。",
                                    "With DeepSeek, Qwen, GLM, Kimi, OpenAI or a local Ollama you can let a model talk, decide hard cases, sum up and suggest.",
                                )
                            >
                                <Button icon="plus" label=move || tr("添加模型服务", "Add a provider") on_press=move |()| begin(None) />
                            </EmptyState>
                        }
                        .into_any();
                    }
                    let first = first_asked(&set_up);
                    let rows = set_up.providers.into_iter().map(|one| {
                        let is_first = first.as_deref() == Some(one.provider.key.as_str());
                        view! { <Line one is_first models outcomes on_edit=begin /> }
                    }).collect_view();
                    view! { <ul class="lines">{rows}</ul> }.into_any()
                }}
            </div>
            <Budgets models />
            <VectorsBy models />
        })}
        <Dialog open size=DialogSize::Medium title=move || tr("模型服务", "Provider")>
            <ProviderForm models open edited=editing.get_untracked() />
        </Dialog>
    }
}

/// The provider that flows ask first.
fn first_asked(set_up: &ModelsSetUp) -> Option<String> {
    let is_ready = |one: &&ProviderSetUp| one.provider.is_on && !one.provider.chat_model.is_empty();
    let mut ready = set_up.providers.iter().filter(is_ready);
    let chosen = ready.clone().find(|one| one.provider.key == set_up.settings.provider);
    chosen.or_else(|| ready.next()).map(|one| one.provider.key.clone())
}

/// One provider: what it is, whether it is ready, and what can be done with it.
#[component]
fn Line(
    one: ProviderSetUp,
    is_first: bool,
    models: Remote<ModelsSetUp>,
    outcomes: RwSignal<Outcomes>,
    on_edit: impl Fn(Option<ProviderSetUp>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let ProviderSetUp { provider, key_set_at } = one.clone();
    let has_key = key_set_at.is_some();
    let (edited, deleted) = (one.clone(), provider.key.clone());
    let is_trying = RwSignal::new(false);
    let (tried, shown) = (provider.key.clone(), provider.key.clone());
    let try_it = move |()| {
        let (key, of) = (tried.clone(), tried.clone());
        outcomes.update(|all| drop(all.insert(key.clone(), Outcome::default())));
        let heard = move |event| {
            let _ = outcomes.try_update(|all| all.entry(of.clone()).or_default().hear(event));
        };
        super::super::act::act(is_trying, async move { api::try_provider(&key, heard).await }, move |()| {
            models.reload()
        });
    };
    let state = move || {
        if !provider.is_on {
            view! { <Pill text=move || tr("已停用", "Off") /> }.into_any()
        } else if is_first {
            view! { <Pill tone=Tone::Ok text=move || tr("首选", "Asked first") /> }.into_any()
        } else {
            ().into_any()
        }
    };
    let key_state = move || {
        if has_key {
            view! { <Pill icon="key-round" text=move || tr("已设密钥", "Key set") /> }.into_any()
        } else {
            view! { <Pill icon="key-round" text=move || tr("没有密钥", "No key") /> }.into_any()
        }
    };
    view! {
        <li class="line models-line">
            <span class="flow-mark"><Icon name="brain" /></span>
            <div class="line-words">
                <b>{provider.name.clone()}</b>
                <small class="quiet ellipsis">{format!("{} · {}", provider.chat_model, provider.base_url)}</small>
            </div>
            {state}
            {key_state}
            <Button small=true icon="zap" label=move || tr("测试", "Test") busy=is_trying test="try-provider" on_press=try_it />
            <IconButton icon="pencil" label=move || tr("修改", "Edit") on_press=move |()| on_edit(Some(edited.clone())) />
            <IconButton icon="trash-2" danger=true label=move || tr("删除", "Delete") on_press=move |()| {
                let key = deleted.clone();
                spawn_local(async move {
                    match api::delete_provider(&key).await {
                        Ok(()) => models.reload(),
                        Err(error) => toast_error(&error),
                    }
                });
            } />
            {move || outcomes.with(|all| all.get(&shown).cloned()).map(|outcome| view! { <Trial outcome /> })}
        </li>
    }
}
