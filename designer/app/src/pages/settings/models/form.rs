//! The form of a provider: begun from a preset; its key is written and never shown.

use leptos::prelude::*;
use model::{ModelProvider, PRESETS};

use super::super::shared::FormFoot;
use crate::api::{self, ModelsSetUp, ProviderSetUp};
use crate::i18n::tr;
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::ui::{Field, Select, Switch, TextInput};

#[component]
pub(super) fn ProviderForm(
    models: Remote<ModelsSetUp>,
    open: RwSignal<bool>,
    edited: Option<ProviderSetUp>,
) -> impl IntoView {
    let is_new = edited.is_none();
    let ProviderSetUp { provider: before, key_set_at } = edited.unwrap_or_else(|| {
        let mut fresh = ProviderSetUp::default();
        begin_from(&mut fresh.provider, PRESETS[0].preset);
        fresh
    });
    let text = |text: &str| RwSignal::new(text.to_owned());
    let preset = text(&before.preset);
    let (name, base_url) = (text(&before.name), text(&before.base_url));
    let (chat_model, embedding_model) = (text(&before.chat_model), text(&before.embedding_model));
    let (price_in, price_out) = (text(&number(before.price_in)), text(&number(before.price_out)));
    let price_embedding = text(&before.price_embedding.map(number).unwrap_or_default());
    let (timeout, first) = (text(&before.timeout_s.to_string()), text(&before.first_token_s.to_string()));
    let fallback = text(&before.fallback);
    let rerank_model = text(&before.rerank_model);
    let is_on = RwSignal::new(before.is_on);
    let secret = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let own_key = before.key.clone();
    let choose = move |chosen: String| {
        let mut provider = ModelProvider::default();
        begin_from(&mut provider, &chosen);
        preset.set(chosen);
        name.set(provider.name);
        base_url.set(provider.base_url);
        chat_model.set(provider.chat_model);
        embedding_model.set(provider.embedding_model);
        rerank_model.set(provider.rerank_model);
    };
    let wrong_url = Signal::derive(move || {
        base_url.with(|url| {
            let url = url.trim();
            let is_fine = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
            if is_fine {
                String::new()
            } else {
                tr("以 https:// 或 http:// 开头", "Begin with https:// or http://").to_owned()
            }
        })
    });
    let wrong_number = move |value: RwSignal<String>| {
        Signal::derive(move || {
            let is_fine =
                value.with(|text| text.trim().is_empty() || text.trim().parse::<f64>().is_ok_and(|n| n >= 0.0));
            if is_fine { String::new() } else { tr("请填写数字", "Enter a number").to_owned() }
        })
    };
    let is_ready = Signal::derive(move || {
        let filled = |value: RwSignal<String>| value.with(|text| !text.trim().is_empty());
        let numbers = [price_in, price_out, price_embedding, timeout, first];
        filled(name)
            && filled(base_url)
            && filled(chat_model)
            && wrong_url.with(String::is_empty)
            && numbers.into_iter().all(|value| wrong_number(value).with(String::is_empty))
    });
    let others = Signal::derive({
        let own_key = own_key.clone();
        move || {
            let none = (String::new(), tr("没有", "None").to_owned());
            let known = models.get().unwrap_or_default().providers;
            let others = known.into_iter().filter(|one| one.provider.key != own_key);
            std::iter::once(none).chain(others.map(|one| (one.provider.key, one.provider.name))).collect::<Vec<_>>()
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !is_ready.get_untracked() {
            return;
        }
        let trimmed = |value: RwSignal<String>| value.get_untracked().trim().to_owned();
        let provider = ModelProvider {
            preset: preset.get_untracked(),
            name: trimmed(name),
            base_url: trimmed(base_url),
            chat_model: trimmed(chat_model),
            embedding_model: trimmed(embedding_model),
            rerank_model: trimmed(rerank_model),
            price_in: trimmed(price_in).parse().unwrap_or(0.0),
            price_out: trimmed(price_out).parse().unwrap_or(0.0),
            price_embedding: trimmed(price_embedding).parse().ok(),
            timeout_s: whole(&trimmed(timeout), 30),
            first_token_s: whole(&trimmed(first), 8),
            fallback: fallback.get_untracked(),
            is_on: is_on.get_untracked(),
            ..before.clone()
        };
        let key = trimmed(secret);
        act(
            busy,
            async move {
                let saved =
                    if is_new { api::create_provider(&provider).await? } else { api::save_provider(&provider).await? };
                if !key.is_empty() {
                    api::set_provider_key(&saved.key, &key).await?;
                }
                Ok(())
            },
            move |()| {
                let _ = open.try_set(false);
                models.reload();
            },
        );
    };
    let has_key = key_set_at.is_some();
    let key_help = move || {
        if has_key {
            tr(
                "已保存，不会再显示。留空保持不变；换了地址要重新填写。",
                "It is set and never shown. Leave it empty to keep it; a new address wants it again.",
            )
        } else {
            tr(
                "加密保存，之后谁也看不到，只发给上面的地址。",
                "It is kept encrypted, nobody can read it again, and it goes to this address alone.",
            )
        }
    };
    view! {
        <form on:submit=submit autocomplete="off">
            <div class="dialog-body">
                <Field label=move || tr("服务商", "Provider")>
                    <Select value=preset options=Signal::derive(preset_options) test="preset" on_change=choose />
                </Field>
                <Field label=move || tr("名称", "Name")><TextInput value=name required=true test="provider-name" /></Field>
                <Field
                    label=move || tr("地址", "Address")
                    help=move || tr("兼容 OpenAI 的接口，通常以 /v1 结尾。本机服务要由管理员放行。", "It speaks OpenAI's protocol and mostly ends in /v1. The operator must allow one on this machine.")
                    problem=wrong_url
                >
                    <TextInput value=base_url required=true placeholder="https://api.example.com/v1" test="provider-url" />
                </Field>
                <Field label=move || tr("密钥", "Key") help=key_help>
                    <TextInput value=secret kind="password" autocomplete="new-password" placeholder=move || if has_key { "••••••••" } else { "sk-…" } test="provider-secret" />
                </Field>
                <div class="field-pair">
                    <Field label=move || tr("对话模型", "Model for words")><TextInput value=chat_model required=true test="provider-model" /></Field>
                    <Field label=move || tr("备用服务", "If it fails, ask")>
                        <Select value=fallback options=others on_change=move |chosen| fallback.set(chosen) />
                    </Field>
                </div>
                <div class="field-pair">
                    <Field label=move || tr("输入价格 / 百万 token", "Price in / million tokens") problem=wrong_number(price_in)>
                        <TextInput value=price_in placeholder="0" />
                    </Field>
                    <Field label=move || tr("输出价格 / 百万 token", "Price out / million tokens") problem=wrong_number(price_out)>
                        <TextInput value=price_out placeholder="0" />
                    </Field>
                </div>
                <div class="field-pair">
                    <Field label=move || tr("向量模型", "Embedding model") help=move || tr("按意思查找知识库要用，可以不填。", "The search by meaning needs it; it may stay empty.")>
                        <TextInput value=embedding_model test="provider-embedding" />
                    </Field>
                    <Field label=move || tr("向量价格 / 百万 token", "Price of embeddings / million tokens") problem=wrong_number(price_embedding)>
                        <TextInput value=price_embedding placeholder=move || tr("同输入价格", "As the price in") test="provider-embedding-price" />
                    </Field>
                </div>
                <Field label=move || tr("重排模型", "Ranking model") help=move || tr("把找到的内容再排一次，可以不填。", "Puts what was found in its own order; it may stay empty.")>
                    <TextInput value=rerank_model test="provider-rerank" />
                </Field>
                <div class="field-pair">
                    <Field label=move || tr("最长等待（秒）", "Wait at most (s)") problem=wrong_number(timeout)>
                        <TextInput value=timeout />
                    </Field>
                    <Field label=move || tr("多久必须开始回答（秒）", "First words within (s)") problem=wrong_number(first)>
                        <TextInput value=first />
                    </Field>
                </div>
                <Switch on=is_on label=move || tr("启用", "Switched on") on_change=move |on| is_on.set(on) />
            </div>
            <FormFoot open busy disabled=Signal::derive(move || !is_ready.get()) />
        </form>
    }
}

fn preset_options() -> Vec<(String, String)> {
    let other = tr("其他（兼容 OpenAI）", "Other (OpenAI-compatible)");
    let name = |preset: &str, name: &str| if preset == "other" { other.to_owned() } else { name.to_owned() };
    PRESETS.iter().map(|preset| (preset.preset.to_owned(), name(preset.preset, preset.name))).collect()
}

/// What a preset knows.
fn begin_from(provider: &mut ModelProvider, chosen: &str) {
    let Some(preset) = PRESETS.iter().find(|preset| preset.preset == chosen) else { return };
    provider.preset = preset.preset.to_owned();
    provider.name = if preset.preset == "other" { String::new() } else { preset.name.to_owned() };
    provider.base_url = preset.base_url.to_owned();
    provider.chat_model = preset.chat_model.to_owned();
    provider.embedding_model = preset.embedding_model.to_owned();
}

/// A price as it is written; nothing for 0.
fn number(value: f64) -> String {
    if value == 0.0 { String::new() } else { value.to_string() }
}

fn whole(text: &str, otherwise: u32) -> u32 {
    text.parse::<f64>().map_or(otherwise, |n| n.round().clamp(0.0, 1_000.0) as u32)
}
