//! How trying a provider goes: its words as they come, then its figures, or why there is no answer.

use leptos::prelude::*;

use crate::api::{Tried, Trying};
use crate::i18n::{sentence, tr, tr_string};
use crate::ui::Icon;

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// It is asked, and has said this.
    Asked {
        /// So far.
        text: String,
        /// When its first words came, since it was asked.
        first_ms: Option<u64>,
    },
    /// It is over.
    Over(Tried),
}

impl Default for Outcome {
    fn default() -> Self {
        Self::Asked { text: String::new(), first_ms: None }
    }
}

impl Outcome {
    /// Takes in what came.
    pub(super) fn hear(&mut self, event: Trying) {
        match (event, self) {
            // It begins, maybe anew after a try that broke off.
            (Trying::Words { words, .. }, this) if words.is_empty() => *this = Self::default(),
            (Trying::Words { words, ms }, Self::Asked { text, first_ms }) => {
                text.push_str(&words);
                first_ms.get_or_insert(ms);
            }
            (Trying::Words { .. }, Self::Over(_)) => {}
            (Trying::Over { tried }, this) => *this = Self::Over(tried),
        }
    }
}

/// The outcome, under the provider's line.
#[component]
pub(super) fn Trial(outcome: Outcome) -> impl IntoView {
    match outcome {
        Outcome::Asked { text, first_ms } => view! { <Asked text first_ms /> }.into_any(),
        Outcome::Over(tried) => view! { <Over tried /> }.into_any(),
    }
}

/// The words so far.
#[component]
fn Asked(text: String, first_ms: Option<u64>) -> impl IntoView {
    let figures = move || match first_ms {
        None => tr("等待模型开口……", "Waiting for the first words …").to_owned(),
        Some(ms) => tr_string(|| format!("首字 {ms} 毫秒，正在回答……"), || format!("First words {ms} ms, answering …")),
    };
    view! {
        <div class="trial" role="status" aria-live="polite" data-test="trying">
            <Icon name="sparkles" />
            <div>
                <p>{text}</p>
                <small class="quiet">{figures}</small>
            </div>
        </div>
    }
}

#[component]
fn Over(tried: Tried) -> impl IntoView {
    if !tried.ok {
        return view! {
            <div class="trial bad" role="alert" data-test="trial">
                <Icon name="circle-alert" />
                <p>{move || sentence(&tried.why)}</p>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_as_they_come_and_begin_anew() {
        let mut outcome = Outcome::default();
        let words = |words: &str, ms| Trying::Words { words: words.into(), ms };
        for event in [words("", 1), words("half", 20), words("", 300), words("您好，", 340), words("我是", 400)] {
            outcome.hear(event);
        }
        assert_eq!(outcome, Outcome::Asked { text: "您好，我是".into(), first_ms: Some(340) });

        let over: Trying = serde_json::from_str(r#"{"tried": {"ok": true, "text": "您好，我是"}}"#).expect("an event");
        outcome.hear(over);
        outcome.hear(words("late", 500));

        assert!(matches!(outcome, Outcome::Over(Tried { ok: true, .. })));
    }
}
