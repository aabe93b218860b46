//! How trying a provider went: its words and figures, or why there is no answer.

use leptos::prelude::*;

use crate::api::Tried;
use crate::i18n::{tr, tr_string, words};
use crate::ui::Icon;

/// The outcome, under the provider's line.
#[component]
pub(super) fn Trial(tried: Tried) -> impl IntoView {
    if !tried.ok {
        return view! {
            <div class="trial bad" role="alert" data-test="trial">
                <Icon name="circle-alert" />
                <p>{move || words(&tried.why)}</p>
            </div>
        }
        .into_any();
    }
    let Tried { text, model, first_words_ms, total_ms, usage, .. } = tried;
    let figures = move || {
        let model = model.clone();
        tr_string(
            || {
                format!(
                    "{model} · 首字 {first_words_ms} 毫秒 · 共 {total_ms} 毫秒 · {} + {} 个 token",
                    usage.tokens_in, usage.tokens_out
                )
            },
            || {
                format!(
                    "{model} · first words {first_words_ms} ms · all {total_ms} ms · {} + {} tokens",
                    usage.tokens_in, usage.tokens_out
                )
            },
        )
    };
    view! {
        <div class="trial ok" role="status" data-test="trial">
            <Icon name="circle-check" />
            <div>
                <p>{if text.is_empty() { tr("（空）", "(empty)").to_owned() } else { text }}</p>
                <small class="quiet">{figures}</small>
            </div>
        </div>
    }
    .into_any()
}
