//! How far learning has come and how well topics are told apart: followed while something is on its way.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, Quality, Review, TopicQuality, TopicsState};
use crate::i18n::{counted, tr, tr_string};
use crate::ui::{Pill, Tone};

/// Between two looks while topics are learnt.
const LOOK_MS: i32 = 300;
/// Looks at most: a server that computes for longer is asked again when something changes.
const MOST_LOOKS: usize = 400;

/// What the server knows of the topics as they are written. Copy it freely.
#[derive(Clone, Copy)]
pub(super) struct Learning {
    pub(super) state: RwSignal<Option<TopicsState>>,
    pub(super) quality: RwSignal<Option<Quality>>,
    /// Could it not be asked?
    pub(super) is_lost: RwSignal<bool>,
    round: StoredValue<u32>,
}

impl Learning {
    pub(super) fn new() -> Self {
        let learning = Self {
            state: RwSignal::new(None),
            quality: RwSignal::new(None),
            is_lost: RwSignal::new(false),
            round: StoredValue::new(0),
        };
        learning.follow();
        learning
    }

    /// Topics have changed: looks until they are learnt and judged.
    pub(super) fn follow(self) {
        let Some(round) = self.round.try_update_value(|round| {
            *round += 1;
            *round
        }) else {
            return;
        };
        spawn_local(async move {
            for _ in 0..MOST_LOOKS {
                if self.round.try_get_value() != Some(round) {
                    return;
                }
                match self.look().await {
                    Some(true) => return,
                    Some(false) => api::wait(LOOK_MS).await,
                    None => {
                        self.is_lost.try_set(true);
                        return;
                    }
                }
            }
        });
    }

    /// One look: is everything there? Nothing when the server cannot be asked.
    async fn look(self) -> Option<bool> {
        let state = api::topics_state().await.ok()?;
        let (hash, is_training) = (state.hash.clone(), state.is_training);
        self.is_lost.try_set(false);
        self.state.try_set(Some(state));
        if is_training {
            return Some(false);
        }
        if self.quality.try_with_untracked(|quality| {
            quality.as_ref().is_some_and(|quality| quality.hash == hash && quality.review.is_some())
        })? {
            return Some(true);
        }
        let quality = api::topics_quality().await.ok()?;
        let is_there = quality.review.is_some();
        // Until the new one is there the former one is better than nothing.
        if is_there || self.quality.try_with_untracked(Option::is_none)? {
            self.quality.try_set(Some(quality));
        }
        Some(is_there)
    }

    /// The figures, once they are there; reading it subscribes.
    pub(super) fn review(self) -> Option<Review> {
        self.quality.with(|quality| quality.as_ref().and_then(|quality| quality.review.clone()))
    }

    /// Are the figures older than the topics?
    pub(super) fn is_behind(self) -> bool {
        let hash = self.state.with(|state| state.as_ref().map(|state| state.hash.clone()));
        self.quality.with(|quality| {
            quality.as_ref().is_none_or(|quality| quality.review.is_none() || Some(&quality.hash) != hash.as_ref())
        })
    }

    /// The figures of one topic.
    pub(super) fn of(self, key: &str) -> Option<TopicQuality> {
        self.quality.with(|quality| {
            let review = quality.as_ref()?.review.as_ref()?;
            review.intents.iter().find(|topic| topic.intent == key).cloned()
        })
    }
}

/// How well a topic is recognised, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    Good,
    Mixed,
    Poor,
}

impl Grade {
    /// Few examples say little, whatever the figures are.
    pub(super) fn of(quality: &TopicQuality) -> Self {
        if quality.n < super::hints::WANTED_EXAMPLES {
            Self::Poor
        } else if quality.f1 >= 0.85 {
            Self::Good
        } else if quality.f1 >= 0.6 {
            Self::Mixed
        } else {
            Self::Poor
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Good => tr("好", "good"),
            Self::Mixed => tr("一般", "mixed"),
            Self::Poor => tr("要补例句", "needs examples"),
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Mixed => "warn",
            Self::Poor => "bad",
        }
    }
}

/// The chip at the top: being learnt, learnt and in what time.
#[component]
pub(super) fn LearningChip(learning: Learning) -> impl IntoView {
    let chip = move || {
        if learning.is_lost.get() {
            let text = move || tr("连不上服务器", "The server cannot be reached");
            return view! { <Pill tone=Tone::Bad icon="circle-alert" text /> }.into_any();
        }
        let Some(state) = learning.state.get() else { return ().into_any() };
        if state.is_training {
            let text = move || tr("正在学习…", "Training…");
            return view! { <Pill tone=Tone::Warn icon="loader-circle" text /> }.into_any();
        }
        let (seconds, n) = (state.train_ms.unwrap_or(0) as f64 / 1000.0, state.examples);
        if n == 0 {
            return ().into_any();
        }
        let text = move || {
            tr_string(
                || format!("已学会 {n} 句 · {:.1} 秒", seconds),
                || format!("Trained on {} · {:.1} s", counted(n, "example"), seconds),
            )
        };
        view! { <Pill tone=Tone::Ok icon="circle-check" text /> }.into_any()
    };
    view! {
        <span
            class="learning-chip"
            role="status"
            class:busy=move || learning.state.with(|state| state.as_ref().is_some_and(|state| state.is_training))
            data-test="learning"
            title=move || tr(
                "修改在后台学习，客户不用等；进行中的会话继续用开始时的意图。",
                "Changes are learnt in the background, no customer waits; conversations that run keep the topics they began with.",
            )
        >{chip}</span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_examples_are_never_good() {
        let quality = |n, f1| TopicQuality { intent: String::new(), n, precision: f1, recall: f1, f1, refused: 0.0 };

        assert_eq!(Grade::of(&quality(20, 0.9)), Grade::Good);
        assert_eq!(Grade::of(&quality(20, 0.7)), Grade::Mixed);
        assert_eq!(Grade::of(&quality(20, 0.3)), Grade::Poor);
        assert_eq!(Grade::of(&quality(3, 1.0)), Grade::Poor);
    }
}
