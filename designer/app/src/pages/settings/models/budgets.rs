//! What models may cost, with what today has cost so far; which one is asked first, and when it sums up.

use leptos::prelude::*;
use model::ModelSettings;

use crate::api::{self, ModelsSetUp, Spent};
use crate::i18n::{counted, tr, tr_string};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::ui::{Button, ButtonKind, Field, Select, Switch, TextInput, toast};

#[component]
pub(super) fn Budgets(models: Remote<ModelsSetUp>) -> impl IntoView {
    let before = untrack(|| models.get()).unwrap_or_default().settings;
    let text = |text: String| RwSignal::new(text);
    let provider = text(before.provider.clone());
    let currency = text(before.currency.clone());
    let day_tokens = text(amount(before.day_tokens as f64));
    let day_money = text(amount(before.day_money));
    let conversation_tokens = text(amount(before.conversation_tokens as f64));
    let conversation_money = text(amount(before.conversation_money));
    let summarise = RwSignal::new(before.summarise);
    let busy = RwSignal::new(false);
    let options = Signal::derive(move || {
        let first = (String::new(), tr("第一个启用的", "The first that is on").to_owned());
        let known = models.get().unwrap_or_default().providers;
        std::iter::once(first)
            .chain(known.into_iter().map(|one| (one.provider.key, one.provider.name)))
            .collect::<Vec<_>>()
    });
    let is_ready = Signal::derive(move || {
        let amounts = [day_tokens, day_money, conversation_tokens, conversation_money];
        amounts.into_iter().all(|value| value.with(|text| read(text).is_some()))
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let value = |signal: RwSignal<String>| signal.with_untracked(|text| read(text)).unwrap_or(0.0);
        let settings = ModelSettings {
            provider: provider.get_untracked(),
            currency: currency.get_untracked().trim().to_owned(),
            day_tokens: value(day_tokens) as u64,
            day_money: value(day_money),
            conversation_tokens: value(conversation_tokens) as u64,
            conversation_money: value(conversation_money),
            summarise: summarise.get_untracked(),
            ..untrack(|| models.get()).unwrap_or_default().settings
        };
        act(busy, async move { api::save_model_settings(&settings).await }, move |_| {
            toast(tr("已保存", "Saved"));
            models.reload();
        });
    };
    let used = move || {
        let set_up = models.get().unwrap_or_default();
        let Spent { calls, tokens_in, tokens_out, cost_micros } = set_up.today;
        let tokens = tokens_in + tokens_out;
        let money = format!("{}{}", set_up.settings.currency, cost(cost_micros as f64 / 1_000_000.0));
        tr_string(
            || format!("今天：调用 {calls} 次，{tokens} 个 token，{money}"),
            || format!("Today: {}, {}, {money}", counted(calls, "call"), counted(tokens, "token")),
        )
    };
    let share = move || {
        let set_up = models.get().unwrap_or_default();
        let tokens = (set_up.today.tokens_in + set_up.today.tokens_out) as f64;
        let part = |used: f64, most: f64| if most > 0.0 { used / most } else { 0.0 };
        let by_money = part(set_up.today.cost_micros as f64 / 1_000_000.0, set_up.settings.day_money);
        part(tokens, set_up.settings.day_tokens as f64).max(by_money).clamp(0.0, 1.0)
    };
    view! {
        <form class="panel budgets" on:submit=submit>
            <h3>{move || tr("预算", "Budgets")}</h3>
            <p class="quiet" data-test="models-today">{used}</p>
            <div class="meter" role="meter" aria-valuemin="0" aria-valuemax="100" aria-valuenow=move || (share() * 100.0).round().to_string() aria-label=move || tr("今天用掉的预算", "Today's budget used")>
                <i class:full=move || { share() > 0.9 } style:width=move || format!("{:.1}%", share() * 100.0)></i>
            </div>
            <div class="field-pair">
                <Field label=move || tr("每天 token 上限", "Tokens a day") help=move || tr("0 表示不限", "0 means no limit")><TextInput value=day_tokens test="day-tokens" /></Field>
                <Field label=move || tr("每天费用上限", "Money a day") help=move || tr("0 表示不限", "0 means no limit")><TextInput value=day_money /></Field>
            </div>
            <div class="field-pair">
                <Field label=move || tr("每个会话 token 上限", "Tokens per conversation")><TextInput value=conversation_tokens /></Field>
                <Field label=move || tr("每个会话费用上限", "Money per conversation")><TextInput value=conversation_money /></Field>
            </div>
            <div class="field-pair">
                <Field label=move || tr("首选服务", "Ask first")>
                    <Select value=provider options=options on_change=move |chosen| provider.set(chosen) />
                </Field>
                <Field label=move || tr("货币", "Currency")><TextInput value=currency /></Field>
            </div>
            <Switch on=summarise label=move || tr("转人工时自动为客服写摘要", "Sum up conversations for agents as they are handed over") on_change=move |on| summarise.set(on) />
            <footer class="budgets-foot">
                <Button kind=ButtonKind::Primary submit=true busy=busy disabled=Signal::derive(move || !is_ready.get()) label=move || tr("保存", "Save") test="save-budgets" />
            </footer>
        </form>
    }
}

/// An amount as people write it.
fn read(text: &str) -> Option<f64> {
    let text = text.trim().replace([',', '，', ' '], "");
    if text.is_empty() { Some(0.0) } else { text.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0) }
}

/// Large whole amounts with commas between thousands.
fn amount(value: f64) -> String {
    let text = value.to_string();
    if text.contains('.') {
        return text;
    }
    let groups: Vec<_> = text.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}

/// What was spent; one call costs less than a hundredth.
fn cost(value: f64) -> String {
    if value > 0.0 && value < 1.0 { format!("{value:.4}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        assert_eq!((read("2,000,000"), read(""), read(" 1.5 ")), (Some(2_000_000.0), Some(0.0), Some(1.5)));
        assert_eq!((read("-1"), read("much")), (None, None));
        assert_eq!([amount(2_000_000.0), amount(500.0), amount(0.5), amount(0.0)], ["2,000,000", "500", "0.5", "0"]);
        assert_eq!([cost(0.0), cost(0.0021), cost(12.5)], ["0.00", "0.0021", "12.50"]);
    }
}
